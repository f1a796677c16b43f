import assert from "node:assert/strict";
import { test } from "node:test";
import { erf } from "../law/special.js";
import { scaleOf } from "./axes.js";
import { Coins, interval, uniform } from "./coins.js";
import { logOf, reached, said, score } from "./score.js";

/** @type {LessonGuess} */
const BATCH = { axis: "x", at: 0, start: 8, truth: 84, close: 2, form: "batch" };

test("uniform numbers are uniform, and a seed gives them again", () => {
  const [one, two] = [uniform(3), uniform(3)];
  const drawn = Array.from({ length: 40000 }, one);
  assert.deepEqual(drawn.slice(0, 50), Array.from({ length: 50 }, two));
  const tenths = new Array(10).fill(0);
  for (const value of drawn) tenths[Math.floor(10 * value)] += 1;
  const chi = tenths.reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0);
  assert.ok(chi < 27.9, `chi squared with 9 degrees of freedom: ${chi}`); // p = 0.001
});

test("coins come to the error function, in every batch and for every seed", () => {
  const sizes = [1, 4, 16, 64, 256],
    snr = 0.05;
  let outside = 0,
    all = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const coins = new Coins({ snr, sizes, seed });
    coins.flipTo(400);
    for (const { batch, share, low, high } of coins.shares()) {
      const truth = 0.5 + 0.5 * erf(Math.sqrt(batch / 2) * snr);
      const error = Math.sqrt((truth * (1 - truth)) / 400);
      assert.ok(Math.abs(share - truth) < 4.5 * error, `${batch} ${seed}: ${share} is not ${truth}`);
      all += 1;
      outside += Number(truth < low || truth > high);
    }
  }
  // 95 % intervals: of 200, 10 leave the truth out, and 3 to 20 do in all but one of 100 such sets
  assert.equal(all, 200);
  assert.ok(outside >= 3 && outside <= 20, `${outside} of ${all} leave the truth out`);
});

test("flips go on where they were", () => {
  const [once, twice] = [
    new Coins({ snr: 0.1, sizes: [1, 8], seed: 5 }),
    new Coins({ snr: 0.1, sizes: [1, 8], seed: 5 }),
  ];
  once.flipTo(100);
  twice.flipTo(40);
  twice.flipTo(100);
  assert.deepEqual(once.shares(), twice.shares());
  assert.equal(twice.flips, 100);
});

test("Wilson's interval has its published values", () => {
  // Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, and 0 of 20
  for (const [right, count, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [0, 20, 0, 0.1611],
  ]) {
    const found = interval(right, count);
    assert.ok(Math.abs(found[0] - low) < 6e-5 && Math.abs(found[1] - high) < 6e-5, String(found));
  }
});

test("a prediction is scored by its factor on a logarithmic axis", () => {
  assert.deepEqual(score(BATCH, true, 85), { close: true, off: "exact", size: "1.0" });
  assert.deepEqual(score(BATCH, true, 168), { close: true, off: "factor", size: "2.0" });
  assert.deepEqual(score(BATCH, true, 21), { close: false, off: "factor", size: "4.0" });
});

test("and by its distance on a linear one", () => {
  const share = /** @type {LessonGuess} */ ({ ...BATCH, truth: 0.655, close: 0.05, form: "percent" });
  assert.deepEqual(score(share, false, 0.855), { close: false, off: "points", size: "20" });
  assert.equal(score(share, false, 0.61).close, true);
  const loss = /** @type {LessonGuess} */ ({ ...BATCH, truth: 0.003, close: 0.02, form: "loss" });
  assert.deepEqual(score(loss, false, 0.1), { close: false, off: "by", size: "0.097" });
  assert.equal(said(loss, 0.0032), "0.003");
  assert.equal(said(share, 0.655), "66 %");
  assert.equal(said(BATCH, 1470), "1,470");
});

test("what was reached counts first tries only", () => {
  const options = ["a", "b", "c"].map((key) => ({ key, text: "", why: "", right: key === "b" }));
  const step = /** @type {any} */ ({ guess: BATCH, options, figure: { kind: "chart" } });
  assert.equal(logOf(step), true);
  const state = { step: 3, guesses: [84, 1000, null], answers: ["b", "ab", ""] };
  assert.deepEqual(reached([step, step, step], state), { close: 1, right: 1 });
});

test("axes place and read back, logarithmic or not", () => {
  for (const log of [true, false]) {
    const scale = scaleOf({ title: "", low: 1, high: 100, log, ticks: [] }, 400, 0);
    assert.equal(scale.place(1), 400);
    assert.ok(Math.abs(scale.place(100)) < 1e-9);
    assert.ok(Math.abs(scale.value(scale.place(37)) - 37) < 1e-9);
  }
  assert.equal(scaleOf({ title: "", low: 1, high: 100, log: true, ticks: [] }, 0, 200).place(10), 100);
});
