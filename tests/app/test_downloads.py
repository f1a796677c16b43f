"""Files to take away are written by workers, and long ones with a way to stop them."""

from __future__ import annotations

import pytest
from choice import catalogue, shown, waiting
from drawn import press, upload
from streamlit.testing.v1 import AppTest
from sweep import answer, downloads

from surgecore import analyse, words
from surgecore.sweeps.beside import Pending
from surgecore.words import say


@pytest.fixture(scope="module")
def analysis(sweep):
    return analyse(sweep)


@pytest.mark.parametrize("position", range(4))
def test_a_file_is_the_same_from_a_worker(analysis, position):
    offer = downloads.offers(analysis, "", 512.0, "https://example.org/sweep")[position]
    assert downloads.made(analysis, offer, "me") == offer.make(analysis, *offer.more)


@pytest.mark.parametrize("name", ["digits-mlp-sgd-k10", "digits-mlp-sign-k1"])
def test_a_report_lists_the_next_runs_where_its_card_asks_for_them(name):
    (entry,) = [entry for entry in catalogue.entries() if entry.name == name]
    analysis = shown.bundled_analysis(entry.title)
    plan, page = answer.planned(analysis), downloads.report(analysis, "x", 64.0, "").replace("&nbsp;", " ")
    asked = name == "digits-mlp-sgd-k10"  # of the other, more runs would hardly narrow the peak
    assert len(plan.table)
    assert words.worth_running(plan) is asked
    assert words.next_step(plan) in page
    assert (f"<h2>{say('advice-next')}</h2>" in page) is asked
    assert not asked or all(words.number(rate) in page for rate in plan.table["learning_rate"])


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

    def stopped(*given: object) -> Pending:
        task = begin(*given)
        waiting.workers().cancel(task)
        return task

    monkeypatch.setattr(downloads, "_task", stopped)
    press(app, say("export-notebook"))
    assert saved(app) == []
    monkeypatch.setattr(downloads, "_task", begin)
    press(app, say("export-notebook"))
    assert saved(app) == [say("export-notebook")]
