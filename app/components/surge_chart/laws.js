/** The row of curves and points that can be drawn: one stop for the keyboard, arrows go along it. */

import { el, lineSample, svg } from "../chart/dom.js";
import { meaningOf } from "../text/terms.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */

/** @param {HTMLElement} box @param {HTMLInputElement[]} inputs */
function roving(box, inputs) {
  const at = (/** @type {number} */ i) =>
    inputs.forEach((input, k) => {
      input.tabIndex = k === i ? 0 : -1;
    });
  at(0);
  box.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const now = inputs.indexOf(/** @type {HTMLInputElement} */ (event.target));
    if (!way || now < 0) return;
    event.preventDefault();
    const next = (now + way + inputs.length) % inputs.length;
    at(next);
    inputs[next].focus();
  });
}

function pointSample() {
  const point = svg("svg", { class: "point", viewBox: "0 0 12 20", width: 12, height: 20, "aria-hidden": "true" });
  svg("path", { d: "M6 1v18" }, point);
  svg("circle", { cx: 6, cy: 10, r: 4.2 }, point);
  return point;
}

/** What the terms of a label mean, shown while the pointer or the focus is on it. @param {string} label @param {Instrument} at */
function telling(label, { data }) {
  const about = meaningOf(label, data.terms);
  return about ? { "data-about": about } : {};
}

/** @param {HTMLElement} host @param {Instrument} at */
export function createLaws(host, at) {
  const box = /** @type {HTMLElement} */ (host.querySelector(".laws")),
    fold = /** @type {HTMLElement} */ (host.querySelector(".fold"));
  const keys = /** @type {CurveKey[]} */ (Object.keys(at.data.styles));
  const chips = keys.map((key) => {
    const input = el("input", { type: "checkbox", "data-toggle": key }),
      note = el("span", { className: "idle-note" });
    const chip = el(
      "label",
      { className: "chip", ...telling(at.data.styles[key].label, at) },
      input,
      lineSample(at.data.styles[key]),
      at.data.styles[key].label,
      note,
    );
    input.addEventListener("change", () =>
      at.set({ curves: keys.filter((k) => (k === key ? input.checked : at.state.curves.includes(k))) }),
    );
    return { key, input, chip, note };
  });
  const points = el("input", { type: "checkbox", "data-toggle": "points" }),
    name = el("span");
  const caution = el("span", { className: "caution" });
  const key = el("label", { className: "chip key" }, points, pointSample(), name);
  points.addEventListener("change", () => {
    at.set({ points: points.checked, lesson: "" });
    at.refresh();
  });
  box.append(...chips.map(({ chip }) => chip), key, caution);
  box.setAttribute("aria-label", at.say("explore-laws"));
  roving(box, [...chips.map(({ input }) => input), points]);
  fold.addEventListener("click", () => fold.setAttribute("aria-expanded", String(box.classList.toggle("unfolded"))));
  const update = () => {
    const { state, data, say } = at,
      drawn = at.measured.length > 0;
    for (const chip of chips) {
      chip.input.checked = state.curves.includes(chip.key);
      chip.note.textContent =
        chip.key === "correlated" && !(state.model.correlation > 0) ? say("explore-correlated-idle") : "";
    }
    points.checked = drawn;
    key.hidden = !data.measured.length;
    name.textContent = say("explore-points", { name: data.measured_name });
    key.dataset.about = meaningOf(data.measured_name, data.terms);
    caution.hidden = !drawn || !data.caution;
    caution.textContent = data.caution;
    fold.textContent = say("explore-laws-drawn", { count: state.curves.length, of: keys.length });
  };
  return { update };
}
