/** Plotly's layers as one file: its title above it, the page's font in every text, the paper behind it. */

import { attr, svg } from "../chart/dom.js";

const HEAD = 34;
const FAMILY = '"Source Sans", "Source Sans 3", Helvetica, Arial, sans-serif';

/**
 * @param {SVGSVGElement[]} layers
 * @param {{title: string, ink: string, paper: string, fonts: string}} look
 * @returns {Sheet}
 */
export function sheetOfLayers(layers, { title, ink, paper, fonts }) {
  const width = Number(layers[0].getAttribute("width")),
    below = Number(layers[0].getAttribute("height")),
    height = below + HEAD;
  const sheet = /** @type {SVGSVGElement} */ (svg("svg", { width, height, viewBox: `0 ${-HEAD} ${width} ${height}` }));
  svg("style", {}, sheet, fonts);
  svg("rect", { x: 0, y: -HEAD, width, height, fill: paper }, sheet);
  const look = { "font-family": FAMILY, "font-size": 17, "font-weight": 600 };
  svg("text", { class: "title", x: 4, y: -12, fill: ink, ...look }, sheet, title);
  for (const layer of layers) {
    const copy = /** @type {SVGSVGElement} */ (layer.cloneNode(true));
    // what answers the pointer is no part of the picture, and no layer hides the one below
    for (const gone of copy.querySelectorAll(".hoverlayer, .zoomlayer, .draglayer, .cursor-pointer")) gone.remove();
    copy.style.background = "none";
    for (const text of copy.querySelectorAll("text")) {
      text.style.fontFamily = FAMILY;
      text.style.fill = ink;
    }
    within(copy);
    sheet.append(copy);
  }
  return { text: new XMLSerializer().serializeToString(sheet), width, height };
}

/** What one part says of another holds within the file: Plotly may write the page's address before it. @param {Element} copy */
function within(copy) {
  for (const part of copy.querySelectorAll("[clip-path], [fill^='url'], [style*='url']")) {
    for (const name of ["clip-path", "fill", "style"]) {
      const value = part.getAttribute(name);
      if (value?.includes("url(")) attr(part, { [name]: value.replace(/url\((['"]?)[^)#]*#/g, "url($1#") });
    }
  }
}
