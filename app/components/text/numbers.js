/** Numbers as they are read and as they are typed; the same rule as surgecore.words.numbers. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} n */
export const superscript = (n) =>
  String(n)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);

/**
 * 0.0213, 3.1e-5, 77, 1.2e6: as short as the digits allow.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function number(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const plain = exponent >= -3 && exponent < 5;
  const text = plain ? value.toFixed(Math.max(digits - 1 - exponent, 0)) : `${mantissa}e${exponent}`;
  return value < 0 ? text.replace("-", "−") : text;
}

/**
 * A batch size that was computed: 8.4, 98, 1,470, 150,000.
 * @param {number} batch
 */
export function examples(batch) {
  if (batch < 10 || batch >= 1e9) return number(batch, 2);
  return Number(batch.toPrecision(batch < 1e4 ? 3 : 2)).toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** @param {number} fraction */
export const percent = (fraction) => `${number(100 * fraction, 2)} %`;

/** @param {number} x @param {number} [digits] */
export const rounded = (x, digits = 5) => Number(x.toPrecision(digits));

/**
 * "1e-3", "0.05", "2^10", "10^-3"; null for anything else.
 * @param {string} text
 */
export function parseNumber(text) {
  const pattern = /^\s*([+-]?\d*\.?\d+(?:e[+-]?\d+)?)\s*(?:(?:\^|\*\*)\s*([+-]?\d*\.?\d+))?\s*$/i;
  const match = pattern.exec(text);
  if (!match) return null;
  const value = match[2] === undefined ? Number(match[1]) : Number(match[1]) ** Number(match[2]);
  return Number.isFinite(value) ? value : null;
}
