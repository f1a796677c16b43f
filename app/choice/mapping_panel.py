"""How the columns of a visitor's table are understood: the guess, in boxes that change it at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, get_args

import streamlit as st

from choice import shown, uploads
from choice.shelf import Held, Settings
from surgecore import ColumnMapping, DivergedRule
from surgecore.tables.metric import Goal, metric_of
from surgecore.tables.models import could_tell
from surgecore.tables.names import BatchUnit, Take
from surgecore.words import count, layout, plain, say
from surgecore.words import problems as words

#: Roles that take one column, in two rows: what every table needs, and what some have.
_NEEDED, _MORE = ("batch_size", "learning_rate", "loss"), ("seed", "steps", "status", "steps_to_target")
_SPREAD = ("loss_std", "loss_stderr", "n_runs")
_NARROW, _WIDE = 210, 430


def mapping(item: Held) -> None:
    """Columns, units and rules; every change is applied at once."""
    assert item.table is not None
    how = uploads.settings(item)
    rows = count(len(item.table.frame), "row")
    st.caption(say("panel-preview", layout=plain(layout(item.table.layout)), rows=rows))
    st.dataframe(item.table.preview(5).astype("str"), hide_index=True, height="content")
    box = _Boxes(item, how)
    with st.container(horizontal=True):
        for role in _NEEDED:
            box.column(role)
        box.one_of("goal", get_args(Goal))
    with st.container(horizontal=True):
        for role in _MORE:
            box.column(role)
    with st.container(horizontal=True):
        _batch(box, how.mapping)
    with st.container(horizontal=True):
        _runs(box, how.mapping)
    with st.container(horizontal=True):
        box.several("group", box.columns)
        box.several("best_of", [name for name in box.columns if could_tell(item.table.frame[name])])
    _diverged(item, how)
    if how.skip_bad_rows:
        st.button(say("panel-unskip"), key=f"unskip-{item.key}", on_click=_keep_bad_rows, args=(item,))


def _batch(box: _Boxes, how: ColumnMapping) -> None:
    """What one step sees: factors, and what is counted."""
    box.several("batch_factors", [*box.columns, *(f"/{name}" for name in box.columns if _divides(how, name))])
    box.one_of("batch_unit", get_args(BatchUnit))
    if how.batch_unit == "sequences":
        box.number("sequence_length", 1e9)


def _divides(how: ColumnMapping, name: str) -> bool:
    return f"/{name}" in (how.batch_factors or ())


def _runs(box: _Boxes, how: ColumnMapping) -> None:
    """What a row is: a run, a point of its curve, a mean over runs, or a best rate."""
    box.one_of("holds", ("runs", "optima"), shown_for={"": "runs"})
    box.column("curve")
    if how.curve:
        box.one_of("take", get_args(Take))
    box.column("loss_std")
    box.column("loss_stderr")
    if how.loss_std or how.loss_stderr:
        box.column("n_runs", state_it=True)


class _Boxes:
    """Input boxes for the fields of a mapping: each shows what is in force, and a change of one is applied."""

    def __init__(self, item: Held, how: Settings) -> None:
        assert item.table is not None
        self.item, self.how, self.columns = item, how.mapping, list(item.table.columns)

    def _key(self, field: str, value: object) -> dict[str, Any]:
        key = f"{field}-{self.item.key}"
        st.session_state[key] = value
        return {"label": say(f"panel-{field}"), "key": key, "on_change": _apply, "args": (self.item, field)}

    def column(self, field: str, *, state_it: bool = False) -> None:
        """One column, or none; where the field may be stated, also a number that is typed."""
        used, none = getattr(self.how, field) or "", say("panel-none")
        options = [none, *self.columns, *([used] if used and used not in self.columns else [])]
        help_ = say(f"panel-{field}.help") if state_it else None
        st.selectbox(options=options, accept_new_options=state_it, help=help_, width=_NARROW,
                     **self._key(field, used or none))  # fmt: skip

    def one_of(self, field: str, values: Sequence[str], shown_for: dict[str, str] | None = None) -> None:
        """One of a few words."""
        used = getattr(self.how, field)
        say_it: Callable[[str], str] = lambda value: say(f"panel-{field}-{value or 'open'}")  # noqa: E731
        st.selectbox(options=list(values), format_func=say_it, width=_NARROW,
                     **self._key(field, (shown_for or {}).get(used, used)))  # fmt: skip

    def several(self, field: str, options: Sequence[str]) -> None:
        """Any number of columns."""
        used = [name for name in getattr(self.how, field) or () if name in options]
        st.multiselect(options=options, placeholder=say("none"), width=_WIDE, **self._key(field, used))

    def number(self, field: str, most: float) -> None:
        """A number, 0 where it is not known."""
        st.number_input(min_value=0.0, max_value=most, help=say(f"panel-{field}.help"), width=_NARROW, format="%g",
                        **self._key(field, float(getattr(self.how, field))))  # fmt: skip


def _diverged(item: Held, how: Settings) -> None:
    apply = {"on_change": _apply_rule, "args": (item,)}
    with st.container(horizontal=True):
        st.number_input(
            say("panel-gain"), 0.0, 1e6, float(how.rule.gain_factor or 0.0), key=f"gain-{item.key}", width=_WIDE,
            format="%g", help=say("panel-gain.help"), **apply,
        )  # fmt: skip
        st.text_input(
            say("panel-above"), "" if how.rule.above is None else f"{how.rule.above:g}",
            key=f"above-{item.key}", width=_NARROW, placeholder=say("panel-above.none"), **apply,
        )  # fmt: skip
    st.caption(say("panel-rule", rule=plain(words.diverged_rule(how.rule))))


def _keep_bad_rows(item: Held) -> None:
    uploads.change(item, replace(uploads.settings(item), skip_bad_rows=False))


def _apply(item: Held, field: str) -> None:
    """Take one field as its box has it; what hung on the old value is looked for anew."""
    how, value = uploads.settings(item), st.session_state[f"{field}-{item.key}"]
    assert item.table is not None
    if isinstance(value, list):
        value = tuple(value)
    elif value == say("panel-none") or value is None:
        value = ""
    try:
        new = replace(how.mapping, **{field: value})
    except ValueError:  # a number that is none: the box goes back to what is in force
        return
    if field == "loss":
        new = replace(new, goal=metric_of(value).goal if value else "", loss_std="", loss_stderr="", n_runs="")
    if field == "batch_size":
        new = replace(new, batch_factors=None)
    if field in ("batch_size", "learning_rate", "seed"):
        new = replace(new, curve=None)
    new, groups = uploads.resolved(item.table, new)
    uploads.change(
        item, replace(how, mapping=new, group=how.group if how.group in {group.label for group in groups} else None)
    )
    to_address(item)
    shown.show(item.label)


def _apply_rule(item: Held) -> None:
    state, how = st.session_state, uploads.settings(item)
    try:
        above = float(text) if (text := str(state[f"above-{item.key}"]).strip()) else None
    except ValueError:
        above = how.rule.above
    uploads.change(item, replace(how, rule=DivergedRule(state[f"gain-{item.key}"] or None, above)))
    shown.show(item.label)


def to_address(item: Held) -> None:
    """Keep the mapping in the address, where it is not the guess."""
    if text := uploads.address(item):
        st.query_params["map"] = text
    elif "map" in st.query_params:
        del st.query_params["map"]
