import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { describe, lawCurves } from "../law/curves.js";
import { maxAlignment } from "../law/model.js";
import { highest, visible, VISIBLE } from "../law/peaks.js";
import { fallOf, movedWords, sentences } from "./headline.js";
import { examples, number, parseNumber, percent, superscript } from "./numbers.js";
import { phrases } from "./phrases.js";

const say = phrases(readFileSync(new URL("../../../surgecore/words/en.ftl", import.meta.url), "utf8"));

test("numbers are as short as their digits allow", () => {
  const cases = [
    [0.0213, "0.0213"],
    [0.00781, "0.00781"],
    [0.0009996, "0.00100"],
    [3.1e-5, "3.10e-5"],
    [98.1, "98.1"],
    [9.996, "10.0"],
    [123456, "1.23e5"],
    [0, "0"],
    [-0.5, "−0.500"],
  ];
  for (const [value, text] of cases) assert.equal(number(Number(value)), text);
  assert.equal(number(null), "–");
  assert.equal(number(Infinity), "∞");
  assert.equal(percent(0.273), "27 %");
  assert.equal(superscript(-12), "⁻¹²");
});

test("batch sizes are whole numbers that a person writes", () => {
  const cases = [
    [98.1, "98"],
    [8.42, "8.4"],
    [1470.2, "1,470"],
    [153700, "150,000"],
    [9996, "10,000"],
    [2.5e9, "2.5e9"],
  ];
  for (const [value, text] of cases) assert.equal(examples(Number(value)), text);
});

test("numbers are read as they are typed, and nothing else is", () => {
  for (const [text, value] of /** @type {[string, number][]} */ ([
    ["1e-3", 1e-3],
    [" 0.05 ", 0.05],
    ["2^10", 1024],
    ["10**-3", 1e-3],
    [".5", 0.5],
  ])) {
    assert.equal(parseNumber(text), value);
  }
  for (const text of ["", "much", "1,5", "2^", "1e", "NaN", "1e999"]) assert.equal(parseNumber(text), null);
});

test("a phrase that is not there, or lacks a value, is an error", () => {
  assert.throws(() => say("no-such-phrase"), /must stand in the phrase file/);
  assert.throws(() => say("chart-pinned"), /values must fill/);
  assert.equal(say("chart-pinned", { number: 2 }), "Pinned 2");
});

/** Noise models all over the parameter space, the same at every run. @param {number} count */
function* models(count) {
  let seed = 7;
  const uniform = (/** @type {number} */ low, /** @type {number} */ high) => {
    seed = (1664525 * seed + 1013904223) % 2 ** 32;
    return low + (high - low) * (seed / 2 ** 32);
  };
  const one = (/** @type {number[]} */ ...of) => of[Math.floor(uniform(0, of.length))];
  for (let i = 0; i < count; i += 1) {
    const p = {
      lr_scale: 10 ** uniform(-5, 1),
      snr: 10 ** uniform(-3, -0.3),
      snr_spread: one(0, 0.5, 1.7, 3),
      alignment: 10 ** uniform(-2, 2),
      correlation: one(0, 0, 0.2, 0.7),
      momentum: one(0, 0.9),
      skewness: one(0, 0, 0, 1),
      n_parameters: one(8, 64, 4096),
      blocks: one(1, 2, 4),
    };
    yield { ...p, alignment: Math.min(p.alignment, maxAlignment(p)) };
  }
}

/** The largest rate of a curve on a fine grid. @param {Curve} curve */
const most = (curve) => Math.max(...Array.from({ length: 1200 }, (_, i) => curve(10 ** (-4 + i / 80))[0]));

test("words never contradict the curve", () => {
  let peaks = 0,
    none = 0;
  for (const p of models(150)) {
    const drawn = lawCurves(p),
      reading = describe(p, drawn),
      said = sentences(say, reading);
    const curve = /** @type {Curve} */ (drawn.curves.correlated ?? drawn.curves.exact),
      top = highest(visible(reading.peaks));
    if (said[0].startsWith("No peak")) {
      none += 1;
      assert.ok(most(curve) < reading.plateau * (1 + VISIBLE) * (1 + 1e-6));
      assert.ok(said[0].includes(number(reading.plateau)));
    } else if (top && top.batch >= 1) {
      peaks += 1;
      assert.ok(most(curve) <= top.lr * (1 + 1e-6));
      assert.ok(
        said[0].startsWith(`The best learning rate peaks at batch size ${examples(top.batch)} (${number(top.lr)})`),
      );
      assert.ok(said[0].includes(`falls by ${percent(1 - reading.plateau / top.lr)}`));
    }
    const all = said.join(" ");
    if (all.includes("pull together (R")) assert.ok(p.alignment > 1);
    if (all.includes("pull together too little")) assert.ok(p.alignment <= 1 && !top);
    if (all.includes("remove it")) assert.ok(visible(reading.independent).length > 0 && !top);
    if (all.includes("Theorem 3 draws")) assert.ok(reading.noiseScale && !top);
  }
  assert.ok(peaks > 30 && none > 30, `${peaks} with a peak, ${none} without`);
});

test("what is said around the curve comes first, and a described curve has no cause", () => {
  const reading = describe({
    ...[...models(1)][0],
    snr: 0.05,
    snr_spread: 0,
    alignment: 5,
    correlation: 0,
    skewness: 0,
    momentum: 0,
    blocks: 1,
    n_parameters: 64,
  });
  const own = sentences(say, reading, { opening: "Fitted to this sweep.", sweep: "Your sweep: no fall." });
  assert.deepEqual(own.slice(0, 2), ["Fitted to this sweep.", "Your sweep: no fall."]);
  assert.match(own[2], /^The curve peaks at batch size/);
  assert.equal(sentences(say, reading, { bare: true }).length, 1);
});

test("a fall is a share of the peak", () => {
  assert.equal(fallOf({ batch: 1, lr: 2, prominence: 1 }), 0.5);
});

test("training says what it did to the alignment", () => {
  assert.match(movedWords(say, 0.2, 8, 1.94), /loss to 0.20 of its start; R has fallen from 8.00 to 1.94\./);
  assert.match(movedWords(say, 0.5, 1, 2), /risen from 1.00 to 2.00/);
  assert.match(movedWords(say, 0.5, 1, 1.0001), /still 1.00/);
});
