"""Training from the page in a real browser: the surface fills in, and the sweep is found again."""

from __future__ import annotations

import re

import pytest
from driving import titled
from playwright.sync_api import expect

pytest.importorskip("torch")

MEASURED = ".surface .cell.measured"


def test_a_sweep_fills_in_survives_a_reload_and_is_seen_from_a_second_tab(page, url, errors, abroad):
    page.goto(f"{url}/train")
    expect(page.locator(".surface[data-ready]")).to_be_visible()
    expect(page.locator(MEASURED)).to_have_count(0)
    page.get_by_role("button", name="Train this sweep").click()
    expect(page).to_have_url(re.compile("job="))
    expect(page.locator(MEASURED).first).to_be_attached(timeout=300_000)
    page.reload()
    expect(page.locator(MEASURED).first).to_be_attached()
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(MEASURED).first).to_be_attached()
    expect(other.get_by_role("button", name="Show in Explore")).to_be_visible(timeout=300_000)
    page.get_by_role("button", name="Show in Explore").click(timeout=300_000)
    titled(page, "Where does the best learning rate peak?")
    expect(page.locator(".surge .key")).to_contain_text("Measured: Digits MLP, sign descent")
    assert errors == []
    assert abroad == []


def test_cancel_keeps_what_was_finished(page, url, errors):
    page.goto(f"{url}/train")
    page.get_by_text("Grid and seeds").click()
    page.get_by_role("spinbutton", name="Seeds").fill("512")
    page.get_by_role("spinbutton", name="Seeds").press("Enter")
    expect(page.get_by_text(re.compile(r"6[89],\d{3} runs"))).to_be_visible()
    page.get_by_role("button", name="Train this sweep").click()
    expect(page.locator(MEASURED).first).to_be_attached(timeout=300_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile(r"[\d,]+ of 6[89],\d{3} runs are done and kept"))).to_be_visible(timeout=300_000)
    expect(page.locator(MEASURED).first).to_be_attached()
    assert errors == []
