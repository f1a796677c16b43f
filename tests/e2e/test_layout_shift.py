"""Nothing on a page jumps while it loads."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

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
#: What stands last in the first view of each page.
PAGES = {
    "/learn": ".story[data-ready]",
    "/lesson": ".lesson[data-ready]",
    "/lab": ".lab[data-ready]",
    "/evidence": ".gallery svg",
}


def still(page):
    """The script has ended, nothing waits for its code, and two frames in a row are alike."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.evaluate(
        """() => document.fonts.ready.then(() => new Promise((resolve) => {
            const look = (before) => requestAnimationFrame(() => {
                const now = document.querySelector(".stMainBlockContainer").getBoundingClientRect().height;
                if (now === before) resolve(); else look(now);
            });
            look(-1);
        }))"""
    )


def jumped(page):
    """The sum of shifts since it was last asked for, and what moved."""
    found = page.evaluate("window.shifts.splice(0)")
    return sum(shift["value"] for shift in found), [shift for shift in found if shift["value"] > 0.01]


@pytest.fixture(params=[(1440, 900), (360, 740)], ids=["wide", "phone"])
def counted(page, request):
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(COUNT)
    return page


@pytest.mark.parametrize("path", PAGES)
def test_nothing_jumps_while_a_page_loads(counted, url, path):
    for load in (lambda: counted.goto(url + path), counted.reload):
        load()
        expect(counted.locator(PAGES[path]).first).to_be_attached()
        still(counted)
        total, moved = jumped(counted)
        assert total <= MOST, moved
