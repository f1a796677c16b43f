/** Lessons as a stepper above the chart: each sets the controls, shows no measured points, and says what it teaches. */

import { el } from "../chart/dom.js";
import { explain } from "../text/terms.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */

/** @param {HTMLElement} host @param {Instrument} at */
export function createLessons(host, at) {
  const box = /** @type {HTMLElement} */ (host.querySelector(".lessons")),
    { lessons } = at.data,
    { say } = at;
  const text = el("p", { className: "lesson", role: "status" });
  const go = (/** @type {Lesson} */ { key, model, curves, t }) => at.animateTo(model, { curves, t, lesson: key });
  const buttons = lessons.map((lesson, i) => {
    const button = el(
      "button",
      { type: "button", className: "step", "data-preset": lesson.key },
      `${i + 1}  ${lesson.label}`,
    );
    button.addEventListener("click", () => go(lesson));
    return button;
  });
  const close = el("button", { type: "button", className: "close" }, say("explore-lesson-close"));
  close.addEventListener("click", () => {
    at.set({ lesson: "" });
    at.refresh();
  });
  box.setAttribute("aria-label", say("explore-lessons"));
  box.append(el("span", { className: "lessons-title" }, say("explore-lessons")), ...buttons, close);
  box.after(text);
  const update = () => {
    const now = lessons.find(({ key }) => key === at.state.lesson);
    buttons.forEach((button, i) => button.setAttribute("aria-current", lessons[i] === now ? "step" : "false"));
    close.hidden = !now;
    explain(text, now?.teaches ?? "", at.data.terms);
  };
  return { update };
}
