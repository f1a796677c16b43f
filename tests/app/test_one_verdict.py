"""One verdict: card, gallery, page, report, notebook and command line say the same sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from choice import catalogue
from drawn import said, upload
from evidence import gallery
from simulate import sweep_frame
from sweep import answer, downloads, takeaway

from surgecore import SurgeLaw, Sweep, analyse
from surgecore.cli import main
from surgecore.sweeps.answers import answer_of
from surgecore.sweeps.verdict import Kind
from surgecore.words import surge

SIZES = 2.0 ** np.arange(2, 9)
#: The best rate at each of these batch sizes, for each kind of verdict, and whether every loss is after one step.
SHAPES = {
    Kind.FALLS: (SurgeLaw(1e-2, 32.0)(SIZES), True),
    Kind.FALLS_THEN_RISES: (1e-2 * np.array([0.5, 1, 0.5, 0.4, 0.5, 1, 1.5]), False),
    Kind.DIP: (1e-2 * np.array([0.5, 0.7, 1, 0.5, 1.1, 1.3, 1.5]), False),
    Kind.DOES_NOT_FALL: (1e-3 * SIZES**0.5, False),
    Kind.NOT_DECIDED: (1e-2 * np.array([0.5, 0.7, 1, 1, 0.97, 0.95, 0.93]), False),
}


#: The rarer kinds go the same ways and are left to the long tests.
RARE = (Kind.FALLS_THEN_RISES, Kind.DIP)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.long if kind in RARE else ()) for kind in SHAPES]
)
def test_the_same_sentence_everywhere(kind, app, bundled, tmp_path, capsys):
    best, one_step = SHAPES[kind]
    spread, seeds = (0.4, 3) if kind is Kind.NOT_DECIDED else (0.05, 8)
    frame = sweep_frame(
        lambda _: best, np.random.default_rng(1), batch_sizes=SIZES, seeds=seeds, spread=spread, one_step=one_step
    )
    csv = frame.to_csv(index=False).encode()
    analysis = analyse(Sweep.from_csv(csv, name="mine"))
    assert analysis.verdict.kind is kind
    sentence = surge.said(analysis)

    card = unescape(answer.card(analysis, answer.recommended(analysis, 32.0), 32.0))
    entry = replace(bundled[0], steps=analysis.sweep.steps)
    tile = unescape(gallery.tile(entry, catalogue.places()[entry.title], answer_of(entry, analysis)))
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv, "mine.csv")
    page = said(app)
    report = unescape(downloads.report(analysis, "x", 32.0, "")).replace("\u00a0", " ")
    notebook = "".join(cell["source"] for cell in json.loads(takeaway.notebook(analysis, "x"))["cells"])
    (tmp_path / "mine.csv").write_bytes(csv)
    assert main(["fit", str(tmp_path / "mine.csv")]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for place in (card, tile, page, report, notebook, printed):
        assert sentence in place


def test_a_stored_answer_says_what_its_analysis_says(bundled):
    """What is kept of a verdict in a file loses nothing of its sentence."""
    stored = gallery.answers()
    kinds = {(a.verdict.kind, a.verdict.reason): a.name for a in stored.values()}
    by_name = {entry.name: entry for entry in bundled}
    for name in kinds.values():
        analysis, found = analyse(by_name[name].load()), stored[name]
        assert surge.sentence(found.verdict, by_name[name].steps, found.close) == surge.said(analysis)
