/** The chart as a file: the figure with its legend and without handles, and the curves as a table. */

import { strokeOf, svg } from "./dom.js";
import { chartCss } from "./style.js";

const VARIABLES = ["--ink", "--muted", "--paper", "--grid", "--line", "--primary", "--font"];
const ROW = 22;
const HEAD = 36;

/**
 * A standalone SVG with the colours of this moment, its title above it and its fonts in it.
 * @param {Canvas} c
 * @param {{title: string, fonts: string}} more
 * @returns {Sheet}
 */
export function standalone({ root, host, scene, options, size, box, say }, { title, fonts }) {
  const copy = /** @type {SVGSVGElement} */ (root.cloneNode(true)),
    style = getComputedStyle(host);
  const variables = VARIABLES.map((name) => `${name}: ${style.getPropertyValue(name)};`).join(" ");
  for (const gone of copy.querySelectorAll(".peak, .plateau, .bead, .cross")) gone.remove();
  const sheet = /** @type {Element} */ (copy.querySelector("style"));
  sheet.textContent = `svg { ${variables} }\n${fonts}\n${chartCss(options.font)}`;
  for (const name of ["tabindex", "role", "class", "aria-roledescription"]) copy.removeAttribute(name);
  const rows = legendRows(copy, scene, { left: box.left, right: box.right, top: size.height + 14 }, say);
  const height = HEAD + size.height + 14 + rows * ROW + 6;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("height", String(height));
  copy.setAttribute("viewBox", `0 ${-HEAD} ${size.width} ${height}`);
  svg("text", { class: "title heading", x: 4, y: -12 }, copy, title);
  const back = /** @type {Element} */ (copy.querySelector(".back"));
  back.setAttribute("fill", "none");
  back.before(svg("rect", { y: -HEAD, width: size.width, height, fill: style.getPropertyValue("--paper") }));
  return { text: new XMLSerializer().serializeToString(copy), width: size.width, height };
}

/**
 * The legend in as many columns as fit; the number of its rows.
 * @param {SVGSVGElement} copy
 * @param {Scene} scene
 * @param {{left: number, right: number, top: number}} place
 * @param {Say} say
 */
function legendRows(copy, scene, { left, right, top }, say) {
  /** @type {{label: string, style: LineStyle | null}[]} */
  const items = scene.order
    .filter((key) => scene.curves[key])
    .map((key) => ({ label: scene.styles[key].label, style: scene.styles[key] }));
  scene.ghosts.forEach((_, i) =>
    items.push({
      label: say("chart-pinned", { number: i + 1 }),
      style: { label: "", colour: "var(--muted)", dash: ["1 0", "7 4", "2 4"][i % 3], width: 1.6 },
    }),
  );
  if (scene.measured.length) items.push({ label: say("chart-measured"), style: null });
  const columns = Math.max(1, Math.floor((right - left) / 210)),
    width = (right - left) / columns;
  const legend = svg("g", { class: "legend" }, copy);
  items.forEach(({ label, style }, i) => {
    const x = left + (i % columns) * width,
      y = top + Math.floor(i / columns) * ROW;
    if (style) svg("line", { x1: x, x2: x + 30, y1: y, y2: y, ...strokeOf(style) }, legend);
    else svg("circle", { cx: x + 15, cy: y, r: 4.5 }, svg("g", { class: "measured" }, legend));
    svg("text", { class: "title", x: x + 38, y: y + 5 }, legend, label);
  });
  return Math.ceil(items.length / columns);
}

/** The curves that are drawn, point by point. @param {Canvas} c */
export function curvesCsv({ samples }) {
  const lines = ["law,batch_size,learning_rate,loss_drop"];
  for (const [key, points] of Object.entries(samples)) {
    for (const p of points) lines.push([key, p.batch, p.lr, p.drop ?? ""].join(","));
  }
  return `${lines.join("\n")}\n`;
}
