"""Sweep: what does this sweep say about learning rate and batch size?"""

import controls
import figures
import loss_map
import streamlit as st
import tables
import words

analysis = controls.chosen_analysis()
sweep, optima, comparison = analysis.sweep, analysis.optima, analysis.comparison

st.title(controls.chosen_title(), anchor=False)
st.markdown(f"**{analysis.verdict.sentence}**")
st.caption(words.facts(sweep))
st.caption("\n".join(f"- {words.plain(remark)}" for remark in words.remarks(analysis)))

map_figure = loss_map.draw(sweep, optima, loss_title=words.loss_title(sweep), unit=controls.lr_unit())
map_tab, fit_tab = st.tabs(["Loss map", "Fitted laws"], key="view", bind="query-params", on_change="rerun")
with map_tab:
    controls.show(map_figure, name="surge-loss-map", alt=f"Map of the loss. {words.optima_alt(optima)}")
    losses = sweep.cells()["loss"].tolist()
    st.caption(words.clipped(losses, loss_map.colour_limits(losses)))
    with st.expander("The measured optima as a table"):
        st.dataframe(tables.optima(optima), hide_index=True)
with fit_tab:
    keys = controls.choose_laws(comparison.fits)
    shown = [fit for fit in comparison.fits if fit.family.key in keys]
    fitted = figures.fits(optima, shown, measured_label=words.measured(sweep), unit=controls.lr_unit())
    controls.show(fitted, name="surge-fits", alt=f"Fitted laws with 95 % bands. {words.optima_alt(optima)}")
    st.caption("Bands: 95 % for each curve. Points are measured and never joined.")
    with st.expander("Residuals"):
        controls.show(figures.residuals(shown), name="surge-residuals", alt="Measured over fitted, by law.")

st.subheader("Which law describes the optima best?", anchor=False)
st.markdown(comparison.sentence)
st.table(tables.ranking(comparison))
with st.expander("How far off each law is, and notes on the fits"):
    st.table(tables.misses(comparison))
st.subheader("Take it with you", anchor=False)
controls.downloads(analysis, {"Loss map": map_figure, "Fitted laws": fitted})
