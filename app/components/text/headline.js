/** What a noise model's curve does, in sentences: is there a peak, where, how deep the fall, what decides it. */

import { highest, visible } from "../law/peaks.js";
import { examples, number, percent } from "./numbers.js";

/**
 * What stands around the sentences about the curve; empty where there is nothing to say. `sweep` is the decision on
 * the visitor's own sweep, `opening` belongs to controls that were fitted, `moved` says where training has moved
 * them, `bare` leaves out the cause, where the controls describe a curve and are not known to have made it.
 * @typedef {{sweep?: string, opening?: string, moved?: string, bare?: boolean}} Around
 */

/** Fall from a peak to where the rate settles, as a share of the peak. @param {Peak} peak */
export const fallOf = (peak) => peak.prominence / (1 + peak.prominence);

/**
 * @param {Say} say
 * @param {Reading} d
 * @param {Around} [around]
 * @returns {string[]}
 */
export function sentences(say, d, around = {}) {
  const top = highest(visible(d.peaks));
  const of = around.sweep || around.opening ? "curve" : "rate";
  const said = [around.opening, around.sweep].filter((text) => text !== undefined && text !== "");
  if (!top) said.push(say("explore-no-peak", { of, plateau: number(d.plateau) }));
  else if (top.batch < 1) said.push(say("explore-peak-below-one", { plateau: number(d.plateau) }));
  else said.push(peakSentence(say, d, top, of));
  if (around.moved) said.push(around.moved);
  if (!around.bare) said.push(...(top ? withPeak(say, d, top) : withoutPeak(say, d)));
  if (d.turning > 1) said.push(say("explore-skewness-turns", { batch: examples(d.turning) }));
  return /** @type {string[]} */ (said);
}

/** @param {Say} say @param {Reading} d @param {Peak} top @param {string} of */
function peakSentence(say, d, top, of) {
  const values = { of, batch: examples(top.batch), rate: number(top.lr), plateau: number(d.plateau) };
  return say("explore-peak", { ...values, fall: percent(fallOf(top)) });
}

/** @param {Say} say @param {Reading} d @param {Peak} top */
function withPeak(say, d, top) {
  const others = visible(d.peaks).filter((peak) => peak !== top);
  const said = others.map((peak) => say("explore-another-peak", { batch: examples(peak.batch) }));
  const before = highest(visible(d.independent));
  if (d.correlation > 0 && before) {
    const values = { correlation: number(d.correlation), fall: percent(fallOf(before)), batch: examples(before.batch) };
    return [...said, say("explore-why-correlation", values)];
  }
  const alignment = number(d.alignment);
  if (d.alignment > 1) return [...said, say("explore-why-alignment", { alignment })];
  return [...said, say(d.turning ? "explore-why-skewness" : "explore-why-spread", { alignment })];
}

/** @param {Say} say @param {Reading} d */
function withoutPeak(say, d) {
  const before = highest(visible(d.independent)),
    faint = highest(d.peaks);
  if (d.correlation > 0 && before) {
    return [say("explore-none-correlation", { correlation: number(d.correlation), fall: percent(fallOf(before)) })];
  }
  const why = d.alignment <= 1 ? "alignment" : d.blocks > 1 ? "blocks" : "hardly";
  const said = [say(`explore-none-${why}`, { alignment: number(d.alignment), blocks: d.blocks })];
  if (d.noiseScale) said.push(say("explore-none-theorem", { batch: examples(d.noiseScale) }));
  if (faint && faint.prominence < 0) said.push(say("explore-local-peak", { batch: examples(faint.batch) }));
  return said;
}

/**
 * What training has done to the alignment.
 * @param {Say} say
 * @param {number} loss over its start
 * @param {number} before
 * @param {number} after
 */
export function movedWords(say, loss, before, after) {
  const how = number(before) === number(after) ? "still" : after < before ? "fallen" : "risen";
  return say("explore-moved", { how, loss: number(loss, 2), before: number(before), after: number(after) });
}
