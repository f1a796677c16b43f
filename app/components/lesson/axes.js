/** Axes of a small plot: numbers to pixels and back, logarithmic or not, with the ticks that Python chose. */

import { svg } from "../chart/dom.js";

/** @param {PlotAxis} axis @param {number} start @param {number} end pixels */
export function scaleOf({ low, high, log }, start, end) {
  const of = log ? Math.log : (/** @type {number} */ value) => value;
  const [a, b] = [of(low), of(high)];
  return {
    place: (/** @type {number} */ value) => start + ((of(value) - a) / (b - a)) * (end - start),
    value: (/** @type {number} */ place) => {
      const at = a + ((place - start) / (end - start)) * (b - a);
      return log ? Math.exp(at) : at;
    },
  };
}

/**
 * @param {SVGElement} grid
 * @param {PlotFigure} figure
 * @param {FigureBox} box
 * @param {{x: ReturnType<typeof scaleOf>, y: ReturnType<typeof scaleOf>}} scales
 * @param {number} font
 */
export function drawAxes(grid, { x, y }, { left, right, top, bottom }, scales, font) {
  grid.replaceChildren();
  const every = Math.ceil((x.ticks.length * 4 * font) / (right - left));
  x.ticks.forEach(([value, text], i) => {
    const at = scales.x.place(value);
    svg("line", { class: "grid", x1: at, x2: at, y1: top, y2: bottom }, grid);
    if (i % every === 0) svg("text", { x: at, y: bottom + font + 5, "text-anchor": "middle" }, grid, text);
  });
  for (const [value, text] of y.ticks) {
    const at = scales.y.place(value);
    svg("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }, grid);
    svg("text", { x: left - 8, y: at + font / 3, "text-anchor": "end" }, grid, text);
  }
  svg("rect", { class: "frame", x: left, y: top, width: right - left, height: bottom - top }, grid);
  svg("text", { class: "title", x: left, y: top - 11 }, grid, y.title);
  const middle = { x: (left + right) / 2, y: bottom + 2.7 * font, "text-anchor": "middle" };
  svg("text", { class: "title", ...middle }, grid, x.title);
}
