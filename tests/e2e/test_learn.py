"""The story of the Learn page in a browser: by keys alone, by clicks, on a phone, and with the learner in charge."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from learn.story import STEPS, STORY
from playwright.sync_api import expect

from surgecore import load_catalogue, one_step_curves, surge_verdict
from surgecore.words import say
from surgecore.words.verdict import percent

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_learn(page, url):
    def opened(query=""):
        page.emulate_media(reduced_motion="reduce")
        page.goto(f"{url}/learn{query}")
        expect(page.locator(".story[data-ready]")).to_be_visible()
        return page

    return opened


def at(page, step):
    expect(page.locator(".story")).to_have_attribute("data-step", str(step))


def drawn(page, key):
    """Batch sizes and rates of the curve that is drawn, from its path and the axes of the story."""
    path = page.locator(f".law-{key}").first.get_attribute("d")
    x, y = np.array([tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]).T
    frame = page.locator(".frame").first
    left, top, width, height = (float(frame.get_attribute(name)) for name in ("x", "y", "width", "height"))
    return 2 ** (12 * (x - left) / width), 10 ** (-0.3 - 2.4 * (y - top) / height)


def test_the_whole_story_by_keyboard(open_learn, errors, abroad):
    page = open_learn()
    page.keyboard.press("Tab")  # the first stop leads past the menu
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stMain")).to_be_focused()
    for number, key in enumerate(["ArrowRight", "ArrowDown", " ", "PageDown"], 2):
        page.keyboard.press(key)
        at(page, number)
        expect(page.locator(f"[data-step='{number}'].step .sentence")).to_be_in_viewport()
        expect(page.locator(".live")).to_contain_text(STEPS[number - 1].to_json()["sentence"])
        expect(page).to_have_url(re.compile(f"story={number}$"))
        if number < 5:
            batch, lr = drawn(page, "exact")
            inside = (lr > 0.0021) & (lr < 0.49)
            expected = one_step_curves(STORY)["exact"].optimal_lr(batch[inside])
            np.testing.assert_allclose(lr[inside], expected, rtol=0.01)
    expect(page.locator(".panel")).to_have_count(3)
    for key in ("ArrowLeft", "PageUp", "ArrowUp"):
        page.keyboard.press(key)
    at(page, 2)
    assert errors == []
    assert abroad == []


def test_the_number_of_each_step_is_the_cores(open_learn):
    (entry,) = [entry for entry in load_catalogue(ROOT / "data") if entry.name == "digits-mlp-sign-c3-k10"]
    measured = percent(surge_verdict(entry.load()).fall_octaves)
    page = open_learn()
    number = page.locator(".step[data-step='1'] .number")
    expect(number).to_contain_text("× 8.0")
    page.locator(".bead").focus()
    page.keyboard.press("Shift+ArrowRight")  # two powers of two further
    expect(number).to_contain_text("× 16")
    for step, text in ((2, "−37 %"), (3, "84"), (4, "−37 %"), (5, f"−{measured}")):
        page.get_by_role("button", name=say("learn-next")).click()
        at(page, step)
        expect(page.locator(f".step[data-step='{step}'] .number")).to_contain_text(text)


def test_two_switches_undo_the_fall(open_learn):
    page = open_learn("?story=4")
    number = page.locator(".step[data-step='4'] .number")
    page.locator("[data-switch=alignment]").click()
    expect(number).to_contain_text(say("learn-number-none"))
    expect(page).to_have_url(re.compile(r"story=4&alignment=0\.6|alignment=0\.6&story=4"))
    page.locator("[data-switch=alignment]").click()
    page.locator("[data-switch=correlation]").click()
    expect(number).to_contain_text("−2.6 %")
    batch, lr = drawn(page, "correlated")
    expected = one_step_curves(replace(STORY, correlation=0.6))["correlated"].optimal_lr(batch)
    inside = lr > 0.0021
    np.testing.assert_allclose(lr[inside], expected[inside], rtol=0.01)


#: A click, and then: the curve and the place on the page in that very moment, how many animations run, and how often
#: the curve and the place change until they rest for thirty frames.
MOVED = """button => {
  const root = button.getRootNode(), main = document.querySelector("[data-testid=stMain]");
  const now = () => [root.querySelector(".law-exact")?.getAttribute("d"), main.scrollTop];
  const before = now();
  button.click();
  const atOnce = now(), animations = root.getAnimations().length + document.getAnimations().length;
  return new Promise((resolve) => {
    let last = atOnce, changes = 0, still = 0;
    const look = () => {
      const seen = now();
      if (String(seen) === String(last)) still += 1;
      else [last, changes, still] = [seen, changes + 1, 0];
      if (still < 30) requestAnimationFrame(look);
      else resolve({ before, atOnce, last, changes, animations });
    };
    requestAnimationFrame(look);
  });
}"""


def test_figure_and_page_glide_unless_motion_is_to_be_reduced(open_learn, page):
    open_learn("?story=4")
    at(page, 4)
    for button, part in (("[data-switch=alignment]", 0), (".walk .previous", 1)):
        for motion in ("reduce", "no-preference"):
            page.emulate_media(reduced_motion=motion)
            glides(page, button, part, motion)


def glides(page, button, part, motion):
    seen = page.locator(button).evaluate(MOVED)
    assert seen["last"][part] != seen["before"][part], button
    if motion == "reduce":
        assert seen["atOnce"][part] == seen["last"][part], button
        assert seen["animations"] == 0
    else:
        assert seen["atOnce"][part] == seen["before"][part], button
        assert seen["changes"] > 1


def test_the_learner_takes_over_and_comes_back(open_learn):
    page = open_learn("?story=3")
    back = page.locator(".step[data-step='3'] .back")
    expect(back).to_be_hidden()
    number = page.locator(".step[data-step='3'] .number")
    expect(number).to_contain_text("84")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.locator(".peak").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(number).to_contain_text("168")
    # eight steps of an eighth of an octave: twice the batch size, 1 / sqrt(2) of the signal. The address follows
    expect(page).to_have_url(re.compile(r"snr=0\.035"))
    page.reload()
    expect(number).to_contain_text("168")
    back.click()
    expect(number).to_contain_text("84")
    expect(page).not_to_have_url(re.compile("snr="))


def test_it_ends_in_the_instrument_with_what_was_set(open_learn):
    page = open_learn("?story=5&alignment=3")
    page.locator("[data-page=explore]").click()
    expect(page.get_by_label("Curvature alignment, exact value", exact=True)).to_have_value("3")
    expect(page.get_by_label("Signal to noise, exact value", exact=True)).to_have_value("0.05")


def test_a_phone_that_is_turned_keeps_the_step(open_learn, page):
    open_learn("?story=3")
    for width, height in ((360, 740), (740, 360), (320, 740)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".step[data-step='3'] .sentence")).to_be_in_viewport(ratio=0.9)
        at(page, 3)


def test_a_projector_shows_a_whole_step(open_learn, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_learn(f"?story={len(STEPS)}")
    for step in range(len(STEPS), 0, -1):
        at(page, step)
        for part in (f".step[data-step='{step}'] .sentence", f".step[data-step='{step}'] .limit", ".walk .next"):
            expect(page.locator(part)).to_be_in_viewport(ratio=0.99)
        page.keyboard.press("PageUp")
