"""Why: is there a surge, and which assumption of the theory fails where there is none?"""

import json

import streamlit as st
from choice import catalogue
from components import plotly_figure
from explore import page as explore
from explore.state import ExploreState
from figures import ladder

from surgecore import words
from surgecore.theory.noise_model import nearest_model
from surgecore.words import lr_unit, why

explanations = catalogue.explanations()
if not explanations:
    st.title("Why is there a surge, or none?", anchor=False)
    st.info("No checkpoint has been measured here. `make data` measures the bundled ones.")
    st.stop()

titles = [explanation.title for explanation in explanations]
st.title("Why is there a surge, or none?", anchor=False)
headline = st.container()
with st.container(horizontal=True, gap="small"):
    title = st.selectbox("Checkpoint", titles, key="checkpoint", bind="query-params", filter_mode=None, width=300)
    explanation = explanations[titles.index(title)]
    update = st.selectbox(
        "Update", explanation.updates(), format_func=why.update, key="update", bind="query-params",
        filter_mode=None, width=190,
    )  # fmt: skip
    steps = st.selectbox(
        "Measured after", explanation.steps(update), format_func=lambda n: f"{n} step" + "s" * (n > 1),
        key="after", bind="query-params", filter_mode=None, width=120,
    )  # fmt: skip
answer = why.answer(explanation, update, steps)
headline.markdown(f"**{answer}**")

# The figure comes before the choice of what it shows, so that it is seen at once on a phone
drawing = st.container()
rungs = explanation.rungs(update)
usual = [rung for rung in rungs if rung != "quartic"]
chosen = st.pills(
    "Predictions, each with one assumption less", rungs, selection_mode="multi", default=usual,
    format_func=lambda rung: words.curve(rung, update), key=f"rungs-{update}",
)  # fmt: skip
shown = [rung for rung in rungs if rung in chosen]
said = why.sentences(explanation, update)
with drawing:
    figure = ladder.ladder(explanation, update, shown, steps, unit=lr_unit(update))
    plotly_figure.show(figure, name="surge-why", alt=" ".join([answer, *said]))
    points = (
        "the best rate of a line search on the loss, because no optimizer draws separate examples for each coordinate"
        if update == "decorrelated"
        else f"measured after {words.count(steps, 'step')}"
    )
    st.caption(
        f"**Points**: {points}, with 95 % intervals. "
        f"**Lines**: predictions for one step; bands, where there are any, are 95 % "
        "intervals too."
    )
if steps == 1 and shown:
    plotly_figure.show(
        ladder.ratios(explanation, update, shown), name="surge-why-ratios",
        alt="Predicted over measured optimum by batch size. " + said[-1],
    )  # fmt: skip
    st.caption(
        "Each marker is a prediction divided by the measured optimum at the same batch size, so 1 is right. Its bar is "
        "the 95 % interval from the error bars of both."
    )
if steps == 1:
    st.markdown(said[-1])
with st.expander("Every prediction in words"):
    st.markdown("\n".join(f"- {sentence}" for sentence in said))

st.subheader("Checkpoint by checkpoint", anchor=False)
st.table(why.checkpoints(explanations))
st.caption(why.error_bars(explanations))
with st.expander("Everything measured at this checkpoint"):
    st.table(why.measured(explanation))
    origin = explanation.provenance
    st.caption(
        f"{explanation.measurement.n_parameters:,} parameters, {explanation.measurement.n_examples:,} examples. "
        f"Computed {origin.get('date', '?')} on {origin.get('device', '?')}, {origin.get('precision', '?')}."
    )


def _nearest() -> ExploreState:
    sizes = [float(2**k) for k in range(15)]
    curve = explanation.measurement.gradient_noise().optimal_lr(sizes)
    return explore.describe(nearest_model(sizes, curve)[0], explanation.title)


st.subheader("Take it with you", anchor=False)
with st.container(horizontal=True):
    name = explanation.name
    st.download_button(
        "Optima and predictions, CSV", lambda: explanation.table().to_csv(index=False), f"{name}.csv", "text/csv",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.download_button(
        "Everything, JSON", lambda: json.dumps(explanation.to_dict(), indent=1), f"{name}.json", "application/json",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    if explanation.measurement.groups is not None and st.button(
        "Open the measured curve in Explore", icon=":material/tune:"
    ):
        st.switch_page("app_pages/explore.py", query_params=_nearest().to_query())
st.caption(
    "In Explore the sliders are set to the noise model nearest to the measured, correlated curve: a description of "
    "the curve, good to a few per cent."
)
with st.expander("Python that gives the same numbers"):
    st.code(ladder.snippet(explanation, update), language="python")
