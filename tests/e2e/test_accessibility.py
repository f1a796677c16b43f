"""Every page under axe-core, light and dark: no violation of any of its rules, contrast of AA among them."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest
from find_node import COMPONENTS, find_node, packages
from playwright.sync_api import expect

from surgecore import load_catalogue

ONE_STEP = quote(next(entry.title for entry in load_catalogue("data") if entry.name == "digits-mlp-sign-k1"))
#: Addresses, and what is there when a page stands.
PAGES = {
    "/learn": ".story[data-ready]",
    "/learn?story=4": ".story[data-step='4']",
    "/learn?story=5": ".story[data-step='5']",
    "/learn?present&story=4": "dialog.presenter[open]",
    "/lesson": ".lesson[data-ready]",
    "/derivation": "h1",
    "/lab": ".lab[data-phase=look]",
    "/lab?look=16.6+64.8x2&bet=0.06+0.03+0.2": ".lab[data-phase=done]",
    "/handout": "h1",
    "/explore": ".surge[data-ready]",
    "/explore?sweep&alignment=3&correlation=0.3": ".surge[data-ready]",
    "/sweep": "[data-testid=stFileUploaderDropzone][role=group]",
    f"/sweep?sweep={ONE_STEP}": "h1",
    "/train": "h1",
    "/evidence": "h1",
    "/evidence?part=why": "table .katex",
    "/reference": "h1",
    "/glossary": "h1",
    "/laws": "h1",
    "/method": "h1",
    "/cards": "h1",
    "/citations": "h1",
}
DARK = "rgb(18, 22, 27)"
#: The rules whose answer depends on the theme.
COLOURS = ["color-contrast", "link-in-text-block"]


@pytest.fixture(scope="session")
def axe() -> str:
    """The pinned axe-core, fetched with the other packages of the browser's code."""
    node = find_node()
    if node is None or not packages(node):
        missing = pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip
        missing("axe-core needs node's packages, see app/components/package.json")
    return (COMPONENTS / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(page, axe, rules=None):
    """What axe finds, by all rules that it runs by itself or by some."""
    page.evaluate(axe)
    options = {"resultTypes": ["violations"], **({"runOnly": {"type": "rule", "values": rules}} if rules else {})}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [(each["id"], [(node["target"], node["failureSummary"]) for node in each["nodes"][:3]]) for each in found]


def stands(page, address):
    expect(page.locator(PAGES[address]).first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    # formulas are set and drop zones mended a moment after they are drawn
    page.wait_for_function("() => [...document.querySelectorAll('th')].every(cell => cell.textContent.trim())")
    expect(page.locator("[data-testid=stFileUploaderDropzone][role=presentation]")).to_have_count(0)


@pytest.mark.parametrize("address", PAGES)
def test_no_rule_is_violated(page, url, axe, address):
    """All rules in the light theme; in the dark one, on the same visit, those about colours."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(url + address)
    stands(page, address)
    assert violations(page, axe) == []
    page.add_style_tag(content="* { transition: none !important }")  # colours are there at once
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", DARK)
    stands(page, address)
    assert violations(page, axe, COLOURS) == []


def test_axe_finds_what_is_wrong(page, axe):
    """The instrument itself: a page with two faults has them named."""
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src=x><p style='color:#aaa'>faint</p></main>")
    assert {"image-alt", "color-contrast"} <= {name for name, _ in violations(page, axe)}
    assert {name for name, _ in violations(page, axe, COLOURS)} == {"color-contrast"}
