"""What is folded under the answer: map, laws, steps and examples, comparison. Only the open one is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st
from choice import shown
from choice.made import once
from components import plotly_figure
from figures import fits, loss_map, several

from surgecore import Analysis, FitResult, words
from surgecore.words import say, surge, tables
from sweep.defaults import follow


def show(analysis: Analysis, unit: str) -> None:
    """The tabs of a sweep; the open one is in the address."""
    parts: dict[str, Callable[[Analysis, str], None]] = {"details-map": _map}
    if any(fit.law is not None for fit in analysis.comparison.fits):
        parts["details-laws"] = _laws
    if analysis.tradeoff:
        parts["details-steps"] = _steps
    if analysis.optima:
        parts["details-compare"] = _compare
    names = {say(key): draw for key, draw in parts.items()}
    opened = st.tabs(list(names), key="view", bind="query-params", on_change="rerun")
    for tab, draw in zip(opened, names.values(), strict=True):
        if tab.open:
            with tab:
                draw(analysis, unit)


def _map(analysis: Analysis, unit: str) -> None:
    sweep, optima = analysis.sweep, analysis.optima
    figure = once(
        analysis, ("map", unit),
        lambda: loss_map.draw(sweep, optima, loss_title=words.loss_title(sweep), unit=unit),
    )  # fmt: skip
    plotly_figure.show(figure, name="surge-loss-map", alt=say("details-map-alt", optima=words.optima_alt(optima)))
    st.caption(once(analysis, "clipped", lambda: _clipped(analysis)))
    if optima:
        with st.expander(say("details-optima")):
            st.dataframe(
                once(analysis, "optima", lambda: tables.optima(optima, analysis.sweep.metric)), hide_index=True
            )


def _clipped(analysis: Analysis) -> str:
    losses = analysis.sweep.cells()["loss"].tolist()
    return words.clipped(losses, loss_map.colour_limits(losses), analysis.sweep.metric)


def _laws(analysis: Analysis, unit: str) -> None:
    comparison = analysis.comparison
    keys = choose_laws(comparison.fits)
    drawn = [fit for fit in comparison.fits if fit.family.key in keys]
    figure = once(
        analysis, ("fits", unit, *keys),
        lambda: fits.fits(analysis.optima, drawn, measured_label=words.measured(analysis.sweep), unit=unit),
    )  # fmt: skip
    plotly_figure.show(figure, name="surge-fits", alt=say("details-laws-alt", optima=words.optima_alt(analysis.optima)))
    st.caption(say("details-laws-note"))
    st.markdown(words.ranking(comparison))
    st.table(once(analysis, "ranking", lambda: tables.ranking(comparison)))
    with st.expander(say("details-residuals"), on_change="rerun", key="residuals") as residuals:
        if residuals.open:
            residual = once(analysis, ("residuals", *keys), lambda: fits.residuals(drawn))
            plotly_figure.show(residual, name="surge-residuals", alt=say("details-residuals-alt"))
            st.table(once(analysis, "misses", lambda: tables.misses(comparison)))


def choose_laws(ranking: Sequence[FitResult]) -> list[str]:
    """Which fitted laws to draw: the best one and the surge law, until the visitor chooses."""
    keys = [fit.family.key for fit in ranking if fit.law is not None]
    default = [key for key in dict.fromkeys([*keys[:1], "surge", "square_root"]) if key in keys]
    follow({"laws": default})
    if not set(st.session_state.get("laws", [])) <= set(keys):
        st.session_state["laws"] = [key for key in st.session_state["laws"] if key in keys]
    return st.pills(
        say("details-choose-laws"),
        keys,
        selection_mode="multi",
        default=default,
        format_func=words.curve,
        key="laws",
        bind="query-params",
    )


def _steps(analysis: Analysis, unit: str) -> None:
    steps = analysis.tradeoff
    assert steps is not None
    st.markdown(words.tradeoff(steps))
    plotly_figure.show(
        once(analysis, "tradeoff", lambda: several.tradeoff(steps)), name="surge-tradeoff", alt=words.tradeoff(steps)
    )
    with st.expander(say("details-points")):
        st.dataframe(steps.points, hide_index=True)


def _compare(analysis: Analysis, unit: str) -> None:
    names = st.multiselect(
        say("details-compare-with"), shown.others(), key="beside", bind="query-params",
        max_selections=several.MOST - 1, placeholder=say("details-compare-choose"),
    )  # fmt: skip
    found = {analysis.sweep.name: analysis} | {name: shown.analysis_of(name) for name in names}
    part = st.toggle(say("compare-relative"), key="relative", bind="query-params")
    drawn = {name: several.relative(one.optima) if part else one.optima for name, one in found.items()}
    figure = once(
        analysis, ("several", unit, part, *names), lambda: several.several(drawn, unit=unit, relative=part)
    )  # fmt: skip
    alt = " ".join(words.optima_alt(one.optima) for one in found.values())
    plotly_figure.show(figure, name="surge-beside", alt=alt)
    st.table(once(analysis, ("peaks", *names), lambda: peaks(found)))
    if not part:
        st.caption(say("details-compare-units"))


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
