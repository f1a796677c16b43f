"""Training from the page in a real browser: the surface fills in, and the sweep is found again."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

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
    expect(page.locator(".words strong").first).to_contain_text("Fitted to this sweep")
    assert errors == []
    assert abroad == []


def worker() -> int:
    """The process that trains for the server of these tests."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            server = parent(int(folder.name))
            if b"surgecore.training" in command and parent(server) == os.getpid():
                found.append(int(folder.name))
        except OSError:
            continue
    (only,) = found
    return only


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the worker in /proc")
def test_a_sweep_is_listed_cancelled_and_taken_up_again(page, url, errors):
    page.goto(f"{url}/train")
    page.get_by_text("Grid and seeds").click()
    page.get_by_role("spinbutton", name="Seeds").fill("512")
    page.get_by_role("spinbutton", name="Seeds").press("Enter")
    expect(page.get_by_text(re.compile(r"6[89],\d{3} short runs"))).to_be_visible()
    page.get_by_role("button", name="Train this sweep").click()
    expect(page.locator(MEASURED).first).to_be_attached(timeout=300_000)
    address = page.url
    held = worker()
    os.kill(held, signal.SIGSTOP)  # so that it is under way as long as it is looked at

    # found again without its address: the bar says that something is under way, and the list opens it
    page.get_by_role("link", name="Reference", exact=True).click()
    titled(page, "The law in a page")
    badge = page.get_by_role("link", name=re.compile(r"Train · \d+ running"))
    badge.click()
    titled(page, "Measure it yourself")
    expect(page).not_to_have_url(re.compile("job="))
    expect(page.get_by_text(re.compile(r"running, [\d,]+ of 6[89],\d{3} runs, .+ left"))).to_be_visible()
    page.get_by_role("button", name="Open", exact=True).first.click()
    expect(page).to_have_url(address)
    expect(page.get_by_text("Grid and seeds")).to_have_count(0)  # its own plan, and no boxes that change nothing
    expect(page.locator("strong", has_text="512")).to_be_visible()

    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("button", name="Cancelling …")).to_be_disabled()
    expect(page.get_by_text(re.compile(r"Cancelling: [\d,]+ of 6[89],\d{3} runs are kept"))).to_be_visible()
    os.kill(held, signal.SIGCONT)
    expect(page.get_by_text(re.compile(r"[\d,]+ of 6[89],\d{3} runs are done and kept"))).to_be_visible(timeout=300_000)
    expect(page.locator(MEASURED).first).to_be_attached()
    expect(badge).to_have_count(0)
    page.get_by_role("button", name="Resume").last.click()
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    expect(page.locator(MEASURED).first).to_be_attached()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("button", name="Resume").last).to_be_visible(timeout=300_000)
    assert errors == []
