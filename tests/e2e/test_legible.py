"""All that Learn shows, the bar above it included: large enough to read, to touch, and within the screen.

Of all other pages, too, a thumb reaches what it is to press.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from driving import patient
from learn.story import STEPS as STORY
from playwright.sync_api import expect

GUESSED = ",".join(["1"] * 10)
#: Addresses, what is there when a page stands, and how many steps follow one another by a key. Guesses that are made
#: show all of a lesson's step; what is shown before them is on the way to it too.
PAGES = {
    "/learn": (".story[data-ready][data-step='{}']", len(STORY)),
    "/lesson": (".lesson[data-phase=predict][data-step='{}']", 10),
    f"/lesson?guess={GUESSED}": (".lesson[data-phase=shown][data-step='{}']", 10),
    "/derivation": ("details", 1),
    "/lab": (".lab[data-phase=look]", 1),
    "/lab?look=16.6+64.8x2&bet=0.06+0.03+0.2": (".lab[data-phase=done]", 1),
    "/handout": (".handout", 1),
}
#: The derivation's folds are opened one by one, which takes long.
ADDRESSES = [
    pytest.param(address, marks=pytest.mark.long if address in ("/lesson", "/derivation", "/handout") else ())
    for address in PAGES
]
PHONE = {"width": 360, "height": 740}
#: Elements that are seen, shadow roots included; icons are letters of a font, not text.
SEEN = """const seen = [];
const visit = (root) => {
  for (const e of root.querySelectorAll("*")) {
    if (e.shadowRoot) visit(e.shadowRoot);
    const shown = e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (shown && !e.closest("[data-testid=stIconMaterial]")) seen.push(e);
  }
};
visit(document.body);"""
#: Texts that are too small: 16 px, and 14 px in drawings. Indices of formulas, and what only a screen reader has, are
#: no text to read.
SMALL = f"""() => {{ {SEEN}
  return seen.filter((e) => !e.closest(".katex, sub, sup, .live, style, script, [aria-hidden=true] math")
      && e.getBoundingClientRect().width > 1
      && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => {{
      // a drawing that is shrunk has smaller letters than its sheet says; the board of the lab is one too
      const svg = e.closest("svg"), by = svg?.getScreenCTM()?.a ?? 1, drawn = svg ?? e.closest(".board");
      return [parseFloat(getComputedStyle(e).fontSize) * by, drawn ? 14 : 16, e.textContent.trim().slice(0, 40)];
    }})
    .filter(([size, least]) => size < least - 0.05);
}}"""
#: What is touched and is smaller than 44 px; words in a line of text are as tall as the line.
NARROW = f"""() => {{ {SEEN}
  const touched = "a[href], button, input, select, textarea, summary, [role=slider], [role=button], [role=switch]";
  // a small sign of Streamlit's answers beside it too: that is no part of its box
  const small = "[data-testid=stTooltipHoverTarget] button, [data-testid=stHeadingWithActionElements] a";
  const idle = `p a, li a, [type=hidden], :disabled, [aria-disabled=true], ${{small}}`;
  return seen.filter((e) => e.matches(touched) && !e.matches(idle))
    .map((e) => [(e.closest("label, [data-baseweb=select]") ?? e).getBoundingClientRect(), e])
    .filter(([box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
    .map(([box, e]) => [Math.round(box.width), Math.round(box.height), e.outerHTML.slice(0, 90)]);
}}"""
#: What reaches beyond the screen, unless a box of its own scrolls or cuts it.
WIDE = f"""() => {{ {SEEN}
  const held = (e) => {{
    for (let up = e.parentNode; up; up = up.parentNode ?? up.host)
      if (up instanceof Element && up !== document.body && !up.matches("[data-testid=stMain], [data-testid=stApp]")
          && getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  }};
  const box = (e) => e.getBoundingClientRect();
  return seen.filter((e) => box(e).right > innerWidth + 1 && box(e).width > 1 && !held(e))
    .map((e) => e.outerHTML.slice(0, 90));
}}"""

#: Formulas and words that are wider than the box they stand in: cut off, or over their neighbours.
CUT = """() => {
  const ends = (box) => [...box.querySelectorAll(".base, p")].map((part) => {
    const words = document.createRange();
    words.selectNodeContents(part);
    return (part.matches(".base") ? part : words).getBoundingClientRect().right;
  });
  const all = [...document.querySelectorAll("[data-testid=stMain] :is(.katex-display, td, th)")];
  return all.filter((box) => box.checkVisibility() && Math.max(...ends(box)) > box.getBoundingClientRect().right + 1)
    .map((box) => box.textContent.slice(0, 60));
}"""


@pytest.fixture(scope="module")
def phone(browser):
    """A browser that is touched, one for all pages: a fresh one compiles every script anew."""
    with browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True) as context:
        yield patient(context.new_page())


#: Numbers at the prediction and the truth of a lesson that lie over another text of the figure.
OVER = """labels => labels.filter(e => e.isConnected).flatMap(label => {
  const box = (e) => e.getBoundingClientRect(), own = box(label);
  return [...label.ownerSVGElement.querySelectorAll("text")].filter(e => e !== label && own.right > box(e).left + 1
    && own.left < box(e).right - 1 && own.bottom > box(e).top + 1 && own.top < box(e).bottom - 1)
    .map(e => `${label.textContent} over ${e.textContent}`);
})"""


def unfold(page):
    folded = page.locator("[data-testid=stMain] details:not([open]) > summary")
    while folded.count():
        left = folded.count()
        folded.first.click()
        expect(folded).to_have_count(left - 1)


def stands(page, address, step):
    expect(page.locator(PAGES[address][0].format(step)).first).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)


@pytest.mark.parametrize("address", ADDRESSES)
def test_all_of_it_is_large_enough_to_read_and_to_touch(phone, url, address):
    """One visit in three widths: fingers on a phone, the narrowest screen, and the letters on a laptop."""
    phone.emulate_media(reduced_motion="reduce")
    phone.set_viewport_size(PHONE)
    phone.goto(url + address)
    steps = PAGES[address][1]
    for step in range(1, steps + 1):
        stands(phone, address, step)
        if step == 1:
            unfold(phone)
        in_every_width(phone, address, step)
        if step < steps:
            phone.keyboard.press("PageDown")


def in_every_width(page, address, step):
    assert page.evaluate(SMALL) == [], step
    assert page.evaluate(NARROW) == [], step
    assert page.evaluate(CUT) == [], step
    page.set_viewport_size({"width": 320, "height": 640})
    stands(page, address, step)  # a phone that is turned, or another one, keeps the step
    page.wait_for_function(f"() => ({WIDE})().length === 0")
    assert page.evaluate(CUT) == [], step
    assert page.locator(".guess-label, .truth-label").evaluate_all(OVER) == [], step
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 320
    page.set_viewport_size({"width": 1440, "height": 900})
    stands(page, address, step)
    page.wait_for_function(f"() => ({SMALL})().length === 0")  # a drawing is made anew a moment after its box
    page.set_viewport_size(PHONE)


SWEEP = "/sweep?sweep=" + quote("Digits MLP, sign descent, 20 steps")
#: Addresses of the other kinds of pages, and what is there when one stands.
OTHERS = {
    "/explore": ".surge[data-ready]",
    "/sweep": "[data-testid=stFileUploader]",
    f"{SWEEP}&fold-laws=true&fold-compare=true": ".drawing[data-ready]",
    "/evidence": ".gallery svg",
    "/evidence?part=why": ".st-key-multiples svg",
    "/train": ".surface[data-ready]",
    "/method": "table",
}


def test_a_thumb_reaches_what_is_pressed_on_every_other_page(phone, url):
    phone.emulate_media(reduced_motion="reduce")
    phone.set_viewport_size(PHONE)
    for address, there in OTHERS.items():
        phone.goto(url + address)
        expect(phone.locator(there).first).to_be_visible()
        expect(phone.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        phone.wait_for_function(f"() => ({NARROW})().length === 0")
        phone.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
