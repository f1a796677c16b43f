"""A term explains itself under the pointer and on focus, inside a component and on the page; Escape hides it."""

from __future__ import annotations

import pytest
from driving import still
from playwright.sync_api import expect

from surgecore.words import glossary


def about(name):
    (found,) = [term for term in glossary.terms() if term.name == name]
    return found.about


@pytest.mark.parametrize(
    ("address", "name", "there"),
    [
        ("/lesson?guess=3", "Noise scale", ".lesson[data-ready]"),
        pytest.param("/derivation", "Quadratic loss", "details", marks=pytest.mark.long),
    ],
)
def test_a_term_explains_itself(page, url, address, name, there):
    page.goto(f"{url}{address}")
    expect(page.locator(there).first).to_be_visible()
    meaning = about(name)
    term = page.locator(f'.term[data-about="{meaning}"]').first
    note = page.locator(".term-note")
    expect(term).to_have_attribute("aria-description", meaning)
    # a page that still grows moves the term away from the pointer
    state = page.get_by_test_id("stApp")
    expect(state).to_have_attribute("data-test-script-state", "notRunning")
    if (folded := page.locator("details:not([open])").filter(has=term)).count():
        folded.locator("summary").click()
        expect(page.locator("details[open]").filter(has=term)).to_have_count(1)
        expect(state).to_have_attribute("data-test-script-state", "notRunning")
    still(page)
    term.hover()
    expect(note).to_be_visible()
    expect(note).to_have_text(meaning)
    page.mouse.move(1, 1)
    expect(note).to_be_hidden()
    term.focus()
    expect(note).to_have_text(meaning)
    expect(note).to_be_in_viewport(ratio=0.99)
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()


def test_on_a_projector_a_term_explains_itself_too(page, url):
    """The note lies above the dialog that fills the screen; the pointer is there before the code that listens."""
    held = []
    page.route("**/static/surge/terms.*", lambda route: held.append(route))
    page.goto(f"{url}/learn?present&story=4")
    expect(page.locator("dialog.presenter[open]")).to_be_visible()
    still(page)
    term = page.locator(".step.now .term").first
    term.hover()
    note = page.locator(".term-note")
    expect(note).to_have_count(0)
    for route in held:
        route.continue_()
    expect(note).to_have_text(term.get_attribute("data-about"))
    # what is opened after the dialog lies above it; it is inert there, so that a hit test does not find it
    assert note.evaluate("note => note.matches(':popover-open')")
    expect(note).to_be_in_viewport(ratio=0.99)


def test_a_control_says_what_it_is_and_is_quiet_while_it_is_dragged(open_explore):
    page = open_explore()
    still(page)  # what listens for terms comes after the chart
    row = page.locator(".control", has_text="Curvature alignment")
    note = page.locator(".term-note")
    row.locator("label").hover()
    expect(note).to_have_text(row.get_attribute("data-about"))
    slider = row.locator("input[type=range]")
    slider.hover()
    page.mouse.down()
    expect(note).to_be_hidden()
    page.mouse.up()
    page.mouse.move(1, 1)
    # along the row of curves by keys: within one component the focus moves unheard of outside
    page.get_by_role("checkbox", name="Exact (Theorem 2)").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(note).to_contain_text(about("Theorem 3"))
    expect(note).to_contain_text(about("Surge"))
