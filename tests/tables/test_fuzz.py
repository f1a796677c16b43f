"""Files that nobody meant: bytes, encodings, nestings and archives end as a table or in documented errors.

``FUZZ_FILES=10000 pytest tests/tables/test_fuzz.py`` tries so many instead of 150, none of which may take 2 s;
`benchmarks/fuzz_tables.py` breaks good files of every format and tracker.
"""

import gzip
import io
import json
import os
import zipfile
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surgecore import SweepError, open_table

MANY = os.environ.get("FUZZ_FILES", "")
NAMES = (
    "metrics.csv",
    "config.json",
    "config.yaml",
    "a/meta.yaml",
    "x.db",
    "result.json",
    "../../up.csv",
    "trainer_state.json",
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252", "utf-32")
CELLS = st.one_of(
    st.integers(), st.floats(), st.none(), st.booleans(), st.text(max_size=12), st.just(10**400), st.just(-(10**4000)),
    st.sampled_from(["nan", "inf", "1e999", "=cmd|' /C calc'!A0", "1,5", "{'a': 1}", '{"lr": {"v": 1}}', "\x00", "½"]),
)  # fmt: skip
COLUMNS = st.sampled_from(["batch_size", "lr", "loss", "seed", "config", "summary", "", "a.b", "step", "loss"])
ROWS = st.lists(st.dictionaries(COLUMNS, CELLS, max_size=5), max_size=8)


@st.composite
def texts(draw):
    """Rows as CSV, JSON, JSON lines or Markdown, in some encoding."""
    rows = draw(ROWS)
    kind = draw(st.sampled_from(["csv", "json", "lines", "markdown"]))
    if kind == "json":
        text = json.dumps(rows)
    elif kind == "lines":
        text = "\n".join(map(json.dumps, rows))
    else:
        names = draw(st.lists(COLUMNS, max_size=6))
        mark = draw(st.sampled_from(",;\t|")) if kind == "csv" else " | "
        lines = [mark.join(names), *(mark.join(str(row.get(name, "")) for name in names) for row in rows)]
        text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines)
    return text.encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


@st.composite
def nestings(draw):
    depth = draw(st.integers(0, 3000))
    mark = draw(st.sampled_from([b"[", b'{"a":', b"[[],", b"- ", b"(", b'"{', b"a: {"]))
    return mark * depth + draw(st.binary(max_size=20))


@st.composite
def archives(draw):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as made:
        for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
            made.writestr(name, draw(st.one_of(texts(), nestings(), st.binary(max_size=200))))
    return buffer.getvalue()


@st.composite
def cut(draw, whole):
    """A file that lost its end, or has some bytes of another."""
    data = draw(whole)
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.one_of(st.just(b""), st.binary(max_size=8))) + draw(st.sampled_from([b"", data[at:]]))


MADE = st.one_of(texts(), nestings(), archives())
FILES = st.one_of(
    st.binary(max_size=400), MADE, cut(MADE), MADE.map(gzip.compress), MADE.map(lambda d: gzip.compress(d) * 3), cut(
        MADE.map(gzip.compress)
    ),
)  # fmt: skip


@given(FILES)
@settings(
    max_examples=int(MANY or 60),
    deadline=timedelta(seconds=2) if MANY else None,
    suppress_health_check=list(HealthCheck),
)
def test_any_file_is_a_table_or_a_sentence(data):
    problems = ()
    try:
        open_table(data, name="fuzz").problems()
    except SweepError as error:
        problems = error.problems or ("an error without a problem",)
    assert all(str(problem.message) for problem in problems)
