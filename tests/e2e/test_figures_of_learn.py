"""What the figure shows at each step of the story and of the lesson, read from its lines and dots, against the core."""

from __future__ import annotations

import re
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from choice import catalogue
from learn.lesson import STEPS as LESSON
from learn.story import MEASURED, STEPS, STORY
from playwright.sync_api import expect
from scipy.special import erf

from surgecore import EqualSnrLaw, one_step_curves, surge_verdict
from surgecore.words.verdict import percent

Z, R, SHARED = STORY.snr, STORY.alignment, 0.6
#: Axes of the charts of rates: batch sizes 1 to 4096, rates from 10^-2.7 to 10^-0.3; and of the measured optima.
RATES = ((1.0, 4096.0), (10**-2.7, 10**-0.3), True)
OPTIMA = ((2.0, 2.0**11), (10**-1.7, 10**-0.9), True)
CURVES = one_step_curves(STORY)


def fall(alignment, correlation=0.0):
    """Share of the peak that is lost; none where the curve only rises."""
    noise = replace(STORY, alignment=float(alignment), correlation=correlation).gradient_noise()
    peaks = [peak.lr for peak in noise.peaks() if peak.lr > 1.01 * noise.plateau_lr]
    return 1 - noise.plateau_lr / max(peaks) if peaks else 0.0


def signs(batch):
    return erf(np.sqrt(np.asarray(batch) / 2) * Z)


def sgd(batch):
    law = STORY.gradient_noise().sgd_law()
    return law(batch) / law(1.0)


def length(batch):
    """Root mean square of an average gradient, over that at batch size 16."""
    return np.sqrt((1 + 1 / (np.asarray(batch) * Z**2)) / (1 + 1 / (16 * Z**2)))


def law(key, model=STORY):
    return one_step_curves(model)[key].optimal_lr


