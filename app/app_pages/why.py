"""Why: is there a surge, and which assumption of the theory fails where there is none?"""

import json

import controls
import streamlit as st
import why
from explore_state import ExploreState
from words import lr_unit

from surgecore.explanation import UPDATES
from surgecore.measured import RUNGS
from surgecore.noise_model import nearest_model

explanations = controls.explanations()
if not explanations:
    st.title("Why is there a surge, or none?", anchor=False)
    st.info("No checkpoint has been measured here. `make data` measures the bundled ones.")
    st.stop()

titles = [explanation.title for explanation in explanations]
st.title("Why is there a surge, or none?", anchor=False)
headline = st.container()
with st.container(horizontal=True):
    title = st.selectbox("Checkpoint", titles, key="checkpoint", bind="query-params", filter_mode=None, width=330)
    explanation = explanations[titles.index(title)]
    update = st.selectbox(
        "Update", explanation.updates(), format_func=UPDATES.get, key="update", bind="query-params",
        filter_mode=None, width=300,
    )  # fmt: skip
    steps = st.selectbox(
        "Measured after", explanation.steps(update), format_func=lambda n: f"{n} step" + "s" * (n > 1),
        key="after", bind="query-params", filter_mode=None, width=140,
    )  # fmt: skip
rungs = explanation.rungs(update)
usual = [rung for rung in rungs if rung != "quartic"]
chosen = st.pills(
    "Predictions, each with one assumption less", rungs, selection_mode="multi", default=usual,
    format_func=RUNGS.get, key=f"rungs-{update}",
)  # fmt: skip
shown = [rung for rung in rungs if rung in chosen]
said = explanation.sentences(update)
answer, _, rest = said[-1].partition(". ")
headline.markdown(f"**{answer.rstrip('.')}.**")

unit = lr_unit(update)
figure = why.ladder(explanation, update, shown, steps, unit=unit)
controls.show(figure, name="surge-why", alt=" ".join(said))
if steps == 1:
    ratios = why.ratios(explanation, update, shown)
    controls.show(ratios, name="surge-why-ratios", alt="Predicted over measured optimum by batch size. " + said[-1])
    st.caption("Below: predicted over measured, with the errors of both. Markers are measured, lines predicted.")
else:
    st.caption(
        f"The predictions are for one step, the points are measured after {steps} steps: a peak here is no evidence "
        "for the one-step law."
    )
if rest:
    st.markdown(f"{rest} {said[-2]}")
with st.expander("Every prediction in words"):
    st.markdown("\n".join(f"- {sentence}" for sentence in said))

st.subheader("Checkpoint by checkpoint", anchor=False)
st.table(why.checkpoints(explanations))
with st.expander("Everything measured at this checkpoint"):
    st.table(why.numbers(explanation))
    origin = explanation.provenance
    st.caption(
        f"{explanation.measurement.n_parameters:,} parameters, {explanation.measurement.n_examples:,} examples. "
        f"Computed {origin.get('date', '?')} on {origin.get('device', '?')}, {origin.get('precision', '?')}."
    )


def _nearest() -> ExploreState:
    sizes = [float(2**k) for k in range(15)]
    return ExploreState(model=nearest_model(sizes, explanation.measurement.gradient_noise().optimal_lr(sizes))[0])


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
        st.session_state.pop("explore", None)
        st.switch_page("app_pages/explore.py", query_params=_nearest().to_query())
st.caption(
    "In Explore the sliders are set to the noise model nearest to the measured, correlated curve: a description of "
    "the curve, good to a few per cent."
)
with st.expander("Python that gives the same numbers"):
    st.code(why.snippet(explanation, update), language="python")
