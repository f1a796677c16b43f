"""Files to take away are written by workers, and long ones with a way to stop them."""

from __future__ import annotations

import pytest
from choice import waiting
from drawn import press, upload
from streamlit.testing.v1 import AppTest
from sweep import downloads

from surgecore import analyse
from surgecore.sweeps.beside import Task
from surgecore.words import say


@pytest.fixture(scope="module")
def analysis(sweep):
    return analyse(sweep)


@pytest.mark.parametrize("position", range(4))
def test_a_file_is_the_same_from_a_worker(analysis, position):
    offer = downloads.offers(analysis, "", 512.0, "https://example.org/sweep")[position]
    assert downloads.made(analysis, offer, "me") == offer.make(analysis, *offer.more)


def saved(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def test_a_short_sweep_has_its_files_at_once(app, good_csv):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    assert saved(app) == [say(f"export-{name}") for name in ("csv", "json", "report", "notebook")]


def test_a_file_of_a_long_sweep_is_written_first(app, good_csv, monkeypatch):
    monkeypatch.setattr(downloads, "_MANY", 1)
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    assert saved(app) == []
    press(app, say("export-report"))
    assert saved(app) == [say("export-report")]
    press(app, say("export-csv"))
    assert saved(app) == [say("export-csv")]


def test_writing_that_was_stopped_is_offered_again(app, good_csv, monkeypatch):
    monkeypatch.setattr(downloads, "_MANY", 1)
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    begin = downloads._task

    def stopped(*given: object) -> Task:
        task = begin(*given)
        waiting.workers().cancel(task)
        return task

    monkeypatch.setattr(downloads, "_task", stopped)
    press(app, say("export-notebook"))
    assert saved(app) == []
    monkeypatch.setattr(downloads, "_task", begin)
    press(app, say("export-notebook"))
    assert saved(app) == [say("export-notebook")]
