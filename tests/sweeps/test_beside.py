"""Analyses in processes of their own: the same answers, fair turns, progress, and an end when somebody says so."""

import os
import sys

import numpy as np
import pytest
from simulate import sweep_frame

from surgecore import PowerLaw, Sweep, analyse
from surgecore.sweeps import beside
from surgecore.sweeps.beside import BACKGROUND, AnalysisStopped, Pending, Workers
from surgecore.words import findings


def made(seed=0):
    frame = sweep_frame(PowerLaw(1e-3, 0.5), np.random.default_rng(seed), batch_sizes=[8, 32, 128], seeds=2)
    return Sweep.from_frame(frame, name=f"mine {seed}")


@pytest.fixture(scope="module")
def one():
    workers = Workers(1)
    yield workers
    workers.end()


@pytest.fixture
def idle(monkeypatch):
    """Workers that never begin, so that who is next can be asked."""
    monkeypatch.setattr(Workers, "_work", lambda self: None)
    return Workers(1)


def test_the_answer_is_the_same(one):
    sweep = made()
    analysis = one.submit(sweep, "me").result()
    assert analysis.sweep is sweep
    assert analysis.to_dict() == analyse(made()).to_dict()


def test_what_the_sweep_found_out_comes_along(one, monkeypatch):
    sweep = made(1)
    one.submit(sweep, "me").result()
    monkeypatch.setattr("surgecore.sweeps.valleys.Valleys.of", lambda sweep: pytest.fail("found out again"))
    assert sweep.optima()


def test_progress_only_rises_and_ends_at_one():
    told = []
    analyse(made(), progress=told.append)
    assert told == sorted(told)
    assert len(told) > 5
    assert 0 < told[0] < told[-1] <= 1


def test_progress_crosses_the_border(one):
    class Watched(Pending):
        def __setattr__(self, name, value):
            if name == "progress":
                told.append(value)
            super().__setattr__(name, value)

    told = []
    beside._ask(one._started(), Watched("me", beside.analysed, made(2)))
    assert told == sorted(told)
    assert len(told) > 5


def test_what_is_made_of_an_analysis_is_the_same(one):
    analysis = one.submit(made(), "me").result()
    assert one.make("me", findings, analysis).result() == findings(analysis)
    with pytest.raises(TypeError):
        one.make("me", findings, analysis, "one too many").result()


def test_owners_take_turns_and_the_background_comes_last(idle):
    sweep = made()
    for owner in (BACKGROUND, "many", "many", "many", "one", BACKGROUND, "other"):
        idle.submit(sweep, owner)
    assert [idle._next().owner for _ in range(7)] == ["many", "one", "other", "many", "many", BACKGROUND, BACKGROUND]


def test_what_somebody_waits_for_leaves_the_background(idle):
    first, wanted = (idle.submit(made(), BACKGROUND) for _ in range(2))
    idle.hurry(wanted, "me")
    assert [idle._next(), idle._next()] == [wanted, first]


def test_what_waits_can_be_cancelled(idle):
    task, other = idle.submit(made(), "me"), idle.submit(made(), "me")
    idle.cancel(task)
    with pytest.raises(AnalysisStopped) as stopped:
        task.result()
    assert not stopped.value.died
    assert idle._next() is other


def stopped_at_its_start(one, monkeypatch, then):
    """A task whose process has taken it and does not answer until `then` was done."""
    original = beside._ask

    def ask(process, task):
        then(process, task)
        return original(process, task)

    monkeypatch.setattr(beside, "_ask", ask)
    task = one.submit(made(3), "me")
    with pytest.raises(AnalysisStopped) as stopped:
        task.result()
    monkeypatch.setattr(beside, "_ask", original)
    return stopped.value


def test_what_runs_can_be_cancelled_and_the_next_one_runs(one, monkeypatch):
    def cancel(process, task):
        one.cancel(task)
        process.wait()

    assert not stopped_at_its_start(one, monkeypatch, cancel).died
    assert one.submit(made(), "me").result().optima


def test_a_process_that_dies_is_told_and_started_again(one, monkeypatch):
    def die(process, task):
        process.kill()
        process.wait()

    assert stopped_at_its_start(one, monkeypatch, die).died
    assert one.submit(made(), "me").result().optima


def test_an_error_of_the_analysis_is_the_callers(one, monkeypatch):
    broken = made(4)
    object.__setattr__(broken, "trials", None)
    with pytest.raises((AttributeError, TypeError)):
        one.submit(broken, "me").result()
    assert one.submit(made(), "me").result().optima


def test_at_the_end_nobody_waits_for_ever(idle):
    task = idle.submit(made(), "me")
    idle.end()
    with pytest.raises(AnalysisStopped):
        task.result()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep the priority that a process begins with")
def test_the_background_gives_way_until_somebody_waits(one, monkeypatch):
    found, waited = [], []

    def look(process, task):
        found.append(os.sched_getscheduler(process.pid))
        if task.owner == BACKGROUND:
            waited.append(one.submit(made(6), "me"))
            found.append(os.sched_getscheduler(process.pid))
        return original(process, task)

    original = beside._ask
    monkeypatch.setattr(beside, "_ask", look)
    assert one.submit(made(5), BACKGROUND).result().optima
    assert waited[0].result().optima
    assert found == [os.SCHED_IDLE, os.SCHED_OTHER, os.SCHED_OTHER]
