"""What a visitor sees who reloads, goes back, opens a second tab, loses the line, or whose server stops meanwhile."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from driving import seeds, titled
from playwright.sync_api import expect
from served import ROOT, Served

sys.path.insert(0, str(ROOT / "benchmarks"))
from visitor import Visitor

GONE = "no longer on this server"
#: Modules of the processes that work for a server.
ANALYSES, TRAINS = b"surgecore.sweeps.beside", b"surgecore.training"
MEASURED = ".surface .cell.measured"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks for the worker in /proc")


@pytest.fixture
def served(tmp_path):
    """One a test, and one a second try: it would find the trainings of the first."""
    found = Served(SURGE_TRAINING_FOLDER=str(tmp_path), SURGE_CORES="1")
    found.start()
    yield found
    found.stop()


def drop(page, url, data):
    page.goto(f"{url}/sweep")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": data}
    )  # fmt: skip


def workers(of, module):
    """Processes that analyse, or train, for a server."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if module in command and parent == of.pid:
            found.append(int(folder.name))
    return found


def worker(served, module):
    """The process that analyses, or trains, once there is one: what is kept is shown before it has started."""
    for _ in range(600):
        if found := workers(served.process, module):
            (only,) = found
            return only
        with suppress(subprocess.TimeoutExpired):
            served.process.wait(timeout=0.1)
    pytest.fail(f"no process of {module.decode()}")


@LINUX
def test_a_training_and_an_upload_and_what_a_restart_leaves_of_them(page, served, good_csv, errors):
    """A sweep is listed, cancelled and taken up again; the server stops meanwhile, and it goes on once more. A file
    that was dropped is gone then, and both its open tab and its address say so."""
    pytest.importorskip("torch")
    address = listed_and_cancelled(page, served)
    page.get_by_role("button", name="Resume").last.click()
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    expect(page.locator(MEASURED).first).to_be_attached()
    held = worker(served, TRAINS)
    os.kill(held, signal.SIGSTOP)  # it would be done before the server is
    mine = page.context.new_page()
    drop(mine, served.url, good_csv)
    titled(mine, "mine")
    its_address = mine.url
    assert errors == []
    # the server has trained two sweeps, and has no torch in it
    assert not re.search("torch|sklearn", Path(f"/proc/{served.process.pid}/maps").read_text())
    os.kill(held, signal.SIGCONT)
    served.stop()
    served.start()
    page.goto(address)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=300_000)
    page.goto(its_address)
    gone(mine, page, served, good_csv)


def listed_and_cancelled(page, served):
    page.goto(f"{served.url}/train")
    seeds(page, 512)
    page.get_by_role("button", name="Train this sweep").click()
    expect(page.locator(MEASURED).first).to_be_attached(timeout=300_000)
    address = page.url
    held = worker(served, TRAINS)
    os.kill(held, signal.SIGSTOP)  # so that it is under way as long as it is looked at

    # found again without its address: the bar says that something is under way, and the list opens it
    page.get_by_role("link", name="Reference", exact=True).click()
    titled(page, "The law in a page")
    badge = page.get_by_role("link", name=re.compile(r"Train · \d+ running"))
    badge.click()
    titled(page, "Measure it yourself")
    expect(page).not_to_have_url(re.compile("job="))
    expect(page.get_by_text(re.compile(r"running, [\d,]+ of 69,120 runs, .+ left"))).to_be_visible()
    page.get_by_role("button", name="Open", exact=True).first.click()
    expect(page).to_have_url(address)
    expect(page.get_by_text("Grid and seeds")).to_have_count(0)  # its own plan, and no boxes that change nothing
    expect(page.locator("strong", has_text="512")).to_be_visible()

    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("button", name="Cancelling …")).to_be_disabled()
    expect(page.get_by_text(re.compile(r"Cancelling: [\d,]+ of 69,120 runs are kept"))).to_be_visible()
    os.kill(held, signal.SIGCONT)
    expect(page.get_by_text(re.compile(r"[\d,]+ of 69,120 runs are done and kept"))).to_be_visible(timeout=300_000)
    expect(page.locator(MEASURED).first).to_be_attached()
    expect(badge).to_have_count(0)
    return address


def gone(page, other, served, good_csv):
    """An open tab, and another that has its address, after the server has forgotten the file."""
    expect(other.get_by_role("alert")).to_contain_text(GONE)
    expect(other.get_by_role("alert")).to_contain_text("Drop the file again")
    for link in ("Explore", "Your sweep", "Evidence", "Your sweep"):
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_text("encountered an error")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("encountered an error")).to_have_count(0)
    drop(page, served.url, good_csv)
    titled(page, "mine")


def test_reload_back_and_a_second_tab_find_the_upload(page, served, good_csv):
    drop(page, served.url, good_csv)
    titled(page, "mine")
    page.reload()
    titled(page, "mine")
    page.get_by_role("link", name="Explore", exact=True).click()
    titled(page, "Where does the best learning rate peak?")
    expect(page).to_have_url(re.compile("/explore.*snr="))  # the instrument has told its state: an entry of its own
    page.go_back()
    expect(page).to_have_url(re.compile("/explore[^&]*&[^&]*$"))
    page.go_back()
    titled(page, "mine")
    other = page.context.new_page()
    other.goto(page.url)
    titled(other, "mine")


def test_a_lost_line_comes_back_to_the_same_visit(served, good_csv):
    async def visit():
        visitor = Visitor(served.url, "sweep")
        await visitor.open()
        await visitor.upload("upload-", "mine.csv", good_csv)
        before = visitor.session
        await visitor.reconnect()
        texts, after = visitor.seen.texts, visitor.session
        await visitor.close()
        return texts, before == after

    with ThreadPoolExecutor(1) as pool:  # the browser's loop runs in this thread
        texts, same = pool.submit(asyncio.run, visit()).result()
    assert "mine" in texts
    assert same


@LINUX
def test_an_analysis_shows_how_far_it_is_and_can_be_stopped(page, served, good_csv):
    drop(page, served.url, good_csv)
    titled(page, "mine")
    held = worker(served, ANALYSES)
    os.kill(held, signal.SIGSTOP)  # so that it takes as long as it is looked at
    drop(page, served.url, good_csv.replace(b"0.3", b"0.4"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Stop the analysis").click()
    expect(page.get_by_role("alert")).to_contain_text("The analysis was stopped.")
    page.get_by_role("button", name="Analyse it again").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("How it was read")).to_be_visible()


def test_an_address_is_shown_as_text(page, served):
    text = ":material/home: :streamlit: http://evil.example/x www.evil.example ada@evil.example"
    page.goto(f"{served.url}/sweep?sweep={text.replace(' ', '+').replace(':', '%3A').replace('/', '%2F')}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(text.split()[-1].strip(":")[-8:])
    expect(alert.get_by_role("link")).to_have_count(0)
    expect(alert.get_by_text("home", exact=True)).to_have_count(0)
    expect(alert.locator("img")).to_have_count(0)
