/** What is drawn in the plots, one function a mark. */

import { highest, VISIBLE, visible } from "../law/peaks.js";
import { attr, clamp, round1, strokeOf, svg } from "./dom.js";
import { inside } from "./frame.js";
import { batchTicks, decimalTicks } from "./ticks.js";

/**
 * @param {Point[]} points
 * @param {(p: Point) => number | null} value
 * @param {(value: number) => number} place
 */
export function pathOf(points, value, place) {
  let d = "",
    drawing = false;
  for (const point of points) {
    const v = value(point);
    if (v === null || !(v > 0)) {
      drawing = false;
      continue;
    }
    d += `${drawing ? "L" : "M"}${round1(point.x)} ${round1(clamp(place(v), -2000, 4000))}`;
    drawing = true;
  }
  return d;
}

/** @param {Canvas} c @param {Curve} curve @param {number} count @returns {Point[]} */
function sample({ scene: { view }, box }, curve, count) {
  const [x0, x1] = [Math.max(view.x[0], Math.min(0, view.x[1])), view.x[1]];
  const left = box.left + ((x0 - view.x[0]) / (x1 - view.x[0])) * (box.right - box.left);
  return Array.from({ length: count }, (_, i) => {
    const batch = 2 ** (x0 + ((x1 - x0) * i) / (count - 1));
    const [lr, drop] = curve(batch);
    return { batch, x: left + ((box.right - left) * i) / (count - 1), lr, drop };
  });
}

/** @param {Canvas} c @param {string} key @param {SVGElement} layer @param {Record<string, string | number>} attributes */
function path({ paths }, key, layer, attributes) {
  let element = paths.get(key);
  if (!element) paths.set(key, (element = svg("path", {}, layer)));
  attr(element, attributes);
}

/** @param {Canvas} c */
export function drawLaws(c) {
  const { scene, scales, layers, options } = c,
    used = new Set();
  /** @type {(key: string, points: Point[], group: [string, string], look: Record<string, string | number>) => void} */
  const both = (key, points, [upper, lower], look) => {
    path(c, key, layers[upper], { ...look, d: pathOf(points, (p) => p.lr, scales.y) });
    used.add(key);
    if (!options.drop) return;
    path(c, `${key}/low`, layers[lower], { ...look, d: pathOf(points, (p) => p.drop, scales.d) });
    used.add(`${key}/low`);
  };
  c.samples = {};
  for (const key of scene.order) {
    const curve = scene.curves[key];
    if (!curve) continue;
    const points = (c.samples[key] = sample(c, curve, key === "correlated" ? scene.correlatedPoints : 300));
    both(key, points, ["laws", "lowLaws"], {
      class: `law law-${key}`,
      "data-law": key,
      ...strokeOf(scene.styles[key]),
    });
  }
  scene.ghosts.forEach((curve, i) => {
    const look = { class: "ghost", "stroke-dasharray": ["1 0", "7 4", "2 4"][i % 3] };
    both(`ghost${i}`, sample(c, curve, 150), ["ghosts", "lowLaws"], look);
  });
  for (const [key, element] of c.paths)
    if (!used.has(key)) {
      element.remove();
      c.paths.delete(key);
    }
}

/** @param {Canvas} c */
export function drawGrid(c) {
  const {
    scene: { view },
    box,
    scales,
    options,
    layers: { grid },
    say,
  } = c;
  grid.replaceChildren();
  const wide = box.right - box.left,
    plots = options.drop ? [box.top, box.low] : [box.top];
  for (const { value, text } of batchTicks(view.x, wide / (4.6 * options.font))) {
    const x = scales.x(value);
    for (const [y0, y1] of plots) svg("line", { class: "grid", x1: x, x2: x, y1: y0, y2: y1 }, grid);
    svg("text", { x, y: box.low[1] + options.font + 5, "text-anchor": "middle" }, grid, text);
  }
  horizontal(c, view.y, scales.y, box.top);
  if (options.drop) horizontal(c, view.d, scales.d, box.low);
  svg("text", { class: "title", x: box.left, y: box.top[0] - 11 }, grid, say("chart-rate"));
  if (options.drop) svg("text", { class: "title", x: box.left, y: box.low[0] - 11 }, grid, say("chart-drop"));
  const middle = { x: (box.left + box.right) / 2, y: box.low[1] + 2.7 * options.font, "text-anchor": "middle" };
  svg("text", { class: "title", ...middle }, grid, say("chart-batch"));
}

