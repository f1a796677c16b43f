"""What `surge fit --json` prints is what the published schema says."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from simulate import sweep_frame

from surgecore import SurgeLaw, Sweep, analyse, load_catalogue, words
from surgecore.cli import main
from surgecore.sweeps.schema import analysis_schema

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "analysis.schema.json"
CHECK = Draft202012Validator(analysis_schema())


def tables():
    rng = np.random.default_rng(0)
    peaked = sweep_frame(SurgeLaw(1e-2, 64.0), rng, seeds=3)
    yield "peaked", peaked
    yield "one seed", peaked[peaked["seed"] == 0]
    yield "cut", peaked[peaked["learning_rate"] < 5e-3]
    yield "two batch sizes", peaked[peaked["batch_size"] < 16]
    yield "steps", peaked.assign(steps_to_target=1000.0 + 64_000.0 / peaked["batch_size"])
    random = {"batch_size": rng.integers(16, 256, 200), "learning_rate": 10 ** rng.uniform(-4, -1, 200)}
    yield "random", pd.DataFrame({**random, "loss": rng.random(200)})


def test_the_published_schema_is_that_of_the_code():
    """Written anew by: python -m surgecore.sweeps.schema > docs/analysis.schema.json"""
    Draft202012Validator.check_schema(analysis_schema())
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == analysis_schema()


@pytest.mark.parametrize(("name", "frame"), list(tables()), ids=[name for name, _ in tables()])
def test_every_kind_of_sweep_is_written_as_it_says(name, frame):
    written = json.loads(json.dumps(words.document(analyse(Sweep.from_frame(frame))), allow_nan=False))
    CHECK.validate(written)


def test_a_bundled_sweep_and_all_options_of_the_command_line(tmp_path, capsys):
    entries = {entry.name: entry for entry in load_catalogue(ROOT / "data")}
    target = tmp_path / "runs.csv"
    target.write_text(entries["digits-mlp-sign-paper-t0.5-k10"].load().to_csv())
    later = tmp_path / "later.csv"
    later.write_text(entries["digits-mlp-sign-paper-t0.25-k10"].load().to_csv())
    assert main(["fit", str(target), "--json", "--at", "100", "--next", "--against", str(later)]) == 0
    written = json.loads(capsys.readouterr().out)
    CHECK.validate(written)
    assert {"tradeoff", "identity", "at", "price", "next_runs", "shift"} <= written.keys()
    assert written["identity"]["ratio"]["value"] == pytest.approx(2.94, rel=0.15)
    low, high = written["shift"]["peak"]["interval"]
    assert 1.0 < low < written["shift"]["peak"]["value"] < high
    assert written["shift"]["sentence"].startswith("The peak's batch size is multiplied by 1.")


@pytest.mark.parametrize("change", [{"decision": "falls"}, {"p_value": "small"}, {"price": None}])
def test_the_schema_can_fail(change):
    written = json.loads(json.dumps(words.document(analyse(Sweep.from_frame(next(tables())[1])))))
    written["surge"] |= change
    assert not CHECK.is_valid(written)
