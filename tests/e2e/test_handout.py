"""The handout in a browser: shown, downloaded, opened offline, and on paper."""

from __future__ import annotations

import re

import pytest
from driving import titled
from playwright.sync_api import expect

from surgecore.words import say

PAPERS = ("A4", "Letter")
#: Texts of drawings that reach beyond their drawing, among those that are shown.
OUTSIDE = """(root) => [...root.querySelectorAll('svg')].filter((svg) => svg.checkVisibility()).flatMap((svg) => {
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter((text) => {
        const own = text.getBoundingClientRect();
        return own.left < box.left - 1 || own.right > box.right + 1 || own.bottom > box.bottom + 1;
    }).map((text) => text.textContent);
})"""


#: Font families that a browser does not understand, a name with a digit and no quotes for one.
ODD_FONTS = """(root) => [...root.querySelectorAll('[font-family]')].map((e) => e.getAttribute('font-family'))
    .filter((family) => !CSS.supports('font-family', family))"""


def sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def opened(page, url, query=""):
    page.goto(f"{url}/handout{query}")
    titled(page, say("page-handout"))
    expect(page.locator(".handout")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


@pytest.fixture
def downloaded(page, url, tmp_path):
    def made(query, name):
        opened(page, url, query)
        with page.expect_download() as download:
            page.get_by_role("button", name=say("handout-download")).click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
        page.context.set_offline(True)
        page.goto((tmp_path / name).as_uri())
        return page

    return made


@pytest.mark.parametrize(
    ("query", "name", "pages"),
    [
        ("", "surge-handout.html", {2}),
        pytest.param("?key=true", "surge-handout-key.html", {3, 4}, marks=pytest.mark.long),
    ],
)
def test_the_file_is_two_sides_on_paper_and_the_key_is_a_sheet_more(downloaded, abroad, query, name, pages):
    page = downloaded(query, name)
    asked = len(abroad)
    assert page.title() == say("handout-title")
    for paper in PAPERS:
        assert sheets(page.pdf(format=paper, prefer_css_page_size=True)) in pages, paper
    page.emulate_media(media="print")
    # between the margins of A4 and of Letter
    for width, height in ((703, 1031), (725, 964)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator("body").evaluate(OUTSIDE) == []
        assert page.locator("body").evaluate(ODD_FONTS) == []
        for side in page.locator(".side").all():
            assert side.evaluate("(side) => side.scrollHeight") <= height
            assert side.evaluate("(side) => side.scrollWidth") <= width
        lines = page.locator(".line").evaluate_all("(lines) => lines.map((line) => line.offsetHeight)")
        assert min(lines) >= 22  # 6 mm to write in
    assert abroad[asked:] == []


def test_the_page_shows_and_prints_it_whole_and_the_switch_brings_the_key(page, url, errors, abroad):
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, url)
    margin = dict.fromkeys(("top", "right", "bottom", "left"), "12mm")
    for paper in PAPERS:
        assert sheets(page.pdf(format=paper, margin=margin)) == 2, paper
    preview = page.locator(".handout")
    expect(preview.get_by_text(say("handout-key"), exact=True)).to_have_count(0)
    page.get_by_text(say("handout-with-key")).click()
    expect(preview.get_by_text(say("handout-key"), exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("key=true"))
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
        assert preview.evaluate(OUTSIDE) == []
    assert errors == []
    assert abroad == []
