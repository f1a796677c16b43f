/**
 * The chart: optimal learning rate, and below it the best loss drop, over one batch-size axis, log-log, own SVG. It
 * draws a scene and turns pointer and keys into events; it owns no state but where values are read.
 */

import { attr, svg } from "./dom.js";
import { frameOf, scalesOf } from "./frame.js";
import { listen } from "./gestures.js";
import { drawHandles, makeHandles } from "./handles.js";
import { drawGrid, drawLaws, drawMeasured, drawMinorPeaks, drawNames, drawShade, drawTrail } from "./marks.js";
import { drawCross } from "./readout.js";
import { chartCss } from "./style.js";

/** Layers of the upper plot, from back to front, and their classes; `laws` is a part of the page. */
const UPPER = { shades: "shades", ghosts: "ghosts", laws: "curves", trail: "run", measured: "measured" };

/**
 * @param {HTMLElement} host
 * @param {ChartEvents} events
 * @param {{say: Say, options: Options}} settings
 */
export function createChart(host, events, { say, options }) {
  const c = canvas(host, say, options);
  const parts = makeHandles(c.layers.handles, say);
  let width = host.clientWidth;
  const draw = (scene = c.scene) => {
    c.scene = scene;
    resize(c, width);
    c.scales = scalesOf(scene.view, c.box);
    for (const mark of [drawGrid, drawShade, drawLaws, drawTrail, drawMeasured, drawMinorPeaks]) mark(c);
    if (options.direct) drawNames(c);
    drawHandles(c, parts);
    drawCross(c);
    attr(c.root, { "aria-label": say(options.drop ? "chart-alt" : "chart-alt-rate", { said: scene.said.join(" ") }) });
  };
  listen(c, events);
  const observer = new ResizeObserver(([entry]) => {
    if (width === entry.contentRect.width) return;
    width = entry.contentRect.width;
    if (c.scene) draw();
  });
  observer.observe(host);
  const resized = () => {
    c.size = { width: 0, height: 0 };
    if (c.scene) draw();
  };
  return { draw, canvas: c, resize: resized, destroy: () => observer.disconnect() };
}

/** @param {HTMLElement} host @param {Say} say @param {Options} options @returns {Canvas} */
function canvas(host, say, options) {
  const id = `surge-${Math.random().toString(36).slice(2, 8)}`;
  const root = /** @type {SVGSVGElement} */ (
    svg("svg", { class: "chart", tabindex: 0, role: "application", "aria-roledescription": say("chart-role") }, host)
  );
  const readout = Object.assign(document.createElement("div"), { className: "readout", hidden: true });
  host.append(readout);
  svg("style", {}, root, chartCss(options.font));
  const defs = svg("defs", {}, root);
  for (const name of ["top", "low"])
    svg("rect", { class: `clip-${name}` }, svg("clipPath", { id: `${id}-${name}` }, defs));
  svg("rect", { class: "back", fill: "transparent" }, root);
  /** @type {Record<string, SVGElement>} */
  const layers = { grid: svg("g", {}, root) };
  const [top, low] = ["top", "low"].map((name) => svg("g", { "clip-path": `url(#${id}-${name})` }, root));
  for (const [name, look] of Object.entries(UPPER)) layers[name] = svg("g", { class: look }, top);
  layers.lowLaws = svg("g", {}, low);
  for (const name of ["cross", "names", "handles"]) layers[name] = svg("g", { class: name }, root);
  layers.minor = svg("g", {}, layers.handles);
  const nothing = /** @type {any} */ (null);
  return {
    root,
    host,
    readout,
    layers,
    options,
    say,
    paths: new Map(),
    samples: {},
    size: { width: 0, height: 0 },
    box: nothing,
    scales: nothing,
    scene: nothing,
    crossAt: null,
    pointer: null,
  };
}

/** @param {Canvas} c @param {number} wanted */
function resize(c, wanted) {
  const { size, box } = frameOf(Math.max(280, wanted), c.options);
  if (size.width === c.size.width && size.height === c.size.height) return;
  Object.assign(c, { size, box });
  const wide = { x: box.left, width: box.right - box.left };
  attr(c.root, { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
  const find = (/** @type {string} */ name) => /** @type {Element} */ (c.root.querySelector(name));
  attr(find(".back"), { ...wide, y: box.top[0], height: box.low[1] - box.top[0] });
  attr(find(".clip-top"), { ...wide, y: box.top[0], height: box.top[1] - box.top[0] });
  attr(find(".clip-low"), { ...wide, y: box.low[0], height: box.low[1] - box.low[0] });
}
