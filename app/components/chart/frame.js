/** Where the plots lie, and the scales between numbers and pixels. */

import { clamp } from "./dom.js";
import { scaleLog } from "../vendor/d3.js";

/** @param {number} width @param {Options} options @returns {{size: {width: number, height: number}, box: Box}} */
export function frameOf(width, options) {
  const narrow = width < 520,
    height = options.height(width),
    larger = Math.max(1, options.font / 15); // margins grow with the text
  const left = larger * (narrow ? 54 : 64),
    right = larger * (narrow ? (options.direct ? 22 : 12) : options.direct ? 184 : 20),
    gap = 48,
    bottom = larger * 48,
    head = larger * 30;
  const inner = height - head - bottom;
  const split = options.drop ? Math.round((inner - gap) * 0.68) : inner;
  /** @type {[number, number]} */
  const top = [head, head + split];
  return {
    size: { width, height },
    box: { left, right: width - right, top, low: options.drop ? [head + split + gap, height - bottom] : top },
  };
}

/** Height of the chart with both plots. @param {number} width */
export const tallHeight = (width) => (width < 520 ? 500 : clamp(Math.round(width * 0.74), 470, 640));

/** @param {View} view @param {Box} box @returns {Scales} */
export function scalesOf(view, box) {
  const x = scaleLog()
    .base(2)
    .domain(view.x.map((v) => 2 ** v))
    .range([box.left, box.right]);
  const y = scaleLog()
    .domain(view.y.map((v) => 10 ** v))
    .range([box.top[1], box.top[0]]);
  const d = scaleLog()
    .domain(view.d.map((v) => 10 ** v))
    .range([box.low[1], box.low[0]]);
  return { x, y, d, batch: (value) => x.invert(value), lr: (value) => y.invert(value) };
}

/** @param {View} view @param {Peak} p */
export function inside(view, p) {
  const bx = Math.log2(p.batch),
    ly = Math.log10(p.lr);
  return bx >= view.x[0] && bx <= view.x[1] && ly >= view.y[0] && ly <= view.y[1];
}
