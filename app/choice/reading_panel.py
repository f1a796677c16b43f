"""How a visitor's table is read: the guess, shown and open to correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from choice import shown, uploads
from choice.made import once
from choice.shelf import Held, Settings
from surgecore import Analysis, Choice, DivergedRule, Problem, Question, Sweep, SweepError
from surgecore.tables.models import Group
from surgecore.tables.questions import Topic
from surgecore.words import count, layout, plain, say
from surgecore.words import facts as facts_of
from surgecore.words import problems as words
from surgecore.words import remarks as remarks_on

SHOWN_PROBLEMS = 20
NONE = "not in the file"
ASKS, REFUSED = ":material/call_split:", ":material/error:"
ROLES = {
    "batch_size": "Batch size",
    "learning_rate": "Learning rate",
    "loss": "Metric",
    "seed": "Seed or repeat",
    "steps": "Training steps",
    "status": "Status",
    "steps_to_target": "Steps to a target",
}
GOALS = {
    "": "not said yet",
    "minimise": "small is good",
    "maximise": "large is good",
    "drop": "a large loss drop is good",
}
UNITS = {"examples": "examples", "sequences": "sequences", "tokens": "tokens"}


def report(items: Sequence[Held], name: str, bundled: str, *, alone: bool) -> None:
    """Say what keeps uploads from being sweeps: the one on show with what can be done, others folded to a line.

    `bundled` is the sweep to go back to; unless this is `alone`, the page goes on with it meanwhile.
    """
    waiting = [item for item in items if not isinstance(uploads.read(item), Sweep)]
    for item in waiting:
        if item.label != name:
            _folded(item)
    for item in waiting:
        if item.label == name:
            _open(item, bundled, "" if alone else f"\n\nUntil then this page goes on with {plain(bundled)}.")


def _open(item: Held, bundled: str, rest: str) -> None:
    asked = uploads.question(item)
    if asked is not None:
        _ask(item, asked, rest)
    else:
        _problems(item, _found(item), rest)
    st.button("Back to the bundled sweeps", icon=":material/arrow_back:", on_click=shown.show, args=(bundled,))
    if item.table is not None:
        with st.expander("How the file is read", expanded=bool(uploads.settings(item).mapping.missing)):
            mapping(item)


def _folded(item: Held) -> None:
    asked = uploads.question(item)
    said = _asked(asked) if asked else f"cannot be read as a sweep: {count(len(_found(item)), 'problem')}"
    with st.expander(f"{plain(item.label)} {said}", icon=ASKS if asked else REFUSED):
        if asked is None:
            st.markdown(_bullets(_found(item)[:SHOWN_PROBLEMS]))
        word = "Answer" if asked else "Open it"
        st.button(word, key=f"open-{item.key}", on_click=shown.show, args=(item.label,))


def _found(item: Held) -> tuple[Problem, ...]:
    result = uploads.read(item)
    return result.problems if isinstance(result, SweepError) else ()


def _asked(asked: Question) -> str:
    if asked.topic is not Topic.MODEL:
        return say("question-open", question=plain(words.question(asked)))
    names = ", ".join(plain(name) for name in asked.columns)
    return say("question-models", count=len(asked.choices), columns=names)


def _ask(item: Held, asked: Question, rest: str) -> None:
    """One question, and its answers with what each would give."""
    text = f"**{plain(item.label)} {_asked(asked)}**"
    if asked.topic is Topic.MODEL:
        st.info(f"{text} {say('question-never-pooled')}{rest}", icon=ASKS)
        _choose_group(item, uploads.settings(item))
        return
    st.info(f"{text}{rest}", icon=ASKS)
    for position, answer in enumerate(asked.choices):
        with st.container(horizontal=True, vertical_alignment="center"):
            label = plain(words.choice(asked, answer))
            st.button(label, key=f"answer-{position}-{item.key}", on_click=_answer, args=(item, answer))
            if best := words.preview(answer):
                st.caption(say("question-preview", best=best))


def _answer(item: Held, answer: Choice) -> None:
    how = uploads.settings(item)
    group = answer.group.label if answer.group else how.group
    uploads.change(item, replace(how, mapping=answer.apply(how.mapping), group=group))
    _to_address(item)
    shown.show(item.label)


def _problems(item: Held, problems: Sequence[Problem], rest: str) -> None:
    st.error(
        f"**{plain(item.label)} cannot be read as a sweep**: {count(len(problems), 'problem')}."
        f"\n\n{_bullets(problems[:SHOWN_PROBLEMS])}{rest}",
        icon=REFUSED,
    )
    if more := problems[SHOWN_PROBLEMS:]:
        with st.expander(f"The other {count(len(more), 'problem')}"):
            st.markdown(_bullets(more))
    if left := uploads.good_rows(item):
        st.button(
            f"Leave these rows out and go on with the other {left:,}",
            key=f"skip-{item.key}",
            on_click=_skip_bad_rows,
            args=(item,),
        )


def _bullets(problems: Sequence[Problem]) -> str:
    return "\n".join(f"- {plain(_problem(problem))}" for problem in problems)


def _problem(problem: Problem) -> str:
    where = [f"row {problem.row}"] if problem.row is not None else []
    where += [str(problem.column)] if problem.column else []
    return f"{', '.join(where)}: {problem.message}" if where else problem.message


def how_read(analysis: Analysis, item: Held | None) -> None:
    """One line on what was read, and what there is to do about it; the mapping is folded under it."""
    facts = once(analysis, "facts", lambda: facts_of(analysis.sweep))
    remarks = once(analysis, "remarks", lambda: remarks_on(analysis))
    if item is not None and (groups := len(_groups(item))) > 1:
        st.caption(say("read-group", count=groups))
        _choose_group(item, uploads.settings(item))
    label = say("read-line", facts=facts, count=len(remarks))
    with st.expander(label, on_change="rerun", key="how-read") as part:
        if part.open:
            st.markdown("\n".join(f"- {plain(remark)}" for remark in remarks))
            if item is not None:
                mapping(item)


def _groups(item: Held) -> Sequence[Group]:
    assert item.table is not None
    return item.table.groups(uploads.settings(item).mapping)


def mapping(item: Held) -> None:
    """Columns, units and rules; every change is applied at once."""
    assert item.table is not None
    how, columns = uploads.settings(item), list(item.table.columns)
    st.caption(f"{plain(layout(item.table.layout))}. {count(len(item.table.frame), 'row')}. First rows, as read:")
    st.dataframe(item.table.preview(5).astype("str"), hide_index=True, height="content")
    apply = {"on_change": _apply, "args": (item,)}
    with st.container(horizontal=True):
        for role, label in ROLES.items():
            used = getattr(how.mapping, role)
            options = [NONE, *columns]
            st.selectbox(
                label,
                options,
                index=options.index(used) if used in options else 0,
                key=f"{role}-{item.key}",
                width=210,
                **apply,
            )
        st.selectbox(
            "The metric", list(GOALS), index=list(GOALS).index(how.mapping.goal), format_func=GOALS.get,
            key=f"goal-{item.key}", width=210, **apply,
        )  # fmt: skip
        st.selectbox(
            "Batch sizes count", list(UNITS), index=list(UNITS).index(how.mapping.batch_unit),
            format_func=UNITS.get, key=f"batch_unit-{item.key}", width=210, **apply,
        )  # fmt: skip
        st.number_input(
            "Tokens in a sequence", 0.0, 1e9, float(how.mapping.sequence_length), key=f"sequence_length-{item.key}",
            help="0 where unknown; with it, batch sizes in sequences become tokens.", width=210, format="%g", **apply,
        )  # fmt: skip
        st.multiselect(
            "Columns that tell models apart", columns, [name for name in how.mapping.group or () if name in columns],
            key=f"group-{item.key}", width=430, **apply,
        )  # fmt: skip
    with st.container(horizontal=True):
        st.number_input(
            "Diverged: this many times worse than what the best rate gains", 0.0, 1e6,
            float(how.rule.gain_factor or 0.0), key=f"gain-{item.key}", width=430, format="%g", **apply,
            help="0 switches the rule off. nan and inf always count as diverged.",
        )  # fmt: skip
        st.text_input(
            "Diverged: above this loss", "" if how.rule.above is None else f"{how.rule.above:g}",
            key=f"above-{item.key}", width=210, placeholder="no limit", **apply,
        )  # fmt: skip
    st.caption(plain(words.diverged_rule(how.rule)) + " Diverged trials are kept and counted.")
    if how.skip_bad_rows:
        st.button("Show the rows that were left out", key=f"unskip-{item.key}", on_click=_keep_bad_rows, args=(item,))


def _choose_group(item: Held, how: Settings) -> None:
    assert item.table is not None
    labels = [group.label for group in item.table.groups(how.mapping)]
    st.selectbox(
        "Model",
        labels,
        index=labels.index(how.group) if how.group in labels else None,
        placeholder="Choose a model",
        key=f"which-{item.key}",
        on_change=_apply_group,
        args=(item,),
    )


def _apply_group(item: Held) -> None:
    uploads.change(item, replace(uploads.settings(item), group=st.session_state[f"which-{item.key}"]))
    shown.show(item.label)


def _skip_bad_rows(item: Held) -> None:
    uploads.change(item, replace(uploads.settings(item), skip_bad_rows=True))
    shown.show(item.label)


def _keep_bad_rows(item: Held) -> None:
    uploads.change(item, replace(uploads.settings(item), skip_bad_rows=False))


def _apply(item: Held) -> None:
    state = st.session_state
    how = uploads.settings(item)
    assert item.table is not None
    chosen = {role: state.get(f"{role}-{item.key}", getattr(how.mapping, role)) for role in ROLES}
    chosen = {role: "" if name == NONE else name for role, name in chosen.items()}
    new = replace(
        how.mapping,
        **chosen,
        goal=state.get(f"goal-{item.key}", how.mapping.goal),
        batch_unit=state.get(f"batch_unit-{item.key}", how.mapping.batch_unit),
        sequence_length=state.get(f"sequence_length-{item.key}", how.mapping.sequence_length),
        group=tuple(state.get(f"group-{item.key}", how.mapping.group or ())),
    )
    gain = state.get(f"gain-{item.key}", how.rule.gain_factor or 0.0)
    try:
        above = float(text) if (text := str(state.get(f"above-{item.key}", "")).strip()) else None
    except ValueError:
        above = how.rule.above
    groups = {group.label for group in item.table.groups(new)} if not new.missing else set()
    group = how.group if how.group in groups else None
    uploads.change(item, replace(how, mapping=new, group=group, rule=DivergedRule(gain or None, above)))
    _to_address(item)
    shown.show(item.label)


def _to_address(item: Held) -> None:
    if text := uploads.address(item):
        st.query_params["map"] = text
    elif "map" in st.query_params:
        del st.query_params["map"]
