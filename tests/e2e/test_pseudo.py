"""Every page in the pseudo-language, in a browser: no word is cut off, and none comes from outside the phrase file."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from driving import titled
from playwright.sync_api import expect

from surgecore.words import say
from surgecore.words.phrases import LANGUAGE, PSEUDO

PAGES = {
    "/learn": ".story[data-ready]",
    "/explore": ".surge[data-ready]",
    "/sweep": "[data-testid=stFileUploader]",
    "/sweep?sweep=Digits+MLP%2C+sign+descent%2C+10+steps": ".drawing .plots",
    "/evidence": ".gallery button",
    "/evidence?part={evidence-part-why}": "figure, .stairs, .js-plotly-plot",
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
#: Where the longer words need more than a phone.
TOO_NARROW = {("/evidence?part={evidence-part-why}", 360), ("/derivation", 360)}
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


@pytest.mark.parametrize(
    ("path", "drawn", "width"),
    [(*page, width) for page in PAGES.items() for width in (1360, 360) if (page[0], width) not in TOO_NARROW],
)
def test_no_word_is_cut_off_or_outside_of_the_phrase_file(page, pseudo_url, path, drawn, width, monkeypatch):
    monkeypatch.setenv(LANGUAGE, PSEUDO)  # an address holds what a control shows
    path = re.sub(r"{(.*)}", lambda found: quote(say(found[1])), path)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pseudo_url + path)
    titled(page)
    expect(page.locator(drawn).first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    read = page.evaluate(READ)
    assert read["cut"] == []
    assert {
        word for word in read["plain"] if word.lower() not in re.findall("[a-z]+", f"{FRAME} {DATA}".lower())
    } == set()
