import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgecore import (
    LAWS,
    ConstantLaw,
    EqualSnrLaw,
    GeneralSurgeLaw,
    PowerLaw,
    SaturatingLaw,
    SurgeLaw,
)  # fmt: skip
from surgecore.words import meaning

GOLDEN = {
    vector["name"]: vector
    for vector in json.loads((Path(__file__).parents[1] / "golden" / "laws.json").read_text())["vectors"]
}
EXACT = 1e-9
positive = st.floats(1e-6, 1e6)


def test_surge_law_matches_the_paper():
    inputs, expected = GOLDEN["surge_eq2"]["inputs"], GOLDEN["surge_eq2"]["expected"]
    law = SurgeLaw(inputs["eps_max"], inputs["B_noise"])
    np.testing.assert_allclose(law(inputs["B"]), expected["eps_opt"], rtol=EXACT)
    assert 2 * law.lr_max * np.sqrt(1 / law.noise_scale) == pytest.approx(expected["eq4_at_B1"], rel=EXACT)
    assert law.peak_batch_size == inputs["B_noise"]


@pytest.mark.parametrize(("exponent", "key"), [(1.0, "alpha_1"), (0.5, "alpha_0_5")])
def test_saturating_law_matches_the_paper(exponent, key):
    inputs, expected = GOLDEN["mccandlish_alpha"]["inputs"], GOLDEN["mccandlish_alpha"]["expected"]
    law = SaturatingLaw(inputs["eps_max"], inputs["B_noise"], exponent)
    np.testing.assert_allclose(law(inputs["B"]), expected[key], rtol=EXACT)
    assert law.peak_batch_size is None


def test_equal_snr_law_peaks_where_the_closed_form_says():
    inputs, expected = (
        GOLDEN["homogeneous_closed_form"]["inputs"],
        GOLDEN["homogeneous_closed_form"]["expected"],
    )
    law = EqualSnrLaw(1.0, inputs["z"], inputs["R"])
    peak = law.peak_batch_size
    assert peak == pytest.approx(expected["B_peak_exact"], rel=EXACT)
    assert law(peak) / law.plateau_lr == pytest.approx(expected["eps_max_over_eps_inf"], rel=EXACT)
    assert law(peak * np.array([0.98, 1.02])).max() < law(peak)
    noise_scale = np.pi / (2 * law.coupling * law.snr**2)
    assert peak / noise_scale == pytest.approx(expected["ratio_peak_to_thm3"], rel=EXACT)


@pytest.mark.parametrize("coupling", [-0.5, 0.0, 0.99, 1.0])
def test_equal_snr_law_without_alignment_is_monotone(coupling):
    law = EqualSnrLaw(1.0, 0.05, coupling)
    assert law.peak_batch_size is None
    assert (np.diff(law(np.logspace(-2, 3.5, 200))) > 0).all()


@given(positive, positive, st.floats(1e-3, 1e3))
def test_surge_law_is_symmetric_in_log_batch_size_and_highest_at_the_noise_scale(lr_max, noise_scale, ratio):
    law = SurgeLaw(lr_max, noise_scale)
    assert law(noise_scale * ratio) == pytest.approx(law(noise_scale / ratio), rel=1e-12)
    assert law(noise_scale * ratio) <= law(noise_scale) == pytest.approx(lr_max, rel=1e-15)


