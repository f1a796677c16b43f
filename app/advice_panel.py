"""Use it: a learning rate for the batch size one wants, Adam's other settings, and what to run next."""

from __future__ import annotations

from math import isfinite, log2

import pandas as pd
import streamlit as st
import words

from surgecore import Analysis, Recommendation, next_runs, recommend, scale_adam

#: Laws below this Akaike weight do not speak for a learning rate in the headline.
SPEAKS = 0.05


def show(analysis: Analysis) -> None:
    if not analysis.optima:
        st.markdown("There is no best learning rate at any batch size to start from.")
        return
    sizes = [optimum.batch_size for optimum in analysis.optima]
    middle = float(2 ** round(log2(sizes[len(sizes) // 2])))
    wanted = st.number_input(
        "Batch size I want [examples]", 1e-3, 1e12, middle, format="%g", key="at", bind="query-params", width=260
    )
    rows = recommend(analysis, wanted)
    st.markdown(sentence(rows, wanted))
    if rows:
        with st.expander("Under every rule"):
            st.table(table(rows))
    with st.expander("Adam's other settings for that batch size"):
        _adam(analysis, wanted)
    plan = next_runs(analysis)
    with st.expander("What to run next"):
        st.markdown(plan.sentence)
        if len(plan.table):
            st.dataframe(plan.table, hide_index=True)
            st.download_button(
                "Next runs, CSV", lambda: plan.table.to_csv(index=False), f"{analysis.sweep.name}-next.csv",
                "text/csv", on_click="ignore", icon=":material/download:",
            )  # fmt: skip


def sentence(rows: tuple[Recommendation, ...], wanted: float) -> str:
    """The learning rate to use in one sentence, as sure as the laws that speak for it agree."""
    speaking = [row for row in rows if (row.weight or 0.0) >= SPEAKS]
    at = f"At batch size {words.batch_size(wanted)}"
    if not speaking:
        return f"{at} no fitted law says anything: too few optima inside the grid."
    best = speaking[0]
    known = f" (95 % {words.interval(*best.interval)})" if best.interval else " (no error known)"
    beyond = f" **This is {best.beyond:.2g} times beyond your data.**" if best.beyond > 1 else ""
    text = f"{at}: learning rate **{words.number(best.lr)}**{known}, by the law nearest to these optima, {best.label}."
    if len(speaking) > 1:
        low, high = min(row.lr for row in speaking), max(row.lr for row in speaking)
        text += f" The laws that cannot be told apart say {words.interval(low, high)}."
    if "Does not describe" in best.note:
        text += " It does not describe the optima within their errors, so trust the measured ones more."
    return text + beyond


def table(rows: tuple[Recommendation, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Rule": [row.label for row in rows],
            "Learning rate": [words.number(row.lr) for row in rows],
            "95 % interval": [words.interval(*row.interval) if row.interval else "none known" for row in rows],
            "Weight": [words.share(row.weight or 0.0) for row in rows],
            "Note": [row.note for row in rows],
        }
    ).set_index("Rule")


def _adam(analysis: Analysis, wanted: float) -> None:
    with st.container(horizontal=True):
        now = st.number_input(
            "Batch size now", 1e-3, 1e12, float(analysis.optima[0].batch_size), format="%g", key="adam-now", width=150
        )
        beta1 = st.number_input("β₁ now", 0.0, 0.9999, 0.9, format="%g", key="adam-beta1", width=150)
        beta2 = st.number_input("β₂ now", 0.0, 0.9999999, 0.999, format="%g", key="adam-beta2", width=150)
        epsilon = st.number_input("ε now", 1e-30, 1.0, 1e-8, format="%g", key="adam-epsilon", width=150)
    advice = scale_adam(wanted / now, beta1=beta1, beta2=beta2, epsilon=epsilon)
    rules = {
        "SDE rule (Malladi et al. 2022)": advice.sde,
        "Same memory in examples, β to the power of the factor": advice.power,
        "Small batches: β₁ kept (Marek et al. 2025)": advice.marek,
    }
    names = {"beta1": "β₁", "beta2": "β₂", "epsilon": "ε"}
    st.table(
        pd.DataFrame(
            {
                label: {
                    shown: words.number(rule[name], 5) if name in rule and isfinite(rule[name]) else "–"
                    for name, shown in names.items()
                }
                for label, rule in rules.items()
            }
        ).T
    )
    for note in advice.notes:
        st.caption(note)
    st.caption(
        f"Rules of thumb from the papers named, for a batch size multiplied by {words.number(advice.factor)}; none of "
        "them was fitted to this sweep, and none has an error."
    )
