/** How far a prediction is off, and how it is said. Pure. */

import { examples, number, percent } from "../text/numbers.js";

/** Nearer than this factor is spot on. */
const SPOT = 1.05;

/** @type {Record<LessonGuess["form"], (value: number) => string>} */
const FORMS = {
  batch: examples,
  rate: number,
  times: (value) => `${number(value, 2)}×`,
  percent,
  plain: (value) => number(value, 2),
  loss: (value) => value.toFixed(3),
};

/** A prediction as it is read. @param {LessonGuess} guess @param {number} value */
export const said = (guess, value) => FORMS[guess.form](value);

/**
 * Whether a prediction is close, and how far off: by a factor on a logarithmic axis, else by a difference.
 * @param {LessonGuess} guess
 * @param {boolean} log
 * @param {number} value
 */
export function score({ truth, close, form }, log, value) {
  if (log) {
    const factor = Math.max(value / truth, truth / value);
    const off = factor < SPOT ? "exact" : "factor";
    return { close: factor <= close, off, size: number(factor, 2) };
  }
  const away = Math.abs(value - truth);
  if (form === "percent") return { close: away <= close, off: "points", size: number(100 * away, 2) };
  return { close: away <= close, off: "by", size: away.toFixed(3) };
}

/**
 * What a learner has reached: predictions that were close, checks that were right at the first try.
 * @param {LessonStep[]} steps
 * @param {LessonState} state
 */
export function reached(steps, { guesses, answers }) {
  const close = steps.filter((step, i) => {
    const value = guesses[i];
    return value !== null && score(step.guess, logOf(step), value).close;
  });
  const right = steps.filter((step, i) => step.options.some((option) => option.right && answers[i][0] === option.key));
  return { close: close.length, right: right.length };
}

/** Whether the axis of the prediction is logarithmic. @param {LessonStep} step */
export const logOf = ({ figure, guess }) => figure.kind === "chart" || figure[guess.axis].log;
