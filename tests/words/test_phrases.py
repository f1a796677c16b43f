"""The phrase file: every phrase can be said, and a wrong name or a missing value is an error."""

from __future__ import annotations

import ast
import re

import house
import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from surgecore.words import glossary, rounded, say
from surgecore.words.phrases import PSEUDO, languages, resource, section


def test_plurals_follow_the_number():
    assert [say("count-runs", count=n) for n in (0, 1, 2, 1200)] == ["0 runs", "1 run", "2 runs", "1,200 runs"]


def test_a_phrase_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match=r"phrase must stand in en\.ftl, but got 'no-such'"):
        say("no-such")
    with pytest.raises(ValueError, match="values must fill the phrase 'count-runs'"):
        say("count-runs")


class Variables(Visitor):
    """Variables that a message needs, those of the messages in it included."""

    def __init__(self, messages):
        self.messages, self.found = messages, set()

    def visit_VariableReference(self, node):  # noqa: N802
        self.found.add(node.id.name)

    def visit_MessageReference(self, node):  # noqa: N802
        self.visit(self.messages[node.id.name])


def messages(language="en"):
    entries = FluentParser().parse(resource(language)).body
    assert not [entry for entry in entries if isinstance(entry, ftl.Junk)]
    return {entry.id.name: entry for entry in entries if isinstance(entry, ftl.Message)}


def needs(name, known):
    visitor = Variables(known)
    visitor.visit(known[name])
    return visitor.found


def said():
    """Every call of `say` in the project: file and line, name or pattern of names, keywords or None for **."""
    for path in house.sources().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "say":
                keywords = {keyword.arg for keyword in node.keywords} - {"language"}
                for name in names(node.args[0]):
                    yield f"{path.name}:{node.lineno}", name, None if None in keywords else keywords


def names(node):
    if isinstance(node, ast.IfExp):
        return [*names(node.body), *names(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w-]+" for part in node.values]
        return [re.compile("".join(parts))]
    return [node.value] if isinstance(node, ast.Constant) else []


def test_every_phrase_that_is_asked_for_is_there_with_its_values():
    known = messages()
    for place, name, values in said():
        if isinstance(name, str):
            message, _, attribute = name.partition(".")
            assert message in known, (place, name)
            if values is not None and not attribute:
                assert needs(message, known) <= values, (place, name)
        else:
            there = {*known, *(f"{key}.{one.id.name}" for key, entry in known.items() for one in entry.attributes)}
            assert any(name.fullmatch(message) for message in there), (place, name.pattern)


def test_a_name_stands_once_and_other_languages_have_no_more():
    found = re.findall(r"(?m)^([a-z][\w-]*) =", resource("en"))
    assert len(found) == len(set(found))
    for language in languages():
        assert set(messages(language)) <= set(messages())


def test_the_pseudo_language_is_longer_and_has_no_plain_letter():
    plain, pseudo = say("count-runs", count=12, language="en"), say("count-runs", count=12, language=PSEUDO)
    assert pseudo.startswith("12 ")
    assert not re.search("[a-zA-Z]", pseudo)
    assert 1.4 * 4 <= len(pseudo) - 3 <= 1.4 * 4 + 1
    assert len(plain) == 7
    assert set(messages(PSEUDO)) == set(messages())


def test_a_section_is_what_stands_under_its_heading():
    assert "count-runs =" in section("numbers and counts")
    assert "optimizer-sgd" not in section("numbers and counts")
    with pytest.raises(ValueError, match=r"section must be one of .*but got 'nowhere'"):
        section("nowhere")


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.021347, 0.0004, "0.0213"),
        (0.021347, 0.00031, "0.02135"),
        (512.3, 40.0, "510"),
        (512.3, 12.0, "512"),
        (4.04e-4, 0.2e-4, "4.04e-4"),
        (0.0213, 0.0, "0.0213"),
    ],
)
def test_digits_follow_the_error(value, error, text):
    assert rounded(value, error) == text


def test_every_term_of_the_glossary_is_found_where_it_stands_first():
    for term in glossary.terms():
        for form in term.forms:
            text = f"Here {form} stands, and {form} again; not in x{form}x."
            parts = list(glossary.split(text, [term]))
            assert "".join(part for part, _ in parts) == text
            assert [(part, found) for part, found in parts if found] == [(form, term)]


def test_the_longest_form_is_explained_and_no_form_has_two_meanings():
    (explained,) = [part for part, term in glossary.split("by the trace of the curvature") if term]
    assert explained == "trace of the curvature"
    forms = [form.lower() for term in glossary.terms() for form in term.forms]
    assert len(forms) == len(set(forms))
