/** Ticks of the logarithmic axes and what is written at them. */

import { superscript } from "../text/numbers.js";
import { scaleLog, ticks } from "../vendor/d3.js";

/** @typedef {{value: number, text: string, major: boolean}} Tick */

/**
 * Powers of two between two exponents, as many as there is room for.
 * @param {number[]} range log2 of the batch size
 * @param {number} most
 * @returns {Tick[]}
 */
export function batchTicks(range, most) {
  const span = range[1] - range[0];
  let every = 1;
  while (span / every > most) every *= 2;
  const scale = scaleLog()
    .base(2)
    .domain(range.map((end) => 2 ** end));
  const values = scale.ticks(span + 2).filter((value) => Math.log2(value) % every === 0);
  return values.map((value) => ({ value, text: batchText(Math.log2(value)), major: true }));
}

/** @param {number} exponent */
const batchText = (exponent) => (exponent >= 0 && exponent <= 13 ? String(2 ** exponent) : `2${superscript(exponent)}`);

/**
 * Powers of ten, with steps between them where there is room.
 * @param {number[]} range log10 of the value
 * @param {number} most
 * @returns {Tick[]}
 */
export function decimalTicks(range, most) {
  const decades = range[1] - range[0],
    ends = range.map((end) => 10 ** end);
  if (decades < 0.6)
    return ticks(ends[0], ends[1], Math.max(2, most / 2)).map((value) => ({ value, text: plain(value), major: true }));
  const steps = stepsFor(most / decades),
    scale = scaleLog().domain(ends);
  const count = steps.length > 1 ? 1000 : Math.max(1, Math.min(most, Math.ceil(decades)));
  const parts = scale
    .ticks(count)
    .map(parted)
    .filter(({ digit, left }) => left < 1e-9 && steps.includes(digit));
  return parts.map(({ value, digit, power }) => ({ value, text: decimalText(digit, power), major: digit === 1 }));
}

/** First digits that are ticked. @param {number} room ticks per decade */
function stepsFor(room) {
  if (room >= 5) return [1, 2, 3, 5];
  if (room >= 3.2) return [1, 2, 5];
  return room >= 2 ? [1, 3] : [1];
}

/** @param {number} value */
const plain = (value) => value.toLocaleString("en-US", { maximumSignificantDigits: 6 });

/** First digit and power of ten of a tick. @param {number} value */
function parted(value) {
  const power = Math.floor(Math.log10(value) + 1e-9),
    digit = Math.round(value / 10 ** power);
  return { value, digit, power, left: Math.abs(value / 10 ** power - digit) };
}

/** @param {number} digit @param {number} power */
function decimalText(digit, power) {
  if (power >= -4 && power <= 4)
    return Number(`${digit}e${power}`).toLocaleString("en-US", { maximumFractionDigits: 4 });
  return digit === 1 ? `10${superscript(power)}` : `${digit}·10${superscript(power)}`;
}
