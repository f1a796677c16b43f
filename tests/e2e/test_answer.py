"""The answer first: an export is dropped, and what to do with it is seen at once; the keyboard sees where it is."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from driving import still, titled
from playwright.sync_api import expect

from surgecore import load_catalogue
from surgecore.words import say

DATA = Path(__file__).parents[2] / "data"
FIRST = load_catalogue(DATA)[0]
#: What somebody who dropped a file came for.
ANSWER = (".answer-card .big", ".answer-card .verdict", ".drawing .frame >> visible=true")


@pytest.fixture(scope="module")
def export() -> bytes:
    """A thousand rows as a tracker has them."""
    rows = FIRST.load().trials.sort_values(["seed", "batch_size"]).head(1000)
    return rows[["batch_size", "learning_rate", "loss", "seed"]].to_csv(index=False).encode()


def test_the_answer_is_seen_without_scrolling(page, url, export, errors):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{url}/sweep")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "export.csv", "mimeType": "text/csv", "buffer": export}
    )  # fmt: skip
    titled(page, "export")
    for width, height in ((1366, 768), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for part in ANSWER:
            expect(page.locator(part).first).to_be_in_viewport(ratio=1)
        expect(page.get_by_text(say("answer-next"), exact=True)).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    assert errors == []


def test_from_the_gallery_to_one_sweep_and_why(page, url, errors):
    """Is the surge real? One page: how many fall, one that does, and which assumption decides."""
    page.goto(f"{url}/evidence")
    expect(page.get_by_text("Chance alone would give")).to_be_in_viewport()
    still(page)
    expect(page.locator(".gallery button")).to_have_count(len(load_catalogue(DATA)))
    page.locator(".gallery button").filter(has_text="10 steps from loss 1").first.click()
    titled(page, FIRST.title)
    expect(page).to_have_url(re.compile("/evidence.*open="))
    expect(page.locator(".verdict .chip")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name=say("evidence-explain")).click()
    titled(page, say("evidence-why-title"))
    expect(page.locator(".stairs .big").first).to_be_in_viewport(ratio=1)
    assert errors == []


FOCUSED = """async () => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body) return null;
  const name = at.getAttribute("aria-label") || at.textContent.trim().slice(0, 40) || at.tagName;
  const look = (one) => {
    const style = getComputedStyle(one);
    return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join();
  };
  const near = [at, ...at.querySelectorAll("*")].slice(0, 12);
  for (let up = at.parentElement, k = 0; up && k < 4; up = up.parentElement, k++) near.push(up);
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await frame(); // boxes of the page learn of focus a moment after they have it
  const shown = near.map(look);
  at.blur();
  await frame();
  const bare = near.map(look);
  at.focus({ preventScroll: true });
  return { name: `${at.tagName} ${name}`, seen: shown.some((text, k) => text !== bare[k]) };
}"""


#: Pages, and the theme in which some are walked every day; all else is left to the long tests.
SCHEMES = {
    "/sweep": None,
    f"/sweep?sweep={quote(FIRST.title)}": "dark",
    "/evidence": None,
    "/train": None,
    "/reference": None,
}


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        pytest.param(path, scheme, marks=() if scheme == usual else pytest.mark.long)
        for path, usual in SCHEMES.items()
        for scheme in ("light", "dark")
    ],
)
def test_focus_is_seen_wherever_the_keyboard_leads(page, url, path, scheme):
    """At each stop of the Tab key something about it or around it looks otherwise than without focus."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    stops, unseen = [], []
    for _ in range(24):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        stops.append(found["name"])
        if not found["seen"]:
            unseen.append(found["name"])
    assert len(stops) >= 8
    assert unseen == []
