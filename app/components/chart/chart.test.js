import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, lawCurves } from "../law/curves.js";
import { highest, visible } from "../law/peaks.js";
import { frameOf, inside, scalesOf, tallHeight } from "./frame.js";
import { pathOf } from "./marks.js";
import { batchTicks, decimalTicks } from "./ticks.js";
import { fittingView, loses, mixedView, outside, shifted, zoomed } from "./view.js";

/** @type {NoiseParams} */
const MODEL = {
  lr_scale: 0.3,
  snr: 0.045,
  snr_spread: 1.2,
  alignment: 5.4,
  correlation: 0,
  momentum: 0,
  skewness: 0,
  n_parameters: 256,
  blocks: 1,
};
const OPTIONS = { drop: true, direct: false, font: 14, height: tallHeight };
const { size, box } = frameOf(700, OPTIONS);

test("batch sizes are ticked at powers of two, never more than there is room for", () => {
  assert.deepEqual(
    batchTicks([-0.3, 4.5], 9).map(({ text }) => text),
    ["1", "2", "4", "8", "16"],
  );
  for (const [low, high] of [
    [0, 12],
    [2.2, 14.8],
    [-0.3, 40],
    [0, 3],
  ]) {
    const ticks = batchTicks([low, high], 9);
    assert.ok(ticks.length >= 2 && ticks.length <= 11, `${ticks.length}`);
    assert.ok(
      ticks.every(
        ({ value }) => Number.isInteger(Math.log2(value)) && value >= 2 ** low * 0.999 && value <= 2 ** high * 1.001,
      ),
    );
  }
  assert.equal(batchTicks([18, 20], 3).at(-1)?.text, "2²⁰");
});

test("rates are ticked at 1, 2, 3 and 5 where there is room, else at powers of ten", () => {
  assert.deepEqual(
    decimalTicks([-2, -1], 8).map(({ text }) => text),
    ["0.01", "0.02", "0.03", "0.05", "0.1"],
  );
  assert.deepEqual(
    decimalTicks([-7, -3], 5).map(({ text }) => text),
    ["10⁻⁷", "10⁻⁶", "10⁻⁵", "0.0001", "0.001"],
  );
  for (const range of [
    [-3.2, 0.4],
    [-0.05, 0.3],
    [-8, 2],
  ]) {
    const texts = decimalTicks(range, 8).map(({ text }) => text);
    assert.equal(new Set(texts).size, texts.length);
    assert.ok(texts.length >= 2, texts.join());
  }
});

test("scales place the ends of the view at the ends of the plot, and back", () => {
  const view = { x: [0, 12], y: [-3, 0], d: [-5, -1] },
    scales = scalesOf(view, box);
  assert.ok(Math.abs(scales.x(1) - box.left) < 1e-9 && Math.abs(scales.x(4096) - box.right) < 1e-9);
  assert.ok(Math.abs(scales.y(1) - box.top[0]) < 1e-9 && Math.abs(scales.d(1e-5) - box.low[1]) < 1e-9);
  assert.ok(Math.abs(scales.batch(scales.x(77)) / 77 - 1) < 1e-12);
  assert.ok(box.low[1] < size.height && box.top[1] < box.low[0]);
});

test("the fitting view shows peak, plateau and points, and no batch below one example", () => {
  for (const snr of [0.001, 0.045, 1]) {
    const p = { ...MODEL, snr },
      reading = describe(p),
      top = highest(visible(reading.peaks));
    const view = fittingView(p, [{ batch: 64, lr: 0.05 }]);
    assert.ok(view.x[0] >= -0.5);
    if (top && top.batch >= 1) assert.ok(inside(view, top));
    assert.ok(!outside(view, 64, 0.05));
    assert.equal(loses(view, reading), false);
  }
});

test("a view is lost only when the peak or the plateau leaves it", () => {
  const view = fittingView(MODEL, []);
  assert.equal(loses(view, describe({ ...MODEL, snr: 0.06 })), false);
  assert.equal(loses(view, describe({ ...MODEL, snr: 0.0005 })), true);
  assert.equal(loses(view, describe({ ...MODEL, lr_scale: 300 })), true);
});

test("pan and zoom keep what they should", () => {
  const view = { x: [1, 13], y: [-3, 0], d: [-5, -2] };
  const panned = shifted(view, box, 1e5, 0);
  assert.ok(panned.x[0] >= -0.5, "no batch below one example");
  assert.ok(Math.abs(panned.x[1] - panned.x[0] - 12) < 1e-9);
  const near = zoomed(view, 0.5, 64, 0.03);
  assert.ok(
    Math.abs((Math.log2(64) - near.x[0]) / (near.x[1] - near.x[0]) - 5 / 12) < 1e-9,
    "the point under the pointer stays",
  );
  assert.deepEqual(zoomed(view, 1e-3, 64, 0.03), view);
  assert.deepEqual(mixedView(view, panned, 0), view);
});

test("a path breaks where a curve has no positive value", () => {
  const points = [1, -1, 2, 3].map((lr, i) => ({ batch: 1, x: i, lr, drop: null }));
  assert.equal(
    pathOf(
      points,
      (p) => p.lr,
      (v) => v,
    ),
    "M0 1M2 2L3 3",
  );
  assert.equal(
    pathOf(
      points,
      (p) => p.drop,
      (v) => v,
    ),
    "",
  );
});

test("curves are drawn on finite numbers over any view", () => {
  for (const curve of Object.values(lawCurves({ ...MODEL, correlation: 0.3 }).curves)) {
    for (const batch of [2 ** -20, 1, 2 ** 60]) assert.ok(Number.isFinite(curve(batch)[0]));
  }
});
