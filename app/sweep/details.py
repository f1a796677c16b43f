"""What is folded under the answer: map, laws, steps and examples, comparison. Only the open one is made."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import streamlit as st
from choice import address, shown
from choice.made import once
from components import plotly_figure, terms
from components.drawing import drawing, sized
from components.map_exports import map_exports
from figures import fits, loss_map, several
from figures.plot import SIZES

from surgecore import Analysis, Comparison, peak_shift, words
from surgecore.sweeps.advice import SMOOTH_PATH
from surgecore.words import say, surge, tables
from surgecore.words.phrases import current_language, has
from sweep.defaults import follow

Draw = Callable[[Analysis, str], None]


def show(analysis: Analysis, unit: str) -> None:
    """The folded parts of a sweep; those that are open are in the address."""
    parts: dict[str, Draw] = {"map": _map}
    if any(fit.law is not None for fit in analysis.comparison.fits):
        parts["laws"] = _laws
    if analysis.optima:
        parts["compare"] = _compare
    if analysis.tradeoff:
        parts["steps"] = _steps
    _old_address(parts)
    for name, draw in parts.items():
        with st.expander(
            say(f"details-{name}"), key=f"fold-{name}", bind="query-params", on_change="rerun"
        ) as fold:  # fmt: skip
            if fold.open:
                draw(analysis, unit)


def _old_address(parts: Mapping[str, Draw]) -> None:
    """Earlier versions had tabs, and the name of the open one in the address."""
    if view := st.query_params.get("view"):
        for name in parts:
            if view == say(f"details-{name}", language="en"):
                st.session_state[f"fold-{name}"] = True
        del st.query_params["view"]


def _map(analysis: Analysis, unit: str) -> None:
    sweep, optima = analysis.sweep, analysis.optima
    plotly_figure.show(
        lambda: loss_map.draw(sweep, optima, loss_title=words.loss_title(sweep), unit=unit),
        of=(once(analysis, "named", lambda: uuid4().hex), unit),
        name="surge-loss-map",
        alt=say("details-map-alt", optima=words.optima_alt(optima)),
    )
    map_exports(name="surge-loss-map", title=_title(analysis, "details-map"))
    terms.caption(once(analysis, "clipped", lambda: _clipped(analysis)))
    if optima:
        st.dataframe(_kept(analysis, "optima", lambda: tables.optima(optima, sweep.metric)), hide_index=True)


def _kept(analysis: Analysis, key: Hashable, make: Callable[[], pd.DataFrame]) -> pa.Table:
    """A table as it goes to the browser, made once: from pandas it would be made again at every rerun."""
    return once(analysis, key, lambda: pa.Table.from_pandas(make()))


def _clipped(analysis: Analysis) -> str:
    losses = analysis.sweep.cells()["loss"].tolist()
    return words.clipped(losses, loss_map.colour_limits(losses), analysis.sweep.metric)


def _laws(analysis: Analysis, unit: str) -> None:
    comparison = analysis.comparison
    keys = choose_laws(comparison)
    drawn = [fit for fit in comparison.fits if fit.family.key in keys]
    path = comparison.path if SMOOTH_PATH in keys else None
    label, titled = words.measured(analysis.sweep), _title(analysis, "details-laws")

    def draw(**size: float) -> str:
        return fits.fits(analysis.optima, drawn, path=path, measured_label=label, unit=unit, **size)

    drawing(once(analysis, ("fits", unit, *keys), lambda: sized(draw, SIZES)), name="surge-fits", title=titled)
    terms.caption(say("details-laws-note"))
    terms.text(words.ranking(comparison))
    st.table(_kept(analysis, "ranking", lambda: tables.ranking(comparison)), hide_index=False)
    with st.expander(say("details-residuals"), on_change="rerun", key="residuals") as residuals:
        if residuals.open:
            off = once(
                analysis, ("residuals", *keys),
                lambda: sized(lambda **size: fits.residuals(drawn, **size), SIZES, tall=0.8),
            )  # fmt: skip
            drawing(off, name="surge-residuals", title=_title(analysis, "details-residuals"))
            st.table(_kept(analysis, "misses", lambda: tables.misses(comparison)), hide_index=False)


def _title(analysis: Analysis, key: str) -> str:
    return say("drawn-of-sweep", what=say(key), name=words.plain(analysis.sweep.name))


def choose_laws(comparison: Comparison) -> list[str]:
    """Which curves to draw, until the visitor chooses: the best law and the surge law; the path where no law holds."""
    keys = [fit.family.key for fit in comparison.fits if fit.law is not None]
    default = [key for key in dict.fromkeys([*keys[:1], "surge", "square_root"]) if key in keys]
    if comparison.path is not None:
        keys.append(SMOOTH_PATH)
        default = [SMOOTH_PATH] if comparison.no_law else default
    old, labels = _names(tuple(keys), current_language())
    in_address = address.Fields("laws", {key: key for key in keys}, default, old)
    follow({"laws": default})
    if not set(st.session_state.get("laws", [])) <= set(keys):
        st.session_state["laws"] = [key for key in st.session_state["laws"] if key in keys]
    chosen = st.pills(
        say("details-choose-laws"), keys, selection_mode="multi", format_func=labels.get, key="laws"
    )  # fmt: skip
    in_address.keep(chosen)
    return chosen


@lru_cache(maxsize=64)
def _names(keys: tuple[str, ...], language: str) -> tuple[dict[str, str], dict[str, str]]:
    """Laws by the labels that earlier addresses had for them, and what they are called; made once for each list."""
    old = {say(name, language="en"): key for key in keys if has(name := f"curve-{key.replace('_', '-')}")}
    return old, {key: words.curve(key) for key in keys}


def _steps(analysis: Analysis, unit: str) -> None:
    steps = analysis.tradeoff
    assert steps is not None
    terms.text(words.tradeoff(steps))
    if moved := once(analysis, "shift", _shift):
        terms.text(moved)
    drawn = once(analysis, "tradeoff", lambda: sized(lambda **size: several.tradeoff(steps, **size), SIZES))
    drawing(drawn, name="surge-tradeoff", title=_title(analysis, "details-steps"))
    st.table(_kept(analysis, "steps", lambda: tables.steps(steps)), hide_index=True)


def _shift() -> str:
    """How the peak moves between this sweep's target and the other one's; empty without another."""
    if (both := shown.at_another_target()) is None:
        return ""
    first, second = both
    shift = _moved(*(shown.analysis_of(one.title) for one in both))
    return say("details-shift", first=f"{first.loss:g}", second=f"{second.loss:g}", shift=shift)


def _moved(first: Analysis, second: Analysis) -> str:
    moved = peak_shift(first, second)
    return say("shift-open") if moved is None else words.peak_shift(moved)


def _compare(analysis: Analysis, unit: str) -> None:
    others = shown.others()
    in_address = address.Fields("beside", shown.codes(others), [], {name: name for name in others})
    names = st.multiselect(
        say("details-compare-with"), others, key="beside", max_selections=several.MOST - 1,
        placeholder=say("details-compare-choose"), filter_mode="contains",
    )  # fmt: skip
    in_address.keep(names)
    found = {analysis.sweep.name: analysis} | {name: shown.analysis_of(name) for name in names}
    part = st.toggle(say("compare-relative"), key="relative", bind="query-params")
    drawn = {name: several.relative(one.optima) if part else one.optima for name, one in found.items()}
    sizes = once(
        analysis, ("several", unit, part, *names),
        lambda: sized(lambda **size: several.several(drawn, unit=unit, relative=part, **size), SIZES),
    )  # fmt: skip
    drawing(sizes, name="surge-beside", title=_title(analysis, "details-compare"))
    st.table(_kept(analysis, ("peaks", *names), lambda: peaks(found)), hide_index=False)
    if len(names) == 1:  # it may be the same workload at another target
        terms.text(once(analysis, ("moved", *names), lambda: _moved(analysis, found[names[0]])))
    if not part:
        terms.caption(say("details-compare-units"))


def peaks(found: Mapping[str, Analysis]) -> pd.DataFrame:
    """One row a sweep: where its best rate is largest, where it ends, and its verdict."""
    rows = []
    for name, one in found.items():
        inside = [o for o in one.optima if not o.on_edge]
        top = max(inside, key=lambda o: o.learning_rate, default=None)
        rows.append(
            {
                say("compare-sweep"): words.plain(name),
                say("compare-peak"): words.number(top.learning_rate if top else None),
                say("compare-at"): words.batch_size(top.batch_size) if top else words.number(None),
                say("compare-last"): words.number(inside[-1].learning_rate if inside else None),
                say("compare-verdict"): surge.chip(one.verdict.decision, one.verdict.fall_octaves),
            }
        )
    return pd.DataFrame(rows).set_index(say("compare-sweep"))
