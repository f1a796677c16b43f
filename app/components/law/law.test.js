import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CURVES, describe, lawCurves } from "./curves.js";
import { compile, failingShare, linearBatchLimit, maxAlignment, moments } from "./model.js";
import { findPeaks, highest } from "./peaks.js";
import { erf, factorNodes, normalQuantile } from "./special.js";

const GOLDEN = "../../../tests/golden";
/** @param {string} name */
const golden = (name) => JSON.parse(readFileSync(new URL(`${GOLDEN}/${name}.json`, import.meta.url), "utf8")).vectors;

/** @param {number} value @param {number} expected @param {number} tolerance @param {string} [what] */
function near(value, expected, tolerance, what) {
  assert.ok(Math.abs(value / expected - 1) <= tolerance, `${what ?? ""} ${value} is not ${expected}`);
}

/** @type {NoiseParams} */
const PLAIN = {
  lr_scale: 0.3,
  snr: 0.05,
  snr_spread: 0,
  alignment: 8,
  correlation: 0,
  momentum: 0,
  skewness: 0,
  n_parameters: 256,
  blocks: 1,
};

for (const { name, model, batch_size: sizes, expected } of golden("curves")) {
  test(`the eight curves have their golden values: ${name}`, () => {
    const { curves } = lawCurves(model);
    assert.deepEqual(Object.keys(curves).sort(), Object.keys(expected).sort());
    for (const [key, values] of Object.entries(expected)) {
      values.forEach((/** @type {[number, number | null]} */ [lr, drop], /** @type {number} */ i) => {
        const [myLr, myDrop] = /** @type {Curve} */ (curves[/** @type {CurveKey} */ (key)])(sizes[i]);
        near(myLr, lr, 1e-7, key);
        if (drop === null) assert.equal(myDrop, null);
        else near(Number(myDrop), drop, 1e-7, `${key} drop`);
      });
    }
  });
}

test("the mean sign is the error function to ten digits", () => {
  const { inputs, expected } = golden("gradient_noise").find(
    (/** @type {{name: string}} */ v) => v.name === "sign_mean_family",
  );
  inputs.B.forEach((/** @type {number} */ B, /** @type {number} */ i) =>
    near(erf((Math.sqrt(B / 2) * inputs.mu) / inputs.sigma), expected.erf[i], 1e-10),
  );
  assert.equal(erf(7), 1);
  assert.equal(erf(-7), -1);
  assert.equal(erf(0), 0);
});

test("quantiles are those of the normal distribution", () => {
  // Abramowitz and Stegun, table 26.5
  for (const [p, x] of [
    [0.975, 1.959963984540054],
    [0.995, 2.575829303548901],
    [1e-6, -4.753424308822899],
  ])
    near(normalQuantile(p), x, 1e-12);
});

test("nodes average a Gaussian's moments exactly", () => {
  const { nodes, weights } = factorNodes(0.5);
  const average = (/** @type {number} */ power) => nodes.reduce((sum, x, i) => sum + weights[i] * x ** power, 0);
  near(average(2), 1, 1e-9);
  near(average(4), 3, 1e-9);
});

test("with equal signal to noise the peak is where E squared is 1/R, and only above R = 1", () => {
  for (const alignment of [1.5, 2, 8, 20]) {
    const peak = highest(findPeaks(compile({ ...PLAIN, alignment })));
    assert.ok(peak);
    near(erf(Math.sqrt(peak.batch / 2) * 0.05) ** 2, 1 / alignment, 1e-4);
    near(peak.prominence, (1 + alignment) / (2 * Math.sqrt(alignment)) - 1, 1e-6);
  }
  for (const alignment of [0.01, 0.6, 1]) assert.deepEqual(findPeaks(compile({ ...PLAIN, alignment })), []);
});

test("momentum counts as a larger batch", () => {
  const still = /** @type {Curve} */ (lawCurves(PLAIN).curves.exact);
  const moving = /** @type {Curve} */ (lawCurves({ ...PLAIN, momentum: 0.9 }).curves.exact);
  for (const batch of [1, 10, 300]) near(moving(batch)[0], still(19 * batch)[0], 1e-9);
});

test("two blocks of unlike parameters have two peaks", () => {
  const model = { ...PLAIN, snr_spread: 2.5, alignment: 10, blocks: 2 };
  assert.equal(describe(model).peaks.length, 2);
});

test("the sign of a skewed gradient turns where it is said to", () => {
  const p = { ...PLAIN, skewness: 1.5, snr_spread: 0.7 },
    { turning } = describe(p),
    model = compile(p);
  assert.ok(moments(model, turning * 0.999, false)[0] < 0);
  assert.ok(moments(model, turning * 1.001, false)[0] > 0);
});

test("alignment is bounded by positive curvature", () => {
  assert.equal(maxAlignment({ ...PLAIN, n_parameters: 5 }), 4);
  assert.equal(maxAlignment({ ...PLAIN, n_parameters: 4, blocks: 2 }), 1);
});

test("Theorem 3 fails for no parameter at small batches and for all at large ones", () => {
  const model = compile({ ...PLAIN, snr_spread: 1 });
  assert.equal(failingShare(model, 1e-6), 0);
  assert.equal(failingShare(model, 1e9), 1);
  near(linearBatchLimit(compile(PLAIN)), Math.PI / (2 * 0.05 ** 2), 1e-12);
});

test("every curve is in the table once, in the order of the page", () => {
  const keys = ["exact", "correlated", "surge", "plateau", "sgd", "saturating_half", "linear", "square_root"];
  assert.deepEqual(Object.keys(CURVES), keys);
  assert.equal(lawCurves({ ...PLAIN, alignment: 0 }).curves.surge, undefined);
});
