/**
 * The noise model and its moments, by the formulas of surgecore.theory.noise_model and surgecore.theory.gradient_noise.
 * Both are tested against the golden numbers in tests/golden/curves.json. No DOM, no words.
 */

import { erf, factorNodes, quantiles } from "./special.js";

/** Quantile nodes that stand for all parameters. */
export const NODES = 256;

/** @param {number} count @param {number} blocks */
function blockSizes(count, blocks) {
  const sizes = new Array(blocks).fill(0);
  for (let i = 0; i < count; i += 1) sizes[Math.floor((i * blocks) / count)] += 1;
  return sizes;
}

/**
 * Largest alignment whose curvature is positive.
 * @param {NoiseParams} p
 */
export function maxAlignment(p) {
  const count = Math.min(NODES, p.n_parameters);
  return blockSizes(count, p.blocks).reduce((sum, m) => sum + m * (m - 1), 0) / count;
}

/**
 * Everything that does not depend on the batch size. The trace of the curvature is 1.
 * @param {NoiseParams} p
 * @param {number} [nodes]
 * @returns {Compiled}
 */
export function compile(p, nodes = NODES) {
  const count = Math.min(nodes, p.n_parameters);
  const shrink = Math.sqrt((1 - p.momentum) / (1 + p.momentum));
  const q = quantiles(count);
  /** @type {number[]} */
  const z = [],
    weight = [],
    starts = [0];
  let index = 0,
    pairs = 0;
  for (const size of blockSizes(count, p.blocks)) {
    if (p.snr_spread === 0) {
      z.push(p.snr / shrink);
      weight.push(size);
    } else {
      for (let i = index; i < index + size; i += 1) {
        z.push((p.snr * Math.exp(p.snr_spread * q[i])) / shrink);
        weight.push(1);
      }
    }
    index += size;
    pairs += size * (size - 1);
    starts.push(z.length);
  }
  return {
    z: Float64Array.from(z),
    weight: Float64Array.from(weight),
    starts,
    count,
    mean: p.lr_scale / count,
    pair: pairs ? p.alignment / pairs : 0,
    lrScale: p.lr_scale,
    alignment: p.alignment,
    correlation: p.correlation,
    skewness: p.skewness,
    factor: p.correlation > 0 ? factorNodes(p.correlation) : null,
  };
}

/**
 * What skewness adds to the mean sign of each node; one Edgeworth term.
 * @param {Compiled} model
 * @param {number} root square root of the batch size
 */
function skewTerms({ z, skewness }, root) {
  const skew = skewness / (3 * root * Math.sqrt(2 * Math.PI));
  return z.map((value) => {
    const a2 = (root * value) ** 2;
    return skew * Math.exp(-0.5 * a2) * (a2 - 1);
  });
}

/**
 * Sum of the mean signs, and of the products of two different ones of a block, over the common factor's value.
 * @param {Compiled} model
 * @param {number} slope by which the signal-to-noise ratio enters the error function
 * @param {number} moved what the common factor adds
 * @param {Float64Array | null} shift
 * @returns {[number, number]}
 */
function signSums({ z, weight, starts }, slope, moved, shift) {
  let signs = 0,
    pairs = 0;
  for (let b = 0; b + 1 < starts.length; b += 1) {
    let sum = 0,
      squares = 0;
    for (let i = starts[b]; i < starts[b + 1]; i += 1) {
      const sign = erf(slope * z[i] + moved) + (shift ? shift[i] : 0);
      sum += weight[i] * sign;
      squares += weight[i] * sign * sign;
    }
    signs += sum;
    pairs += sum * sum - squares;
  }
  return [signs, pairs];
}

/**
 * Signal and curvature along the update at one batch size.
 * @param {Compiled} model
 * @param {number} batch
 * @param {boolean} correlated whether the common factor counts
 * @returns {[number, number]}
 */
export function moments(model, batch, correlated) {
  const { mean, pair, factor, correlation } = model;
  const root = Math.sqrt(batch);
  const shift = model.skewness ? skewTerms(model, root) : null;
  const [signs, pairs] = signSums(model, root * Math.SQRT1_2, 0, shift);
  if (!correlated || !factor) return [mean * signs, 1 + pair * pairs];
  const rest = 1 / Math.sqrt(2 * (1 - correlation)),
    loading = Math.sqrt(correlation);
  let coupling = 0;
  for (let n = 0; n < factor.nodes.length; n += 1) {
    const [, given] = signSums(model, root * rest, loading * factor.nodes[n] * rest, shift);
    coupling += factor.weights[n] * given;
  }
  return [mean * signs, 1 + pair * coupling];
}

/** @param {Compiled} model @param {number} batch @param {boolean} [correlated] */
export function optimalLr(model, batch, correlated = true) {
  const [signal, along] = moments(model, batch, correlated);
  return signal / along;
}

/** @param {Compiled} model */
export const plateauLr = (model) => model.lrScale / (1 + model.alignment);

/**
 * The sums of Theorem 3, for independent coordinates as the paper states it; null without alignment.
 * @param {Compiled} model
 * @returns {SmallBatch}
 */
export function smallBatchLaw(model) {
  let coupling = 0,
    signal = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0,
      squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      sum += model.weight[i] * model.z[i];
      squares += model.weight[i] * model.z[i] ** 2;
    }
    coupling += model.pair * (sum * sum - squares);
    signal += model.mean * sum;
  }
  const small = { start: Math.sqrt(2 / Math.PI) * signal, lrMax: null, noiseScale: null, dropMax: null };
  if (coupling <= 0) return small;
  return {
    ...small,
    lrMax: signal / (2 * Math.sqrt(coupling)),
    noiseScale: Math.PI / (2 * coupling),
    dropMax: (signal * signal) / (2 * coupling),
  };
}

/**
 * Noise scale of SGD, tr(H Sigma) / (G' H G), with the full covariance.
 * @param {Compiled} model
 */
export function sgdNoiseScale(model) {
  let noise = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0,
      squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      const std = model.mean / model.z[i];
      sum += model.weight[i] * std;
      squares += model.weight[i] * std * std;
    }
    noise += squares / model.count + model.pair * model.correlation * (sum * sum - squares);
  }
  return noise / (model.mean ** 2 * (1 + model.alignment));
}

/** @param {Compiled} model */
export const linearBatchLimit = (model) => Math.PI / (2 * Math.max(...model.z) ** 2);

/**
 * Share of the parameters for which the linear mean sign of Theorem 3 is more than 5 % off.
 * @param {Compiled} model
 * @param {number} batch
 */
export function failingShare(model, batch) {
  const limit = Math.sqrt((0.19 * Math.PI) / (2 * batch));
  return model.z.reduce((sum, z, i) => sum + (z > limit ? model.weight[i] : 0), 0) / model.count;
}

/**
 * Batch size at which the mean sign of a skewed gradient turns: negative below, positive above.
 * @param {Compiled} model
 */
export function turningPoint(model) {
  const positive = (/** @type {number} */ log) => moments(model, Math.exp(log), false)[0] > 0;
  const total = model.z.reduce((sum, z, i) => sum + model.weight[i] * z, 0);
  let high = Math.log((model.skewness * model.count) / (6 * total));
  while (!positive(high)) high += Math.LN2;
  while (positive(high - Math.LN2)) high -= Math.LN2;
  let low = high - Math.LN2;
  for (let i = 0; i < 60; i += 1) {
    const middle = 0.5 * (low + high);
    if (positive(middle)) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}
