"""The lab in a browser, by keyboard alone: three rounds, a bet, its score, the same again from the address."""

from __future__ import annotations

import re

import pytest
from choice import catalogue
from lab.game import Game
from playwright.sync_api import expect

from surgecore.sweeps.bet import Bet, HiddenSweep
from surgecore.words import number, say


@pytest.fixture
def open_lab(page, url):
    def opened(query=""):
        page.goto(f"{url}/lab{query}")
        expect(page.locator(".lab[data-ready]")).to_be_visible()
        return page

    return opened


@pytest.fixture(scope="module")
def hidden():
    entries = {entry.name: entry for entry in catalogue.entries()}
    return HiddenSweep(entries[Game(1).hides].load(), seed=1)


def tab_to(page, locator):
    """Press Tab until an element has the focus; the page's own order, no pointer."""
    expect(locator).to_be_visible()
    for _ in range(60):
        if locator.evaluate("element => element.matches(':focus')"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"not in the tab order: {locator}")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_a_game_by_keyboard_alone(open_lab, hidden, errors, abroad):
    page = open_lab()
    board = page.locator(".lab")
    tab_to(page, page.locator(".cell[tabindex='0']"))
    # from batch size 4 and the middle rate: to 16, two runs there; one up, one run; that one is taken back by key
    press(page, "ArrowRight", "Enter", "Enter", "ArrowUp", "Enter", "Backspace")
    middle = len(hidden.learning_rates) // 2
    expect(page.locator(f"[data-cell='16.{middle}']")).to_contain_text("+2")
    expect(board).to_have_attribute("data-left", str(2048 - 32))
    tab_to(page, page.locator(".look"))
    press(page, "Enter")
    expect(board).to_have_attribute("data-round", "1")
    rate = float(hidden.learning_rates[middle])
    mean = sum(look.loss for look in hidden.look([(16.0, rate)] * 2)) / 2
    expect(page.locator(f"[data-cell='16.{middle}']")).to_have_text(number(mean))
    # the focus waits on the board; the dearest cell can be had seven times, then the budget ends
    press(page, *["ArrowRight"] * 4, *["Enter"] * 9)
    expect(page.locator(f"[data-cell='256.{middle + 1}']")).to_contain_text("+7")
    expect(board).to_have_attribute("data-left", str(2048 - 32 - 7 * 256))
    tab_to(page, page.locator(".look"))
    press(page, "Enter")
    expect(board).to_have_attribute("data-round", "2")
    tab_to(page, page.locator(".go-bet"))
    press(page, "Enter")
    rates = page.locator(".control input")
    expect(rates.first).to_be_focused()
    press(page, "ArrowLeft", "Tab", *["ArrowRight"] * 3, "Tab", "ArrowLeft")
    outputs = page.locator(".control output").all_text_contents()
    tab_to(page, page.locator(".place"))
    press(page, "Enter")
    expect(board).to_have_attribute("data-phase", "done")
    expect(page.locator(".side h2")).to_be_focused()
    bet = Bet(*map(float, re.search(r"bet=([\d.e-]+)\+([\d.e-]+)\+([\d.e-]+)", page.url).groups()))
    assert [number(value) for value in (bet.learning_rate, bet.low, bet.high)] == outputs
    score = hidden.score(bet)
    expect(page.locator(".side h2")).to_have_text(say("lab-cost", cost=f"{score.cost:.2f}"))
    expect(page.locator(".truth")).to_have_count(3)
    before = page.locator(".side").inner_text()
    page.reload()
    expect(board).to_have_attribute("data-phase", "done")
    assert page.locator(".side").inner_text() == before
    tab_to(page, page.locator(".again"))
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"lab=2"))
    expect(board).to_have_attribute("data-phase", "look")
    expect(page.locator(".cell.seen")).to_have_count(0)
    assert errors == []
    assert abroad == []


def test_an_end_of_the_interval_stops_at_the_rate(open_lab):
    page = open_lab("?lab=3&look=16.5")
    page.locator(".go-bet").click()
    low, outputs = page.locator(".control input").nth(1), page.locator(".control output")
    low.fill("240")
    expect(outputs.nth(1)).to_have_text(outputs.nth(0).inner_text())


def test_the_board_fits_its_screen(open_lab, page):
    open_lab("?lab=6&look=16.6+64.8x2&bet=0.06+0.03+0.2")
    expect(page.locator(".lab[data-phase=done]")).to_be_visible()
    for width, height in ((320, 740), (360, 740), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
        outside = page.locator(".cell, .side *").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert outside == 0, width


def test_a_wrong_address_is_named(open_lab):
    page = open_lab("?look=256.7x9")
    expect(page.get_by_role("alert")).to_contain_text(say("lab-address-look", text="256.7x9"))
    expect(page.locator(".lab")).to_have_attribute("data-left", "2048")
