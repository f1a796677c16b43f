"""Every page under axe-core, light and dark: no rule violated, contrast of AA among them; and no term unexplained."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest
from driving import still, titled
from find_node import COMPONENTS, find_node, packages
from playwright.sync_api import expect
from saying import unexplained

from surgecore import load_catalogue
from surgecore.words import say

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
DARK, LIGHT = "rgb(18, 22, 27)", "rgb(255, 255, 255)"
#: These explain what they are about in full.
EXPLAINING = ("/glossary", "/citations")
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
    if page.evaluate("typeof axe === 'undefined'"):  # half a megabyte, once a page
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


#: Documents, and pages that look much like another: left to the long tests.
SELDOM = {
    "/learn?story=4", "/learn?story=5", "/lab?look=16.6+64.8x2&bet=0.06+0.03+0.2", "/glossary", "/laws", "/method",
    "/cards", "/citations", "/reference", "/handout", "/derivation", "/lab",
    "/explore?sweep&alignment=3&correlation=0.3",
}  # fmt: skip


@pytest.mark.parametrize(
    "address", [pytest.param(address, marks=pytest.mark.long if address in SELDOM else ()) for address in PAGES]
)
def test_no_rule_is_violated_and_no_term_unexplained(page, url, axe, address):
    """All rules in the light theme; in the dark one, on the same visit, those about colours."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(url + address)
    stands(page, address)
    assert violations(page, axe) == []
    assert address in EXPLAINING or unexplained(page) == []
    page.add_style_tag(content="* { transition: none !important }")  # colours are there at once
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", DARK)
    stands(page, address)
    assert violations(page, axe, COLOURS) == []


def unfold(page):
    """Open every fold, those within folds too, one after another as each is drawn.

    By key: what the last one holds may come late, and move the next from under a pointer.
    """
    closed = page.locator(".stMain details:not([open]) > summary:visible")
    opened = page.locator(".stMain details[open] > summary:visible")
    while closed.count():
        before = opened.count()
        closed.first.press("Enter")
        expect(opened).to_have_count(before + 1)
        still(page)


def dropped(page, url, name, data):
    page.goto(f"{url}/sweep")
    stands(page, "/sweep")
    page.locator("input[type=file]").first.set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    titled(page, name.partition(".")[0])
    still(page)


def in_both_themes(page, axe):
    """What axe finds by all rules in the light theme and by those about colours in the dark one."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", LIGHT)
    # code has its colours a moment after it is drawn
    page.wait_for_function(
        "() => [...document.querySelectorAll('code.language-python')].every(code => code.querySelector('.token'))"
    )
    found = violations(page, axe)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", DARK)
    still(page)
    return found + violations(page, axe, COLOURS)


@pytest.fixture
def plain(page):
    """Colours are there at once."""
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => document.head.append(
            Object.assign(document.createElement("style"), { textContent: "* { transition: none !important }" })))"""
    )
    return page


def test_no_rule_is_violated_by_what_is_folded_or_by_a_bad_table(plain, url, axe):
    plain.goto(f"{url}/sweep?sweep={ONE_STEP}")
    stands(plain, f"/sweep?sweep={ONE_STEP}")
    unfold(plain)
    expect(plain.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert in_both_themes(plain, axe) == []
    dropped(plain, url, "bad.csv", b"batch_size,loss\nfour,0.5\n8,x\n")
    expect(plain.get_by_test_id("stAlert").first).to_be_visible()
    assert in_both_themes(plain, axe) == []


@pytest.mark.long
def test_no_rule_is_violated_by_a_question(plain, url, axe):
    rows = [
        f"{2**k},{rate},{rate + k},{m}" for m in ("small", "large") for k in range(3, 7) for rate in (0.1, 0.2, 0.4)
    ]
    dropped(plain, url, "asked.csv", "\n".join(["batch_size,learning_rate,loss,model", *rows]).encode())
    expect(plain.get_by_role("combobox", name="Model")).to_be_visible()
    unfold(plain)
    assert in_both_themes(plain, axe) == []


@pytest.mark.long
def test_no_rule_is_violated_by_the_evidences_folds(plain, url, axe):
    plain.goto(f"{url}/evidence?part=Why")
    stands(plain, "/evidence?part=why")
    unfold(plain)
    assert in_both_themes(plain, axe) == []


@pytest.mark.long
def test_no_rule_is_violated_by_a_job(plain, url, axe):
    """While it runs, and when it has ended."""
    pytest.importorskip("torch")
    plain.goto(f"{url}/train")
    expect(plain.locator(".surface[data-ready]")).to_be_visible()
    plain.get_by_role("button", name=say("train-start")).click()
    expect(plain.locator(".surface .cell.measured").first).to_be_attached(timeout=300_000)
    assert in_both_themes(plain, axe) == []
    expect(plain.get_by_role("button", name=say("train-show"))).to_be_visible(timeout=300_000)
    unfold(plain)
    assert in_both_themes(plain, axe) == []


def test_axe_finds_what_is_wrong(page, axe):
    """The instrument itself: a page with two faults has them named."""
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src=x><p style='color:#aaa'>faint</p></main>")
    assert {"image-alt", "color-contrast"} <= {name for name, _ in violations(page, axe)}
    assert {name for name, _ in violations(page, axe, COLOURS)} == {"color-contrast"}
