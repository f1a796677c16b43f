// The noise model and its laws, by the same formulas as surgecore.theory.noise_model and surgecore.theory.gradient_noise.
// Python is the one truth; a browser test compares the two over the whole parameter space.

const NODES = 256;
const VISIBLE = 0.01; // a peak below one per cent of the plateau is not called a surge
const POINTS_PER_DECADE = 16;

// --- special functions ---------------------------------------------------------------------------------------

const ERF_CELLS = 256; // per unit: cubic Hermite pieces, error below 1e-11
const ERF_END = 6;
const ERF_TABLE = (() => {
  const exact = (x) => {
    let term = x, sum = x;
    for (let n = 1; term > 1e-18 * sum; n += 1) sum += term *= (2 * x * x) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  };
  const slope = (x) => ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)) / ERF_CELLS;
  const table = new Float64Array(4 * ERF_CELLS * ERF_END);
  for (let i = 0; i < ERF_CELLS * ERF_END; i += 1) {
    const a = i / ERF_CELLS, b = (i + 1) / ERF_CELLS;
    const rise = exact(b) - exact(a);
    table.set([exact(a), slope(a), 3 * rise - 2 * slope(a) - slope(b), slope(a) + slope(b) - 2 * rise], 4 * i);
  }
  return table;
})();

function erf(x) {
  const size = Math.abs(x);
  if (size >= ERF_END) return Math.sign(x);
  const place = size * ERF_CELLS;
  const cell = place | 0;
  const u = place - cell;
  const k = 4 * cell;
  const value = ((ERF_TABLE[k + 3] * u + ERF_TABLE[k + 2]) * u + ERF_TABLE[k + 1]) * u + ERF_TABLE[k];
  return x < 0 ? -value : value;
}

const polynomial = (coefficients, x) => coefficients.reduceRight((sum, c) => sum * x + c, 0);

// Normal quantile: Wichura, Applied Statistics 37 (1988), algorithm AS 241, accurate to 1e-16
function normalQuantile(p) {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return q * polynomial([3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
      45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727], r) /
      polynomial([1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
        39307.89580009271061, 28729.085735721942674, 5226.495278852545925], r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const tail = r <= 5
    ? polynomial([1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
      1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4], r - 1.6) /
      polynomial([1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
        0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9], r - 1.6)
    : polynomial([6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
      0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7], r - 5) /
      polynomial([1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
        1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15], r - 5);
  return q < 0 ? -tail : tail;
}

const quantiles = (() => {
  const known = new Map();
  return (count) => {
    if (!known.has(count)) known.set(count, Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count)));
    return known.get(count);
  };
})();

// Trapezoidal nodes for the average over the common factor; see surgecore.theory.gradient_noise.factor_nodes
function factorNodes(correlation, tolerance = 1e-11) {
  const digits = -Math.log(tolerance);
  const step = Math.PI / Math.sqrt((digits * (1 + correlation)) / (2 * (1 - correlation)));
  const count = Math.ceil(Math.sqrt(2 * digits) / step);
  const nodes = Array.from({ length: 2 * count + 1 }, (_, i) => step * (i - count));
  const weights = nodes.map((x) => Math.exp(-0.5 * x * x));
  const total = weights.reduce((a, b) => a + b);
  return { nodes, weights: weights.map((w) => w / total) };
}

// --- the noise model -------------------------------------------------------------------------------------------

function blockSizes(count, blocks) {
  const sizes = new Array(blocks).fill(0);
  for (let i = 0; i < count; i += 1) sizes[Math.floor((i * blocks) / count)] += 1;
  return sizes;
}

function maxAlignment(p) {
  const count = Math.min(NODES, p.n_parameters);
  return blockSizes(count, p.blocks).reduce((sum, m) => sum + m * (m - 1), 0) / count;
}

