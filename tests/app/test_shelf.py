"""What visitors bring is kept within bounds, and what was made of it goes with it."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from choice import shelf as room
from choice.made import once
from choice.shelf import Held, Shelf, Shelves
from drawn import box, upload
from simulate import sweep_frame

from surgecore import PowerLaw, Sweep, analyse, open_table
from surgecore.sweeps.beside import Workers


def made(seed: int = 0) -> Sweep:
    return Sweep.from_frame(sweep_frame(PowerLaw(1e-3, 0.5), np.random.default_rng(seed), batch_sizes=[8, 16], seeds=1))


def held(label: str = "mine", rows: int = 100) -> Held:
    text = "batch_size,learning_rate,loss\n" + "".join(f"8,{0.1 + row},{row}\n" for row in range(rows))
    return Held(label, label, open_table(text.encode()))


def analysed_here() -> weakref.ref[Sweep]:
    sweep = made()
    assert once(sweep, "analysis", lambda: analyse(sweep)).sweep is sweep
    assert once(sweep, "analysis", lambda: pytest.fail("made twice")).sweep is sweep
    return weakref.ref(sweep)


def analysed_beside() -> weakref.ref[Sweep]:
    sweep, workers = made(), Workers(1)
    try:
        task = once(sweep, "task", lambda: workers.submit(sweep, "me"))
        assert once(sweep, "analysis", task.result).sweep is sweep
    finally:
        workers.end()
    return weakref.ref(sweep)


@pytest.mark.parametrize("analysed", [analysed_here, analysed_beside])
def test_what_holds_its_source_is_forgotten_with_it(analysed):
    gone = analysed()
    gc.collect()
    assert gone() is None


def test_so_many_shelves_are_kept_and_of_fewer_what_was_read():
    shelves = Shelves()
    mine = [Shelf(f"{n:022}", [held()], read={("a", "b", "c"): made()}) for n in range(room._MOST_SHELVES + 20)]
    for each in mine:
        shelves.keep(each)
    found = [each for each in mine if shelves.find(each.key)]
    assert found == mine[20:]
    assert [each for each in mine if each.read and shelves.find(each.key)] == mine[-room._MOST_READ :]


def test_so_many_bytes_are_kept_and_the_newest_always(monkeypatch):
    shelves, size = Shelves(), held().size
    assert size >= 100 * 3 * 8
    monkeypatch.setattr(room, "_MOST_BYTES", 3 * size)
    mine = [Shelf(f"{n:022}", [held()]) for n in range(6)]
    for each in mine:
        shelves.keep(each)
    assert [each for each in mine if shelves.find(each.key)] == mine[-3:]
    large = Shelf("x" * 22, [held(rows=2000)])
    shelves.keep(large)
    assert [each for each in [*mine, large] if shelves.find(each.key)] == [large]


def test_a_shelf_that_nobody_used_for_hours_goes_when_another_comes(monkeypatch):
    shelves, old = Shelves(), Shelf("o" * 22, [held()])
    shelves.keep(old)
    monkeypatch.setattr(room.time, "monotonic", lambda: old.used + 3600 * room.HOURS + 1)
    shelves.keep(Shelf("n" * 22, [held()]))
    assert list(shelves._shelves) == ["n" * 22]


def test_one_visitor_keeps_the_newest_and_is_told_what_had_to_go(app, good_csv, monkeypatch):
    monkeypatch.setattr(room, "_MOST_OWN", 1)
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    upload(app, good_csv.replace(b"\n", b"\n\n", 1), name="second.csv")
    assert app.title[0].value == "second"
    assert "mine had to go" in app.warning[0].value
    assert "mine" not in box(app, "sweep").options
