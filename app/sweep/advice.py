"""Advice for a target batch size: a learning rate, Adam's other settings, and what to run next."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st
from components import terms

from surgecore import AdamSettings, Analysis, Recommendation, scale_adam, transfer, words
from surgecore.sweeps.advice import AVERAGE, SMOOTH_PATH, limits, lr_factor
from surgecore.words import say, tables
from surgecore.words.numbers import whole
from sweep.answer import planned, recommended
from sweep.defaults import follow


def show(analysis: Analysis, wanted: float) -> None:
    """What stands behind the answer, each part made when it is opened."""
    rows = recommended(analysis, wanted)
    if rows:
        with st.expander(say("advice-every-rule"), on_change="rerun", key="every-rule") as part:
            if part.open:
                terms.text(words.advice(rows, wanted))
                _under_every_rule(rows)
    with st.expander(say("advice-carry"), on_change="rerun", key="carry") as part:
        if part.open:
            _carry(analysis, wanted)
    with st.expander(say("advice-next"), on_change="rerun", key="next-runs") as part:
        if part.open:
            _next(analysis)


def _next(analysis: Analysis) -> None:
    plan = planned(analysis)
    terms.text(f"{words.next_runs(plan)} {words.without_plan(plan)}")
    if len(plan.table):
        cells = words.next_runs_table(plan)
        st.dataframe(tables.next_runs(plan), hide_index=True)
        st.download_button(
            say("advice-next-csv"), lambda: cells.to_csv(index=False), f"{words.file_name(analysis.sweep)}-next.csv",
            "text/csv", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _under_every_rule(rows: tuple[Recommendation, ...]) -> None:
    """The table; what there is to beware of under every rule is said once, below it."""
    common = frozenset.intersection(*(row.flags for row in rows)) if len(rows) > 1 else frozenset()
    st.table(table(tuple(replace(row, flags=row.flags - common) for row in rows)))
    if common:
        terms.caption(words.advice_note(replace(rows[-1], flags=common)))


def table(rows: tuple[Recommendation, ...]) -> pd.DataFrame:
    cells = pd.DataFrame(
        {
            say("column-rule"): [_label(row) for row in rows],
            say("column-rate"): [words.rate(row) for row in rows],
            say("column-interval"): [
                words.rounded_interval(*row.interval) if row.interval else say("interval-unknown") for row in rows
            ],
            say("column-weight"): ["–" if row.weight is None else words.share(row.weight) for row in rows],
            say("column-note"): [words.advice_note(row) for row in rows],
        }
    )
    return tables.noted(cells).set_index(say("column-rule"))


def _carry(analysis: Analysis, wanted: float) -> None:
    start = analysis.optima[0]
    rate = start.learning_rate if start.tried is None else start.tried  # what was really run, not what bounds the best
    size, rate = float(start.batch_size), float(f"{rate:.2g}")
    follow({"adam-now": size, "adam-lr": rate})
    with st.container(horizontal=True):
        now = st.number_input(say("carry-batch"), 1e-3, 1e12, size, format="%g", key="adam-now", width=150)
        lr = st.number_input(say("carry-rate"), 1e-12, 1e6, rate, format="%g", key="adam-lr", width=150)
        beta1 = st.number_input(say("carry-beta1"), 0.0, 0.9999, 0.9, format="%g", key="adam-beta1", width=150)
        beta2 = st.number_input(say("carry-beta2"), 0.0, 0.9999999, 0.999, format="%g", key="adam-beta2", width=150)
        epsilon = st.number_input(say("carry-epsilon"), 1e-30, 1.0, 1e-8, format="%g", key="adam-epsilon", width=150)
        decay = st.number_input(
            say("carry-decay"), 0.0, 1e3, 0.0, format="%g", key="adam-weight-decay", width=150,
            help=say("carry-decay-help"),
        )  # fmt: skip
    known = limits(analysis)
    carried = transfer(
        lr, now, wanted, comparison=analysis.comparison, noise_scale=known.noise_scale,
        critical_batch_size=known.critical_batch_size,
    )  # fmt: skip
    _under_every_rule(carried)
    factor, rule = lr_factor(analysis, now, wanted)
    advice = scale_adam(
        wanted / now, beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay or None, lr=lr, lr_factor=factor,
        batch_size=now, noise_scale=known.noise_scale, critical_batch_size=known.critical_batch_size,
    )  # fmt: skip
    rules = {"sde": advice.sde, "power": advice.power, "marek": advice.marek}
    rows = {say(f"adam-rule-{key}"): settings(rule) for key, rule in rules.items()}
    st.table(pd.DataFrame(rows).T.rename_axis(say("column-rule")))
    for note in words.adam_notes(advice):
        terms.caption(note)
    if advice.power.weight_decay is not None:
        terms.caption(say("adam-decay", factor=words.number(factor, 2), rule=words.rule_name(rule)))
    terms.caption(say("adam-rules-of-thumb", factor=whole(advice.factor)))


def _label(row: Recommendation) -> str:
    name = words.rule(row)
    return say("rule-fitted", rule=name) if row.fitted and row.rule not in (AVERAGE, SMOOTH_PATH) else name


def settings(rule: AdamSettings) -> dict[str, str]:
    """Adam's settings under a rule, with the digits of a rule of thumb."""
    return {
        "β₁": words.beta_text(rule.beta1),
        "β₂": words.beta_text(rule.beta2),
        "ε": words.number(rule.epsilon, 2),
        say("adam-lr-factor"): words.number(rule.lr_factor, 2),
        say("adam-weight-decay"): words.number(rule.weight_decay, 2),
    }
