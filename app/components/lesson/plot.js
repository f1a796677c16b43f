/** A plot of lines that Python computed, of runs that were measured, and of coins that are being flipped. */

import { pathOf } from "../chart/marks.js";
import { attr, round1, strokeOf, svg } from "../chart/dom.js";
import { chartCss } from "../chart/style.js";
import { percent } from "../text/numbers.js";
import { drawAxes, scaleOf } from "./axes.js";

const FONT = 15;

/**
 * @param {HTMLElement} host
 * @param {PlotFigure} figure
 * @param {{say: Say, styles: Record<string, LineStyle>, height: (width: number) => number}} settings
 * @returns {LessonFigure}
 */
export function createPlot(host, figure, { say, styles, height }) {
  const alt = say("lesson-figure", { title: figure.y.title, over: figure.x.title });
  const root = /** @type {SVGSVGElement} */ (svg("svg", { class: "chart", role: "group", "aria-label": alt }, host));
  svg("style", {}, root, chartCss(FONT));
  svg("rect", { class: "back", fill: "transparent" }, root);
  const [grid, lines, marks, names] = ["grid-lines", "curves", "measured", "names"].map((name) =>
    svg("g", { class: name }, root),
  );
  /** @type {FigureBox} */
  let box = { left: 0, right: 1, top: 0, bottom: 1 };
  let x = scaleOf(figure.x, 0, 1),
    y = scaleOf(figure.y, 1, 0);
  const draw = (/** @type {boolean} */ shown) => {
    const width = Math.max(280, host.clientWidth),
      tall = height(width),
      narrow = width < 520;
    box = { left: narrow ? 54 : 64, right: width - (narrow ? 22 : 176), top: 30, bottom: tall - 48 };
    attr(root, { width, height: tall, viewBox: `0 0 ${width} ${tall}` });
    const area = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
    attr(/** @type {Element} */ (root.querySelector(".back")), area);
    x = scaleOf(figure.x, box.left, box.right);
    y = scaleOf(figure.y, box.bottom, box.top);
    drawAxes(grid, figure, box, { x, y }, FONT);
    const drawn = shown ? figure.after : figure.before;
    lines.replaceChildren(...drawn.map((line) => lineOf(line, styles[line.style], x, y)));
    drawNames(names, drawn, styles, { x, y, box, narrow });
    marks.replaceChildren(
      ...figure.marks
        .filter((mark) => shown || !mark.hidden)
        .flatMap((mark) => markOf(mark.x, mark.y, mark.error, x, y, figure.y)),
    );
  };
  const coins = (/** @type {import("./coins.js").Coins} */ of) => {
    const dots = of.shares().map(({ batch, share, low, high }) => {
      const at = x.place(batch),
        label = say("lesson-coin-alt", { batch, share: percent(share), flips: of.flips });
      const dot = svg("g", {
        class: "coin",
        role: "img",
        "aria-label": label,
        "data-batch": batch,
        "data-share": share,
      });
      const ends = [low, high].map((end) => round1(y.place(Math.max(end, figure.y.low))));
      svg("line", { x1: at, x2: at, y1: ends[0], y2: ends[1] }, dot);
      svg("circle", { cx: at, cy: round1(y.place(Math.max(share, figure.y.low))), r: 6 }, dot);
      return dot;
    });
    marks.replaceChildren(...dots);
  };
  return {
    root,
    draw,
    coins,
    box: () => box,
    toPx: (a, b) => [x.place(a), y.place(b)],
    fromPx: (a, b) => [x.value(a), y.value(b)],
    destroy: () => root.remove(),
  };
}

/** @typedef {ReturnType<typeof scaleOf>} Scale */

/** @param {PlotLine} line @param {LineStyle} style @param {Scale} x @param {Scale} y */
function lineOf({ style: key, points }, style, x, y) {
  // shifted by one so that a height of zero is drawn too
  const placed = points.map(([a, b]) => ({ batch: a, x: x.place(a), lr: b + 1, drop: null }));
  const d = pathOf(
    placed,
    (p) => p.lr,
    (value) => y.place(value - 1),
  );
  return svg("path", { class: `law law-${key}`, "data-line": key, ...strokeOf(style), d });
}

/** @param {number} a @param {number} b @param {number} error @param {Scale} x @param {Scale} y @param {PlotAxis} axis */
function markOf(a, b, error, x, y, axis) {
  if (b > axis.high) return [];
  const at = round1(x.place(a));
  const bar = svg("line", { x1: at, x2: at, y1: round1(y.place(b - error)), y2: round1(y.place(b + error)) });
  return [bar, svg("circle", { cx: at, cy: round1(y.place(b)), r: 5 })];
}

/**
 * Names at the ends of the lines; on a narrow plot in a corner.
 * @param {SVGElement} names
 * @param {PlotLine[]} drawn
 * @param {Record<string, LineStyle>} styles
 * @param {{x: Scale, y: Scale, box: FigureBox, narrow: boolean}} at
 */
function drawNames(names, drawn, styles, { x, y, box, narrow }) {
  names.replaceChildren();
  let lowest = -Infinity;
  const ends = drawn.map((line) => ({ line, end: line.points[line.points.length - 1] }));
  ends.sort((a, b) => b.end[1] - a.end[1]);
  ends.forEach(({ line, end: [a, b] }, i) => {
    const height = Math.max(y.place(b) + FONT / 3, lowest + 1.4 * FONT);
    lowest = height;
    const beside = narrow ? box.left + 8 : Math.min(x.place(a), box.right) + 8,
      level = narrow ? box.top + 1.5 * FONT * (i + 1) : height;
    if (!narrow && x.place(a) < box.right - 4) {
      // it is drawn so far only: a piece of the line would look like more of it
      svg("text", { class: "name", x: beside + 4, y: level }, names, line.label);
      return;
    }
    const sample = { x1: beside, x2: beside + 18, y1: level - FONT / 3, y2: level - FONT / 3 };
    svg("line", { ...strokeOf(styles[line.style]), ...sample, "stroke-width": 3 }, names);
    svg("text", { class: "name", x: beside + 24, y: level }, names, line.label);
  });
}