#: For each step of the lesson its axes (ends along x and y, whether y is logarithmic), and its lines before and after
#: the answer: how far each is drawn, and what it has to be.
LINES = {
    "sgd": (((1.0, 4096.0), (0.7, 100.0), True), {"sgd": (1, 2, sgd)}, {"sgd": (1, 4096, sgd)}),
    "sign": (
        ((1.0, 4096.0), (0.1, 10.0), True), {"sgd": (1, 4096, length)},
        {"sgd": (1, 4096, length), "exact": (1, 4096, lambda b: np.ones_like(b))},
    ),
    "coin": (
        ((1.0, 4096.0), (0.4, 1.0), False), {"plateau": (1, 4096, lambda b: 0.5 * np.ones_like(b))},
        {"plateau": (1, 4096, lambda b: 0.5 * np.ones_like(b)), "exact": (1, 4096, lambda b: 0.5 + 0.5 * signs(b))},
    ),
    "pull": (
        ((1.0, 4096.0), (0.008, 12.0), True),
        {"plateau": (1, 4096, np.ones_like), "exact": (1, 4, lambda b: R * signs(b) ** 2)},
        {"plateau": (1, 4096, np.ones_like), "exact": (1, 4096, lambda b: R * signs(b) ** 2)},
    ),
    "rise": (RATES, {"exact": (1, 16, law("exact"))},
             {"exact": (1, 4096, law("exact")), "square_root": (1, 1753, law("square_root"))}),
    "settle": (RATES, {"exact": (1, 256, law("exact"))},
               {"exact": (1, 4096, law("exact")), "surge": (1, 4096, law("surge")),
                "plateau": (1, 4096, law("plateau"))}),
    "gone": (
        ((0.1, 30.0), (0.0, 0.7), False), {"exact": (9.14, 30, np.vectorize(fall))},
        {"exact": (0.1, 30, np.vectorize(fall)), "correlated": (0.1, 30, np.vectorize(lambda r: fall(r, SHARED)))},
    ),
    "adam": (RATES, {"exact": (1, 4096, law("exact"))},
             {"exact": (1, 4096, law("exact", replace(STORY, momentum=0.9)))}),
    "real": (OPTIMA, {}, {}),
    "tomorrow": (((0.01, 0.4), (-0.02, 0.4), False), {}, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def sweeps():
    entries = {entry.name: entry for entry in catalogue.entries()}
    return {name: entries[name].load() for name in MEASURED}


@pytest.fixture
def shown(page, url):
    def opened(address, ready):
        page.emulate_media(reduced_motion="reduce")
        page.goto(url + address)
        expect(page.locator(ready)).to_be_visible()
        return page

    return opened


def scaled(page, x, y, axes):
    """Pixels as what the axes say."""
    (x0, x1), (y0, y1), log = axes
    frame = page.locator(".frame").first
    left, top, width, height = (float(frame.get_attribute(name)) for name in ("x", "y", "width", "height"))
    across, up = (np.asarray(x) - left) / width, 1 - (np.asarray(y) - top) / height
    return x0 * (x1 / x0) ** across, y0 * (y1 / y0) ** up if log else y0 + (y1 - y0) * up


def drawn(page, axes):
    """The lines of the figure by the name of their law; what lies outside the axes is left out."""
    lines = {}
    for path in page.locator(".plot .law").all():
        name = re.search(r"law-(\w+)", path.get_attribute("class")).group(1)
        pairs = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get_attribute("d") or "")
        if pairs:
            x, y = scaled(page, *np.array(pairs, float).T, axes)
            inside = (y >= axes[1][0]) & (y <= axes[1][1] * (1 + 1e-9)) if axes[2] else y <= axes[1][1]
            lines[name] = (x[inside], y[inside])
    return lines


def dots(page, axes, where):
    x, y = np.array(page.locator(where).evaluate_all(
        "all => all.map(dot => [dot.getAttribute('cx'), dot.getAttribute('cy')].map(Number))"
    )).T  # fmt: skip
    return scaled(page, x, y, axes)


def agree(found, expected, axes):
    """The same lines, as far as they have to go, within a pixel or so."""
    assert found.keys() == expected.keys()
    tolerance = {"rtol": 0.012} if axes[2] else {"rtol": 0, "atol": 0.003}
    for name, (start, end, curve) in expected.items():
        x, y = found[name]
        assert x.min() == pytest.approx(start, rel=0.02)
        assert x.max() == pytest.approx(end, rel=0.08)
        np.testing.assert_allclose(y, curve(x), err_msg=name, **tolerance)


def test_the_chart_of_each_step_of_the_story(shown, sweeps):
    page = shown("/learn?story=1", ".story[data-ready]")
    for number, step in enumerate(STEPS[:-1], 1):
        expect(page.locator(f".story[data-step='{number}']")).to_be_visible()
        curves, model = step.curves, step.model
        found = drawn(page, RATES)
        assert found.keys() == {key for key in curves if key != "correlated" or model.correlation}, number
        for name, (x, y) in found.items():
            np.testing.assert_allclose(y, law(name, model)(x), rtol=0.012, err_msg=f"{name}, step {number}")
        check_mark(page, model, "exact" in found)
        page.keyboard.press("PageDown")
    expect(page.locator(f".story[data-step='{len(STEPS)}']")).to_be_visible()
    check_panels(page, sweeps)


def check_mark(page, model, has_peak):
    """The dot is at the peak; where there is none, the bead lies on the line at batch size 64."""
    if has_peak:
        (peak,) = model.gradient_noise().peaks()
        dot = page.locator(".peak")
        assert float(dot.get_attribute("data-batch")) == pytest.approx(peak.batch_size, rel=1e-4)
        assert float(dot.get_attribute("data-lr")) == pytest.approx(peak.lr, rel=1e-6)
        return
    x, y = (float(v) for v in re.findall(r"-?[\d.]+", page.locator(".bead").get_attribute("transform")))
    batch, rate = scaled(page, x, y, RATES)
    assert rate == pytest.approx(float(law("square_root")(batch)), rel=0.012)
    assert batch == pytest.approx(64, rel=0.02)


def check_panels(page, sweeps):
    """The panels of the last step are the optima."""
    expect(page.locator(".panel")).to_have_count(len(MEASURED))
    for panel, name in zip(page.locator(".panel").all(), MEASURED, strict=True):
        optima = sweeps[name].optima()
        x, y = np.array(panel.locator("circle").evaluate_all(
            "all => all.map(dot => [dot.getAttribute('cx'), dot.getAttribute('cy')].map(Number))"
        )).T  # fmt: skip
        # both axes are logarithmic: places are a straight line over the logs, and their order is kept
        for place, value in ((x, [o.batch_size for o in optima]), (-y, [o.learning_rate for o in optima])):
            slope, start = np.polyfit(np.log(value), place, 1)
            assert slope > 0
            np.testing.assert_allclose(place, slope * np.log(value) + start, atol=0.6)
        verdict = surge_verdict(sweeps[name])
        said = panel.locator("figcaption")
        expect(said).to_contain_text("Falls by" if verdict.decision == "fall" else "No fall")
        if verdict.decision == "fall":
            expect(said).to_contain_text(percent(verdict.fall_octaves))


def test_the_figure_of_each_step_of_the_lesson_before_the_answer(shown, sweeps):
    page = shown("/lesson?lesson=1", ".lesson[data-ready]")
    for number, step in enumerate(LESSON, 1):
        expect(page.locator(f".lesson[data-step='{number}'][data-phase=predict]")).to_be_visible()
        axes, before, _ = LINES[step.key]
        agree(drawn(page, axes), before, axes)
        expect(page.locator(".truth-line")).to_have_count(0)
        if step.key == "real":
            optima = [o for o in sweeps[MEASURED[1]].optima() if o.batch_size <= 128]
            check_dots(page, axes, optima)
        page.keyboard.press("PageDown")


def test_the_figure_of_each_step_of_the_lesson_after_the_answer(shown, sweeps):
    guesses = ",".join(["0.7"] * len(LESSON))
    page = shown(f"/lesson?lesson=1&guess={guesses}", ".lesson[data-ready]")
    for number, step in enumerate(LESSON, 1):
        expect(page.locator(f".lesson[data-step='{number}'][data-phase=shown]")).to_be_visible()
        axes, _, after = LINES[step.key]
        if after is not None:
            agree(drawn(page, axes), after, axes)
        truth = step.to_json()["guess"]
        line = page.locator(".truth-line")
        x, y = scaled(page, *(float(line.get_attribute(end)) for end in ("x2", "y2")), axes)
        assert (x if truth["axis"] == "x" else y) == pytest.approx(truth["truth"], rel=0.012, abs=0.003), number
        if step.key == "real":
            check_dots(page, axes, sweeps[MEASURED[1]].optima())
        if step.key == "tomorrow":
            check_valley(page, axes, sweeps[MEASURED[1]])
        page.keyboard.press("PageDown")


def check_dots(page, axes, optima):
    batch, rate = dots(page, axes, ".measured circle")
    np.testing.assert_allclose(batch, [o.batch_size for o in optima], rtol=0.01)
    np.testing.assert_allclose(rate, [o.learning_rate for o in optima], rtol=0.01)


def check_valley(page, axes, sweep):
    """The dots are the mean losses at batch size 1024 beyond the best, and the line runs through them."""
    best = next(o.loss for o in sweep.optima() if o.batch_size == 1024)
    cells = sweep.cells()
    cells = cells[
        (cells["batch_size"] == 1024) & (cells["loss"] - best <= axes[1][1]) & (cells["learning_rate"] > 0.01)
    ]
    rate, extra = dots(page, axes, ".measured circle")
    within = rate > 0.01
    np.testing.assert_allclose(rate[within], cells["learning_rate"], rtol=0.01)
    np.testing.assert_allclose(extra[within], cells["loss"] - best, atol=0.003)
    x, y = drawn(page, axes)["exact"]
    near = np.interp(np.log(x), np.log(rate), extra)
    assert sqrt(np.mean((y - near) ** 2)) < 0.01


def test_the_reader_of_lines_sees_a_wrong_curve(shown):
    """The instrument itself: a curve of another model is not taken for this one."""
    page = shown("/learn?story=3", ".story[data-ready][data-step='3']")
    x, y = drawn(page, RATES)["exact"]
    assert np.abs(y / law("exact", replace(STORY, alignment=7.5))(x) - 1).max() > 0.02
    assert EqualSnrLaw(0.3, Z, R)(x) == pytest.approx(y, rel=0.012)
