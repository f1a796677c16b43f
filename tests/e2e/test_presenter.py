"""The story on a projector, by keys and clicker alone; and the link by which a room's phones reach it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from learn.story import STEPS
from playwright.sync_api import expect
from serve.network import lan_address
from served import ROOT, healthy

from surgecore.words import say

FONTS = """dialog => [...dialog.querySelectorAll("*")].filter(e => e.checkVisibility() && [...e.childNodes].some(
    n => n.nodeType === 3 && n.textContent.trim())).map(e => parseFloat(getComputedStyle(e).fontSize))"""


@pytest.fixture
def open_learn(page, url):
    def opened(query="", page=page):
        page.set_viewport_size({"width": 1024, "height": 768})
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{url}/learn{query}")
        expect(page.locator(".story[data-ready]")).to_be_visible()
        return page

    return opened


def test_presented_by_keys_alone(open_learn, errors, abroad):
    page = open_learn()
    page.keyboard.press("p")
    screen = page.locator("dialog.presenter")
    expect(screen).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]present"))
    for number, key in enumerate(["", "PageDown", "ArrowRight", " ", "PageDown"], 1):
        if key:
            page.keyboard.press(key)
        expect(page.locator(".story")).to_have_attribute("data-step", str(number))
        expect(screen.get_by_role("heading")).to_have_text(STEPS[number - 1].to_json()["sentence"])
        assert min(screen.evaluate(FONTS)) >= 24
        if number == 2:  # what explains a term is read from afar too
            for _ in ("chart", "peak", "term"):
                page.keyboard.press("Tab")
            note = page.locator(".term-note")
            expect(note).to_be_visible()
            expect(note).to_have_css("font-size", "24px")
            expect(note).to_be_in_viewport(ratio=1)
        assert screen.evaluate("d => [d.scrollHeight - d.clientHeight, d.scrollWidth - d.clientWidth]") == [0, 0]
        # nothing of the frame: what is at the corners and in the middle of the bar is the presenter's
        for x, y in ((5, 5), (500, 12), (1015, 5), (512, 760)):
            assert page.evaluate(
                """([x, y]) => { let e = document.elementFromPoint(x, y);
                while (e?.shadowRoot) e = e.shadowRoot.elementFromPoint(x, y); return !!e?.closest("dialog") }""",
                [x, y],
            )
    page.keyboard.press("PageUp")
    expect(page.locator(".story")).to_have_attribute("data-step", "4")
    assert errors == []
    assert abroad == []


def test_black_timer_and_the_end(open_learn, clocked):
    clocked.clock.install()
    page = open_learn("?present&story=3", clocked)
    screen = page.locator("dialog.presenter")
    expect(screen).to_be_visible()
    expect(page.locator(".story")).to_have_attribute("data-step", "3")
    cover = page.locator(".cover")
    for key in ("b", "."):
        page.keyboard.press(key)
        expect(cover).to_have_css("background-color", "rgb(0, 0, 0)")
        assert cover.bounding_box() == {"x": 0, "y": 0, "width": 1024, "height": 768}
        page.keyboard.press(key)
        expect(cover).to_be_hidden()
    page.clock.run_for(75_000)
    expect(page.locator(".clock")).to_have_text(re.compile(r"1:1[5-9]"))
    page.keyboard.press("t")
    expect(page.locator(".clock")).to_have_text(re.compile("0:0"))
    page.keyboard.press("Escape")
    expect(screen).to_be_hidden()
    expect(page.locator(".story")).to_be_visible()
    expect(page.locator(".story")).to_have_attribute("data-step", "3")
    page.clock.run_for(2000)
    expect(page).not_to_have_url(re.compile("present"))
    page.get_by_role("button", name=say("present-open"), exact=True).click()  # who does not know the key finds it too
    expect(screen).to_be_visible()


def test_notes_in_a_second_window_follow(open_learn):
    page = open_learn("?present")
    expect(page.locator("dialog.presenter")).to_be_visible()
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    notes = opened.value
    for number, step in enumerate(STEPS, 1):
        expect(notes.locator(".note")).to_contain_text(say(f"present-note-{step.key}"))
        expect(notes.locator(".step")).to_have_text(say("learn-step", step=number, of=len(STEPS)))
        page.bring_to_front()
        page.keyboard.press("PageDown")
    expect(notes.locator(".next")).to_have_text(say("present-last"))
    expect(notes.locator(".time")).to_have_text(re.compile(r"^\d+:\d\d$"))


def test_on_this_computer_the_room_is_told_how(open_learn):
    page = open_learn("?present")
    expect(page.locator("dialog.presenter")).to_be_visible()
    page.keyboard.press("q")
    expect(page.locator(".room")).to_contain_text("make run HOST=lan")
    expect(page.locator(".room img")).to_have_count(0)
    assert min(page.locator("dialog.presenter").evaluate(FONTS)) >= 24


@pytest.mark.long
def test_served_to_the_network_the_code_leads_there(page):
    """Opened by the address in the code, from the network's side, the story works: the server takes that origin."""
    address = lan_address()
    if address is None:
        pytest.skip("this computer is in no network")
    command = [sys.executable, str(ROOT / "app" / "serve" / "network.py"), "--host", "lan", "--port", "8913"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, stderr=subprocess.STDOUT)
    try:
        assert healthy(process, "http://127.0.0.1:8913")
        page.goto("http://localhost:8913/learn?present")
        expect(page.locator("dialog.presenter")).to_be_visible()
        page.keyboard.press("q")
        link = page.locator(".room .link").inner_text()
        assert link == f"http://{address}:8913/learn"
        expect(page.locator(".room img")).to_be_visible()
        page.goto(link)
        expect(page.locator(".story[data-ready]")).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile("story=2"))  # the server hears what is done
    finally:
        process.terminate()
        said = process.communicate(timeout=120)[0]
    assert f"http://{address}:8913" in said
