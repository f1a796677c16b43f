"""Every page in the pseudo-language: what a visitor reads comes from the phrase file, and nothing else does."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path

import pytest
import streamlit as st
from choice import source

from surgecore.words.phrases import LANGUAGE, PSEUDO

PAGES = ("evidence", "train", "sweep", "explore", "reference", "handout")
#: Elements whose label or text a visitor reads; data (titles of sweeps, devices) may stand in them.
READ = ("title", "header", "subheader", "caption", "markdown", "info", "warning", "success")
LABELLED = ("button", "selectbox", "number_input", "checkbox", "select_slider", "text_area", "expander", "button_group")
#: Documents of their own: a text in English, and data cards.
ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    *(path.read_text(encoding="utf-8").strip() for path in (ROOT / "app" / "app_pages").glob("*.md")),
    (ROOT / "docs" / "method.md").read_text(encoding="utf-8").partition("\n")[2].strip(),
    *(
        path.read_text(encoding="utf-8").partition("\n")[2].strip()
        for path in (ROOT / "data").glob("*.md")
    ),
}  # fmt: skip
_KEPT = re.compile(r"(?s)<style>.*?</style>|`[^`]*`|\$[^$]*\$|<[^>]*>|:material/\w+:|\]\([^)]*\)")


@pytest.fixture(scope="module", autouse=True)
def pseudo_language():
    """What pages keep is in one language, so it is made anew before and after."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LANGUAGE, PSEUDO)
        forget()
        yield
    forget()


def forget():
    """All that pages keep, in Streamlit's caches and in those of functions."""
    st.cache_resource.clear()
    st.cache_data.clear()
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(ROOT / "app")) and not name.startswith("tests"):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def read(app):
    """What the visitor reads, code and formulas left out."""
    for kind in READ:
        for element in app.get(kind):
            if element.value.strip() not in DOCUMENTS:
                yield kind, _KEPT.sub(" ", element.value)
    for kind in LABELLED:
        for element in app.get(kind):
            yield kind, _KEPT.sub(" ", element.label)


def data_words(app):
    """Words of names that are data: titles of checkpoints and plans, devices."""
    names = ["Digits MLP at loss float float32 float64 trained measured CPU GPU AMD EPYC Intel Xeon Processor"]
    names += [option for box in app.selectbox for option in box.options]
    return {word.lower() for name in names for word in re.findall(r"[A-Za-z]{3,}", name)}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_on_the_page_is_outside_of_the_phrase_file(app, page):
    for folded in (source.OPEN, "train-file"):
        app.session_state[folded] = True
    app.run().switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    data, seen = data_words(app), 0
    for kind, text in read(app):
        plain = [word for word in re.findall(r"\b[A-Za-z]{3,}\b", text) if word.lower() not in data]
        assert not plain, (kind, text)
        seen += 1
    assert seen > 1
