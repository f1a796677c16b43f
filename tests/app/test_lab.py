"""The lab: a game lives in its address, costs what it says, shows no run that was not paid for, and scores a class."""

from collections import Counter
from dataclasses import replace

import pytest
from choice import catalogue
from lab import game, group, shown
from lab.game import Game
from streamlit.testing.v1 import AppTest

from surgecore.sweeps.bet import Bet, HiddenSweep, coverage
from surgecore.words import plain, say, share

ENTRIES = {entry.name: entry for entry in catalogue.entries()}


@pytest.fixture(scope="module")
def hidden():
    return HiddenSweep(ENTRIES[Game(1).hides].load(), seed=1)


@pytest.mark.parametrize("name", game.HIDDEN)
def test_each_hidden_sweep_can_be_played_and_scored(name):
    """Its best rate at the target is known to a tenth of an octave or so, far better than a bet can be."""
    hidden = HiddenSweep(ENTRIES[name].load())
    low, high = hidden.truth.interval
    assert high / low < 1.25
    assert hidden.batch_sizes.max() == 256
    assert all(hidden.runs(256.0, rate) >= 8 for rate in hidden.learning_rates)
    assert len(set(game.HIDDEN)) == len(game.HIDDEN)


def test_the_game_comes_back_from_its_address(hidden):
    played = Game(1)
    for cells in ([(16, 6), (16, 6), (64, 8)], [(256, 7)], [(4, 3)] * 5):
        played = game.with_round(played, cells, hidden)
    played = game.with_deed(played, {"bet": [0.05, 0.03, 0.1]}, hidden)
    query = {key: [value] if isinstance(value, str) else value for key, value in played.to_query().items()}
    again, notices = game.from_query(query, hidden)
    assert notices == []
    assert again.bet == played.bet == Bet(0.05, 0.03, 0.1)
    assert [Counter(cells) for cells in again.rounds] == [Counter(cells) for cells in played.rounds]
    assert shown.data(again, hidden, "x") == shown.data(played, hidden, "x")


def test_no_address_buys_more_than_the_budget(hidden):
    query = {"lab": ["1"], "look": ["256.7x4", "256.7x4 4.1", "4.2"]}
    found, notices = game.from_query(query, hidden)
    assert [len(cells) for cells in found.rounds] == [4]
    assert len(notices) == 1
    assert shown.data(found, hidden, "x")["left"] == 1024
    for junk in ("1024.3", "16.99", "16.-1", "x", "16", "16.3x0", "16.3x-2"):
        assert game.from_query({"look": [junk]}, hidden) == (Game(1), [say("lab-address-look", text=junk)]), junk
    for junk in ("1 2 3", "a b c", "1", "nan nan nan"):
        assert game.from_query({"bet": [junk]}, hidden)[0] == Game(1)
    for junk in ("0", "-3", "x", "99999"):
        assert game.instance_of({"lab": [junk]}) == 1


def test_what_the_browser_does_is_checked_again(hidden):
    full = Game(1, (((256, 7),) * 8,))
    for deed in ({"look": [[4, 1]]}, {"look": []}, {"look": "x"}, {"bet": [1, 2, 3]}, {"bet": [None] * 3}, {}):
        assert game.with_deed(full, deed, hidden) == full, deed
    bet = game.with_deed(full, {"bet": [0.1, 0.05, 0.2]}, hidden)
    assert game.with_deed(bet, {"bet": [0.2, 0.05, 0.2]}, hidden) == bet  # a bet stands
    assert game.with_deed(bet, {"instance": 2}, hidden) == Game(2)


def test_only_what_was_paid_for_reaches_the_browser(hidden):
    data = shown.data(Game(1, (((64, 8), (64, 8), (16, 2)),)), hidden, "x")
    assert data["left"] == 2048 - 144
    assert {(look["size"], look["rate"]): len(look["losses"]) for look in data["looks"]} == {(64, 8): 2, (16, 2): 1}
    assert data["result"] is None
    assert repr(float(hidden.truth.learning_rate)) not in repr(data)


def test_the_outcome_says_what_the_score_says(hidden):
    best = hidden.truth.learning_rate
    wide, sure = Bet(best * 2, best / 2, best * 4), Bet(best * 2, best * 1.9, best * 2.1)
    held, missed = (shown.result(Game(1), bet, hidden, "Some sweep") for bet in (wide, sure))
    score = hidden.score(wide)
    assert held["cost"] == f"{score.cost:.2f}"
    assert held["rows"][:2] == [
        [say("lab-row-rate"), f"{score.rate_cost:.2f}"], [say("lab-row-interval"), f"{score.interval_cost:.2f}"],
    ]  # fmt: skip
    assert say("lab-held", level="80 %") in held["sentences"]
    assert say("lab-missed", off="1.0", side="high", level="80 %") in missed["sentences"]
    # an error bar of three octaves costs 1.5, and a bare rate one octave off would have cost 5
    assert say("lab-worth", bare=f"{score.rate_cost + 5:.2f}", gain="3.50") in held["sentences"]
    assert held["line"] == f"1 {best * 2:.4g} {best / 2:.4g} {best * 4:.4g} name"


def test_a_class_is_scored_anew_from_its_lines(hidden):
    best = hidden.truth.learning_rate
    lines = [
        f"1 {best * f:.4g} {best * f / w:.4g} {best * f * w:.4g} Team {f} {w}" for f, w in ((1, 2), (4, 2), (1, 1.1))
    ]
    text = "\n".join([lines[0], "", "hello", lines[1], "1 2 3 4", lines[2].replace(" ", ", ", 3), "0 1 1 1 Zero"])
    entries, problems = group.read(text, lambda instance: hidden)
    assert [entry.name for entry in entries] == ["Team 1 1.1", "Team 1 2", "Team 4 2"]
    assert [entry.score.held for entry in entries] == [True, True, False]
    assert [say("lab-line-unusable", row=row, line=text.splitlines()[row - 1]) for row in (3, 5, 7)] == problems
    low, high = coverage(2, 3)
    assert f"({share(low)} to {share(high)} in the long run)" in group.verdict(entries)
    assert say("lab-class-fair") in group.verdict(entries)
    assert say("lab-class-narrow") in group.verdict([entries[2]] * 12)
    table = group.table([*entries, replace(entries[0], name="![x](https://example.org)")])
    assert list(table.index)[:2] == ["Team 1 1.1", "Team 1 2"]
    assert "![" not in table.index[-1]  # Streamlit's tables read Markdown


def test_the_page_scores_pasted_results_and_names_bad_lines():
    page = AppTest.from_file("../../app/streamlit_app.py", default_timeout=240)
    page.switch_page("app_pages/lab.py").run()
    assert not page.exception
    page.text_area(key="lines").set_value("1 0.05 0.03 0.1 Ana\nnonsense").run()
    assert not page.exception
    assert len(page.table) == 1
    assert [warning.value for warning in page.warning] == [plain(say("lab-line-unusable", row=2, line="nonsense"))]
    assert page.query_params["results"] == ["1 0.05 0.03 0.1 Ana", "nonsense"]
