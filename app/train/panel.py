"""What to train: the choices of the Train page, and the guard before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from components import terms

from surgecore import words
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.plans.estimate import PlanCost
from surgecore.training.plans.plan import STATES, Plan
from surgecore.words import say
from surgecore.words import training as training_words
from surgecore.words.numbers import whole
from train import plan as train_plan
from train.plan import ASK_SECONDS, MOST_MEMORY, MOST_SECONDS, PROTOCOL_KEYS, WORKLOAD_KEYS, Choices


def choose(*, disabled: bool) -> Choices:
    """Draw the choices; small defaults that finish in seconds, for every workload."""
    still = {"disabled": disabled}
    workload = _box("workload", WORKLOAD_KEYS, words.workload, still)
    terms.caption(training_words.about("workload", workload))
    default = train_plan.DEFAULTS[workload]
    optimizer = _box("optimizer", list(OPTIMIZERS), lambda key: _capital(words.optimizer(key)), still)
    terms.caption(training_words.about("optimizer", optimizer))
    state = "cold"
    if hasattr(OPTIMIZERS[optimizer], "beta1"):
        state = _box("state", STATES, lambda key: say(f"train-state-{key}"), still)
    # Folded, so that the surface is near the top of a phone
    with st.expander(say("train-protocol-and-steps")):
        policy = _box("policy", train_plan.policies(workload, optimizer), lambda key: say(f"train-policy-{key}"), still)
        terms.caption(training_words.about("policy", policy))
        protocol = _box("protocol", PROTOCOL_KEYS, lambda key: say(f"train-protocol-{key}"), still)
        terms.caption(training_words.about("protocol", protocol))
        loss = default.target if protocol == "target" else default.checkpoint
        if protocol in ("checkpoint", "target"):
            loss = st.number_input(
                say("train-checkpoint-loss" if protocol == "checkpoint" else "train-target-loss"),
                0.0, 1e6, loss, format="%g",
                key=f"train-loss-{workload}-{protocol}", help=say("train-loss-help"), **still,
            )  # fmt: skip
        amount = 4096 if protocol == "examples" else default.steps
        steps = st.number_input(
            say("train-examples" if protocol == "examples" else "train-steps"), 1, 1_000_000, amount,
            key=f"train-steps-{workload}-{protocol}", **still,
        )  # fmt: skip
    with st.expander(say("train-grid")):
        batches = _powers(
            say("train-batches"), (0, 16), default.batches, words.power_of_two, f"train-batches-{workload}",
            disabled,
        )  # fmt: skip
        usual = default.sgd_rates if optimizer == "sgd" else default.rates
        rates = _powers(
            say("train-rates", unit=words.lr_unit(optimizer)), (-20, 8), usual, lambda k: words.number(2.0**k, 2),
            f"train-rates-{workload}-{optimizer == 'sgd'}", disabled,
        )  # fmt: skip
        per_octave = st.select_slider(say("train-per-octave"), [1, 2, 3], 2, key="train-per-octave", **still)
        seeds = st.number_input(say("train-seeds"), 2, 512, default.seeds, key=f"train-seeds-{workload}", **still)
        refine = st.checkbox(say("train-two-stages"), key="train-refine", **still)
    return Choices(
        workload,
        optimizer,
        state,
        protocol,
        int(steps),
        float(loss),
        batches,
        rates,
        per_octave,
        int(seeds),
        refine,
        policy,
    )


def _box(name: str, keys: Sequence[str], said: Callable[[str], str], still: dict[str, bool]) -> str:
    return st.selectbox(
        say(f"train-{name}"), keys, format_func=said, key=f"train-{name}", filter_mode=None, **still
    )  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _powers(
    label: str, span: tuple[int, int], default: tuple[int, int], said: Callable[[int], str], key: str, disabled: bool
) -> tuple[int, int]:
    options = list(range(span[0], span[1] + 1))
    low, high = st.select_slider(label, options, default, format_func=said, key=key, disabled=disabled)
    return low, high


def told(plan: Plan) -> None:
    """The plan of a sweep that is there already, by the names of the choices it was made from; its file is folded."""
    source, grid = plan.source, plan.grid
    outputs = [words.horizon(made.horizon, made.amount, made.loss) for made in plan.protocol.outputs()]
    after = ", ".join(outputs)
    if "loss" in source["protocol"]:
        after = say("horizon-from-loss", horizon=after, loss=words.number(float(source["protocol"]["loss"]), 2))
    rows = {
        say("train-workload"): words.workload(source["workload"]["key"]),
        say("train-optimizer"): _capital(words.optimizer(source["optimizer"]["key"], plan.state)),
        say("train-protocol-and-steps"): after,
        say("train-batches"): _range(grid.batch_sizes, whole),
        say("train-rates", unit=words.lr_unit(source["optimizer"]["key"])): _range(grid.learning_rates, words.number),
        say("train-seeds"): f"{grid.seeds:,}",
    }
    terms.text("\n\n".join(f"{name}  \n**{words.plain(value)}**" for name, value in rows.items()))
    with st.expander(say("train-file")):
        st.code(plan.to_toml(), language="toml", wrap_lines=True)


def _range(values: Sequence[float], write: Callable[[float], str]) -> str:
    return say("train-range", low=write(min(values)), high=write(max(values)), count=len(values))


def edited(plan_text: str, *, disabled: bool) -> str | None:
    """The plan as a file, to read, keep or change; its text if the visitor changed it."""
    key = f"train-text-{hash(plan_text)}"
    with st.expander(say("train-file"), on_change="rerun", key="train-file") as file:
        # what was changed stays in force when it is folded again; a box that is not made forgets its text
        if not file.open and st.session_state.get(key, plan_text) == plan_text:
            return None
        text = st.text_area(say("train-edit"), plan_text, height=300, key=key, disabled=disabled)
        st.download_button(
            say("train-toml"), text, "plan.toml", "application/toml", on_click="ignore", icon=":material/download:"
        )
        terms.caption(say("train-on-your-machine"))
    return text if text.strip() != plan_text.strip() else None


def allowed(plan: Plan, cost: PlanCost) -> bool:
    """Whether a sweep of that cost may start here; says why not, or asks."""
    if cost.seconds > MOST_SECONDS or cost.memory > MOST_MEMORY:
        st.warning(
            say("train-too-large", name=plan.name),
            icon=":material/hourglass_bottom:",
        )
        return False
    if cost.seconds > ASK_SECONDS:
        return st.checkbox(say("train-agree"), key=f"train-agree-{plan.name}")
    return True