// Everything that does not depend on the batch size. The trace of the curvature is 1.
function compile(p, nodes = NODES) {
  const count = Math.min(nodes, p.n_parameters);
  const shrink = Math.sqrt((1 - p.momentum) / (1 + p.momentum));
  const q = quantiles(count);
  const z = [], weight = [], starts = [0];
  let index = 0, pairs = 0;
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
    z: Float64Array.from(z), weight: Float64Array.from(weight), starts, count,
    mean: p.lr_scale / count, pair: pairs ? p.alignment / pairs : 0, lrScale: p.lr_scale,
    alignment: p.alignment, correlation: p.correlation, skewness: p.skewness,
    factor: p.correlation > 0 ? factorNodes(p.correlation) : null,
  };
}

// Signal and curvature along the update at one batch size; `shift` is scratch space for the skewness terms
function moments(model, batch, correlated) {
  const { z, weight, starts, mean, pair, skewness, factor } = model;
  const root = Math.sqrt(batch);
  const scale = root * Math.SQRT1_2;
  const skew = skewness / (3 * root * Math.sqrt(2 * Math.PI));
  const shift = skewness ? new Float64Array(z.length) : null;
  let signal = 0, coupling = 0;
  for (let b = 0; b + 1 < starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = starts[b]; i < starts[b + 1]; i += 1) {
      let sign = erf(scale * z[i]);
      if (shift) {
        const a2 = 2 * scale * scale * z[i] * z[i];
        sign += shift[i] = skew * Math.exp(-0.5 * a2) * (a2 - 1);
      }
      sum += weight[i] * sign;
      squares += weight[i] * sign * sign;
    }
    signal += mean * sum;
    coupling += pair * (sum * sum - squares);
  }
  if (!correlated || !factor) return [signal, 1 + coupling];
  coupling = 0;
  const rest = 1 / Math.sqrt(2 * (1 - model.correlation));
  const loading = Math.sqrt(model.correlation);
  for (let n = 0; n < factor.nodes.length; n += 1) {
    const moved = loading * factor.nodes[n];
    for (let b = 0; b + 1 < starts.length; b += 1) {
      let sum = 0, squares = 0;
      for (let i = starts[b]; i < starts[b + 1]; i += 1) {
        const sign = erf((root * z[i] + moved) * rest) + (shift ? shift[i] : 0);
        sum += weight[i] * sign;
        squares += weight[i] * sign * sign;
      }
      coupling += factor.weights[n] * pair * (sum * sum - squares);
    }
  }
  return [signal, 1 + coupling];
}

function optimalLr(model, batch, correlated = true) {
  const [signal, along] = moments(model, batch, correlated);
  return signal / along;
}

// Batch size at which the mean sign of a skewed gradient turns: negative below, positive above; as in noise_reading.py
function turningPoint(model) {
  const positive = (log) => moments(model, Math.exp(log), false)[0] > 0;
  const total = model.z.reduce((sum, z, i) => sum + model.weight[i] * z, 0);
  let high = Math.log((model.skewness * model.count) / (6 * total));
  while (!positive(high)) high += Math.LN2;
  while (positive(high - Math.LN2)) high -= Math.LN2;
  let low = high - Math.LN2;
  for (let i = 0; i < 60; i += 1) {
    const middle = 0.5 * (low + high);
    if (positive(middle)) high = middle; else low = middle;
  }
  return Math.exp(high);
}

const plateauLr = (model) => model.lrScale / (1 + model.alignment);

// The surge law of Theorem 3, for independent coordinates as the paper states it; null without alignment
function smallBatchLaw(model) {
  let coupling = 0, signal = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      sum += model.weight[i] * model.z[i];
      squares += model.weight[i] * model.z[i] ** 2;
    }
    coupling += model.pair * (sum * sum - squares);
    signal += model.mean * sum;
  }
  const small = { start: Math.sqrt(2 / Math.PI) * signal, lrMax: null, noiseScale: null, dropMax: null };
  if (coupling <= 0) return small;
  return { ...small, lrMax: signal / (2 * Math.sqrt(coupling)), noiseScale: Math.PI / (2 * coupling),
    dropMax: (signal * signal) / (2 * coupling) };
}

// Noise scale of SGD, tr(H Sigma) / (G' H G), with the full covariance
function sgdNoiseScale(model) {
  let noise = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      const std = model.mean / model.z[i];
      sum += model.weight[i] * std;
      squares += model.weight[i] * std * std;
    }
    noise += squares / model.count + model.pair * model.correlation * (sum * sum - squares);
  }
  return noise / (model.mean ** 2 * (1 + model.alignment));
}

