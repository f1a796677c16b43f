"""Files whose decoded size or nesting is out of proportion end in a documented error; what is merely odd is read."""

import gzip
import io
import signal
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from surgecore import Sweep, SweepError, open_table
from surgecore.tables.limits import within
from surgecore.tables.problems import ProblemCode

ROWS = b"bs,lr,loss\n" + b"".join(b"%d,%g,%g\n" % (b, r, 1 + r) for b in (8, 16) for r in (0.1, 0.2, 0.4))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"[" + b"[]," * 250_000 + b"[]]", "json-row"),
        (lambda: b"[" * 250_000, "bad-json"),
        (lambda: b"a,b\n" + b"\n" * 6_000_000 + b"1,2\n", "too-many-rows"),
        (lambda: b"\n" * 30_000_000, "empty"),
        (lambda: gzip.compress(b"") * 250_000, "empty"),
        (lambda: b'{"cells": [], "nbformat": 4}', "notebook"),
    ],
    ids=["lists", "deep", "newlines", "blank", "members", "notebook"],
)
def test_out_of_proportion_is_refused_by_name(make, code):
    with pytest.raises(SweepError) as caught:
        open_table(make())
    assert {problem.code for problem in caught.value.problems} == {code}
    assert len(caught.value.problems) <= 1000


def never_ends():
    """As a reader does, to which every error is one of its file."""
    with suppress(Exception):
        while True:
            sum(range(1000))


def test_reading_ends_at_its_time():
    with pytest.raises(SweepError) as error, within(0.05):
        never_ends()
    assert error.value.problems[0].code == ProblemCode.READ_TIME
    with within(60):
        pass
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_without_a_timer_the_end_comes_as_an_interrupt(monkeypatch):
    monkeypatch.delattr(signal, "setitimer")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background ignores it
    try:
        with pytest.raises(SweepError), within(0.05):
            never_ends()
        with pytest.raises(KeyboardInterrupt), within(60):
            raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_member_without_a_name_is_no_traceback():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("X", "1")
    with pytest.raises(SweepError) as error:
        open_table(buffer.getvalue().replace(b"X", b"\0"), name="mine")  # what follows a zero is no part of a name
    assert error.value.problems[0].code == ProblemCode.STORE_NONE


def test_many_members_are_one_file():
    packed = b"".join(gzip.compress(line + b"\n") for line in ROWS.splitlines())
    assert len(Sweep.from_csv(packed).trials) == 6


def test_a_whole_number_beyond_all_floats_is_no_traceback():
    losses = {0.1: "1" + "0" * 400, 0.2: "2", 0.4: "3"}
    rows = [f'{{"bs": 8, "lr": {rate}, "loss": {loss}}}' for rate, loss in losses.items()]
    sweep = Sweep.from_csv("\n".join(rows).encode())
    assert sweep.trials["status"].tolist() == ["infeasible", "complete", "complete"]


def test_a_parquet_of_constant_rows_is_refused_by_its_decoded_size():
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    out = io.BytesIO()
    column = pa.array(np.zeros(6_000_000, dtype=np.int8))
    parquet.write_table(pa.table({"bs": column, "lr": column, "loss": column}), out)
    assert len(out.getvalue()) < 2**20
    with pytest.raises(SweepError) as caught:
        open_table(out.getvalue())
    assert [problem.code for problem in caught.value.problems] == ["too-many-rows"]
