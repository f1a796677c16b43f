"""The lesson in a browser: predict, reveal, check and next by keyboard alone, and the figure against the library."""

from __future__ import annotations

import re

import numpy as np
import pytest
from learn.lesson import STEPS
from learn.story import STORY
from playwright.sync_api import expect
from scipy.special import erf

from surgecore.words import say


@pytest.fixture
def open_lesson(page, url):
    def opened(query=""):
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{url}/lesson{query}")
        expect(page.locator(".lesson[data-ready]")).to_be_visible()
        return page

    return opened


def at(page, step, phase):
    expect(page.locator(".lesson")).to_have_attribute("data-step", str(step))
    expect(page.locator(".lesson")).to_have_attribute("data-phase", phase)


def tab_to(page, selector, most=40):
    """Press Tab, or Shift and Tab where it stands before, until the focus is there."""
    key = "Shift+Tab" if page.evaluate(BEFORE, selector) else "Tab"
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate(FOCUSED, selector):
            return
    pytest.fail(f"{key} does not come to {selector}")


def focused(page, selector):
    page.locator(selector).focus()


#: Whether the first of what is wanted stands before what has the focus.
BEFORE = """wanted => {
  let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  const found = at && at.getRootNode().querySelector(wanted);
  return Boolean(found && found.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""
#: The focus inside the component's shadow root.
FOCUSED = """wanted => {
  let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  return Boolean(at && at.matches(wanted));
}"""


def test_the_whole_lesson_by_keyboard(open_lesson, errors, abroad):
    page = open_lesson()
    given = [step.to_json() for step in STEPS]
    for number, step in enumerate(given, 1):
        at(page, number, "predict")
        expect(page.locator("h1")).to_have_text(step["idea"])
        expect(page.locator(".reveal")).to_be_hidden()
        expect(page.locator(".check")).to_be_hidden()
        if number == 1:  # the answer needs a prediction
            page.locator(".show").click()
            at(page, 1, "predict")
            expect(page.locator(".live")).to_have_text(say("lesson-place"))
            expect(page.locator(".hint.missed")).to_have_text(say("lesson-place"))  # for those who see it too
            assert page.evaluate(FOCUSED, ".guess")
            page.locator(".show").focus()
        reach = tab_to if number < 4 else focused  # all of them are alike
        reach(page, ".guess")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        at(page, number, "shown")
        expect(page.locator(".found")).to_have_text(step["reveal"])
        truth = float(page.locator(".truth").get_attribute("data-truth"))
        assert truth == pytest.approx(step["guess"]["truth"], rel=1e-12)
        options = sorted(step["options"], key=lambda option: option["right"])  # the wrong ones first
        for option in options if number == 1 else options[-2:]:
            reach(page, f"[data-option={option['key']}]")
            page.keyboard.press("Enter")
            expect(page.locator(".feedback")).to_contain_text(option["why"])
        at(page, number, "solved")
        expect(page).to_have_url(re.compile(r"answer="))
        if number < len(given):
            reach(page, ".walk .next")
            page.keyboard.press("Enter")
    expect(page.locator(".end")).to_contain_text("right at once in 0 of 10 checks")
    assert errors == []
    assert abroad == []


def test_a_click_on_the_figure_is_the_prediction(open_lesson):
    page = open_lesson("?lesson=5")
    frame = page.locator(".frame").first.bounding_box()
    # 8 of the 12 octaves: batch size 256, three times the peak's
    page.mouse.click(frame["x"] + frame["width"] * 8 / 12, frame["y"] + 100)
    page.locator(".show").click()
    at(page, 5, "shown")
    # a pixel is about one part in a hundred
    expect(page.locator(".number")).to_have_text(re.compile(r"3\.[01]× offYou said 25[4-8]\. It is 84\."))
    expect(page).to_have_url(re.compile(r"guess=(%2C|,){4}25[4-8]"))


def test_coins_come_to_erf_before_ones_eyes(open_lesson):
    page = open_lesson("?lesson=3&guess=,,0.8")
    for flips in (1000, 2000):
        coins = page.locator(".coin")
        expect(coins).to_have_count(6)
        expect(coins.first).to_have_attribute("aria-label", re.compile(f"after {flips:,}|after {flips}"))
        for coin in coins.all():
            batch, share = (float(coin.get_attribute(f"data-{name}")) for name in ("batch", "share"))
            truth = 0.5 + 0.5 * erf(np.sqrt(batch / 2) * STORY.snr)
            assert abs(share - truth) < 4 * np.sqrt(truth * (1 - truth) / flips)
        page.locator(".flip").click()


#: What the first coin says in the very moment of the prediction, and how many animations run then.
AT_ONCE = """button => {
  button.click();
  const root = button.getRootNode();
  return [root.querySelector(".coin")?.getAttribute("aria-label") ?? "", root.getAnimations().length];
}"""


@pytest.mark.parametrize("motion", ["reduce", pytest.param("no-preference", marks=pytest.mark.long)])
def test_coins_flip_in_motion_unless_motion_is_to_be_reduced(page, url, motion):
    page.emulate_media(reduced_motion=motion)
    page.goto(f"{url}/lesson?lesson=3")
    page.locator(".guess").press("ArrowDown")
    said, animations = page.locator(".show").evaluate(AT_ONCE)
    if motion == "reduce":
        assert re.search(r"after 1,?000 flips", said)
        assert animations == 0
        return
    assert not re.search("after 1,?000 flips", said)
    coin = page.locator(".coin").first
    expect(coin).to_have_attribute("aria-label", re.compile(r"after \d{1,3} flips"))
    expect(coin).to_have_attribute("aria-label", re.compile(r"after 1,?000 flips"))


def test_a_link_brings_back_predictions_and_answers(open_lesson):
    page = open_lesson("?lesson=2&guess=12,2&answer=b,ab")
    at(page, 2, "solved")
    expect(page.locator(".number")).to_contain_text("You said 2.0×")
    expect(page.locator(".feedback")).to_have_text(STEPS[1].to_json()["options"][1]["why"])
    page.keyboard.press("PageUp")
    at(page, 1, "solved")
    expect(page.locator(".number")).to_contain_text(say("lesson-off-exact"))
