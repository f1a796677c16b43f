/** Where a curve peaks: a log grid, then golden section. */

import { optimalLr, plateauLr } from "./model.js";

/** A peak below one per cent of the plateau is not called a surge. */
export const VISIBLE = 0.01;
const POINTS_PER_DECADE = 16;

/** @param {Compiled} model @returns {[number, number]} */
function bendingRange(model) {
  const most = Math.max(...model.z),
    least = Math.min(...model.z);
  const squares = model.z.reduce((sum, z, i) => sum + model.weight[i] * z * z, 0);
  const bound = model.pair * model.count * squares;
  return [1e-3 * Math.min(1 / most ** 2, bound > 0 ? 1 / bound : Infinity), 75 / least ** 2];
}

/**
 * All local maxima of the exact curve.
 * @param {Compiled} model
 * @param {boolean} [correlated]
 * @param {number} [perDecade]
 * @returns {Peak[]}
 */
export function findPeaks(model, correlated = true, perDecade = POINTS_PER_DECADE) {
  const [low, high] = bendingRange(model).map(Math.log);
  const count = Math.max(3, Math.ceil(((high - low) / Math.LN10) * perDecade));
  const at = (/** @type {number} */ i) => low + ((high - low) * i) / (count - 1);
  const lr = Array.from({ length: count }, (_, i) => optimalLr(model, Math.exp(at(i)), correlated));
  const plateau = plateauLr(model);
  /** @type {Peak[]} */
  const found = [];
  for (let i = 1; i + 1 < count; i += 1) {
    if (!(lr[i] > 0 && lr[i] > lr[i - 1] && lr[i] >= lr[i + 1])) continue;
    const where = goldenSection((x) => optimalLr(model, Math.exp(x), correlated), at(i - 1), at(i + 1));
    const batch = Math.exp(where);
    const height = optimalLr(model, batch, correlated);
    // on the plateau rounding alone makes maxima
    if (Math.abs(height / plateau - 1) > 1e-9) found.push({ batch, lr: height, prominence: height / plateau - 1 });
  }
  return found;
}

/** @param {(x: number) => number} f @param {number} low @param {number} high */
function goldenSection(f, low, high) {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let a = high - ratio * (high - low),
    b = low + ratio * (high - low);
  let fa = f(a),
    fb = f(b);
  while (high - low > 1e-6) {
    if (fa < fb) {
      low = a;
      a = b;
      fa = fb;
      b = low + ratio * (high - low);
      fb = f(b);
    } else {
      high = b;
      b = a;
      fb = fa;
      a = high - ratio * (high - low);
      fa = f(a);
    }
  }
  return (low + high) / 2;
}

/** @param {Peak[]} peaks @returns {Peak | null} */
export const highest = (peaks) =>
  peaks.reduce((/** @type {Peak | null} */ best, peak) => (best && best.lr >= peak.lr ? best : peak), null);

/** @param {Peak[]} peaks */
export const visible = (peaks) => peaks.filter((peak) => peak.prominence >= VISIBLE);
