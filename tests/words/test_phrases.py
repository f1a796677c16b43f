"""The phrase file: every phrase can be said, and a wrong name or a missing value is an error."""

from __future__ import annotations

import ast
import json
import re
from functools import cache

import house
import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from surgecore.words import glossary, rounded, say
from surgecore.words.phrases import PSEUDO, languages, resource, section


def test_plurals_follow_the_number():
    assert [say("seeds", count=n) for n in (0, 1, 2, 1200)] == ["0 seeds", "1 seed", "2 seeds", "1,200 seeds"]


def test_a_phrase_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match=r"phrase must stand in en\.ftl, but got 'no-such'"):
        say("no-such")
    with pytest.raises(ValueError, match="values must fill the phrase 'seeds'"):
        say("seeds")


class Variables(Visitor):
    """Variables that a message needs, those of the messages in it included."""

    def __init__(self, messages):
        self.messages, self.found = messages, set()

    def visit_VariableReference(self, node):  # noqa: N802
        self.found.add(node.id.name)

    def visit_MessageReference(self, node):  # noqa: N802
        self.visit(self.messages[node.id.name])


@cache
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
        for node in ast.walk(house.tree_of(path)):
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


class Asked:
    """What Python, the browser's modules and templates ask for: whole names, and names with values in them.

    A value in a name is a key: it stands somewhere as text, or as the name of a field, an argument or an enum's value.
    """

    def __init__(self):
        self.words, self.forms = set(bundled()), set()
        for path in house.sources().values():
            for node in ast.walk(house.tree_of(path)):
                self._python(node)
        app = house.ROOT / "app"
        for path in [*app.rglob("*.js"), *app.rglob("*.html")]:
            if not {"node_modules", "vendor"} & set(path.parts) and not path.name.endswith(("bundle.js", ".test.js")):
                text = path.read_text(encoding="utf-8")
                self.words |= {name for pair in re.findall(r"['\"]([\w.-]+)['\"]|(\w+) *:", text) for name in pair}
                values = re.findall(r"`([a-z][\w-]*-)\${[^}]*}([\w.-]*)", text)
                self.forms |= {(head, None, end) for head, end in values}
        self.words |= {word.replace("_", "-") for word in self.words}

    def _python(self, node):
        if isinstance(node, ast.Constant):
            self.words.add(str(node.value))
        elif isinstance(node, ast.Attribute | ast.arg | ast.keyword):
            self.words.add(str(getattr(node, "attr", getattr(node, "arg", ""))))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self.words.add(node.target.id)
        elif isinstance(node, ast.JoinedStr):
            form = tuple(part.value if isinstance(part, ast.Constant) else None for part in node.values)
            if re.search("[a-z]{2}", "".join(part or "" for part in form)):
                self.forms.add(form)

    def has(self, name):
        return name in self.words or any(self._fills(name, form) for form in self.forms)

    def _fills(self, text, form):
        if not form:
            return not text
        if form[0] is not None:
            return text.startswith(form[0]) and self._fills(text[len(form[0]) :], form[1:])
        return any(text[:end] in self.words and self._fills(text[end:], form[1:]) for end in range(1, len(text) + 1))


def bundled():
    """Names of the bundled sweeps, which are keys too."""
    manifest = json.loads((house.ROOT / "data" / "manifest.json").read_text(encoding="utf-8"))
    return [entry["name"] for entry in manifest["sweeps"]]


def test_every_phrase_is_asked_for():
    asked, known = Asked(), messages()
    terms = section("glossary", "en")  # read one after the other
    inside = set(re.findall(r"{ ([a-z][\w-]*(?:\.\w+)?) }", resource("en")))
    for name, entry in known.items():
        for one in [name] * (entry.value is not None) + [f"{name}.{part.id.name}" for part in entry.attributes]:
            assert one in inside or f"\n{name} =" in f"\n{terms}" or asked.has(one), one


def test_a_name_stands_once_and_other_languages_have_no_more():
    found = re.findall(r"(?m)^([a-z][\w-]*) =", resource("en"))
    assert len(found) == len(set(found))
    for language in languages():
        assert set(messages(language)) <= set(messages())


def test_the_pseudo_language_is_longer_and_has_no_plain_letter():
    plain, pseudo = say("seeds", count=12, language="en"), say("seeds", count=12, language=PSEUDO)
    assert pseudo.startswith("12 ")
    assert not re.search("[a-zA-Z]", pseudo)
    assert 1.4 * 5 <= len(pseudo) - 3 <= 1.4 * 5 + 1
    assert len(plain) == 8
    assert set(messages(PSEUDO)) == set(messages())


def test_a_section_is_what_stands_under_its_heading():
    assert "seeds =" in section("numbers and counts")
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