/** @param {Canvas} c @param {number[]} range @param {(value: number) => number} place @param {[number, number]} ends */
function horizontal({ box, options, layers: { grid } }, range, place, [y0, y1]) {
  for (const { value, text, major } of decimalTicks(range, (y1 - y0) / (2.3 * options.font))) {
    const y = place(value);
    svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y, y2: y, opacity: major ? 1 : 0.55 }, grid);
    svg("text", { x: box.left - 8, y: y + options.font / 3, "text-anchor": "end" }, grid, text);
  }
  svg("rect", { class: "frame", x: box.left, y: y0, width: box.right - box.left, height: y1 - y0 }, grid);
}

/**
 * Theorem 3 linearises the mean sign of every parameter: 5 % off at 0.19 of pi sigma^2 / (2 mu^2). The darker, the
 * larger the share of parameters beyond that.
 * @param {Canvas} c
 */
export function drawShade({ scene, box, scales, layers: { shades, grid }, say }) {
  shades.replaceChildren();
  if (!scene.failing || !scene.order.includes("surge") || !scene.curves.surge) return;
  const stripes = 32,
    width = (box.right - box.left) / stripes,
    height = box.top[1] - box.top[0];
  /** @type {number | null} */
  let half = null;
  for (let i = 0; i < stripes; i += 1) {
    const x = box.left + i * width,
      share = scene.failing(scales.batch(x + width / 2));
    if (share > 0.5) half ??= x;
    const look = { class: "shade", x: round1(x), y: box.top[0], width: width + 0.3, height };
    if (share > 0.01) svg("rect", { ...look, opacity: (0.13 * share).toFixed(3) }, shades);
  }
  if (half === null) return;
  // between the two plots, where no curve crosses it
  const right = half > box.right - 250,
    x = right ? box.right : half;
  svg(
    "text",
    { class: "shade-label", x, y: box.top[1] + 19, "text-anchor": right ? "end" : "start" },
    grid,
    say("chart-shaded"),
  );
}

/** @param {Canvas} c */
export function drawMeasured({ scene, scales, layers: { measured } }) {
  measured.replaceChildren();
  for (const point of scene.measured) {
    const x = round1(scales.x(point.batch)),
      y = round1(scales.y(point.lr));
    if (point.low && point.high)
      svg("line", { x1: x, x2: x, y1: round1(scales.y(point.low)), y2: round1(scales.y(point.high)) }, measured);
    if (point.edge) {
      const up = point.edge === "high" ? -1 : 1; // the optimum may lie beyond the grid on that side
      svg("path", { d: `M${x - 6} ${y - up * 5}h12L${x} ${y + up * 7}z` }, measured);
    } else svg("circle", { cx: x, cy: y, r: 4.5 }, measured);
  }
}

