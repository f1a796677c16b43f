/** A slider and an exact entry for each parameter, and the histogram of signal to noise between them. */

import { el, svg } from "../chart/dom.js";
import { compile } from "../law/model.js";
import { number, parseNumber, rounded, superscript } from "../text/numbers.js";
import { SYMBOLS } from "./formula.js";
import { fromPart, isAt, toPart } from "./state.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */
/** @typedef {{spec: Spec, row: HTMLElement, range: HTMLInputElement, exact: HTMLInputElement, moved: HTMLElement, wrong: HTMLElement}} Row */

/** @param {Spec} spec @param {Instrument} at @returns {Row} */
function makeRow(spec, { say }) {
  const steps = spec.whole && !spec.log ? spec.high - spec.low : 400,
    { label, name, low, high } = spec;
  const range = el("input", {
    type: "range",
    min: "0",
    max: "1",
    step: String(1 / steps),
    id: `surge-${name}`,
    "aria-label": say("explore-slider", { label }),
    "aria-description": spec.description,
    "data-param": name,
  });
  const exact = el("input", {
    type: "text",
    inputMode: "text",
    autocomplete: "off",
    spellcheck: false,
    "aria-label": say("explore-exact", { label }),
    "data-exact": name,
  });
  const moved = el("span", { className: "moved" });
  const wrong = el("small", { className: "wrong", role: "alert" });
  const mark = el("span", { className: "symbol", "aria-hidden": "true", innerHTML: `<math>${SYMBOLS[name]}</math>` });
  const title = say("explore-control-title", {
    description: spec.description,
    unit: spec.unit || "–",
    low: number(low),
    high: number(high),
  });
  const row = el(
    "div",
    { className: "control", "data-about": title },
    el("label", { htmlFor: range.id }, mark, ` ${label} `, moved),
    exact,
    range,
    wrong,
  );
  return { spec, row, range, exact, moved, wrong };
}

/** @param {Row} row @param {string} why */
function refuse({ exact, wrong }, why) {
  exact.setAttribute("aria-invalid", String(why !== ""));
  if (wrong.textContent !== why) wrong.textContent = why;
}

/** @param {Row} row @param {Instrument} at */
function listenToRange({ spec, range }, at) {
  /** @type {NoiseParams | null} */
  let grabbed = null;
  let typed = false; // a held arrow key is one movement: Python hears of it when it rests
  range.addEventListener("input", () => {
    grabbed ??= { ...at.land().model };
    at.setParam(spec.name, fromPart(spec, Number(range.value)), grabbed);
  });
  range.addEventListener("keydown", () => {
    typed = true;
  });
  range.addEventListener("pointerdown", () => {
    typed = false;
  });
  range.addEventListener("change", () => {
    grabbed = null;
    if (typed) at.commitSoon();
    else at.commit();
  });
}

/** @param {Row} row @param {Instrument} at */
function listenToEntry(row, at) {
  const { spec, exact } = row,
    { name, low, high } = spec;
  const enter = () => {
    const value = parseNumber(exact.value),
      valid = value !== null && value >= low && value <= high;
    refuse(row, valid ? "" : at.say("explore-refused", { low: number(low), high: number(high) }));
    if (!valid || value === at.state.model[name]) return;
    at.setParam(name, value, { ...at.land().model });
    at.commit();
  };
  exact.addEventListener("change", enter);
  // short at rest, every digit to edit
  exact.addEventListener("focus", () => {
    exact.value = String(at.land().model[name]);
  });
  exact.addEventListener("blur", () => {
    if (exact.getAttribute("aria-invalid") !== "true") exact.value = entry(at, name);
  });
  exact.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      enter();
    }
  });
}

/** What was fitted is shown to the digits that its error allows. @param {Instrument} at @param {ParamName} name */
function entry({ state, data, dragging }, name) {
  const value = state.model[name],
    digits = data.fit.digits[name];
  if (digits && isAt(state, data.fit.model)) return number(value, digits);
  return String(dragging ? rounded(value) : value);
}

/** @param {HTMLElement} host @param {Row} row */
function markSymbol(host, { row, spec }) {
  const mark = (/** @type {boolean} */ on) => () => {
    for (const found of host.querySelectorAll(`.formula [data-symbol="${spec.name}"]`))
      found.classList.toggle("on", on);
  };
  for (const name of ["focusin", "pointerenter"]) row.addEventListener(name, mark(true));
  for (const name of ["focusout", "pointerleave"]) row.addEventListener(name, mark(false));
}

/** @param {HTMLElement} host @param {Instrument} at */
export function createControls(host, at) {
  const rows = at.data.specs.map((spec) => makeRow(spec, at));
  for (const row of rows) {
    listenToRange(row, at);
    listenToEntry(row, at);
    markSymbol(host, row);
  }
  const histogram = svg("svg", { class: "histogram", role: "img", viewBox: "0 0 240 44", preserveAspectRatio: "none" });
  const update = (/** @type {NoiseParams} */ shown) => {
    for (const row of rows) {
      const {
          spec: { name },
          range,
          exact,
          moved,
        } = row,
        value = at.state.model[name];
      range.value = String(toPart(row.spec, value));
      range.setAttribute("aria-valuetext", number(value));
      const editing = /** @type {Document | ShadowRoot} */ (exact.getRootNode()).activeElement === exact;
      if (!editing || at.dragging) {
        exact.value = entry(at, name);
        refuse(row, "");
      }
      moved.textContent = shown[name] === value ? "" : at.say("explore-now", { value: number(shown[name]) });
    }
    drawHistogram(histogram, shown, at.say);
  };
  return { main: rows.slice(0, 5).map(({ row }) => row), more: rows.slice(5).map(({ row }) => row), histogram, update };
}

/** @param {SVGElement} histogram @param {NoiseParams} shown @param {Say} say */
function drawHistogram(histogram, shown, say) {
  const model = compile(shown),
    low = -4,
    high = 1,
    bins = new Array(40).fill(0);
  model.z.forEach((z, i) => {
    const bin = Math.floor(((Math.log10(z) - low) / (high - low)) * bins.length);
    bins[Math.min(Math.max(bin, 0), bins.length - 1)] += model.weight[i] / model.count;
  });
  const most = Math.max(...bins, 0.12);
  const bars = bins.map((share, i) =>
    svg("rect", { x: i * 6 + 0.5, y: 32 - 30 * (share / most), width: 5, height: 30 * (share / most) + 0.6 }),
  );
  const labels = [-4, -2, 0].map((k) =>
    svg("text", { x: ((k - low) / (high - low)) * 240 + 2, y: 43 }, null, `10${superscript(k)}`),
  );
  histogram.replaceChildren(...bars, ...labels);
  histogram.setAttribute(
    "aria-label",
    say("explore-histogram", { median: number(shown.snr), spread: number(shown.snr_spread) }),
  );
}
