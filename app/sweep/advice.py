"""Use it: a learning rate for the batch size one wants, Adam's other settings, and what to run next."""

from __future__ import annotations

from math import log2

import pandas as pd
import streamlit as st

from surgecore import AdamSettings, Analysis, Recommendation, next_runs, price, recommend, scale_adam, transfer, words
from surgecore.sweeps.advice import limits, lr_factor
from surgecore.words import say
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
    st.markdown(words.advice(rows, wanted))
    if cost := _price(analysis, rows, wanted):
        st.markdown(cost)
    if rows:
        with st.expander("Under every rule"):
            st.table(table(rows))
    with st.expander("From settings that work now: learning rate, and Adam's other settings"):
        _carry(analysis, wanted)
    plan = next_runs(analysis)
    with st.expander("What to run next"):
        st.markdown(words.next_runs(plan))
        if len(plan.table):
            cells = words.next_runs_table(plan)
            st.dataframe(cells, hide_index=True)
            st.download_button(
                "Next runs, CSV", lambda: cells.to_csv(index=False), f"{analysis.sweep.name}-next.csv",
                "text/csv", on_click="ignore", icon=":material/download:",
            )  # fmt: skip


def _price(analysis: Analysis, rows: tuple[Recommendation, ...], wanted: float) -> str:
    """What half and twice the recommended rate cost; "" where the sweep does not say."""
    if not rows or rows[0].interval is None:
        return ""
    found = price(analysis.sweep, wanted, learning_rate=rows[0].lr)
    return words.price(found, analysis.sweep.metric) if found is not None else ""


def table(rows: tuple[Recommendation, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Rule": [_label(row) for row in rows],
            "Learning rate": [words.rate(row) for row in rows],
            "95 % interval": [words.interval(*row.interval) if row.interval else "none known" for row in rows],
            "Weight": ["–" if row.weight is None else words.share(row.weight) for row in rows],
            "Note": [words.advice_note(row) for row in rows],
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
    factor, rule = lr_factor(analysis, now, wanted)
    advice = scale_adam(
        wanted / now, beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay or None, lr=lr, lr_factor=factor,
        batch_size=now, noise_scale=known.noise_scale, critical_batch_size=known.critical_batch_size,
    )  # fmt: skip
    rules = {"sde": advice.sde, "power": advice.power, "marek": advice.marek}
    rows = {say(f"adam-rule-{key}"): settings(rule) for key, rule in rules.items()}
    st.table(pd.DataFrame(rows).T)
    for note in words.adam_notes(advice):
        st.caption(note)
    if advice.power.weight_decay is not None:
        st.caption(say("adam-decay", factor=words.number(factor, 2), rule=words.rule_name(rule)))
    st.caption(say("adam-rules-of-thumb", factor=words.number(advice.factor)))


def _label(row: Recommendation) -> str:
    name = words.rule(row)
    return say("rule-fitted", rule=name) if row.fitted and row.rule != "average" else name


def settings(rule: AdamSettings) -> dict[str, str]:
    """Adam's settings under a rule, with the digits of a rule of thumb."""
    return {
        "β₁": words.beta_text(rule.beta1),
        "β₂": words.beta_text(rule.beta2),
        "ε": words.number(rule.epsilon, 2),
        say("adam-lr-factor"): words.number(rule.lr_factor, 2),
        say("adam-weight-decay"): words.number(rule.weight_decay, 2),
    }
