"""Sweep: what does this sweep say about learning rate and batch size?"""

import streamlit as st
from choice import controls, reading_panel
from figures import fits as figures
from figures import loss_map
from figures import several as sweep_figures
from sweep import advice as advice_panel
from sweep import downloads

from surgecore import words
from surgecore.words import tables

if controls.waiting() is not None:
    st.stop()  # nothing but the problem or the choice above: the answers of another sweep would be taken for its own
upload = controls.chosen_upload()
analysis = controls.chosen_analysis()
sweep, optima, comparison, steps = analysis.sweep, analysis.optima, analysis.comparison, analysis.tradeoff

st.title(controls.chosen_title(), anchor=False)
answer = analysis.verdict.sentence if sweep.is_grid else analysis.sentences[0]
st.markdown(f"**{answer}**")
if not sweep.is_grid:
    st.markdown("The map below shows every trial. For optima, run the same learning rates at several batch sizes.")
st.caption(words.facts(sweep))
if upload is not None:
    reading_panel.show(upload)
st.caption("\n".join(f"- {words.plain(remark)}" for remark in words.remarks(analysis) if remark != answer))

fitted = any(fit.law is not None for fit in comparison.fits)
NAMES = ["Loss map"]
NAMES += ["Fitted laws"] if fitted else []
NAMES += ["Steps and examples"] if steps else []
NAMES += ["Beside others"] if optima else []
drawn = {
    "Loss map": loss_map.draw(sweep, optima, loss_title=words.loss_title(sweep), unit=controls.lr_unit()),
}
tabs = dict(zip(NAMES, st.tabs(NAMES, key="view", bind="query-params", on_change="rerun"), strict=True))
with tabs["Loss map"]:
    controls.show(drawn["Loss map"], name="surge-loss-map", alt=f"Map of the loss. {words.optima_alt(optima)}")
    losses = sweep.cells()["loss"].tolist()
    st.caption(words.clipped(losses, loss_map.colour_limits(losses), sweep.metric))
    if optima:
        with st.expander("The measured optima as a table"):
            st.dataframe(tables.optima(optima, sweep.metric), hide_index=True)
if fitted:
    with tabs["Fitted laws"]:
        keys = controls.choose_laws(comparison.fits)
        shown = [fit for fit in comparison.fits if fit.family.key in keys]
        drawn["Fitted laws"] = figures.fits(
            optima, shown, measured_label=words.measured(sweep), unit=controls.lr_unit()
        )  # fmt: skip
        controls.show(
            drawn["Fitted laws"], name="surge-fits", alt=f"Fitted laws with 95 % bands. {words.optima_alt(optima)}"
        )
        st.caption("Bands: 95 % for each curve. Points are measured and never joined.")
        with st.expander("Residuals"):
            controls.show(figures.residuals(shown), name="surge-residuals", alt="Measured over fitted, by law.")
if steps:
    with tabs["Steps and examples"]:
        st.markdown(steps.sentence)
        drawn["Steps and examples"] = sweep_figures.tradeoff(steps)
        controls.show(drawn["Steps and examples"], name="surge-tradeoff", alt=steps.sentence)
        with st.expander("The measured points as a table"):
            st.dataframe(steps.points, hide_index=True)
if optima:
    with tabs["Beside others"]:
        names = st.multiselect(
            "Sweeps to lay beside this one", controls.other_sweeps(), key="beside", bind="query-params",
            max_selections=sweep_figures.MOST - 1, placeholder="Choose sweeps",
        )  # fmt: skip
        together = {sweep.name: optima} | {name: controls.analysis_of(name).optima for name in names}
        drawn["Beside others"] = sweep_figures.several(together, unit=controls.lr_unit())
        controls.show(
            drawn["Beside others"], name="surge-beside", alt=" ".join(words.optima_alt(o) for o in together.values())
        )
        st.caption("Learning rates of different optimizers have different units: compare shapes, not heights.")

if fitted:
    st.subheader("Which law describes the optima best?", anchor=False)
    st.markdown(comparison.sentence)
    st.table(tables.ranking(comparison))
    with st.expander("How far off each law is, and notes on the fits"):
        st.table(tables.misses(comparison))
if optima:
    st.subheader("Which learning rate to use?", anchor=False)
    advice_panel.show(analysis)
st.subheader("Take it with you", anchor=False)
downloads.show(analysis, drawn)