const linearBatchLimit = (model) => Math.PI / (2 * model.z.reduce((a, b) => Math.max(a, b)) ** 2);

// Share of the parameters for which the linear mean sign of Theorem 3 is more than 5 % off
function failingShare(model, batch) {
  const limit = Math.sqrt((0.19 * Math.PI) / (2 * batch));
  return model.z.reduce((sum, z, i) => sum + (z > limit ? model.weight[i] : 0), 0) / model.count;
}

// --- peaks ------------------------------------------------------------------------------------------------------

function bendingRange(model) {
  const highest = model.z.reduce((a, b) => Math.max(a, b)), lowest = model.z.reduce((a, b) => Math.min(a, b));
  const squares = model.z.reduce((sum, z, i) => sum + model.weight[i] * z * z, 0);
  const bound = model.pair * model.count * squares;
  return [1e-3 * Math.min(1 / highest ** 2, bound > 0 ? 1 / bound : Infinity), 75 / lowest ** 2];
}

// All local maxima of the exact curve: a log grid, then golden section
function findPeaks(model, correlated = true, perDecade = POINTS_PER_DECADE) {
  const [low, high] = bendingRange(model).map(Math.log);
  const count = Math.max(3, Math.ceil(((high - low) / Math.LN10) * perDecade));
  const at = (i) => low + ((high - low) * i) / (count - 1);
  const lr = Array.from({ length: count }, (_, i) => optimalLr(model, Math.exp(at(i)), correlated));
  const plateau = plateauLr(model);
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

function goldenSection(f, low, high) {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let a = high - ratio * (high - low), b = low + ratio * (high - low);
  let fa = f(a), fb = f(b);
  while (high - low > 1e-6) {
    if (fa < fb) {
      low = a; a = b; fa = fb; b = low + ratio * (high - low); fb = f(b);
    } else {
      high = b; b = a; fb = fa; a = high - ratio * (high - low); fa = f(a);
    }
  }
  return (low + high) / 2;
}

// --- what is drawn and said ---------------------------------------------------------------------------------------

// Curves as functions of the batch size, by key: [learning rate, loss drop or null]
function lawCurves(p, nodes = NODES) {
  const model = compile(p, nodes);
  const small = smallBatchLaw(model);
  const plateau = plateauLr(model), sgd = sgdNoiseScale(model);
  const exact = (correlated) => (batch) => {
    const [signal, along] = moments(model, batch, correlated);
    return [signal / along, (0.5 * signal * signal) / along];
  };
  const curves = {
    exact: exact(false),
    plateau: () => [plateau, 0.5 * plateau * p.lr_scale],
    sgd: (batch) => [plateau / (1 + sgd / batch), (0.5 * plateau * p.lr_scale) / (1 + sgd / batch)],
    saturating_half: (batch) => [plateau / Math.sqrt(1 + sgd / batch), null],
    linear: (batch) => [small.start * batch, null],
    square_root: (batch) => [small.start * Math.sqrt(batch), null],
  };
  if (p.correlation > 0) curves.correlated = exact(true);
  if (small.lrMax) {
    curves.surge = (batch) => [
      (2 * small.lrMax) / (Math.sqrt(small.noiseScale / batch) + Math.sqrt(batch / small.noiseScale)),
      small.dropMax / (1 + small.noiseScale / batch),
    ];
  }
  return { curves, model, small, plateau, sgd };
}

function describe(p, drawn = lawCurves(p)) {
  const { model, small, plateau } = drawn;
  const peaks = findPeaks(model);
  return {
    peaks, plateau, noiseScale: small.noiseScale, limit: linearBatchLimit(model),
    independent: p.correlation > 0 ? findPeaks(model, false) : peaks,
    alignment: p.alignment, correlation: p.correlation, blocks: p.blocks,
    turning: p.skewness > 0 ? turningPoint(model) : 0,
  };
}

const highest = (peaks) => peaks.reduce((best, peak) => (best && best.lr >= peak.lr ? best : peak), null);
const visible = (peaks) => peaks.filter((peak) => peak.prominence >= VISIBLE);

// The same sentences as explore_words.py, word for word; `around` is its Around
function sentences(d, around = {}) {
  const surges = visible(d.peaks), top = highest(surges);
  const before = highest(visible(d.independent));
  const theorem = d.noiseScale ? ` although Theorem 3 draws one at B = ${examples(d.noiseScale)}` : "";
  const said = [];
  if (top) {
    said.push(`Peak at B = ${examples(top.batch)}: learning rate ${number(top.lr)}, ${percent(top.prominence)} above the plateau of ${number(d.plateau)}.`);
    const others = surges.filter((peak) => peak !== top);
    for (const peak of others) said.push(`Another peak at B = ${examples(peak.batch)}, ${percent(peak.prominence)} above the plateau.`);
    if (d.correlation > 0 && before) {
      said.push(`Correlation ρ = ${number(d.correlation)} lowers it from ${percent(before.prominence)} at B = ${examples(before.batch)}.`);
    } else if (d.alignment > 1) {
      said.push(`Curvature alignment R = ${number(d.alignment)} > 1 makes it.`);
    } else {
      const maker = d.turning ? "skewness makes it" : "differing signal-to-noise ratios make it";
      said.push(`R = ${number(d.alignment)} is not above 1: ${maker}.`);
    }
  } else {
    said.push(`No peak: the learning rate levels off at ${number(d.plateau)}.`);
    const faint = highest(d.peaks);
    if (d.correlation > 0 && before) {
      said.push(`Correlation ρ = ${number(d.correlation)} decides it: independent gradients would peak ${percent(before.prominence)} above the plateau.`);
    } else if (d.alignment <= 1) {
      said.push(`R = ${d.alignment < 1 ? `${number(d.alignment)} < 1` : "1"} decides it: no surge${theorem}.`);
    } else if (d.blocks > 1) {
      said.push(`R = ${number(d.alignment)} is shared by ${d.blocks} blocks, too little in each: no surge${theorem}.`);
    } else {
      said.push(`R = ${number(d.alignment)} is hardly above 1: no visible surge${theorem}.`);
    }
    if (faint && faint.prominence > 0) said.push(`A bump of ${percent(faint.prominence)} at B = ${examples(faint.batch)} is below 1 %.`);
    if (faint && faint.prominence < 0) said.push(`A local peak at B = ${examples(faint.batch)} stays below the plateau.`);
  }
  if (d.turning) said.push(`Skewness turns the mean sign around below B = ${examples(d.turning)}.`);
  if (around.bare) said.length = 1;
  if (around.sweep || around.opening) {
    said[0] = said[0].replace("No peak", "the controls have no peak").replace("Peak", "the controls peak");
    said[0] = around.opening ? `${around.opening}, ${said[0]}` : `T${said[0].slice(1)}`;
    if (around.caveat) said[0] = `${said[0].slice(0, -1)}; ${around.caveat}.`;
  }
  said.splice(1, 0, ...[around.sweep, around.moved].filter(Boolean));
  return said;
}

// What training has done to R, as explore_words.moved
function movedWords(loss, before, after) {
  const what = number(before) === number(after) ? `R is still ${number(after)}`
    : `R has ${after < before ? "fallen" : "risen"} from ${number(before)} to ${number(after)}`;
  return `Training progress: at a loss of ${number(loss, 2)} of its start, ${what}.`;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);

// As words.number in Python: 0.0213, 3.1e-5, 77, 1.2e6
function number(value, digits = 3) {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const text = exponent >= -2 && exponent < 5
    ? value.toFixed(Math.max(digits - 1 - exponent, 0)) : `${mantissa}e${exponent}`;
  return value < 0 ? text.replace("-", "−") : text;
}

// A batch size, as explore_words.examples
const examples = (batch) => (batch < 1e4 ? number(batch) : `2^${Math.log2(batch).toFixed(1)} ≈ ${scientific(batch)}`);

function scientific(value) {
  const [mantissa, power] = value.toExponential(1).split("e");
  return `${mantissa}e${Number(power)}`;
}

const percent = (fraction) => `${number(100 * fraction, 2)} %`;
