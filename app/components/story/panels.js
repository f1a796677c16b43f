/** What was measured, in panels side by side: best rates relative to their own highest, over the batch size. */

import { el, svg } from "../chart/dom.js";
import { explained } from "../text/terms.js";
import { scaleLog } from "../vendor/d3.js";

const TOP = 8;

/** @param {StoryPanel} panel @param {number} width @param {number} height @param {boolean} titled @param {number} font */
function drawing({ points, alt }, width, height, titled, font) {
  const left = 2.4 * font,
    bottom = 1.7 * font;
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": alt });
  const x = scaleLog()
    .base(2)
    .domain([3, 1400])
    .range([left, width - 6]);
  const y = scaleLog()
    .domain([0.08, 1.35])
    .range([height - bottom, TOP]);
  for (const value of height > 150 ? [0.1, 0.2, 0.5, 1] : [0.1, 1]) {
    svg("line", { class: "grid", x1: left, x2: width - 6, y1: y(value), y2: y(value) }, root);
    svg("text", { x: left - 6, y: y(value) + 5, "text-anchor": "end" }, root, String(value));
  }
  for (const batch of [4, 64, 1024]) {
    svg("line", { class: "grid", x1: x(batch), x2: x(batch), y1: TOP, y2: height - bottom }, root);
    const anchor = batch > 500 ? "end" : "middle";
    if (titled || batch !== 64)
      svg("text", { x: x(batch) + (batch > 500 ? 12 : 0), y: height - 6, "text-anchor": anchor }, root, String(batch));
  }
  for (const point of points) {
    const at = x(point.batch);
    if (point.low && point.high)
      svg("line", { class: "bar", x1: at, x2: at, y1: y(point.low), y2: y(point.high) }, root);
    svg("circle", { cx: at, cy: y(point.share), r: 5 }, root);
  }
  return root;
}

/**
 * @param {HTMLElement} host
 * @param {StoryPanel[]} panels
 * @param {import("../text/terms.js").Term[]} terms
 * @param {number} room height [px]
 * @param {number} font size of the text in the drawings [px]
 */
export function drawPanels(host, panels, terms, room, font) {
  const narrow = window.innerWidth <= 900,
    columns = narrow ? 1 : panels.length;
  const width = narrow ? host.clientWidth * 0.6 - 8 : (host.clientWidth - 12 * (columns - 1)) / columns;
  const height = narrow ? Math.max(84, (room - 24) / panels.length) : Math.max(200, room - 90);
  host.replaceChildren(
    ...panels.map((panel) => {
      const words = el("figcaption", {}, el("strong", {}, ...explained(panel.title, terms)), panel.verdict);
      return el("figure", { className: "panel" }, words, drawing(panel, width, height, !narrow, font));
    }),
  );
}
