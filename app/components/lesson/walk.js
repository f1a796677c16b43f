/** Where the learner is among the steps, and the way on: back, a dot a step, next. */

import { el } from "../chart/dom.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */

/** @param {HTMLElement} box @param {Lesson} at */
export function createWalk(box, at) {
  const { say } = at,
    of = at.data.steps.length;
  box.setAttribute("aria-label", say("lesson-walk"));
  const dots = at.data.steps.map((_, i) => {
    const dot = el("button", {
      type: "button",
      className: "pip",
      "aria-label": say("lesson-step", { step: i + 1, of }),
    });
    dot.addEventListener("click", () => at.go(i + 1));
    return dot;
  });
  const back = el("button", { type: "button", className: "previous" }, say("lesson-previous"));
  const next = el("button", { type: "button", className: "next forward" }, say("lesson-next"));
  back.addEventListener("click", () => at.go(at.step - 1));
  next.addEventListener("click", () => at.go(at.step + 1));
  const count = el("span", { className: "count", "aria-hidden": "true" });
  box.append(back, ...dots, count, next);
  const update = () => {
    count.textContent = `${at.step} / ${of}`;
    dots.forEach((dot, i) => {
      dot.setAttribute("aria-current", i + 1 === at.step ? "step" : "false");
      dot.classList.toggle("done", at.solvedAt(i + 1));
    });
    back.disabled = at.step === 1;
    next.disabled = at.step === of;
    next.classList.toggle("ready", at.solved);
  };
  return { update };
}
