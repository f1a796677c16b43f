"""Every problem and notice of a table can be said, and names its column and what to do, on the page and in a shell."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import house
import pytest
from fluent.syntax import ast as ftl
from test_phrases import Variables, messages

from surgecore.cli import _parser
from surgecore.tables.names import ColumnMapping
from surgecore.tables.problems import Notice, NoticeCode, Problem, ProblemCode
from surgecore.words import problems as words
from surgecore.words import say

KNOWN = messages()
#: A question carries its answers, each with its flag: it is no phrase of its own.
CODES = [*NoticeCode, *(code for code in ProblemCode if code is not ProblemCode.QUESTION)]
#: What is about whole rows, runs, files or the reading, and not about a column.
NOT_OF_A_COLUMN = {
    NoticeCode.SHEETS, NoticeCode.UNREAD_RUNS, NoticeCode.OTHER_STORES, NoticeCode.MATRIX,
    ProblemCode.UNEVEN, ProblemCode.MORE, ProblemCode.ONE_TRIAL, ProblemCode.BEST_AMONG_THEM,
}  # fmt: skip
#: Values that choose a variant or a sum, as the code gives them; any other is its own name.
VALUES = {
    "count": 2, "cells": 2, "wanted": 3, "n": 2, "role": "loss", "take": "last", "store": "wandb", "base": "2",
    "others": ("optuna",), "factor": 5.0, "above": 3.0, "reason": "store-no-runs", "limit": 7, "size": 9,
}  # fmt: skip


def phrase(code):
    return f"{'notice' if isinstance(code, NoticeCode) else 'problem'}-{code}"


def needed(code, part=None):
    """Variables of a message as a whole, or of one of its parts."""
    visitor = Variables(KNOWN)
    visitor.visit(KNOWN[phrase(code)] if part is None else part)
    return visitor.found


def attributes(code):
    return {attribute.id.name: attribute for attribute in KNOWN[phrase(code)].attributes}


def fact(code):
    """A fact with every value that its sentence and its remedies take."""
    names = needed(code) - {"rule", "why", "key", "n"} | (
        {"reason", "store"} & set(VALUES) if "why" in needed(code) else set()
    )
    names |= {"factor", "above"} if "rule" in needed(code) else set()
    column = "the column" if isinstance(code, ProblemCode) else None
    plural = {"columns": ("this one", "that one"), "runs": ("run 1", "run 2"), "pairs": ("0.1 as 0.2",)}
    values = tuple((name, plural.get(name, VALUES.get(name, f"<{name}>"))) for name in sorted(names - {"column"}))
    if isinstance(code, NoticeCode):
        return Notice(code, (*values, *((("column", "the column"),) if "column" in names else ())))
    return Problem(code, 3, column if of_a_cell(code) or "column" in names else None, values)


def of_a_cell(code):
    return code in (ProblemCode.NOT_POSITIVE, ProblemCode.NOT_A_LOSS, ProblemCode.NOT_A_COUNT)


def of_a_role(code):
    """How often "loss" stands in a sentence whatever role it is about."""
    pattern = KNOWN[phrase(code)].value
    return sum(element.value.count("loss") for element in pattern.elements if isinstance(element, ftl.TextElement))


def calls(code):
    """Whether any code makes such a fact."""
    name = f"{type(code).__name__}.{code.name}"
    home = Path("surgecore/tables/problems.py")
    return [path for path in house.sources().values() if path.parts[-3:] != home.parts and name in path.read_text()]


@pytest.mark.parametrize("code", CODES, ids=phrase)
def test_every_message_is_said_with_a_remedy_on_the_page_and_in_a_shell(code):
    told = fact(code)
    said = words.speak(told)
    assert said
    assert "{" not in said
    for where in ("page", "flag"):
        assert words.remedy(told, where)
    found = attributes(code)
    if isinstance(told, Problem):
        leaves_out = "button below" in words.remedy(told, "page")
        assert leaves_out == ("panel" in found), "where no good rows are left there is no such button"
        assert "button" not in words.remedy(told, "panel")
    assert set(found) - {"panel"} in ({"page", "flag"}, {"file"}), "a control and an option, or what to change"
    assert calls(code), "nothing makes such a message"


@pytest.mark.parametrize("code", CODES, ids=phrase)
def test_every_message_of_a_column_names_it(code):
    if code in NOT_OF_A_COLUMN or code in FILES:
        assert "column" not in needed(code)
        return
    said = str(fact(code))
    assert re.search("the column|this one, that one", said) or said.count("loss") > of_a_role(code), said


@pytest.mark.parametrize("code", CODES, ids=phrase)
def test_a_remedy_on_the_page_names_controls_by_their_own_labels(code):
    """Labels stand in remedies as references, so that a control that is renamed is renamed there too."""
    page = attributes(code).get("page")
    if page is None:
        return
    text = words.remedy(fact(code), "page")
    quoted = re.findall('"([^"]+)"', text)
    labels = {say(name) for name in KNOWN if name.startswith(("panel-", "choice-")) and not needed_by(name)}
    assert set(quoted) <= labels
    assert quoted or "button below" in text or code in ELSEWHERE


@pytest.mark.parametrize("code", CODES, ids=phrase)
def test_options_in_remedies_are_options_of_the_command(code):
    text = words.remedy(fact(code), "flag") if "flag" in attributes(code) else ""
    (commands,) = (action for action in _parser()._actions if action.dest == "command")
    options = {name for action in commands.choices["fit"]._actions for name in action.option_strings}
    assert set(re.findall(r"--[a-z-]+", text)) <= options
    roles = {field.name for field in fields(ColumnMapping)} | {"ROLE"}
    assert set(re.findall(r"--map (\w+)=", text)) <= roles


def needed_by(name):
    visitor = Variables(KNOWN)
    if KNOWN[name].value is not None:
        visitor.visit(KNOWN[name].value)
    return visitor.found or KNOWN[name].value is None


#: Problems of the file as a whole, or of what reading it costs: those before the columns in the list of rules.
FILES = set(list(ProblemCode)[: list(ProblemCode).index(ProblemCode.NO_COLUMN)]) - {ProblemCode.NO_DICTIONARY}
#: What is to be done is not done by a control of the page: another file is brought, or the command line is used.
ELSEWHERE = {
    ProblemCode.NO_OPENPYXL, ProblemCode.NO_PYARROW, ProblemCode.NO_DICTIONARY, ProblemCode.READ_SIZE,
    ProblemCode.READ_MEMORY, ProblemCode.READ_TIME, ProblemCode.SERVER_NO_CLIENT, ProblemCode.STORE_SEVERAL,
    ProblemCode.BEST_AMONG_THEM, NoticeCode.OTHER_STORES, NoticeCode.REMARKS,
}  # fmt: skip
