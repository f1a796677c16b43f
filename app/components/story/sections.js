/** The text of the story, a section a step, with the controls that arrive at that step. */

import { el } from "../chart/dom.js";
import { number } from "../text/numbers.js";
import { explained } from "../text/terms.js";
import { fromPart, specOf, toPart } from "../surge_chart/state.js";

/** @typedef {import("./story.js").Story} Story */

/** @param {Story} at @param {ParamName} name */
function slider(at, name) {
  const spec = specOf(at.data.specs, name);
  const input = el("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "0.0025",
    "aria-label": spec.label,
    "data-param": name,
  });
  const output = el("output");
  input.addEventListener("input", () => at.change({ [name]: fromPart(spec, Number(input.value)) }));
  input.addEventListener("change", () => at.tell());
  const update = () => {
    input.value = String(toPart(spec, at.model[name]));
    output.textContent = number(at.model[name], 2);
    input.setAttribute("aria-valuetext", number(at.model[name], 2));
  };
  return { box: el("label", { className: "control" }, el("span", {}, spec.label), output, input), update };
}

/** @param {Story} at @param {StoryStep["switches"][number]} of */
function toggle(at, { name, label, off, on }) {
  const box = el("button", { type: "button", "data-switch": name }, label);
  const isOn = () => Math.abs(at.model[name] - on) < Math.abs(at.model[name] - off);
  box.addEventListener("click", () => at.glideTo({ ...at.model, [name]: isOn() ? off : on }));
  return { box, update: () => box.setAttribute("aria-pressed", String(isOn())) };
}

/** @param {Story} at @param {StoryStep} step @param {number} i */
export function section(at, step, i) {
  const { say } = at,
    value = el("span"),
    unit = el("small");
  const sliders = step.sliders.map((name) => slider(at, name)),
    switches = step.switches.map((of) => toggle(at, of));
  const back = el("button", { type: "button", className: "back" }, say("learn-back"));
  back.addEventListener("click", () => at.glideTo(step.model));
  const doors = step.doors.map(({ page, label }, k) => {
    const door = el("button", { type: "button", className: k ? "door" : "door next", "data-page": page }, label);
    door.addEventListener("click", () => at.open(page));
    return door;
  });
  const box = el(
    "section",
    {
      className: "step",
      "data-step": String(i + 1),
      "aria-label": say("learn-step", { step: i + 1, of: at.data.steps.length }),
    },
    el(i ? "h2" : "h1", { className: "sentence" }, ...explained(step.sentence, at.data.terms)),
    el("p", { className: "sub" }, ...explained(step.sub, at.data.terms)),
    el("p", { className: "number" }, value, unit),
    ...(switches.length ? [el("div", { className: "switches" }, ...switches.map((s) => s.box))] : []),
    ...sliders.map((s) => s.box),
    el("p", { className: "limit" }, ...explained(step.limit, at.data.terms)),
    back,
    ...(doors.length ? [el("div", { className: "doors" }, ...doors)] : []),
  );
  const update = (/** @type {{value: string, unit: string}} */ figure) => {
    value.textContent = figure.value;
    unit.textContent = figure.unit;
    for (const part of [...sliders, ...switches]) part.update();
    back.classList.toggle("moved", at.moved);
  };
  return { box, update };
}