@given(positive, positive, st.floats(0.1, 10), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_laws_keep_their_form_when_units_change(lr_max, noise_scale, batch, lr_unit, batch_unit):
    for law, rescaled in (
        (SurgeLaw(lr_max, noise_scale), SurgeLaw(lr_max * lr_unit, noise_scale * batch_unit)),
        (
            SaturatingLaw(lr_max, noise_scale, 0.7),
            SaturatingLaw(lr_max * lr_unit, noise_scale * batch_unit, 0.7),
        ),
        (EqualSnrLaw(lr_max, 0.1, 3), EqualSnrLaw(lr_max * lr_unit, 0.1 / np.sqrt(batch_unit), 3)),
    ):
        assert rescaled(batch * batch_unit) == pytest.approx(lr_unit * law(batch), rel=1e-11)


def test_generalised_surge_matches_its_golden_numbers():
    vector = GOLDEN["generalised_surge_alpha_stable"]
    inputs, expected = vector["inputs"], vector["expected"]
    assert 1 - 1 / inputs["alpha"] == pytest.approx(expected["p"], rel=EXACT)
    law = GeneralSurgeLaw(inputs["eps_max"], inputs["B_noise"], expected["p"])
    np.testing.assert_allclose(law(inputs["B"]), expected["eps_opt"], rtol=EXACT)
    gaussian = GeneralSurgeLaw(1e-2, 64.0, 0.5)
    batch = np.logspace(0, 6, 20)
    np.testing.assert_allclose(gaussian(batch), SurgeLaw(1e-2, 64.0)(batch), rtol=1e-14)


def test_power_and_constant_laws():
    assert PowerLaw(0.5, 1.0)(8) == pytest.approx(4.0, rel=1e-15)
    assert PowerLaw(0.5, 0.5)([4, 16]) == pytest.approx([1.0, 2.0], rel=1e-15)
    assert (ConstantLaw(0.3)([1, 2, 3]) == 0.3).all()


@pytest.mark.parametrize("family", LAWS.values(), ids=lambda family: family.key)
def test_every_family_keeps_shapes_and_stays_inside_its_bounds(family):
    law = family.build(**{param.name: param.default for param in family.free})
    assert isinstance(law(16), float)
    for shape in [(3,), (2, 2), (0,), (1, 1, 1)]:
        result = law(np.full(shape, 16.0))
        assert result.shape == shape
        assert (result > 0).all()
    for param in family.law.params:
        assert param.bounds[0] <= param.default <= param.bounds[1]
        assert meaning(param).endswith(".")
        assert param.bounds[0] > 0 or not param.log


@pytest.mark.parametrize("batch", [0, -1, np.nan, np.inf, [1, 0], "many", [[1, -2]]])
@pytest.mark.parametrize("law", [SurgeLaw(1, 1), PowerLaw(1, 1), ConstantLaw(1)], ids=lambda law: type(law).__name__)
def test_batch_sizes_must_be_positive_and_finite(law, batch):
    with pytest.raises(ValueError, match="batch_size must be"):
        law(batch)


@pytest.mark.parametrize(
    "build",
    [
        lambda: SurgeLaw(0, 1),
        lambda: SurgeLaw(1, np.nan),
        lambda: SaturatingLaw(1, 1, -1),
        lambda: GeneralSurgeLaw(1, 1, 0),
        lambda: PowerLaw(-1, 1),
        lambda: PowerLaw(1, np.inf),
        lambda: EqualSnrLaw(1, 1, -1),
        lambda: ConstantLaw(0),
        lambda: ConstantLaw([1.0, 2.0]),
    ],
)
def test_parameters_outside_their_range_are_refused(build):
    with pytest.raises(ValueError, match=", but got "):
        build()


@settings(max_examples=20)
@given(st.floats(1.001, 1e3), st.floats(1e-3, 1.0))
def test_equal_snr_peak_is_never_below_its_plateau(coupling, snr):
    law = EqualSnrLaw(1.0, snr, coupling)
    assert law(law.peak_batch_size) >= law.plateau_lr


EXAMPLES = [SurgeLaw(1, 1), GeneralSurgeLaw(1, 1, 0.4), SaturatingLaw(1, 1), PowerLaw(1, 1), EqualSnrLaw(1, 0.1, 3),
            ConstantLaw(1)]  # fmt: skip


@pytest.mark.parametrize(
    "batch",
    [
        10**400, [1, 10**400], 10**5000, 1 + 0j, np.array([1 + 2j]), "64", ["64"], True, np.bool(True), [True], None,
        [1, None], np.array(["2026-01-01"], "datetime64[D]"), np.timedelta64(3, "s"), np.ma.array([1, 2], mask=[0, 1]),
        np.ma.masked, [[1], [1, 2]], {}, np.array([1, "2"], dtype=object), np.array([1, True], dtype=object),
    ],
    ids=lambda batch: f"{type(batch).__name__} {batch}"[:30] if not isinstance(batch, int) else "whole number",
)  # fmt: skip
@pytest.mark.parametrize("law", EXAMPLES, ids=lambda law: type(law).__name__)
def test_only_real_numbers_are_batch_sizes(law, batch):
    with pytest.raises(ValueError, match="batch_size must be a number or an array of numbers, but got"):
        law(batch)


@pytest.mark.parametrize("value", [10**400, 1j, "1", True, np.ma.masked, [1.0], np.datetime64(1, "s")])
@pytest.mark.parametrize("law", EXAMPLES, ids=lambda law: type(law).__name__)
def test_only_real_numbers_are_parameters(law, value):
    given = {param.name: getattr(law, param.name) for param in law.params}
    for name in given:
        with pytest.raises(ValueError, match=f"{name} must be .*, but got"):
            type(law)(**given | {name: value})


def test_whole_numbers_of_any_kind_are_numbers():
    from fractions import Fraction

    law = SurgeLaw(1, 10**30)
    assert law.noise_scale == 1e30
    for batch in (4, np.int8(4), np.uint64(4), np.float32(4), Fraction(4), np.array(4)):
        assert law(batch) == law(4.0)
    assert law([10**30, 4])[0] == 1.0


@pytest.mark.parametrize(
    ("law", "batch", "expected"),
    [
        (SaturatingLaw(1e-2, 256.0), 1e-308, 1e-2 * 1e-308 / 256),
        (SaturatingLaw(1e-2, 1e300, 0.05), 1e-308, 1e-2 * 10 ** (-608 * 0.05)),
        (SaturatingLaw(1e-2, 1e300, 2.0), 1e-300, 0.0),
        (PowerLaw(1e-4, 2), 1e308, np.inf),
        (PowerLaw(1e-300, 2), 1e200, 1e100),
        (PowerLaw(1e300, -2), 1e200, 1e-100),
        (SurgeLaw(1.7e308, 1e-300), 1e-300, 1.7e308),
        (SurgeLaw(1.0, 1e-300), 1e300, 2e-300),
        (GeneralSurgeLaw(1.0, 1e300, 1.0), 1e-300, 0.0),
        (EqualSnrLaw(1.0, 1e300, 3.0), 1e308, 0.25),
    ],
)
def test_far_out_a_law_takes_its_limit(law, batch, expected):
    assert law(batch) == pytest.approx(expected, rel=1e-9)
    assert law([batch, 1.0])[0] == pytest.approx(expected, rel=1e-9)
    assert law([batch, 1.0])[1] == law(1.0)


def test_an_equal_snr_peak_beyond_every_float_is_infinite():
    assert EqualSnrLaw(1.0, 1e-200, 3.0).peak_batch_size == np.inf
