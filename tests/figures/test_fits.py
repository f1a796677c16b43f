"""What the figures draw, in numbers: axis titles and scales, data of every trace, empty input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import band, curve, keys, marked, marks, parsed, texts
from figures import axes, loss_map, several
from figures import fits as figures
from figures.palette import STYLES
from figures.plot import SIZES

from surgecore import LAWS, Sweep, analyse, words
from surgecore.sweeps.advice import SMOOTH_PATH
from surgecore.theory.curves import CURVES
from surgecore.why.measurement import RUNGS
from surgecore.words import tables


@pytest.fixture(scope="module")
def analysis(sweep):
    return analyse(sweep)


def by_meta(figure, meta):
    (trace,) = [trace for trace in figure.data if trace.meta == meta]
    return trace


def fitted(analysis, *results):
    return parsed(figures.fits(analysis.optima, results, measured_label="Measured"))


def test_measured_optima_are_markers_with_their_intervals_and_never_joined(analysis):
    drawn = fitted(analysis)
    inside = [o for o in analysis.optima if not o.on_edge]
    assert not list(drawn.iter("polyline"))
    sizes, rates = marks(drawn)
    np.testing.assert_allclose(sizes, [o.batch_size for o in inside])
    np.testing.assert_allclose(rates, [o.learning_rate for o in inside], rtol=1e-5)
    ends = [[float(end) for end in mark.get("data-interval").split()] for mark in marked(drawn)]
    np.testing.assert_allclose(ends, [o.interval for o in inside], rtol=1e-5)
    assert all(mark.find("line") is not None for mark in marked(drawn))


def test_optima_on_the_edge_of_the_grid_are_triangles_and_no_numbers_with_errors(sweep):
    cut = Sweep.from_frame(sweep.trials[sweep.trials.learning_rate < 0.018].reset_index(drop=True))
    edge = [o for o in cut.optima() if o.on_edge == "high"]
    assert edge
    drawn = parsed(figures.fits(cut.optima(), [], measured_label="Measured"))
    assert list(marks(drawn, "measured_on_edge")[0]) == [o.batch_size for o in edge]
    for mark in marked(drawn, "measured_on_edge"):
        assert mark.find("polygon").get("class") == "bound"
        assert mark.find("line") is None


def test_bands_and_curves_of_fits(analysis):
    shown = [fit for fit in analysis.comparison.fits if fit.family.key in ("equal_snr", "surge")]
    drawn = fitted(analysis, *shown)
    for fit in shown:
        key = fit.family.key
        sizes, rates = curve(drawn, key)
        np.testing.assert_allclose(rates, fit.law(sizes), rtol=0.01)
        at, edge = band(drawn, key)
        low, high = fit.band(at)
        inside = (edge > 1.02 * rates.min()) & (edge < 0.98 * rates.max())
        off = np.minimum(np.abs(np.log(edge / low)), np.abs(np.log(edge / high)))[inside]
        assert inside.any()
        assert off.max() < 0.02
        (line,) = [line for line in drawn.iter("polyline") if line.get("data-key") == key]
        assert line.get("stroke") == STYLES[key].colour
        assert words.curve(key) in texts(drawn)
    assert keys(drawn)[-1] == "measured"
    said = texts(drawn)
    assert {"2²", "2⁴", "2⁶", "2⁸", "2¹⁰", "Batch size [examples]", "Measured"} <= set(said)
    assert "Best learning rate [parameter units per step]" in said


def test_residuals_are_percent_of_the_fitted_rate(analysis):
    fit = analysis.comparison.fits[0]
    expected = [100 * (o.value / fit.law(o.batch_size) - 1) for o in fit.used]
    np.testing.assert_allclose(marks(parsed(figures.residuals([fit])), fit.family.key)[1], expected, rtol=1e-5)


@pytest.mark.parametrize("name", SIZES)
def test_names_of_curves_stand_at_their_ends_or_in_the_legend(analysis, name):
    width, height = SIZES[name]
    fit = analysis.comparison.fits[0]
    text = figures.fits(analysis.optima, [fit], measured_label="Measured", width=width, height=height)
    legend = [texts(entry) for entry in parsed(text).iter("g") if entry.get("class") == "legend"]
    assert ([words.curve(fit.family.key)] in legend) == (name == "narrow")
    assert words.curve(fit.family.key) in texts(parsed(text))
    assert ["Measured"] in legend


@pytest.mark.parametrize(("low", "high"), [(1.1, 1.9), (0.01, 0.05), (1e-3, 1e2), (3e-9, 4e3)])
def test_an_axis_has_a_few_ticks_whatever_its_span(low, high):
    axis = axes.decades("x", low, high)
    assert 3 <= len(axis.ticks) <= 14
    assert all(axis.holds(value) for value, _ in axis.ticks)
    assert [axis.part(end) for end in (low, high, high * 2)] == [0, 1, 1]
    assert not any(axis.holds(value) for value in (low / 2, high * 2, float("nan"), -1.0))


def test_a_linear_axis_has_round_ticks():
    assert [text for _, text in axes.linear("x", -12, 12).ticks] == ["-10", "-5", "0", "5", "10"]


def test_loss_map_draws_every_cell_and_shows_the_diverged_ones(sweep):
    figure = loss_map.draw(sweep, sweep.optima(), loss_title="Loss after 10 steps")
    cells = sweep.cells()
    lost = cells[cells.loss.isna()]
    assert len(lost) == 2
    assert len(by_meta(figure, "cells").x) + len(lost) == len(cells) == 85
    assert list(by_meta(figure, "diverged").y) == list(lost.learning_rate)
    heat = by_meta(figure, "loss")
    assert np.shape(heat.z) == (17, 5)
    assert (len(heat.y), len(heat.x)) == (18, 6)
    assert np.nanmin(heat.z) == cells.loss.min()
    assert len(by_meta(figure, "measured").x) == 5
    assert figure.layout.coloraxis.colorbar.title.text == "Loss after 10 steps"
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert figure.layout.yaxis.title.text == "Learning rate [parameter units per step]"


def test_cells_are_tiled_half_way_between_neighbours(sweep):
    heat = by_meta(loss_map.draw(sweep), "loss")
    np.testing.assert_allclose(heat.x, [2, 8, 32, 128, 512, 2048])
    without = Sweep.from_frame(sweep.trials[sweep.trials["batch_size"] != 64])
    heat = by_meta(loss_map.draw(without), "loss")
    np.testing.assert_allclose(heat.x, [2, 8, 32, 128, 512, 2048])
    assert np.isnan(heat.z[:, 2]).all()
    assert np.isfinite(heat.z[:, [0, 1, 3, 4]]).any(axis=0).all()


def test_huge_losses_do_not_wreck_the_colours_and_are_counted():
    losses = [0.2, 0.3, 0.4, 0.5, 1e30, np.inf, np.nan]
    low, high = loss_map.colour_limits(losses)
    assert (low, high) == pytest.approx((0.2, 0.8))
    assert words.clipped(losses, (low, high)).startswith("1 cell with loss above 0.800")
    assert loss_map.colour_limits([0.5, 0.5]) == (0.5, 1.5)
    assert loss_map.colour_limits([np.nan]) == (0.0, 1.0)


def test_scattered_trials_are_coloured_points_without_a_heat_map():
    rates = np.geomspace(1e-4, 1e-1, 60)
    sizes = 2 ** np.random.default_rng(3).integers(3, 9, 60)
    losses = 0.3 + 0.01 * np.log(rates / 0.01) ** 2
    scattered = Sweep.from_frame(pd.DataFrame({"batch_size": sizes, "learning_rate": rates, "loss": losses}))
    figure = loss_map.draw(scattered)
    assert [trace.meta for trace in figure.data] == ["cells"]
    np.testing.assert_array_equal(np.sort(figure.data[0].marker.color), np.sort(scattered.cells().loss))


@pytest.mark.parametrize(
    ("figure", "title"),
    [
        (figures.fits((), (), measured_label="Measured"), "Best learning rate [parameter units per step]"),
        (figures.residuals([]), "Measured over fitted, minus one [%]"),
        (several.several({}, unit="x"), "Best learning rate [x]"),
    ],
    ids=["fits", "residuals", "several"],
)
def test_nothing_to_draw_gives_an_empty_figure_with_its_titles(figure, title):
    assert {"Batch size [examples]", title} <= set(texts(parsed(figure)))
    assert not keys(parsed(figure))


def test_a_map_of_nothing_says_so():
    figure = loss_map.draw(None)
    assert not figure.data
    assert figure.layout.yaxis.title.text == "Learning rate [parameter units per step]"
    assert len(figure.layout.annotations) == 1


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("background", ["#ffffff", "#12161b"])
@pytest.mark.parametrize("key", [*LAWS, SMOOTH_PATH])
def test_every_law_stands_out_on_both_backgrounds(key, background):
    low, high = sorted([luminance(STYLES[key].colour), luminance(background)])
    assert (high + 0.05) / (low + 0.05) >= 3  # WCAG 2.1, 1.4.11


def test_every_law_and_the_smooth_path_has_its_own_colour_and_its_own_dash():
    curves = [*LAWS, SMOOTH_PATH]
    assert {*curves, *CURVES, *RUNGS} == STYLES.keys()
    assert all(words.curve(key) for key in STYLES)
    assert len({STYLES[key].colour for key in curves}) == len({STYLES[key].dash for key in curves}) == len(curves)


def test_tables_say_the_numbers_of_the_analysis(analysis):
    table = tables.ranking(analysis.comparison)
    assert list(table.index) == [words.curve(fit.family.key) for fit in analysis.comparison.fits]
    best = analysis.comparison.fits[0]
    for name, item in best.parameters.items():
        assert getattr(best.law, name) == item.value
        said = f"${item.param.symbol}$ = {words.rounded(item.value, item.stderr)}"
        assert said in table.iloc[0].iloc[-1]
        if item.param.unit != "examples":  # its ends have the digits that their distance carries
            assert f"{said} ({words.rounded_interval(*item.interval)})" in table.iloc[0].iloc[-1]
    optima = tables.optima(analysis.optima)
    first = analysis.optima[0]
    assert optima["Best learning rate"][0] == words.rounded(first.learning_rate, first.learning_rate * first.stderr)
    assert optima["95 % interval"][0] == words.rounded_interval(*first.interval)
    assert list(optima["Batch size"]) == ["2² = 4", "2⁴ = 16", "2⁶ = 64", "2⁸ = 256", "2¹⁰ = 1024"]
    assert optima["Diverged"].tolist() == [8, 0, 0, 0, 0]
