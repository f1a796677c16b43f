/** The text of one step of the lesson: idea and prediction, then what is so, then the check. */

import { el } from "../chart/dom.js";
import { explain, explained } from "../text/terms.js";
import { logOf, said, score } from "./score.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */

/** @param {Lesson} at @param {LessonStep} step */
export function section(at, step) {
  const { say } = at,
    of = at.data.steps.length;
  const heading = el("h1", { className: "sentence", tabIndex: -1 }, ...explained(step.idea, at.data.terms));
  const predict = el("p", { className: "predict" }, ...explained(step.predict, at.data.terms));
  const show = el("button", { type: "button", className: "next show" }, say("lesson-show"));
  show.addEventListener("click", () => at.commit());
  const hint = el("p", { className: "hint" }, say("lesson-hint"));
  const off = el("span"),
    told = el("small");
  const number = el("p", { className: "number", tabIndex: -1 }, off, told);
  const reveal = el(
    "div",
    { className: "reveal" },
    number,
    el("p", { className: "found" }, ...explained(step.reveal, at.data.terms)),
  );
  if (step.figure.kind === "plot" && step.figure.coins) reveal.append(flipButton(at, step.figure.coins.flips));
  const check = checkOf(at, step);
  const box = el(
    "section",
    { className: "step", "aria-label": say("lesson-step", { step: at.step, of }) },
    heading,
    predict,
    el("div", { className: "ask" }, show, hint),
    reveal,
    check.box,
  );
  const ask = /** @type {HTMLElement} */ (box.querySelector(".ask"));
  const update = () => {
    const value = at.guess,
      open = value === null;
    ask.hidden = predict.hidden = !open;
    if (!open) predict.hidden = true;
    reveal.hidden = check.box.hidden = open;
    if (value !== null) [off.textContent, told.textContent] = verdict(say, step, value);
    check.update();
  };
  const place = () => {
    hint.textContent = say("lesson-place");
    hint.classList.add("missed");
  };
  return { box, update, heading, number, place };
}

/** How far off, in large type and in a sentence. @param {Say} say @param {LessonStep} step @param {number} value */
export function verdict(say, step, value) {
  const { close, off, size } = score(step.guess, logOf(step), value);
  const values = { guess: said(step.guess, value), truth: said(step.guess, step.guess.truth) };
  const large = say(`lesson-off-${off}`, { factor: size, points: size, off: size });
  return [large, say(close ? "lesson-said-close" : "lesson-said", values)];
}

/** @param {Lesson} at @param {number} flips */
function flipButton(at, flips) {
  const button = el("button", { type: "button", className: "flip" }, at.say("lesson-flip", { flips }));
  button.addEventListener("click", () => at.flipMore());
  return button;
}

/** @param {Lesson} at @param {LessonStep} step */
function checkOf(at, step) {
  const feedback = el("p", { className: "feedback" });
  const buttons = step.options.map((option) => {
    const button = el("button", { type: "button", className: "option", "data-option": option.key }, option.text);
    button.addEventListener("click", () => at.choose(option.key));
    return button;
  });
  const title = `question-${step.key}`;
  const box = el(
    "div",
    { className: "check", role: "group", "aria-labelledby": title },
    el("p", { id: title, className: "question" }, ...explained(step.question, at.data.terms)),
    ...buttons,
    feedback,
  );
  const update = () => {
    const chosen = at.answers.at(-1);
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.option === chosen));
      button.classList.toggle("right", at.solved && button.dataset.option === chosen);
    }
    const option = step.options.find(({ key }) => key === chosen);
    const why = option ? (option.right ? option.why : `${option.why} ${at.say("lesson-again")}`) : "";
    explain(feedback, why, at.data.terms);
    feedback.classList.toggle("good", Boolean(option?.right));
  };
  return { box, update };
}