/** The path of the peak over a run, with its name at its end. @param {Canvas} c */
export function drawTrail({ scene, scales, layers: { trail }, say, box }) {
  trail.replaceChildren();
  const shown = scene.trail.filter((peak) => peak !== null);
  const at = shown.map((p) => [round1(scales.x(p.batch)), round1(scales.y(p.lr))]);
  if (at.length > 1) {
    svg("path", { class: "trail", d: at.map(([x, y], i) => `${i ? "L" : "M"}${x} ${y}`).join("") }, trail);
    for (const [cx, cy] of at) svg("circle", { class: "trail-dot", cx, cy, r: 2.4 }, trail);
    const [x, y] = at[at.length - 1];
    svg("text", { class: "trail-label", x: clamp(x, box.left, box.right - 90), y: y + 20 }, trail, say("chart-trail"));
  }
  for (const p of scene.logged) {
    // beside the predicted peak of the same moment: what was logged against what the model says
    const place = Math.round(p.part * (scene.trail.length - 1));
    const beside =
      scene.trail
        .slice(0, place + 1)
        .reverse()
        .find(Boolean) ?? shown[0];
    if (!beside) continue;
    svg(
      "path",
      { class: "logged", d: `M${round1(scales.x(p.batch))} ${round1(scales.y(beside.lr))}m0 -6l5.5 10h-11z` },
      trail,
    );
  }
}

/** The other peaks; the highest is a handle. @param {Canvas} c */
export function drawMinorPeaks({ scene: { reading, view }, scales, layers: { minor } }) {
  const tallest = highest(visible(reading.peaks));
  minor.replaceChildren();
  for (const other of reading.peaks) {
    if (other === tallest || Math.abs(other.prominence) < VISIBLE || !inside(view, other)) continue;
    svg("circle", { class: "minor-peak", cx: scales.x(other.batch), cy: scales.y(other.lr), r: 5 }, minor);
  }
}

/**
 * Names at the ends of the lines, so that no legend is needed; a narrow plot has them in its lower right corner.
 * @param {Canvas} c
 */
export function drawNames(c) {
  const { scene, samples, box, options, size } = c;
  c.layers.names.replaceChildren();
  const drawn = scene.order.filter((key) => samples[key]);
  if (size.width - box.right < 100) {
    drawn.forEach((key, i) =>
      nameBefore(c, key, box.right - 10, box.top[1] - 12 - 1.5 * options.font * (drawn.length - 1 - i)),
    );
    return;
  }
  let lowest = -Infinity;
  for (const { key, x, y } of drawn.map((key) => ({ key, ...endOf(c, samples[key]) })).sort((a, b) => a.y - b.y)) {
    if (x < box.right - 4) {
      if (y < box.top[0] + 20)
        nameBefore(c, key, x - 26, y + 26); // it leaves through the top
      else {
        // it is drawn so far only: a piece of the line would look like more of it
        nameAt(c, key, x - 22, y + options.font / 3).nextElementSibling?.remove();
      }
      continue;
    }
    lowest = Math.max(y + options.font / 3, lowest + 1.4 * options.font);
    nameAt(c, key, box.right + 8, lowest);
  }
}

/** Where a line ends in the plot. @param {Canvas} c @param {Point[]} points */
function endOf({ scales, box }, points) {
  const seen = points.filter((p) => p.lr > 0 && scales.y(p.lr) >= box.top[0] - 1 && scales.y(p.lr) <= box.top[1]);
  const last = seen.at(-1);
  return last ? { x: last.x, y: scales.y(last.lr) } : { x: box.left, y: box.top[0] };
}

/** A name whose end is at a place. @param {Canvas} c @param {CurveKey} key @param {number} x @param {number} y */
function nameBefore(c, key, x, y) {
  const text = nameAt(c, key, 0, y);
  const start = x - text.getComputedTextLength() - 34;
  text.setAttribute("x", String(start + 34));
  attr(/** @type {Element} */ (text.nextElementSibling), { x1: start, x2: start + 26 });
}

/** A piece of the line and its name from a place on. @param {Canvas} c @param {CurveKey} key @param {number} x @param {number} y */
function nameAt({ scene, options, layers: { names } }, key, x, y) {
  const style = scene.styles[key],
    line = y - options.font / 3;
  const text = svg("text", { class: "name", x: x + 34, y }, names, style.label);
  svg("line", { x1: x, x2: x + 26, y1: line, y2: line, ...strokeOf(style) }, names);
  return /** @type {SVGTextElement} */ (text);
}
