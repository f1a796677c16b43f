/** Which part of the axes is shown: limits that fit a noise model, pan and zoom. Pure. */

import { lawCurves } from "../law/curves.js";
import { linearBatchLimit, NODES } from "../law/model.js";
import { findPeaks, highest, visible } from "../law/peaks.js";

/** Measured points further from the curve than this factor would flatten it; they are left outside the view. */
const FAR = 1e4;
/** No batch is smaller than one example. */
const SMALLEST = -0.3;

/**
 * Limits that show every peak and the plateau, the path of the peak, and what was measured.
 * @param {NoiseParams} p
 * @param {Measured[]} measured
 * @param {(Peak | null)[]} [path]
 * @param {number} [nodes]
 * @returns {View}
 */
export function fittingView(p, measured, path = [], nodes = NODES) {
  const { curves, small, model, plateau } = lawCurves(p, nodes);
  const curve = /** @type {Curve} */ (curves.correlated ?? curves.exact);
  const walked = path.filter((peak) => peak !== null);
  const x = batchLimits(visible(findPeaks(model)), walked, measured, linearBatchLimit(model));
  const grid = Array.from({ length: 60 }, (_, i) => curve(2 ** (x[0] + ((x[1] - x[0]) * i) / 59)));
  const lrs = positive(grid.map(([lr]) => lr)),
    high = Math.max(...lrs, plateau);
  // measured points stay in view unless they would flatten the curve
  const near = measured.map((m) => m.lr).filter((lr) => lr < FAR * high && lr > high / FAR);
  lrs.push(plateau, ...walked.map((peak) => peak.lr));
  if (small.lrMax) lrs.push(Math.min(small.lrMax, 3 * high));
  return roundedView({ x, y: limits(lrs, 3, near), d: limits(positive(grid.map(([, drop]) => drop ?? 0)), 4) });
}

/** @param {number[]} values */
const positive = (values) => values.filter((v) => v > 0);

/** @param {Peak[]} peaks @param {Peak[]} path @param {Measured[]} measured @param {number} limit */
function batchLimits(peaks, path, measured, limit) {
  const batches = measured.map((m) => m.batch);
  for (const peak of peaks) batches.push(peak.batch / 32, peak.batch * 64);
  for (const peak of path) batches.push(peak.batch / 4, peak.batch * 4);
  if (!peaks.length) batches.push(limit / 1000, limit * 4);
  const low = Math.floor(Math.log2(Math.min(...batches, 4))) - 0.5;
  const high = Math.ceil(Math.log2(Math.max(...batches, 1024))) + 0.5;
  return [Math.max(low, SMALLEST), high];
}

/** @param {number[]} values @param {number} decades @param {number[]} [kept] */
function limits(values, decades, kept = []) {
  const top = Math.log10(Math.max(...values, ...kept));
  const low = Math.max(Math.log10(Math.min(...values)), top - decades);
  return [Math.min(low, ...kept.map(Math.log10)) - 0.12, top + 0.22];
}

/** @param {View} view @param {(ends: number[], key: "x" | "y" | "d") => number[]} change @returns {View} */
const each = (view, change) => ({ x: change(view.x, "x"), y: change(view.y, "y"), d: change(view.d, "d") });

/** @param {View} view */
export const roundedView = (view) => each(view, (ends) => ends.map((v) => Math.round(v * 1000) / 1000));

/** @param {View} from @param {View} to @param {number} part */
export const mixedView = (from, to, part) => each(from, (ends, key) => ends.map((v, i) => v + (to[key][i] - v) * part));

/** @param {View} view @param {number} batch @param {number} lr */
export const outside = (view, batch, lr) =>
  Math.log2(batch) < view.x[0] ||
  Math.log2(batch) > view.x[1] ||
  Math.log10(lr) < view.y[0] ||
  Math.log10(lr) > view.y[1];

/** Whether a view loses the highest peak or the plateau. @param {View} view @param {Reading} reading */
export function loses(view, { peaks, plateau }) {
  const top = highest(visible(peaks)),
    height = Math.log10(plateau);
  return Boolean(top && top.batch >= 1 && outside(view, top.batch, top.lr)) || height < view.y[0] || height > view.y[1];
}

/** @param {View} view @param {Box} box @param {number} dx @param {number} dy pixels @returns {View} */
export function shifted(view, box, dx, dy) {
  const px = (view.x[1] - view.x[0]) / (box.right - box.left),
    py = (view.y[1] - view.y[0]) / (box.top[1] - box.top[0]);
  const left = Math.max(-dx * px, Math.min(SMALLEST - view.x[0], 0));
  return { x: view.x.map((v) => v + left), y: view.y.map((v) => v + dy * py), d: view.d.map((v) => v + dy * py) };
}

/** @param {View} view @param {number} factor @param {number} batch @param {number} lr around which @returns {View} */
export function zoomed(view, factor, batch, lr) {
  const around = (/** @type {number[]} */ range, /** @type {number} */ centre) =>
    range.map((v) => centre + (v - centre) * factor);
  const [low, high] = around(view.x, Math.log2(batch));
  if (high - low < 1 || high - low > 60) return view;
  const middle = (view.d[0] + view.d[1]) / 2;
  return {
    x: [Math.max(low, Math.min(SMALLEST, view.x[0])), high],
    y: around(view.y, Math.log10(lr)),
    d: around(view.d, middle),
  };
}
