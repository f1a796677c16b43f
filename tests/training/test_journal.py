import errno
import os
import sys
from hashlib import sha256

import pytest

from surgecore.training.runs.journal import Journal, JournalError, read_journal

HEADER = {"plan": "a" * 64, "torch": "2.13"}
RECORDS = [{"chunk": f"c{i}", "value": [0.1 * i, None]} for i in range(4)]


@pytest.fixture
def written(tmp_path):
    journal = Journal(tmp_path / "j", HEADER)
    for record in RECORDS:
        journal.add(record)
    journal.close()
    return tmp_path / "j"


def test_round_trip(written):
    journal = Journal(written, HEADER, resume=True)
    assert list(journal.records.values()) == RECORDS
    journal.close()


def test_cut_off_anywhere_loses_at_most_the_last_record(written):
    data = written.read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == 10]
    for length in range(ends[0], len(data)):
        written.write_bytes(data[:length])
        whole = sum(end <= length for end in ends) - 1
        journal = Journal(written, HEADER, resume=True)
        assert list(journal.records.values()) == RECORDS[:whole]
        journal.add(RECORDS[3])
        journal.close()
        assert read_journal(written)[0][1:] == [*RECORDS[:whole], RECORDS[3]]


def test_damage_in_the_middle_costs_the_damaged_record_alone(written):
    data = bytearray(written.read_bytes())
    data[len(data) // 2] ^= 1
    written.write_bytes(data)
    journal = Journal(written, HEADER, resume=True)
    assert journal.lost == 1
    assert list(journal.records.values()) == [RECORDS[0], *RECORDS[2:]]
    journal.add(RECORDS[1])
    journal.close()
    assert sorted(record["chunk"] for record in read_journal(written)[0][1:]) == ["c0", "c1", "c2", "c3"]


def test_a_damaged_head_is_an_error(written):
    written.write_bytes(b"x" + written.read_bytes())
    with pytest.raises(JournalError, match="its first line does not match its checksum"):
        Journal(written, HEADER, resume=True)


@pytest.mark.parametrize("without", [False, True])
def test_one_process_at_a_time(written, monkeypatch, without):
    if without:  # a machine without filelock
        monkeypatch.setitem(sys.modules, "filelock", None)
    journal = Journal(written, HEADER, resume=True)
    before = written.read_bytes()
    with pytest.raises(JournalError, match="another process is writing it"):
        Journal(written, HEADER, resume=True)
    assert written.read_bytes() == before
    journal.close()
    Journal(written, HEADER, resume=True).close()


def test_records_that_two_wrote_by_turns_are_all_kept(written):
    """As without the lock, on a file system that has none."""
    ours, theirs = (os.open(written, os.O_WRONLY | os.O_APPEND) for _ in range(2))
    for i in range(4, 8):
        text = f'{{"chunk":"c{i}"}}'
        os.write((ours, theirs)[i % 2], f"{sha256(text.encode()).hexdigest()} {text}\n".encode())
    os.close(ours)
    os.close(theirs)
    journal = Journal(written, HEADER, resume=True)
    assert list(journal.records) == [f"c{i}" for i in range(8)]
    journal.close()


def test_other_plan_or_version_is_named(written):
    with pytest.raises(JournalError, match=r"torch was 2\.13, now 2\.14") as caught:
        Journal(written, {"plan": "b" * 64, "torch": "2.14"}, resume=True)
    assert "plan was aaaaaaaaaaaa..., now bbbbbbbbbbbb..." in str(caught.value)


def test_not_overwritten_without_resume(written):
    before = written.read_bytes()
    with pytest.raises(FileExistsError, match="resume it"):
        Journal(written, HEADER)
    assert written.read_bytes() == before


def test_full_disk_leaves_a_journal_that_can_be_resumed(written, monkeypatch):
    before = written.read_bytes()
    journal = Journal(written, HEADER, resume=True)
    real, calls = os.write, []

    def full(file, data):
        calls.append(len(data))
        if len(calls) == 1:
            return real(file, data[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(JournalError, match=r"No space left on device.*all 4 finished chunks are kept"):
        journal.add({"chunk": "c9"})
    monkeypatch.undo()
    assert written.read_bytes() == before
    journal.add({"chunk": "c9"})
    journal.close()
    assert len(read_journal(written)[0]) == 6
