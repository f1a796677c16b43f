"""Explore: how do the noise parameters move the optimal learning rate?"""

import axes
import controls
import figures
import numpy as np
import palette
import streamlit as st
import tables
import words

analysis = controls.chosen_analysis()
optima = analysis.optima

st.title("Where does the optimal learning rate peak?", anchor=False)
sentence = st.empty()
figure_side, control_side = st.columns([7, 3], gap="medium")
with control_side:
    controls.match_button(analysis)
    model = controls.noise_model()
    if model is None:
        st.stop()

noise = controls.gradient_noise(model)
theorem = noise.small_batch_law()
peaks = noise.peaks()
top = max(peaks, key=lambda peak: peak.lr, default=None)
low, high = axes.batch_range(optima)
grid = 2.0 ** np.arange(np.log2(low), np.log2(high) + 1)
curves = controls.curves(noise, low)
LABELS = {
    "surge": "Surge (Theorem 3)",
    "sgd": "SGD (other units)",
    "square_root": "Square-root rule",
}
measured = words.measured(analysis.sweep)
figure = figures.optimal_lr(
    curves,
    optima,
    peak=top if top and top.prominence >= words.VISIBLE else None,
    plateau=noise.plateau_lr,
    labels=LABELS,
    measured_label=measured,
)
said = words.peak(peaks, noise.plateau_lr, theorem)
sentence.markdown(said)
with figure_side:
    controls.show(figure, name="surge-explore", alt=f"{said} {words.optima_alt(optima)}".replace("*", ""))
    st.caption(
        "**Lines**: theory for one step, computed from the controls, so without error. "
        "SGD has other units: its curve, like the square-root rule, starts where the exact law does. "
        f"**Points**: {words.points(analysis.sweep, controls.lr_unit())}."
        f"{words.hidden(grid, noise.optimal_lr(grid))}"
    )
    with st.expander("The numbers in this figure"):
        modelled = {palette.label(key, LABELS): curve for key, curve in curves.items()}
        st.dataframe(tables.curves(modelled, grid), hide_index=True)
        st.dataframe(tables.optima(optima), hide_index=True)
