"""What the instrument is compared with: the same curves in a plain server-driven Streamlit page."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from surgecore import NoiseModel

alignment = st.slider("Alignment", 0.1, 100.0, 8.0)
noise = NoiseModel(0.3, 0.05, 1.0, alignment, 0.0).gradient_noise()
batch = np.logspace(0, 6, 300)
exact = noise.optimal_lr(batch)
figure = go.Figure()
for factor in (1.0, 0.8, 0.6, 0.5, 0.4, 0.3):
    figure.add_scatter(x=batch, y=factor * exact, name=f"{factor}")
measured = np.logspace(0, 6, 40)
figure.add_scatter(x=measured, y=noise.optimal_lr(measured), mode="markers", name="measured")
figure.update_xaxes(type="log")
figure.update_yaxes(type="log")
st.plotly_chart(figure)
