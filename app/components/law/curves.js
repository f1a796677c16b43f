/** The eight curves of a noise model, said once: key, optimal learning rate, loss drop. As surgecore.theory.curves. */

import { compile, moments, NODES, plateauLr, sgdNoiseScale, smallBatchLaw, turningPoint } from "./model.js";
import { findPeaks } from "./peaks.js";

/** @typedef {{p: NoiseParams, model: Compiled, small: SmallBatch, plateau: number, sgd: number}} Parts */

/** @param {boolean} correlated @returns {(parts: Parts) => Curve} */
const exact =
  (correlated) =>
  ({ model }) =>
  (batch) => {
    const [signal, along] = moments(model, batch, correlated);
    return [signal / along, (0.5 * signal * signal) / along];
  };

/** @param {number} exponent @returns {(parts: Parts) => Curve} */
const rule =
  (exponent) =>
  ({ small }) =>
  (batch) => [small.start * batch ** exponent, null];

/**
 * Each curve, or null where a model has none. Laws without a height of their own borrow one: the rules start with
 * the small-batch limit, the saturating laws end on the plateau. SGD's loss drop at a full batch is the plateau's.
 * @type {Record<CurveKey, (parts: Parts) => Curve | null>}
 */
export const CURVES = {
  exact: exact(false),
  correlated: (parts) => (parts.p.correlation > 0 ? exact(true)(parts) : null),
  surge: ({ small: { lrMax, noiseScale, dropMax } }) => {
    if (lrMax === null || noiseScale === null || dropMax === null) return null;
    return (batch) => [
      (2 * lrMax) / (Math.sqrt(noiseScale / batch) + Math.sqrt(batch / noiseScale)),
      dropMax / (1 + noiseScale / batch),
    ];
  },
  plateau:
    ({ p, plateau }) =>
    () => [plateau, 0.5 * plateau * p.lr_scale],
  sgd:
    ({ p, plateau, sgd }) =>
    (batch) => [plateau / (1 + sgd / batch), (0.5 * plateau * p.lr_scale) / (1 + sgd / batch)],
  saturating_half:
    ({ plateau, sgd }) =>
    (batch) => [plateau / Math.sqrt(1 + sgd / batch), null],
  linear: rule(1),
  square_root: rule(0.5),
};

/**
 * The curves of a noise model, and what they are made of.
 * @param {NoiseParams} p
 * @param {number} [nodes]
 * @returns {Drawn}
 */
export function lawCurves(p, nodes = NODES) {
  const model = compile(p, nodes);
  const parts = { p, model, small: smallBatchLaw(model), plateau: plateauLr(model), sgd: sgdNoiseScale(model) };
  const made = Object.entries(CURVES).map(([key, make]) => [key, make(parts)]);
  return { ...parts, curves: Object.fromEntries(made.filter(([, curve]) => curve !== null)) };
}

/**
 * The facts that are said of a noise model.
 * @param {NoiseParams} p
 * @param {Drawn} [drawn]
 * @returns {Reading}
 */
export function describe(p, drawn = lawCurves(p)) {
  const { model, small, plateau } = drawn;
  const peaks = findPeaks(model);
  return {
    peaks,
    plateau,
    noiseScale: small.noiseScale,
    independent: p.correlation > 0 ? findPeaks(model, false) : peaks,
    alignment: p.alignment,
    correlation: p.correlation,
    blocks: p.blocks,
    turning: p.skewness > 0 ? turningPoint(model) : 0,
  };
}
