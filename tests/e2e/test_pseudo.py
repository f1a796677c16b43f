"""Every page in the pseudo-language, in a browser: no word is cut off, and none comes from outside the phrase file."""

from __future__ import annotations

import contextlib
import re

import pytest
from driving import titled
from playwright.sync_api import TimeoutError, expect

PAGES = {
    "/learn": ".story[data-ready]",
    "/explore": ".surge[data-ready]",
    "/sweep": "[data-testid=stFileUploader]",
    "/sweep?sweep=Digits+MLP%2C+sign+descent%2C+10+steps": ".drawing .plots",
    "/evidence": ".gallery button",
    "/evidence?part=why": "figure, .stairs, .js-plotly-plot",
    "/train": ".surface[data-ready]",
    "/lesson": "h1",
    "/derivation": "h1",
    "/lab": "h1",
    "/handout": ".handout",
}
#: Streamlit's own words, and those of the map's toolbar, which no app can translate.
FRAME = """main skip content menu help upload file open copy download fullscreen search show hide columns keyboard
scroll right left tabs for per start end increment decrement pan reset zoom axes out plot png svg toggle clipboard"""
#: Names in the data: titles of sweeps, keys and numbers of plans and devices.
DATA = """character transformer fashion mnist cnn digits mlp sign descent sgd steps loss float measured trained
csv toml gpu cpu intel amd epyc xeon processor"""
READ = """() => {
    const cut = [], plain = [];
    const left = 'script, noscript, style, code, pre, textarea, .katex, [hidden], [data-testid=stIconMaterial]';
    for (const element of document.querySelectorAll('body *')) {
        if (element.closest(left)) continue;
        const own = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.textContent);
        const text = own.join(' ').trim();
        for (const said of [text, element.getAttribute('aria-label'), element.getAttribute('title')])
            for (const word of (said ?? '').match(/\\p{L}+/gu) ?? []) if (/^[A-Za-z]{3,}$/.test(word)) plain.push(word);
        const box = element.getBoundingClientRect();
        if (!text || box.width <= 2 || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
            continue;
        if (element instanceof SVGElement) {
            const svg = element.closest('svg').getBoundingClientRect();
            if (box.left < svg.left - 1 || box.right > svg.right + 1) cut.push(text);
            continue;
        }
        const range = document.createRange();
        range.selectNodeContents(element);
        const inner = range.getBoundingClientRect();
        for (let around = element; around; around = around.parentElement) {
            const flow = getComputedStyle(around).overflowX;
            if (flow === 'auto' || flow === 'scroll') break;
            if (flow === 'visible') continue;
            const outer = around.getBoundingClientRect();
            if (inner.right > outer.right + 1 || inner.left < outer.left - 1) { cut.push(text); break; }
        }
    }
    return { cut, plain };
}"""


#: The others are documents or figures without a form; they change seldom.
DAILY = ("/learn", "/explore", "/sweep?sweep=Digits+MLP%2C+sign+descent%2C+10+steps")


@pytest.mark.parametrize(
    "path", [path if path in DAILY else pytest.param(path, marks=pytest.mark.long) for path in PAGES]
)
def test_no_word_is_cut_off_or_outside_of_the_phrase_file(page, pseudo_url, path):
    """On a wide screen, and on the same visit on a phone's."""
    page.set_viewport_size({"width": 1360, "height": 900})
    page.goto(pseudo_url + path)
    titled(page)
    expect(page.locator(PAGES[path]).first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    said = f"{FRAME} {DATA}".lower()
    for width in (1360, 360):
        read = laid_out(page, width)
        assert (width, read["cut"]) == (width, [])
        assert {word for word in read["plain"] if word.lower() not in re.findall("[a-z]+", said)} == set()


def laid_out(page, width):
    """What is read at a width: figures are drawn anew a moment after it has changed."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    read = page.evaluate(READ)
    if read["cut"]:
        with contextlib.suppress(TimeoutError):  # what is cut off then is named
            page.wait_for_function(f"() => !({READ})().cut.length")
        read = page.evaluate(READ)
    return read
