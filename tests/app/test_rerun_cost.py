"""What a rerun does again: nothing is parsed, hashed or analysed twice for one sweep, and closed tabs draw nothing."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from choice import source, uploads
from drawn import markup, open_fold, unfold, upload
from figures import fits, loss_map, several
from figures.plot import SIZES

from surgecore import Sweep
from surgecore.sweeps.beside import Workers
from surgecore.words import say

PAGES = ["app_pages/explore.py", "app_pages/sweep.py", "app_pages/evidence.py", "app_pages/reference.py"]


@pytest.fixture
def calls(monkeypatch):
    """How often the costly functions were called."""
    counted: Counter[str] = Counter()

    def count(owner, name):
        original = getattr(owner, name)

        def counting(*args, **kwargs):
            counted[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, counting)

    for owner, name in [
        (uploads, "read_guarded"), (uploads, "trials_guarded"), (uploads, "sha256"), (Workers, "submit"),
        (Sweep, "to_csv"), (hashlib, "sha256"),
        (loss_map, "draw"), (fits, "fits"), (fits, "residuals"), (several, "several"), (several, "tradeoff"),
    ]:  # fmt: skip
        count(owner, name)
    return counted


def test_an_upload_is_parsed_hashed_and_analysed_once(app, good_csv, calls):
    app.run().switch_page("app_pages/sweep.py").run()
    calls.clear()
    upload(app, good_csv)
    for page in PAGES:
        app.switch_page(page).run()
        app.run()
    assert (calls["read_guarded"], calls["submit"]) == (1, 1)
    assert calls["sha256"] == 1
    assert calls["to_csv"] == 0


def test_under_another_name_a_sweep_is_not_read_or_analysed_again(app, good_csv, calls):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    before = markup(unfold(app, source.OPEN))
    calls.clear()
    (name,) = [box for box in app.text_input if box.label == say("choice-name")]
    name.set_value("figure 3 of the paper").run()
    assert not app.exception
    assert app.title[0].value == "figure 3 of the paper"
    assert markup(app) == before  # the same answer
    assert not {"read_guarded", "trials_guarded", "submit", "sha256", "to_csv"} & set(calls)


@pytest.mark.parametrize("page", PAGES)
def test_a_rerun_in_which_nothing_changed_makes_nothing(app, page, good_csv, calls):
    upload(app.run().switch_page("app_pages/explore.py").run(), good_csv)
    app.switch_page(page).run()
    calls.clear()
    app.run()
    assert not calls


def test_only_the_open_fold_is_drawn(app, good_csv, calls):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    assert not {"draw", "fits", "residuals", "several"} & set(calls)
    open_fold(app, "laws")
    assert (calls["draw"], calls["fits"], calls["residuals"], calls["several"]) == (0, len(SIZES), 0, 0)


def test_visitors_share_what_is_made_of_a_bundled_sweep(app, bundled, calls):
    app.query_params["sweep"] = bundled[0].title
    app.run().switch_page("app_pages/sweep.py").run()
    calls.clear()
    other = type(app).from_file(app._script_path, default_timeout=240)
    other.query_params["sweep"] = bundled[0].title
    other.run().switch_page("app_pages/sweep.py").run()
    assert not other.exception
    assert not calls
