"""A stranger's file costs what the limits say, and nobody else notices."""

import io
import os
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import GroupsFound, PowerLaw, Sweep, SweepError, open_table
from surgecore.tables import guarded
from surgecore.tables.guarded import ReadLimits, limits_memory, read_guarded, resolve_guarded, trials_guarded
from surgecore.tables.problems import ProblemCode
from surgecore.tables.transport import decode, encode


@pytest.fixture(scope="module")
def data():
    frame = sweep_frame(PowerLaw(1e-3, 0.5), np.random.default_rng(0), batch_sizes=[8, 32, 128], seeds=2)
    frame = frame.assign(model=["a", "b"] * (len(frame) // 2), note="x")
    frame.loc[0, "note"] = None
    return frame.to_csv(index=False).encode() + b"x,1,1\n"


def code(error):
    (problem,) = error.value.problems
    return problem.code


def test_a_guarded_table_is_the_same_table(data):
    want, got = open_table(data, name="mine"), read_guarded(data, name="mine")
    pd.testing.assert_frame_equal(got.frame, want.frame)
    np.testing.assert_array_equal(got.lines, want.lines)
    assert (got.name, got.layout, got.mapping, got.uneven) == (want.name, want.layout, want.mapping, want.uneven)
    assert got.problems() == want.problems()
    assert Sweep.from_table(got, group=got.groups()[0], skip_bad_rows=True).digest == (
        Sweep.from_table(want, group=want.groups()[0], skip_bad_rows=True).digest
    )


@pytest.fixture(scope="module")
def many():
    """More rows than are gone through at once, in two models, with words among the losses."""
    frame = sweep_frame(PowerLaw(1e-3, 0.5), np.random.default_rng(0), batch_sizes=[8, 32, 128], seeds=60)
    frame = frame.assign(model=["a", "b"] * (len(frame) // 2))
    frame["loss"] = [f"word {row}" if row % 7 == 0 else f"{loss:.6f}" for row, loss in enumerate(frame["loss"])]
    assert len(frame) > guarded._FEW
    return open_table(frame.to_csv(index=False).encode(), name="many")


def test_guarded_trials_are_the_same_trials(many):
    group = many.groups()[1]
    wanted = many.trials(group=group, skip_bad_rows=True)
    found = trials_guarded(many, many.mapping, group=group, skip_bad_rows=True)
    pd.testing.assert_frame_equal(found[0], wanted[0])
    assert found[1:] == wanted[1:]
    open_again = replace(many.mapping, group=None, batch_factors=None, curve=None)
    assert resolve_guarded(many, open_again) == (many.mapping, many.groups())


def test_what_is_wrong_or_open_crosses_the_border_as_what_it_is(many):
    with pytest.raises(GroupsFound) as asked:
        trials_guarded(many, many.mapping)
    assert [group.label for group in asked.value.groups] == ["model=a", "model=b"]
    with pytest.raises(SweepError) as wanted:
        many.trials(group="a")
    with pytest.raises(SweepError) as got:
        trials_guarded(many, many.mapping, group="a")
    assert got.value.problems == wanted.value.problems


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a fork")
def test_going_through_the_cells_has_the_limits_of_reading(many):
    with pytest.raises(SweepError) as error:
        trials_guarded(many, many.mapping, group="a", limits=ReadLimits(seconds=0.001))
    assert code(error) == ProblemCode.READ_TIME


def test_a_path_is_read_too(data, tmp_path):
    (tmp_path / "mine.csv").write_bytes(data)
    assert read_guarded(tmp_path / "mine.csv").name == "mine"


def test_problems_cross_the_border_as_facts():
    with pytest.raises(SweepError) as want:
        open_table(b'[{"a": 1}, 2]')
    with pytest.raises(SweepError) as got:
        read_guarded(b'[{"a": 1}, 2]')
    assert got.value.problems == want.value.problems


def test_what_is_no_result_does_not_cross():
    with pytest.raises(TypeError, match="must be made of"):
        encode(object())
    with pytest.raises(KeyError):
        decode(encode(({"a": 1.5},)).replace(b"tuple", b"tuplx"))


@pytest.mark.skipif(not limits_memory(), reason="this system has no limit on memory")
def test_a_parquet_of_constant_rows_ends_at_the_limit():
    pytest.importorskip("pyarrow")
    buffer = io.BytesIO()
    n = 3_000_000
    frame = pd.DataFrame({"lr": np.full(n, 0.1), "batch_size": np.full(n, 8), "loss": np.full(n, 1.0)})
    frame.to_parquet(buffer)
    assert len(buffer.getvalue()) < 2**20
    with pytest.raises(SweepError) as error:
        read_guarded(buffer.getvalue(), limits=ReadLimits(megabytes=50))
    assert code(error) == ProblemCode.READ_MEMORY


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a fork")
def test_time_is_limited_and_the_reader_goes_on(data):
    rows = b"batch_size,learning_rate,loss\n" + b"8,0.1,1\n" * 200_000
    with pytest.raises(SweepError) as error:
        read_guarded(rows, limits=ReadLimits(seconds=0.01))
    assert code(error) == ProblemCode.READ_TIME
    assert len(read_guarded(data).frame) == len(open_table(data).frame)


def test_a_file_that_is_too_large_never_leaves():
    with pytest.raises(SweepError) as error:
        read_guarded(b"x" * (2**20 + 1), limits=ReadLimits(size=1))
    assert code(error) == ProblemCode.READ_SIZE


def test_a_reader_that_was_killed_is_started_again(data):
    read_guarded(data)
    readers = [guarded._READERS.take() for _ in range(guarded.readers())]
    for reader in readers:
        if reader.process is not None:
            reader.process.kill()
            reader.process.wait()
        guarded._READERS.give(reader)
    assert read_guarded(data).columns == open_table(data).columns


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a fork")
def test_a_fork_that_dies_is_an_outcome():
    code = (
        "import os, signal\n"
        "from surgecore.tables import guarded\n"
        "guarded._read = lambda source, name: os.kill(os.getpid(), signal.SIGKILL)\n"
        "print(guarded._in_fork(b'', None, guarded.ReadLimits()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(b'd', b'')\n"


@pytest.mark.parametrize(("given", "want"), [("1", 1), ("3", 3), ("", os.cpu_count()), ("0", os.cpu_count())])
def test_readers_keep_to_a_server_s_share_of_the_cores(monkeypatch, given, want):
    monkeypatch.setenv("SURGE_CORES", given)
    assert guarded.readers() == want
    assert guarded._Readers()._free.qsize() == want


def test_many_threads_read_at_once(data):
    found = []
    threads = [threading.Thread(target=lambda: found.append(len(read_guarded(data).frame))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [len(open_table(data).frame)] * 6
