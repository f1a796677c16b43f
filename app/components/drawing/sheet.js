/** A drawing as a file of its own: its title above it, its colours and fonts in it, the paper behind it. */

import { svg } from "../chart/dom.js";

const HEAD = 34;

/**
 * @param {SVGSVGElement} drawn
 * @param {{title: string, ink: string, paper: string, fonts: string}} look
 * @returns {Sheet}
 */
export function sheetOf(drawn, { title, ink, paper, fonts }) {
  const copy = /** @type {SVGSVGElement} */ (drawn.cloneNode(true));
  const [, , width, below] = (drawn.getAttribute("viewBox") ?? "").split(" ").map(Number),
    height = below + HEAD;
  const back = svg("rect", { x: 0, y: -HEAD, width, height, fill: paper });
  const head = svg(
    "text",
    { class: "title", x: 4, y: -12, fill: ink, "font-size": 17, "font-weight": 600 },
    null,
    title,
  );
  copy.prepend(svg("style", {}, null, `svg { color: ${ink} }\n${fonts}`), back, head);
  copy.setAttribute("viewBox", `0 ${-HEAD} ${width} ${height}`);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("color", ink);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}
