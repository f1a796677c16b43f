"""A term explains itself under the pointer and on focus, inside a component and on the page; Escape hides it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from surgecore.words import glossary


def about(name):
    (found,) = [term for term in glossary.terms() if term.name == name]
    return found.about


@pytest.mark.parametrize(
    ("address", "name", "there"),
    [("/lesson?guess=3", "Noise scale", ".lesson[data-ready]"), ("/derivation", "Quadratic loss", "details")],
)
def test_a_term_explains_itself(page, url, address, name, there):
    page.goto(f"{url}{address}")
    expect(page.locator(there).first).to_be_visible()
    meaning = about(name)
    term = page.locator(f'.term[data-about="{meaning}"]').first
    note = page.locator(".term-note")
    expect(term).to_have_attribute("aria-description", meaning)
    # a page that still grows moves the term away from the pointer
    still = page.get_by_test_id("stApp")
    expect(still).to_have_attribute("data-test-script-state", "notRunning")
    if (folded := page.locator("details:not([open])").filter(has=term)).count():
        folded.locator("summary").click()
        expect(page.locator("details[open]").filter(has=term)).to_have_count(1)
        expect(still).to_have_attribute("data-test-script-state", "notRunning")
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
