import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../law/curves.js";
import { highest, visible } from "../law/peaks.js";
import { History } from "./history.js";
import {
  atMoment,
  effective,
  fromPart,
  interpolate,
  isAt,
  peakMoved,
  plateauMoved,
  possible,
  specOf,
  toPart,
  withParam,
} from "./state.js";

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
/** @param {ParamName} name @param {number} low @param {number} high @param {boolean} log @returns {Spec} */
const spec = (name, low, high, log, whole = false) => ({
  name,
  label: name,
  unit: "",
  description: "",
  default: MODEL[name],
  low,
  high,
  log,
  whole,
});
const SPECS = [
  spec("lr_scale", 1e-8, 1e3, true),
  spec("snr", 1e-4, 2, true),
  spec("snr_spread", 0, 3, false),
  spec("alignment", 0.01, 200, true),
  spec("correlation", 0, 0.9, false),
  spec("momentum", 0, 0.99, false),
  spec("skewness", 0, 2, false),
  spec("n_parameters", 2, 1048576, true, true),
  spec("blocks", 1, 4, false, true),
];
const ROWS = [1, 0.5, 0.25].map((loss) => ({
  loss,
  loss_stderr: 0.01 * loss,
  snr: loss,
  alignment: loss,
  lr_scale: loss,
}));

/** @param {NoiseParams} model @returns {Grab} */
function grabbed(model) {
  const reading = describe(model);
  return { model, shown: model, peak: highest(visible(reading.peaks)), plateau: reading.plateau };
}

test("a dragged peak lands where the pointer is, and keeps its shape", () => {
  const moved = peakMoved(grabbed(MODEL), 400, 0.02, SPECS),
    top = highest(visible(describe(moved).peaks));
  assert.ok(top);
  assert.ok(Math.abs(top.batch / 400 - 1) < 1e-3 && Math.abs(top.lr / 0.02 - 1) < 1e-3);
  assert.equal(moved.alignment, MODEL.alignment);
});

test("a dragged plateau lands where the pointer is, by the alignment alone", () => {
  const moved = plateauMoved(grabbed(MODEL), 0.03, SPECS);
  assert.ok(Math.abs(describe(moved).plateau / 0.03 - 1) < 1e-4);
  assert.deepEqual({ ...moved, alignment: 0 }, { ...MODEL, alignment: 0 });
});

test("values stay inside their bounds and together possible", () => {
  const p = possible({ ...MODEL, snr: 100, n_parameters: 3.4, alignment: 50 }, SPECS);
  assert.deepEqual([p.snr, p.n_parameters, p.alignment], [2, 3, 2]);
});

test("more parameters at the same coupling of each pair mean more alignment", () => {
  assert.equal(withParam({ ...MODEL, snr_spread: 0 }, "n_parameters", 511, SPECS).alignment, 10.8);
});

test("a slider's places and its values are each other's inverse", () => {
  for (const s of SPECS.filter(({ whole }) => !whole))
    for (const part of [0, 0.3, 1]) assert.ok(Math.abs(toPart(s, fromPart(s, part)) - part) < 1e-3, s.name);
  assert.equal(fromPart(specOf(SPECS, "blocks"), 0.4), 2);
});

test("a run moves the model by its ratios, in the log between its rows", () => {
  assert.ok(Math.abs(atMoment(ROWS, 0.25).loss - Math.SQRT1_2) < 1e-12);
  assert.ok(Math.abs(effective(MODEL, ROWS, 1).snr - MODEL.snr / 4) < 1e-12);
  assert.equal(effective(MODEL, ROWS, 0), MODEL);
  assert.equal(interpolate(0, 2, 0.5), 1);
});

test("a state is at a place only with the same numbers and before any training", () => {
  const state = /** @type {State} */ (/** @type {unknown} */ ({ model: MODEL, t: 0 }));
  assert.equal(isAt(state, { ...MODEL }), true);
  assert.equal(isAt(state, { ...MODEL, snr: 0.1 }), false);
  assert.equal(isAt({ ...state, t: 0.1 }, { ...MODEL }), false);
  assert.equal(isAt(state, null), false);
});

test("history goes back and forth, and a new change ends what was undone", () => {
  const history = new History();
  history.start("a");
  history.keep("a");
  assert.equal(history.canUndo, false);
  history.keep("b");
  history.keep("c");
  assert.equal(history.back(), "b");
  assert.equal(history.back(), "a");
  assert.equal(history.back(), null);
  assert.equal(history.forth(), "b");
  history.keep("d");
  assert.equal(history.canRedo, false);
  assert.equal(history.back(), "b");
});
