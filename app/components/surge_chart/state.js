// The state of the instrument and the moves it allows; pure, without the DOM.

const interpolate = (from, to, part) => (from > 0 && to > 0 ? from * (to / from) ** part : from + (to - from) * part);
const rounded = (x, digits = 5) => Number(x.toPrecision(digits));

// Inside the bounds and together possible: positive curvature limits the alignment
function possible(params, specs) {
  const p = { ...params };
  for (const spec of specs) {
    const value = Math.min(Math.max(p[spec.name], spec.low), spec.high);
    p[spec.name] = spec.whole ? Math.round(value) : value;
  }
  p.alignment = Math.min(Math.min(params.alignment, specs.find((s) => s.name === "alignment").high), maxAlignment(p));
  p.alignment = Math.max(p.alignment, 0);
  return p;
}

// One control moved. More parameters at the same coupling of each pair mean more alignment.
function withParam(start, name, value, specs) {
  const next = { ...start, [name]: value };
  if (name === "n_parameters") next.alignment = rounded((start.alignment / (start.n_parameters - 1)) * (Math.round(value) - 1));
  return possible(next, specs);
}

const MOVED = ["snr", "alignment", "lr_scale"];

// The simulated run at the state's moment
function atMoment(state, data) {
  const rows = data.progress[state.progress.noise];
  const place = state.progress.t * (rows.length - 1);
  const i = Math.min(Math.floor(place), rows.length - 2);
  return Object.fromEntries(["loss", ...MOVED].map((name) => [name, interpolate(rows[i][name], rows[i + 1][name], place - i)]));
}

// Whether the controls are still those that were fitted to the sweep on show
const isFitted = (state, data) => isAt(state, data.fit);
const isAt = (state, place) => Boolean(place?.params) && state.progress.t === 0 &&
  Object.entries(place.params).every(([name, value]) => state.params[name] === value);

// What belongs around the headline, as explore.around
function aroundOf(state, shown, data) {
  const fit = isAt(state, data.described) ? data.described : isFitted(state, data) ? data.fit : {};
  const moved = state.progress.t === 0 ? "" : movedWords(atMoment(state, data).loss, state.params.alignment, shown.alignment);
  return { sweep: data.decision, opening: fit.opening, caveat: fit.caveat, moved, bare: fit.bare };
}

// Where training has moved the noise model to: ratios from a simulated run, interpolated in the log
function effective(state, data) {
  if (!data.progress?.[state.progress.noise] || state.progress.t === 0) return state.params;
  const ratios = atMoment(state, data);
  const p = { ...state.params };
  for (const name of MOVED) p[name] *= ratios[name];
  p.alignment = Math.min(p.alignment, maxAlignment(p));
  return p;
}

// Drag of the peak: snr shifts the curve along B, lr_scale along the learning rate; nothing else changes
function peakMoved(grab, batch, lr, specs) {
  return possible({
    ...grab.params,
    snr: rounded(grab.params.snr * Math.sqrt(grab.peak.batch / batch)),
    lr_scale: rounded((grab.params.lr_scale * lr) / grab.peak.lr),
  }, specs);
}

// Drag of the plateau: plateau = lr_scale / (1 + R), so R moves and the rise for small batches stays
function plateauMoved(grab, lr, specs) {
  const wanted = grab.shown.lr_scale / lr - 1;
  const low = specs.find((spec) => spec.name === "alignment").low;
  return possible({ ...grab.params, alignment: rounded(Math.max(wanted, low) * (grab.params.alignment / grab.shown.alignment || 1)) }, specs);
}

const FAR = 1e4;

// Limits that show every peak and the plateau, the path of the peak, and what was measured; as noise_reading.fitting_view
function fittingView(p, measured, path = [], nodes = NODES) {
  const { curves, small, model, plateau } = lawCurves(p, nodes);
  const curve = curves.correlated ?? curves.exact;
  const peaks = visible(findPeaks(model)), limit = linearBatchLimit(model);
  const batches = measured.map((m) => m.batch);
  for (const peak of peaks) batches.push(peak.batch / 32, peak.batch * 64);
  for (const peak of path.filter(Boolean)) batches.push(peak.batch / 4, peak.batch * 4);
  if (!peaks.length) batches.push(limit / 1000, limit * 4);
  const x = [Math.floor(Math.log2(Math.min(...batches, 4))) - 0.5, Math.ceil(Math.log2(Math.max(...batches, 1024))) + 0.5];
  const grid = Array.from({ length: 60 }, (_, i) => curve(2 ** (x[0] + ((x[1] - x[0]) * i) / 59)));
  const positive = (values) => values.filter((v) => v > 0);
  const lrs = positive(grid.map(([lr]) => lr));
  const high = Math.max(...lrs, plateau);
  // measured points stay in view unless they would flatten the curve
  const near = measured.map((m) => m.lr).filter((lr) => lr < FAR * high && lr > high / FAR);
  lrs.push(plateau);
  lrs.push(...path.filter(Boolean).map((peak) => peak.lr));
  if (small.lrMax) lrs.push(Math.min(small.lrMax, 3 * high));
  const limits = (values, decades, kept = []) => {
    const top = Math.log10(Math.max(...values, ...kept));
    return [Math.min(Math.max(Math.log10(Math.min(...values)), top - decades), ...kept.map(Math.log10)) - 0.12, top + 0.22];
  };
  const drops = positive(grid.map(([, drop]) => drop));
  return roundedView({ x, y: limits(lrs, 3, near), d: limits(drops, 4) });
}

const roundedView = (view) => Object.fromEntries(Object.entries(view).map(([k, range]) => [k, range.map((v) => Math.round(v * 1000) / 1000)]));

const mixedView = (from, to, part) => Object.fromEntries(Object.keys(from).map((k) => [k, from[k].map((v, i) => v + (to[k][i] - v) * part)]));

const outside = (view, batch, lr) => Math.log2(batch) < view.x[0] || Math.log2(batch) > view.x[1] ||
  Math.log10(lr) < view.y[0] || Math.log10(lr) > view.y[1];

// "1e-3", "0.05", "2^10", "10^-3"; null for anything else
function parseNumber(text) {
  const match = /^\s*([+-]?\d*\.?\d+(?:e[+-]?\d+)?)\s*(?:(?:\^|\*\*)\s*([+-]?\d*\.?\d+))?\s*$/i.exec(text);
  if (!match) return null;
  const value = match[2] === undefined ? Number(match[1]) : Number(match[1]) ** Number(match[2]);
  return Number.isFinite(value) ? value : null;
}
