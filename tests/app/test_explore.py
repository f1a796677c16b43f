"""The Explore page as its visitor drives it, without a browser."""

from __future__ import annotations

import controls
import numpy as np
import pytest
from drawn import figure, metas, said, trace

from surgecore import EqualSnrLaw, NoiseModel, PowerLaw, analyse

DEFAULTS = {param.name: param.default for param in NoiseModel.params}


def test_first_view_shows_the_surge_with_the_digits_sweep_over_it(app, bundled):
    app.run()
    assert not app.exception
    spec = figure(app)
    assert {"exact", "surge", "sgd", "square_root", "peak", "measured"} <= set(metas(spec))
    noise = NoiseModel(**DEFAULTS).gradient_noise()
    batch, lr = trace(spec, "exact")
    np.testing.assert_allclose(lr, noise.optimal_lr(batch))
    batch, lr = trace(spec, "surge")
    np.testing.assert_allclose(lr, noise.small_batch_law()(batch))
    optima = bundled[0].load().optima()
    np.testing.assert_allclose(trace(spec, "measured")[1], [o.learning_rate for o in optima])
    assert bundled[0].name == "digits-mlp-sign-k10"
    assert noise.peaks()[0].prominence > 0.1
    np.testing.assert_allclose(
        noise.optimal_lr([o.batch_size for o in optima]), trace(spec, "measured")[1], rtol=0.12
    )
    assert "peaks at B = 98" in said(app)


def test_sgd_and_the_square_root_rule_start_where_the_exact_law_does(app):
    spec = figure(app.run())
    (batch, exact), noise = trace(spec, "exact"), NoiseModel(**DEFAULTS).gradient_noise()
    np.testing.assert_allclose(trace(spec, "square_root")[1], PowerLaw(exact[0], 0.5)(batch))
    sgd = trace(spec, "sgd")[1]
    np.testing.assert_allclose(sgd / sgd[0], noise.sgd_law()(batch) / noise.sgd_law()(batch[0]))
    assert sgd[0] == pytest.approx(exact[0])
    assert "SGD has other units" in said(app)


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_slider_moves_the_exact_curve(app, name):
    app.run()
    slider = app.select_slider(key=f"{name}_slider")
    step = 12 if name != "blocks" else 1
    position = slider.options.index(slider.value) if slider.value in slider.options else 0
    slider.set_value(target := slider_levels(name)[position + step]).run()
    assert not app.exception
    model = NoiseModel(**(DEFAULTS | {name: target}))
    batch, lr = trace(figure(app), "exact")
    expected = model.gradient_noise().optimal_lr(batch)
    np.testing.assert_allclose(lr, np.where(expected > 0, expected, np.nan))
    assert app.number_input(key=name).value == target


def slider_levels(name: str) -> tuple[float, ...]:

    (param,) = [param for param in NoiseModel.params if param.name == name]
    return controls._levels(param, DEFAULTS[name])


def test_an_exact_value_moves_the_curve_and_the_slider(app):
    app.run()
    app.number_input(key="snr").set_value(0.0321).run()
    batch, lr = trace(figure(app), "exact")
    np.testing.assert_allclose(
        lr, NoiseModel(**(DEFAULTS | {"snr": 0.0321})).gradient_noise().optimal_lr(batch)
    )
    assert app.select_slider(key="snr_slider").value == 0.0321


def test_where_the_exact_law_has_no_peak_the_page_says_so_although_theorem_3_draws_one(app):
    app.query_params.update({"alignment": "0.8", "snr_spread": "0"})
    app.run()
    assert "no peak" in said(app)
    assert "although Theorem 3 draws one" in said(app)
    assert "surge" in metas(figure(app))
    assert "peak" not in metas(figure(app))


def test_matching_the_sweep_sets_the_controls_from_the_fitted_law(app, bundled):
    app.run()
    app.button[0].click().run()
    (fit,) = [f for f in analyse(bundled[0].load()).comparison.fits if f.family.key == "equal_snr"]
    batch, lr = trace(figure(app), "exact")
    np.testing.assert_allclose(lr, fit.law(batch))
    assert isinstance(fit.law, EqualSnrLaw)


def test_values_that_do_not_go_together_are_explained(app):
    app.query_params.update({"n_parameters": "4", "alignment": "100"})
    app.run()
    assert not app.exception
    assert "alignment must lie between" in app.error[0].value
    app.number_input(key="alignment").set_value(2.0).run()
    assert not app.error
    assert "exact" in metas(figure(app))


def test_links_carry_the_state(app, bundled):
    title = bundled[-1].title
    app.query_params.update({"sweep": title, "snr": "0.1", "lr_scale": "nonsense", "alignment": "1e9"})
    app.run()
    assert app.selectbox(key="sweep").value == title
    batch, lr = trace(figure(app), "exact")
    np.testing.assert_allclose(lr, NoiseModel(**(DEFAULTS | {"snr": 0.1})).gradient_noise().optimal_lr(batch))
    optima = [o for o in bundled[-1].load().optima() if not o.on_edge]
    np.testing.assert_allclose(trace(figure(app), "measured")[1], [o.learning_rate for o in optima])
