/** The mark that a learner places on a figure: by a click, a drag or arrow keys; after the reveal the truth beside it. */

import { attr, clamp, svg } from "../chart/dom.js";
import { said } from "./score.js";

/** @typedef {{say: Say, moved: (value: number) => void, commit: () => void}} GuessEvents */

/**
 * @param {LessonFigure} figure
 * @param {LessonStep} step
 * @param {GuessEvents} events
 */
export function createGuess(figure, { guess, figure: drawn }, events) {
  const layer = svg("g", { class: "guess-layer" }, figure.root),
    truth = svg("g", { class: "truth", "data-truth": guess.truth }, layer);
  const mark = svg(
    "g",
    { class: "guess", role: "slider", tabindex: 0, "aria-label": events.say("lesson-mark") },
    layer,
  );
  figure.root.querySelector(".names")?.before(layer); // a line goes behind the names, not through them
  const [low, high] = rangeOf(drawn, guess.axis);
  const log = drawn.kind === "chart" || drawn[guess.axis].log;
  let value = guess.start,
    fixed = false;
  const set = (/** @type {number} */ to) => {
    if (fixed) return;
    value = clamp(to, low, high);
    events.moved(value);
    draw();
  };
  const draw = () => {
    drawMark(mark, figure, guess, value, fixed ? events.say("lesson-you", { guess: said(guess, value) }) : "");
    attr(mark, {
      "aria-valuenow": value,
      "aria-valuemin": low,
      "aria-valuemax": high,
      "aria-valuetext": said(guess, value),
      "aria-disabled": String(fixed),
    });
    truth.replaceChildren();
    if (fixed)
      drawMark(
        truth,
        figure,
        guess,
        guess.truth,
        events.say("lesson-truth", { truth: said(guess, guess.truth) }),
        value,
      );
    layer.classList.toggle("fixed", fixed);
  };
  listen(figure, guess, { set, mark, isFixed: () => fixed });
  mark.addEventListener("keydown", (event) => {
    if (event.key === "Enter") events.commit();
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 4 : 1;
    set(log ? value * 2 ** ((way * far) / 8) : value + (way * far * (high - low)) / 100);
  });
  return {
    draw,
    focus: () => mark.focus(),
    fix: (/** @type {number} */ at) => {
      value = at;
      fixed = true;
      draw();
    },
  };
}

/** Limits of the mark. @param {ChartFigure | PlotFigure} drawn @param {"x" | "y"} axis @returns {[number, number]} */
function rangeOf(drawn, axis) {
  if (drawn.kind === "plot") return [drawn[axis].low, drawn[axis].high];
  const [low, high] = drawn.view[axis];
  return axis === "x" ? [2 ** low, 2 ** high] : [10 ** low, 10 ** high];
}

/**
 * Pointers on the figure place the mark; the chart below does not hear of them until the answer is shown.
 * @param {LessonFigure} figure
 * @param {LessonGuess} guess
 * @param {{set: (value: number) => void, mark: SVGElement, isFixed: () => boolean}} at
 */
function listen({ root, box, fromPx }, guess, { set, mark, isFixed }) {
  let held = false;
  const place = (/** @type {PointerEvent} */ event) => {
    const rect = root.getBoundingClientRect(),
      { left, right, top, bottom } = box();
    const at = fromPx(clamp(event.clientX - rect.left, left, right), clamp(event.clientY - rect.top, top, bottom));
    set(at[guess.axis === "x" ? 0 : 1]);
  };
  /** @type {Record<string, (event: PointerEvent) => void>} */
  const heard = {
    pointerdown: (event) => {
      held = true;
      root.setPointerCapture(event.pointerId);
      place(event);
      mark.focus({ preventScroll: true });
      event.preventDefault();
    },
    pointermove: (event) => {
      if (held) place(event);
    },
    pointerup: () => {
      held = false;
    },
    pointercancel: () => {
      held = false;
    },
  };
  for (const [name, hear] of Object.entries(heard)) {
    root.addEventListener(
      name,
      (event) => {
        if (isFixed()) return;
        event.stopImmediatePropagation();
        hear(/** @type {PointerEvent} */ (event));
      },
      { capture: true },
    );
  }
}

