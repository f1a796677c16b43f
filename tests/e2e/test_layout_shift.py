"""Nothing on a page jumps while it loads, when one goes from page to page, or when a file is dropped."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from driving import still, titled
from playwright.sync_api import expect

from surgecore.words import say

#: Sum of layout shifts [share of the screen times share of its height] that a page may have.
MOST = 0.1
#: Counts shifts from the first frame on; those after a click too, which browsers forgive for half a second.
COUNT = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push({
    value: entry.value,
    of: entry.sources.map(({ node }) => (node?.parentElement ?? node)?.outerHTML?.slice(0, 120)),
  });
}).observe({ type: "layout-shift", buffered: true });"""
SWEEP = "/sweep?sweep=" + quote("Digits MLP, sign descent, 20 steps")
#: What stands last in the first view of each page.
PAGES = {
    "/learn": ".story[data-ready]",
    "/lesson": ".lesson[data-ready]",
    "/derivation": ".katex-display",
    "/lab": ".lab[data-ready]",
    "/explore": ".surge[data-ready]",
    "/sweep": "[data-testid=stFileUploader]",
    SWEEP: ".drawing[data-ready]",
    f"{SWEEP}&fold-compare=true": ".drawing[data-ready]",
    "/evidence": ".gallery svg",
    "/evidence?part=Why": ".st-key-multiples svg",
    "/reference": ".katex",
    "/train": ".surface[data-ready]",
}


def jumped(page):
    """The sum of shifts since it was last asked for, and what moved."""
    found = page.evaluate("window.shifts.splice(0)")
    return sum(shift["value"] for shift in found), [shift for shift in found if shift["value"] > 0.01]


#: A phone every day, where a shift is the larger share of the screen.
SCREENS = [pytest.param((1440, 900), id="wide", marks=pytest.mark.long), pytest.param((360, 740), id="phone")]


@pytest.fixture(params=SCREENS)
def counted(page, request):
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(COUNT)
    return page


#: Pages of each kind, looked at every day; the others are as long as all of them together.
DAILY = ("/learn", "/lab", "/evidence")


@pytest.mark.parametrize(
    "path", [path if path in DAILY else pytest.param(path, marks=pytest.mark.long) for path in PAGES]
)
def test_nothing_jumps_while_a_page_loads(counted, url, path):
    for load in (lambda: counted.goto(url + path), counted.reload):
        load()
        expect(counted.locator(PAGES[path]).first).to_be_attached()
        still(counted)
        total, moved = jumped(counted)
        assert total <= MOST, moved


@pytest.mark.long
def test_nothing_jumps_from_page_to_page(counted, url):
    counted.goto(url + "/learn")
    expect(counted.locator(PAGES["/learn"])).to_be_attached()
    for name in ("explore", "evidence", "sweep", "reference", "learn"):
        still(counted)
        jumped(counted)
        counted.get_by_role("link", name=say(f"page-{name}"), exact=True).first.click()
        expect(counted.locator(PAGES[f"/{name}"]).first).to_be_attached()
        still(counted)
        total, moved = jumped(counted)
        assert total <= MOST, (name, moved)


def test_nothing_jumps_when_a_file_is_dropped(counted, url, good_csv):
    """Neither for the answer to it nor for what is wrong with it."""
    bad = b"batch_size,note\n" + b"32,no rate\n" * 300_000  # large enough that its progress is seen
    for name, data, last in (("mine", good_csv, PAGES[SWEEP]), ("bad", bad, "[data-testid=stAlert]")):
        counted.goto(url + "/sweep")
        expect(counted.locator(PAGES["/sweep"]).first).to_be_visible()
        still(counted)
        jumped(counted)
        counted.locator("input[type=file]").first.set_input_files(
            {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": data}
        )
        titled(counted, name)
        expect(counted.locator(last).first).to_be_visible()
        still(counted)
        total, moved = jumped(counted)
        assert total <= MOST, (name, moved)
