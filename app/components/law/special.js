/** Special functions of the laws: error function, normal quantile, nodes for an average over a Gaussian. */

const ERF_CELLS = 256; // per unit: cubic Hermite pieces, error below 1e-11
const ERF_END = 6;
/** Coefficients of the cubic pieces, four a cell. */
const ERF_TABLE = (() => {
  const exact = (/** @type {number} */ x) => {
    let term = x,
      sum = x;
    for (let n = 1; term > 1e-18 * sum; n += 1) sum += term *= (2 * x * x) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  };
  const slope = (/** @type {number} */ x) => ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)) / ERF_CELLS;
  const table = new Float64Array(4 * ERF_CELLS * ERF_END);
  for (let i = 0; i < ERF_CELLS * ERF_END; i += 1) {
    const a = i / ERF_CELLS,
      b = (i + 1) / ERF_CELLS;
    const rise = exact(b) - exact(a);
    table.set([exact(a), slope(a), 3 * rise - 2 * slope(a) - slope(b), slope(a) + slope(b) - 2 * rise], 4 * i);
  }
  return table;
})();

/**
 * The error function, by table: it is called some hundred thousand times for one frame.
 * @param {number} x
 */
export function erf(x) {
  const size = Math.abs(x);
  if (size >= ERF_END) return Math.sign(x);
  const place = size * ERF_CELLS;
  const cell = place | 0;
  const u = place - cell;
  const k = 4 * cell;
  const value = ((ERF_TABLE[k + 3] * u + ERF_TABLE[k + 2]) * u + ERF_TABLE[k + 1]) * u + ERF_TABLE[k];
  return x < 0 ? -value : value;
}

/** @param {number[]} coefficients @param {number} x */
const polynomial = (coefficients, x) => coefficients.reduceRight((sum, c) => sum * x + c, 0);

/* eslint-disable no-loss-of-precision -- the coefficients as they are published */

/**
 * Normal quantile: Wichura, Applied Statistics 37 (1988), algorithm AS 241, accurate to 1e-16.
 * @param {number} p
 */
export function normalQuantile(p) {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q *
        polynomial(
          [
            3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
            45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
          ],
          r,
        )) /
      polynomial(
        [
          1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
          39307.89580009271061, 28729.085735721942674, 5226.495278852545925,
        ],
        r,
      )
    );
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const tail =
    r <= 5
      ? polynomial(
          [
            1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
            1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
          ],
          r - 1.6,
        ) /
        polynomial(
          [
            1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
            0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
          ],
          r - 1.6,
        )
      : polynomial(
          [
            6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
            0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
          ],
          r - 5,
        ) /
        polynomial(
          [
            1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
            1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
          ],
          r - 5,
        );
  return q < 0 ? -tail : tail;
}

/* eslint-enable no-loss-of-precision */

/** @type {Map<number, Float64Array>} */
const known = new Map();

/**
 * Normal quantiles at the middles of `count` equal shares.
 * @param {number} count
 */
export function quantiles(count) {
  let found = known.get(count);
  if (!found) {
    found = Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count));
    known.set(count, found);
  }
  return found;
}

/**
 * Trapezoidal nodes for the average over the common factor; see surgecore.theory.gradient_noise.factor_nodes.
 * @param {number} correlation
 * @param {number} [tolerance]
 */
export function factorNodes(correlation, tolerance = 1e-11) {
  const digits = -Math.log(tolerance);
  const step = Math.PI / Math.sqrt((digits * (1 + correlation)) / (2 * (1 - correlation)));
  const count = Math.ceil(Math.sqrt(2 * digits) / step);
  const nodes = Array.from({ length: 2 * count + 1 }, (_, i) => step * (i - count));
  const weights = nodes.map((x) => Math.exp(-0.5 * x * x));
  const total = weights.reduce((a, b) => a + b);
  return { nodes, weights: weights.map((w) => w / total) };
}