/**
 * The prediction, or the truth: a line across the figure with a dot on it.
 * @param {SVGElement} group
 * @param {LessonFigure} figure
 * @param {LessonGuess} guess
 * @param {number} value
 * @param {string} label
 * @param {number} [other] the prediction, beside the truth
 */
function drawMark(group, figure, guess, value, label, other = 0) {
  const { left, right, top, bottom } = figure.box(),
    across = guess.axis === "x",
    truth = group.classList.contains("truth"),
    name = truth ? "truth" : "guess";
  // of a place along x the truth has a height too, the prediction has none
  const height = truth ? guess.at : figure.fromPx(left, (top + bottom) / 2)[1];
  const at = across ? figure.toPx(value, height) : figure.toPx(guess.at, value);
  const [x, y] = [clamp(at[0], left, right), clamp(at[1], top, bottom)]; // a link may hold any prediction
  group.replaceChildren();
  const line = across
    ? { x1: x, x2: x, y1: top, y2: bottom }
    : { x1: clamp(x - 46, left, right), x2: clamp(x + 46, left, right), y1: y, y2: y };
  svg("line", { class: `${name}-line`, ...line }, group);
  svg("circle", { class: "halo", cx: x, cy: y, r: 22 }, group);
  svg("circle", { class: "dot", cx: x, cy: y, r: truth ? 7 : 9 }, group);
  if (!label) return;
  write(svg("text", { class: `peak-label ${name}-label` }, group, label), figure, across ? beside(x) : around(x, y));

  /** Along a line from top to bottom. @param {number} x @returns {Place[]} */
  function beside(x) {
    // away from the other line
    const first = (truth ? guess.truth >= other : value > guess.truth) ? "start" : "end",
      rows = [1, 2, 3, 4, 5].map((row) => top + 26 * row - 6);
    return [first, first === "end" ? "start" : "end"].flatMap((anchor) =>
      (truth ? [...rows.slice(1), rows[0]] : rows).map((y) => ({
        x: anchor === "end" ? x - 10 : x + 10,
        y,
        "text-anchor": anchor,
      })),
    );
  }

  /** Of two heights the upper one has its number above, the lower one below. @param {number} x @param {number} y @returns {Place[]} */
  function around(x, y) {
    const above = truth ? guess.truth >= other : value > guess.truth,
      middle = { x: clamp(x, left + 46, right - 30), "text-anchor": "middle" };
    const heights = above ? [y - 14, y + 26] : [y + 26, y - 14];
    return [
      ...heights.map((height) => ({ ...middle, y: height })),
      { x: line.x2 + 8, y: clamp(y + 5, top + 16, bottom - 4), "text-anchor": "start" },
      { x: line.x1 - 8, y: clamp(y + 5, top + 16, bottom - 4), "text-anchor": "end" },
    ];
  }
}

/** @typedef {{x: number, y: number, "text-anchor": string}} Place */

/**
 * Put a text where it lies over no other text of the figure and within it; the first place where there is none.
 * @param {SVGElement} text
 * @param {LessonFigure} figure
 * @param {Place[]} places
 */
function write(text, { root }, places) {
  const box = (/** @type {Element} */ of) => of.getBoundingClientRect(),
    sheet = box(root),
    frame = box(/** @type {Element} */ (root.querySelector(".frame")));
  const others = [...root.querySelectorAll("text")].filter((each) => each !== text).map(box);
  const free = (/** @type {Place} */ place) => {
    attr(text, place);
    const own = box(text);
    return (
      own.left >= sheet.left &&
      own.right <= sheet.right &&
      own.top >= frame.top - 2 &&
      own.bottom <= frame.bottom + 2 &&
      others.every(
        (each) => own.right <= each.left || own.left >= each.right || own.bottom <= each.top || own.top >= each.bottom,
      )
    );
  };
  if (!places.some(free)) attr(text, places[0]);
}
