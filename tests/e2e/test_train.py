"""Training from the page in a real browser: the surface fills in, and the sweep is found again."""

from __future__ import annotations

import re

import pytest
from driving import seeds, titled
from playwright.sync_api import expect

pytest.importorskip("torch")

MEASURED = ".surface .cell.measured"


def test_a_sweep_fills_in_survives_a_reload_and_is_seen_from_a_second_tab(page, url, errors, abroad):
    page.goto(f"{url}/train")
    expect(page.locator(".surface[data-ready]")).to_be_visible()
    expect(page.locator(MEASURED)).to_have_count(0)
    seeds(page, 4)
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
    expect(page.locator(".words strong").first).to_contain_text("Fitted to this sweep")
    assert errors == []
    assert abroad == []
