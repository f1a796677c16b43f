"""The queue of the Train page, with workers that misbehave."""

import json
import subprocess
import sys

import pytest

from surgecore.training.plans.plan import Plan
from surgecore.training.runs.jobs import CANCELLED, DONE, FAILED, Ending, JobQueue
from surgecore.words import plain
from surgecore.words.training import ended

END = {"event": "end", "finished": True, "status": "All is done.", "files": ["a.csv"]}
SAY_END = f"print({json.dumps(json.dumps(END))}, flush=True)"


@pytest.fixture
def plan(plan_text):
    return Plan.from_toml(plan_text)


@pytest.fixture
def queue(monkeypatch):
    """A queue whose workers run the next of `queue.scripts`, each a Python program or an exception."""
    queue = JobQueue()
    queue.scripts = []

    def start(job):
        script = queue.scripts.pop(0)
        if isinstance(script, Exception):
            raise script
        command = [sys.executable, "-c", script]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    monkeypatch.setattr(queue, "start", start)
    return queue


def outcomes(queue, plan, folder, scripts):
    queue.scripts = list(scripts)
    jobs = [queue.submit(plan, folder / str(i)) for i in range(len(scripts))]
    assert queue.join(600)
    return jobs


def test_a_real_worker_leaves_its_files(plan, tmp_path):
    queue = JobQueue()
    job = queue.submit(plan, tmp_path)
    assert queue.join(600)
    assert job.state == DONE
    assert [file.name for file in job.files] == ["small-k3.csv", "small-k1.csv"]
    assert all(file.exists() for file in job.files)
    again = queue.submit(plan, tmp_path)
    assert queue.join(600)
    assert (again.state, again.ending) == (FAILED, Ending.REFUSED)
    assert "resume it, or choose another folder" in again.detail


def test_a_worker_with_a_megabyte_of_warnings_is_heard_to_its_end(queue, plan, tmp_path):
    (job,) = outcomes(queue, plan, tmp_path, [f"import sys; sys.stderr.write('a warning\\n' * 100_000); {SAY_END}"])
    assert (job.state, job.ending) == (DONE, "")


def test_what_a_library_prints_is_not_an_event(queue, plan, tmp_path):
    noise = "print('downloading'); print('[1]'); print('null'); print('{\"event\": \"progress\"}')"
    (job,) = outcomes(queue, plan, tmp_path, [f"{noise}; {SAY_END}"])
    assert (job.state, job.ending) == (DONE, "")


@pytest.mark.parametrize(
    ("script", "ending", "detail"),
    [
        (OSError(12, "Cannot allocate memory"), Ending.NO_START, "[Errno 12] Cannot allocate memory"),
        ("import sys; sys.exit('no room')", Ending.ERROR, "no room"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\n'); sys.exit(1)", Ending.UNREADABLE, "'utf-8' codec can't"),
        ("print('half a word'); raise SystemExit(1)", Ending.ERROR, "half a word"),
        ("import os; os._exit(7)", Ending.NO_RESULT, "7"),
        ("pass", Ending.NO_RESULT, "0"),
        ("import sys; sys.stderr.write('usage: wrong option'); sys.exit(2)", Ending.ERROR, "usage: wrong option"),
        ('print(\'{"event": "refused", "problems": ["A.", "B."]}\'); raise SystemExit(2)', Ending.REFUSED, "A. B."),
    ],
)
def test_a_failure_has_its_reason_and_the_queue_goes_on(queue, plan, tmp_path, script, ending, detail):
    failed, after = outcomes(queue, plan, tmp_path, [script, SAY_END])
    assert (failed.state, failed.ending) == (FAILED, ending)
    assert failed.detail.startswith(detail)
    assert plain(detail) in ended(failed)
    assert after.state == DONE


def test_a_worker_that_stops_can_be_resumed(queue, plan, tmp_path):
    (job,) = outcomes(queue, plan, tmp_path, ["raise SystemExit(3)"])
    assert (job.state, job.ending) == (CANCELLED, Ending.STOPPED)


def test_a_job_that_waits_is_cancelled_at_once(queue, plan, tmp_path):
    queue.scripts = ["import time; time.sleep(600)", SAY_END]
    first, second = (queue.submit(plan, tmp_path / name) for name in "ab")
    while first._process is None:
        pass
    assert queue.position(second) == 0
    queue.cancel(second)
    queue.cancel(first)
    assert queue.join(600)
    assert first.state == second.state == CANCELLED


def test_a_job_that_is_asked_to_stop_says_so_until_it_has(queue, plan, tmp_path):
    progress = {"event": "progress", "stage": 1, "done": 6, "total": 24, "remaining": 9.0, "cells": [[4, 0.01, 0.5, 4]]}
    script = f"""
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (sys.stdin.readline(), sys.exit(3)))
print({json.dumps(json.dumps(progress))}, flush=True)
signal.pause()
"""
    started = []
    start = queue.start

    def held(job):
        command = [sys.executable, "-c", queue.scripts.pop(0)]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    queue.start, queue.scripts = held, [script]
    job = queue.submit(plan, tmp_path)
    while not job.cells:
        assert job.state in ("waiting", "running")
    assert not job.stopping
    queue.cancel(job)
    assert job.stopping
    started[0].stdin.write("go\n")
    started[0].stdin.flush()
    assert queue.join(60)
    assert (job.state, job.stopping) == (CANCELLED, False)
    assert ended(job) == "6 of 24 runs are done and kept."

    # taken up again, it has at once what it had
    queue.start, queue.scripts = start, [SAY_END]
    again = queue.submit(plan, tmp_path, resume=True, earlier=job)
    assert again.cells == {(4, 0.01): 0.5}
    assert again.progress["done"] == 6
    assert queue.join(60)
    assert again.state == DONE


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_worker_that_the_system_ends_is_said(queue, plan, tmp_path):
    (job,) = outcomes(queue, plan, tmp_path, ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
    assert (job.state, job.ending, job.detail) == (FAILED, Ending.KILLED, "9")
    assert "signal 9" in ended(job)
