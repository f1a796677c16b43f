"""Use it: a learning rate for the batch size one wants, Adam's other settings, and what to run next."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, log2, sqrt

import pandas as pd
import streamlit as st

from surgecore import Analysis, Recommendation, next_runs, recommend, scale_adam, transfer, words
from surgecore.sweeps.advice import SPEAKS, beta_text, limits
from sweep.defaults import follow


def show(analysis: Analysis) -> None:
    if not analysis.optima:
        st.markdown("There is no best learning rate at any batch size to start from.")
        return
    sizes = [optimum.batch_size for optimum in analysis.optima]
    middle = float(2 ** round(log2(sizes[len(sizes) // 2])))
    follow({"at": middle})
    wanted = st.number_input(
        "Batch size I want [examples]", 1e-3, 1e12, middle, format="%g", key="at", bind="query-params", width=260
    )
    rows = recommend(analysis, wanted)
    st.markdown(sentence(rows, wanted))
    if rows:
        with st.expander("Under every rule"):
            st.table(table(rows))
    with st.expander("From settings that work now: learning rate, and Adam's other settings"):
        _carry(analysis, wanted)
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
        return f"{at} no fitted law can be trusted: there are too few optima inside the grid to test one."
    best = speaking[0]
    known = f" (95 % {words.interval(*best.interval)})" if best.interval else " (no error known)"
    beyond = f" **This is {best.beyond:.2g} times beyond your data.**" if best.beyond > 1 else ""
    text = f"{at}: learning rate **{words.number(best.lr)}**{known}, by the law nearest to these optima, {best.label}."
    if len(speaking) > 1:
        low, high = min(row.lr for row in speaking), max(row.lr for row in speaking)
        if words.number(low) != words.number(high):
            text += f" The laws with a weight of {100 * SPEAKS:.0f} % or more say {words.interval(low, high)}."
    if "Does not describe" in best.note:
        text += " It does not describe the optima within their errors, so trust the measured ones more."
    return text + beyond


def table(rows: tuple[Recommendation, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Rule": [row.label for row in rows],
            "Learning rate": [words.number(row.lr, 3 if row.interval else 2) for row in rows],
            "95 % interval": [words.interval(*row.interval) if row.interval else "none known" for row in rows],
            "Weight": ["–" if row.weight is None else words.share(row.weight) for row in rows],
            "Note": [row.note for row in rows],
        }
    ).set_index("Rule")


def _carry(analysis: Analysis, wanted: float) -> None:
    start = analysis.optima[0]
    size, rate = float(start.batch_size), float(f"{start.learning_rate:.2g}")
    follow({"adam-now": size, "adam-lr": rate})
    with st.container(horizontal=True):
        now = st.number_input("Batch size now", 1e-3, 1e12, size, format="%g", key="adam-now", width=150)
        lr = st.number_input("Learning rate now", 1e-12, 1e6, rate, format="%g", key="adam-lr", width=150)
        beta1 = st.number_input("β₁ now", 0.0, 0.9999, 0.9, format="%g", key="adam-beta1", width=150)
        beta2 = st.number_input("β₂ now", 0.0, 0.9999999, 0.999, format="%g", key="adam-beta2", width=150)
        epsilon = st.number_input("ε now", 1e-30, 1.0, 1e-8, format="%g", key="adam-epsilon", width=150)
        decay = st.number_input(
            "Weight decay now", 0.0, 1e3, 0.0, format="%g", key="adam-weight-decay", width=150,
            help="AdamW's, decoupled; 0 for none.",
        )  # fmt: skip
    known = limits(analysis)
    carried = transfer(
        lr, now, wanted, comparison=analysis.comparison, noise_scale=known.noise_scale,
        critical_batch_size=known.critical_batch_size,
    )  # fmt: skip
    st.table(table(carried))
    factor, law = lr_factor(analysis, now, wanted)
    advice = scale_adam(
        wanted / now, beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay or None, lr_factor=factor,
        batch_size=now, noise_scale=known.noise_scale, critical_batch_size=known.critical_batch_size,
    )  # fmt: skip
    rules = {
        "SDE rule (Malladi et al. 2022)": advice.sde,
        "Same memory in examples, β to the power of the factor": advice.power,
        "Small batches: β₁ kept (Marek et al. 2025)": advice.marek,
    }
    st.table(pd.DataFrame({label: settings(rule) for label, rule in rules.items()}).T)
    for note in advice.notes:
        st.caption(note)
    if advice.weight_decay is not None:
        st.caption(
            f"Weight decay {words.number(advice.weight_decay, 2)} averages over as many epochs as now, with a learning "
            f"rate multiplied by {words.number(factor, 2)} ({law}; Bergsma et al. 2025)."
        )
    st.caption(
        f"Rules of thumb from the papers named, for a batch size multiplied by {words.number(advice.factor)}; but for "
        "the rows marked fitted none of them was fitted to this sweep, and none has an error. Both batch sizes count "
        "what the sweep's do."
    )


def lr_factor(analysis: Analysis, now: float, wanted: float) -> tuple[float, str]:
    """New over old learning rate, by the law nearest to the optima, else by the square-root rule; and its name."""
    for fit in analysis.comparison.fits:
        if fit.law is not None:
            return fit.law(wanted) / fit.law(now), fit.family.label
    return sqrt(wanted / now), "Square-root rule"


def settings(rule: Mapping[str, float]) -> dict[str, str]:
    """Adam's settings under a rule, with the digits of a rule of thumb."""
    shown = {"β₁": rule.get("beta1"), "β₂": rule.get("beta2")}
    cells = {name: beta_text(value) if value is not None and isfinite(value) else "–" for name, value in shown.items()}
    return cells | {"ε": words.number(rule.get("epsilon"), 2)}
