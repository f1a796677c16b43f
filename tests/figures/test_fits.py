"""What the figures draw, in numbers: axis titles and scales, data of every trace, empty input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures import fits as figures
from figures import loss_map
from figures.palette import STYLES

from surgecore import LAWS, Sweep, analyse, words
from surgecore.theory.curves import CURVES
from surgecore.why.measurement import RUNGS
from surgecore.words import curve, tables


@pytest.fixture(scope="module")
def analysis(sweep):
    return analyse(sweep)


def by_meta(figure, meta):
    (trace,) = [trace for trace in figure.data if trace.meta == meta]
    return trace


def test_measured_optima_are_markers_with_their_intervals_and_never_joined(analysis):
    trace = by_meta(figures.fits(analysis.optima, [], measured_label="Measured"), "measured")
    inside = [o for o in analysis.optima if not o.on_edge]
    assert trace.mode == "markers"
    np.testing.assert_allclose(trace.x, [o.batch_size for o in inside])
    np.testing.assert_allclose(trace.y, [o.learning_rate for o in inside])
    np.testing.assert_allclose(np.add(trace.y, trace.error_y.array), [o.interval[1] for o in inside])
    np.testing.assert_allclose(np.subtract(trace.y, trace.error_y.arrayminus), [o.interval[0] for o in inside])


def test_optima_on_the_edge_of_the_grid_are_triangles_and_no_numbers_with_errors(sweep):
    cut = Sweep.from_frame(sweep.trials[sweep.trials.learning_rate < 0.018].reset_index(drop=True))
    edge = [o for o in cut.optima() if o.on_edge == "high"]
    assert edge
    trace = by_meta(figures.fits(cut.optima(), [], measured_label="Measured"), "measured_on_edge")
    assert list(trace.x) == [o.batch_size for o in edge]
    assert set(trace.marker.symbol) == {"triangle-up"}
    assert trace.error_y.array is None


def test_bands_and_curves_of_fits(analysis):
    shown = [fit for fit in analysis.comparison.fits if fit.family.key in ("equal_snr", "surge")]
    figure = figures.fits(analysis.optima, shown, measured_label="Measured")
    for fit in shown:
        line, band = by_meta(figure, fit.family.key), by_meta(figure, f"{fit.family.key} band")
        np.testing.assert_array_equal(line.y, fit.law(np.asarray(line.x)))
        low, high = fit.band(np.asarray(line.x))
        known = np.isfinite(low) & np.isfinite(high) & (low > 0)
        np.testing.assert_array_equal(band.y, np.concatenate([high[known], low[known][::-1]]))
        assert (line.line.color, line.line.dash) == (
            STYLES[fit.family.key].colour,
            STYLES[fit.family.key].dash,
        )
    assert figure.data[-1].meta == "measured"
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert figure.layout.xaxis.title.text == "Batch size [examples]"
    assert figure.layout.xaxis.range == (1.0 * np.log10(2), 11 * np.log10(2))
    assert figure.layout.xaxis.ticktext == ("2²", "2⁴", "2⁶", "2⁸", "2¹⁰")
    np.testing.assert_array_equal(figure.layout.xaxis.tickvals, 4.0 ** np.arange(1, 6))
    assert figure.layout.yaxis.title.text == "Best learning rate [parameter units per step]"


def test_residuals_are_percent_of_the_fitted_rate(analysis):
    fit = analysis.comparison.fits[0]
    trace = by_meta(figures.residuals([fit]), fit.family.key)
    expected = [100 * (o.value / fit.law(o.batch_size) - 1) for o in fit.used]
    np.testing.assert_allclose(trace.y, expected)


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


def test_huge_losses_do_not_wreck_the_colours_and_are_counted():
    losses = [0.2, 0.3, 0.4, 0.5, 1e30, np.inf, np.nan]
    low, high = loss_map.colour_limits(losses)
    assert (low, high) == pytest.approx((0.2, 0.8))
    assert words.clipped(losses, (low, high)).startswith("1 cell with Loss above 0.800")
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
    ("figure", "titles"),
    [
        (
            figures.fits((), (), measured_label="Measured"),
            ("Batch size [examples]", "Best learning rate [parameter units per step]"),
        ),
        (figures.residuals([]), ("Batch size [examples]", "Measured over fitted, minus one [%]")),
        (loss_map.draw(None), ("Batch size [examples]", "Learning rate [parameter units per step]")),
    ],
    ids=["fits", "residuals", "loss_map"],
)
def test_nothing_to_draw_gives_an_empty_figure_with_its_titles(figure, titles):
    assert not figure.data
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == titles
    assert len(figure.layout.annotations) == 1


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("background", ["#ffffff", "#12161b"])
@pytest.mark.parametrize("key", LAWS)
def test_every_law_stands_out_on_both_backgrounds(key, background):
    low, high = sorted([luminance(STYLES[key].colour), luminance(background)])
    assert (high + 0.05) / (low + 0.05) >= 3  # WCAG 2.1, 1.4.11


def test_every_law_has_its_own_colour_and_its_own_dash():
    assert {*LAWS, *CURVES, *RUNGS} == STYLES.keys()
    assert all(curve(key) for key in STYLES)
    assert len({STYLES[key].colour for key in LAWS}) == len({STYLES[key].dash for key in LAWS}) == len(LAWS)


def test_tables_say_the_numbers_of_the_analysis(analysis):
    table = tables.ranking(analysis.comparison)
    assert list(table.index) == [words.curve(fit.family.key) for fit in analysis.comparison.fits]
    best = analysis.comparison.fits[0]
    for name, item in best.parameters.items():
        assert getattr(best.law, name) == item.value
        assert f"${item.param.symbol}$ = {words.rounded(item.value, item.stderr)}" in table.iloc[0].iloc[-1]
    optima = tables.optima(analysis.optima)
    assert list(optima["Batch size"]) == ["2² = 4", "2⁴ = 16", "2⁶ = 64", "2⁸ = 256", "2¹⁰ = 1024"]
    assert optima["Diverged"].tolist() == [8, 0, 0, 0, 0]
