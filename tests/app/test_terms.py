"""Terms of the glossary: the same in Python and in the browser, in markup and in text, with nothing else changed."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from components import terms
from find_node import COMPONENTS, find_node, required
from learn.lesson import STEPS

from surgecore.words import glossary
from surgecore.words.glossary import Term

KNOWN = [Term("Noise scale", ("noise scale",), 'So called "B"'), Term("erf", ("erf",), "a < b")]


@pytest.fixture(scope="module", autouse=True)
def few():
    before, terms.terms = terms.terms, lambda: KNOWN
    yield
    terms.terms = before


def test_a_term_is_explained_once_and_only_in_text():
    html = "<p>The noise scale, <b>Noise scale</b>.</p><svg><text>erf</text></svg><button>erf</button><i>erf</i>"
    marked = terms.marked(html)
    assert re.sub(r"</?span[^>]*>", "", marked) == html
    assert re.findall(r"<span[^>]*>([^<]*)</span>", marked) == ["noise scale", "erf"]
    assert marked.endswith(">erf</span></i>")


def test_what_a_term_means_cannot_break_out_of_its_attribute():
    assert 'data-about="So called &quot;B&quot;"' in terms.marked("noise scale")
    assert 'data-about="a &lt; b"' in terms.marked("erf")


def test_the_browser_finds_the_same_terms():
    node = find_node()
    if node is None:
        say = pytest.fail if required() else pytest.skip
        say("no node of version 20 or newer found")
    texts = [part for step in STEPS for part in step.to_json().values() if isinstance(part, str)]
    found = [{"name": t.name, "forms": list(t.forms), "about": t.about} for t in glossary.terms()]
    code = """
import { parted } from "./text/terms.js";
import { readFileSync } from "node:fs";
const { texts, terms } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((t) => parted(t, terms).map(({ text, term }) => [text, term && term.name]))));
"""
    done = subprocess.run(
        [node, "--input-type=module", "-e", code], cwd=COMPONENTS, capture_output=True, text=True, check=True,
        input=json.dumps({"texts": texts, "terms": found}),
    )  # fmt: skip
    expected = [[[part, term and term.name] for part, term in glossary.split(text)] for text in texts]
    assert json.loads(done.stdout) == expected
    assert sum(term is not None for parts in expected for _, term in parts) > 20


def test_text_in_markdown_lets_no_other_markup_in():
    told = terms.explained("The noise scale, `noise scale`, $erf$ and [erf](x): <img src=x> \\\\<b> \\<i> 1 < 2")
    assert told.startswith('The <span class="term" tabindex="0" data-about=')
    assert told.count("<span") == 1
    assert told.endswith("</span>, `noise scale`, $erf$ and [erf](x): \\<img src=x> \\\\\\<b> \\<i> 1 < 2")
