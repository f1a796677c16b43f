/** The state of the instrument and the moves it allows; pure, without the DOM. */

import { maxAlignment } from "../law/model.js";
import { rounded } from "../text/numbers.js";

/** @param {number} from @param {number} to @param {number} part */
export const interpolate = (from, to, part) =>
  from > 0 && to > 0 ? from * (to / from) ** part : from + (to - from) * part;

/** @param {Spec[]} specs @param {ParamName} name @returns {Spec} */
export const specOf = (specs, name) => /** @type {Spec} */ (specs.find((spec) => spec.name === name));

/**
 * Inside the bounds and together possible: positive curvature limits the alignment.
 * @param {NoiseParams} model
 * @param {Spec[]} specs
 * @returns {NoiseParams}
 */
export function possible(model, specs) {
  const p = { ...model };
  for (const spec of specs) {
    const value = Math.min(Math.max(p[spec.name], spec.low), spec.high);
    p[spec.name] = spec.whole ? Math.round(value) : value;
  }
  p.alignment = Math.min(model.alignment, specOf(specs, "alignment").high, maxAlignment(p));
  p.alignment = Math.max(p.alignment, 0);
  return p;
}

/**
 * One control moved. More parameters at the same coupling of each pair mean more alignment.
 * @param {NoiseParams} start
 * @param {ParamName} name
 * @param {number} value
 * @param {Spec[]} specs
 */
export function withParam(start, name, value, specs) {
  const next = { ...start, [name]: value };
  if (name === "n_parameters") {
    next.alignment = rounded((start.alignment / (start.n_parameters - 1)) * (Math.round(value) - 1));
  }
  return possible(next, specs);
}

const MOVED = /** @type {const} */ (["snr", "alignment", "lr_scale"]);

/** The simulated run at a moment. @param {ProgressRow[]} rows @param {number} t @returns {ProgressRow} */
export function atMoment(rows, t) {
  const place = t * (rows.length - 1),
    i = Math.min(Math.floor(place), rows.length - 2),
    part = place - i;
  const mixed = (/** @type {keyof ProgressRow} */ name) => interpolate(rows[i][name], rows[i + 1][name], part);
  const { loss_stderr } = rows[Math.round(place)];
  return {
    loss: mixed("loss"),
    loss_stderr,
    snr: mixed("snr"),
    alignment: mixed("alignment"),
    lr_scale: mixed("lr_scale"),
  };
}

/**
 * Where training has moved the noise model to: ratios from a simulated run, interpolated in the log.
 * @param {NoiseParams} model
 * @param {ProgressRow[] | undefined} rows
 * @param {number} t
 */
export function effective(model, rows, t) {
  if (!rows || t === 0) return model;
  const ratios = atMoment(rows, t),
    p = { ...model };
  for (const name of MOVED) p[name] *= ratios[name];
  p.alignment = Math.min(p.alignment, maxAlignment(p));
  return p;
}

/** Whether the controls are still those of a place. @param {State} state @param {NoiseParams | null | undefined} model */
export const isAt = (state, model) =>
  Boolean(model) &&
  state.t === 0 &&
  Object.entries(model ?? {}).every(([name, value]) => state.model[/** @type {ParamName} */ (name)] === value);

/**
 * Drag of the peak: snr shifts the curve along B, lr_scale along the learning rate; nothing else changes.
 * @param {Grab} grab
 * @param {number} batch
 * @param {number} lr
 * @param {Spec[]} specs
 */
export function peakMoved(grab, batch, lr, specs) {
  const { model, peak } = grab;
  if (!peak) return model;
  const snr = rounded(model.snr * Math.sqrt(peak.batch / batch));
  return possible({ ...model, snr, lr_scale: rounded((model.lr_scale * lr) / peak.lr) }, specs);
}

/**
 * Drag of the plateau: plateau = lr_scale / (1 + R), so R moves and the rise for small batches stays.
 * @param {Grab} grab
 * @param {number} lr
 * @param {Spec[]} specs
 */
export function plateauMoved({ model, shown }, lr, specs) {
  const wanted = Math.max(shown.lr_scale / lr - 1, specOf(specs, "alignment").low);
  return possible({ ...model, alignment: rounded(wanted * (model.alignment / shown.alignment || 1)) }, specs);
}

/** Place of a value on its slider, from 0 to 1. @param {Spec} spec @param {number} value */
export const toPart = (spec, value) =>
  spec.log
    ? Math.log(Math.max(value, spec.low) / spec.low) / Math.log(spec.high / spec.low)
    : (value - spec.low) / (spec.high - spec.low);

/** Value at a place of a slider. @param {Spec} spec @param {number} part */
export function fromPart(spec, part) {
  const value = spec.log ? spec.low * (spec.high / spec.low) ** part : spec.low + (spec.high - spec.low) * part;
  return spec.whole ? Math.round(value) : rounded(value, 4);
}
