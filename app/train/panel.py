"""What to train: the choices of the Train page, and the guard before anything starts."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from surgecore import words
from surgecore.training.engine.optimizers import OPTIMIZERS
from surgecore.training.plans.estimate import Estimate
from surgecore.training.plans.plan import Plan
from train import plan as train_plan
from train.plan import ASK_SECONDS, MOST_MEMORY, MOST_SECONDS, PROTOCOL_NAMES, STATE_NAMES, WORKLOAD_KEYS, Choices


def choose(*, disabled: bool) -> Choices:
    """Draw the choices; small defaults that finish in seconds, for every workload."""
    still = {"disabled": disabled}
    workload = st.selectbox(
        "Workload", WORKLOAD_KEYS, format_func=words.workload, key="train-workload",
        filter_mode=None, **still,
    )  # fmt: skip
    default = train_plan.DEFAULTS[workload]
    optimizer = st.selectbox(
        "Optimizer", list(OPTIMIZERS), format_func=lambda key: _capital(words.optimizer(key)), key="train-optimizer",
        filter_mode=None, **still,
    )  # fmt: skip
    state = "cold"
    if hasattr(OPTIMIZERS[optimizer], "beta1"):
        state = st.selectbox(
            "State at the start", list(STATE_NAMES), format_func=STATE_NAMES.get, key="train-state", filter_mode=None,
            **still,
        )  # fmt: skip
    # Folded, so that the surface is near the top of a phone
    with st.expander("Protocol and steps"):
        protocol = st.selectbox(
            "Protocol", list(PROTOCOL_NAMES), format_func=PROTOCOL_NAMES.get, key="train-protocol", filter_mode=None,
            **still,
        )  # fmt: skip
        loss = default.target if protocol == "target" else default.checkpoint
        if protocol in ("checkpoint", "target"):
            loss = st.number_input(
                "Loss of the checkpoint" if protocol == "checkpoint" else "Target loss", 0.0, 1e6, loss, format="%g",
                key=f"train-loss-{workload}-{protocol}", help="0 for the initial parameters.", **still,
            )  # fmt: skip
        amount = 4096 if protocol == "examples" else default.steps
        steps = st.number_input(
            "Examples" if protocol == "examples" else "Steps", 1, 1_000_000, amount,
            key=f"train-steps-{workload}-{protocol}", **still,
        )  # fmt: skip
    with st.expander("Grid and seeds"):
        batches = _powers(
            "Batch sizes [examples]", (0, 16), default.batches, words.power_of_two, f"train-batches-{workload}",
            disabled,
        )  # fmt: skip
        usual = default.sgd_rates if optimizer == "sgd" else default.rates
        rates = _powers(
            f"Learning rates [{words.lr_unit(optimizer)}]", (-20, 8), usual, lambda k: words.number(2.0**k, 2),
            f"train-rates-{workload}-{optimizer == 'sgd'}", disabled,
        )  # fmt: skip
        per_octave = st.select_slider("Learning rates per octave", [1, 2, 3], 2, key="train-per-octave", **still)
        seeds = st.number_input("Seeds", 2, 512, default.seeds, key=f"train-seeds-{workload}", **still)
        refine = st.checkbox(
            "Two stages: scout with few seeds, then five rates either side of the best", key="train-refine", **still
        )
    return Choices(
        workload, optimizer, state, protocol, int(steps), float(loss), batches, rates, per_octave, int(seeds), refine
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _powers(
    label: str, span: tuple[int, int], default: tuple[int, int], said: Callable[[int], str], key: str, disabled: bool
) -> tuple[int, int]:
    options = list(range(span[0], span[1] + 1))
    low, high = st.select_slider(label, options, default, format_func=said, key=key, disabled=disabled)
    return low, high


def edited(plan_text: str, *, disabled: bool) -> str | None:
    """The plan as a file, to read, keep or change; its text if the visitor changed it."""
    with st.expander("The plan as a file"):
        text = st.text_area(
            "Changes made here are what is trained", plan_text, height=300, key=f"train-text-{hash(plan_text)}",
            disabled=disabled,
        )  # fmt: skip
        st.download_button(
            "Plan, TOML", text, "plan.toml", "application/toml", on_click="ignore", icon=":material/download:"
        )
        st.caption("On your own machine: `surge sweep plan.toml`")
    return text if text.strip() != plan_text.strip() else None


def allowed(plan: Plan, cost: Estimate) -> bool:
    """Whether a sweep of that cost may start here; says why not, or asks."""
    if cost.seconds > MOST_SECONDS or cost.memory > MOST_MEMORY:
        st.warning(
            "This is more than this page starts. Make the grid smaller, or keep the plan and run "
            f"`surge sweep {plan.name}.toml` in a terminal: it can be stopped and resumed.",
            icon=":material/hourglass_bottom:",
        )
        return False
    if cost.seconds > ASK_SECONDS:
        return st.checkbox("Start it although it takes minutes", key=f"train-agree-{plan.name}")
    return True
