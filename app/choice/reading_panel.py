"""What keeps a visitor's table from being a sweep: a question with its answers, or problems with their remedies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from choice import shown, uploads
from choice.made import once
from choice.mapping_panel import mapping, to_address
from choice.shelf import Held, Settings
from surgecore import Analysis, Choice, Problem, Question, Sweep, SweepError
from surgecore.tables.models import is_setting
from surgecore.tables.questions import Topic
from surgecore.words import facts as facts_of
from surgecore.words import plain, say
from surgecore.words import problems as words
from surgecore.words import remarks as remarks_on

SHOWN_PROBLEMS = 20
ASKS, REFUSED = ":material/call_split:", ":material/error:"


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
            _open(item, bundled, "" if alone else "\n\n" + say("panel-meanwhile", sweep=plain(bundled)))


def _open(item: Held, bundled: str, rest: str) -> None:
    asked = uploads.question(item)
    if asked is not None:
        _ask(item, asked, rest)
    else:
        _problems(item, _found(item), rest)
    st.button(say("panel-back"), icon=":material/arrow_back:", on_click=shown.show, args=(bundled,))
    if item.table is not None:
        with st.expander(say("panel-title"), expanded=bool(uploads.settings(item).mapping.missing)):
            mapping(item)


def _folded(item: Held) -> None:
    asked = uploads.question(item)
    said = _asked(asked) if asked else say("panel-refused", count=len(_found(item)))
    with st.expander(f"{plain(item.label)} {said}", icon=ASKS if asked else REFUSED):
        if asked is None:
            st.markdown(_bullets(_found(item)[:SHOWN_PROBLEMS]))
        word = say("panel-answer") if asked else say("panel-open")
        st.button(word, key=f"open-{item.key}", on_click=shown.show, args=(item.label,))


def _found(item: Held) -> tuple[Problem, ...]:
    result = uploads.read(item)
    return result.problems if isinstance(result, SweepError) else ()


def _asked(asked: Question) -> str:
    if asked.topic is not Topic.MODEL:
        return say("question-open", question=plain(words.question(asked)))
    names = ", ".join(plain(name) for name in asked.columns)
    return say("question-models", count=sum(answer.group is not None for answer in asked.choices), columns=names)


def _ask(item: Held, asked: Question, rest: str) -> None:
    """One question, and its answers with what each would give; one of many groups is chosen from a list."""
    never = " " + say("question-never-pooled") if asked.topic is Topic.MODEL else ""
    st.info(f"**{plain(item.label)} {_asked(asked)}**{never}{rest}", icon=ASKS)
    if any(answer.group for answer in asked.choices):
        _choose_group(item, uploads.settings(item))
    for position, answer in enumerate(asked.choices):
        if answer.group is not None:
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            label = plain(words.choice(asked, answer))
            tip = say("panel-flags", flags=f"`{answer.flag}`")
            st.button(label, key=f"answer-{position}-{item.key}", help=tip, on_click=_answer, args=(item, answer))
            if best := words.preview(answer):
                st.caption(say("question-preview", best=best))


def _answer(item: Held, answer: Choice) -> None:
    how = uploads.settings(item)
    uploads.change(item, replace(how, mapping=answer.apply(how.mapping)))
    to_address(item)
    shown.show(item.label)


def _problems(item: Held, problems: Sequence[Problem], rest: str) -> None:
    left = uploads.good_rows(item)
    title = f"**{plain(item.label)} {say('panel-refused', count=len(problems))}**."
    remedies = _remedies(problems, "page" if left else "panel")
    st.error(f"{title}\n\n{_bullets(problems[:SHOWN_PROBLEMS])}{remedies}{rest}", icon=REFUSED)
    if more := problems[SHOWN_PROBLEMS:]:
        with st.expander(say("panel-other-problems", count=len(more))):
            st.markdown(_bullets(more))
    if left:
        st.button(say("panel-skip", count=left), key=f"skip-{item.key}", on_click=_skip_bad_rows, args=(item,))


def _bullets(problems: Sequence[Problem]) -> str:
    return "\n".join(f"- {plain(str(problem))}" for problem in problems)


def _remedies(problems: Sequence[Problem], where: words.Where) -> str:
    """What to do about them, each thing once: here, and on the command line."""
    here = dict.fromkeys(text for problem in problems if (text := words.remedy(problem, where)))
    flags = dict.fromkeys(text for problem in problems if (text := words.remedy(problem, "flag")))
    lines = [plain(text) for text in here]
    flags = {text: None for text in flags if text not in here}  # what is to be done to the file is said once
    lines += [say("panel-flags", flags="; ".join(f"`{flag}`" for flag in flags))] if flags else []
    return "\n\n" + "\n\n".join(lines) if lines else ""


def how_read(analysis: Analysis, item: Held | None) -> None:
    """One line on what was read, and what there is to do about it; the mapping is folded under it."""
    facts = once(analysis, "facts", lambda: facts_of(analysis.sweep))
    where: words.Where | None = "page" if item is not None and item.table is not None else None
    remarks = once(analysis, ("remarks", where), lambda: remarks_on(analysis, where))
    if item is not None and (groups := len(uploads.groups(item))) > 1:
        st.caption(say("read-group", count=groups))
        _choose_group(item, uploads.settings(item))
    label = say("read-line", facts=facts, count=len(remarks))
    with st.expander(label, on_change="rerun", key="how-read") as part:
        if part.open:
            st.markdown("\n".join(f"- {plain(remark)}" for remark in remarks))
            if item is not None:
                mapping(item)


def _choose_group(item: Held, how: Settings) -> None:
    assert item.table is not None
    mapping, groups = uploads.resolved(item.table, how.mapping)
    labels = [group.label for group in groups]
    kind = "value" if all(map(is_setting, mapping.group or ())) else "model"
    st.selectbox(
        say(f"panel-{kind}"),
        labels,
        index=labels.index(how.group) if how.group in labels else None,
        placeholder=say(f"panel-choose-{kind}"),
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
