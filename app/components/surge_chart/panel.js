/** Everything around the chart, put together. */

import { el } from "../chart/dom.js";
import { createControls } from "./controls.js";
import { createDeeds } from "./deeds.js";
import { createExports } from "./exports.js";
import { FORMULA } from "./formula.js";
import { createLaws } from "./laws.js";
import { createLessons } from "./lessons.js";
import { createProgress } from "./progress.js";
import { RegimeMap } from "./regime.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */

/** @param {string} key @param {string} title @param {HTMLElement} content @param {boolean} open */
const section = (key, title, content, open) =>
  el("details", { className: `section ${key}`, open }, el("summary", {}, title), content);

/** @param {HTMLElement} host @param {Instrument} at */
export function createPanel(host, at) {
  const { say, data } = at,
    find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (host.querySelector(name));
  /** @type {Record<string, HTMLDetailsElement>} */
  const sections = {};
  const open = (/** @type {string} */ key) => Boolean(sections[key]?.open);
  const controls = createControls(host, at),
    progress = createProgress(at, () => open("progress"));
  const map = new RegimeMap(at, () => open("map"));
  const changed = data.specs.slice(5).some((spec) => data.state.model[spec.name] !== spec.default);
  sections.more = section("more", say("explore-more"), el("div", {}, ...controls.more), changed);
  sections.formula = section("formula", say("explore-formula"), formula(say), false);
  sections.progress = section("progress", say("explore-progress"), progress.box, data.state.t > 0);
  sections.map = section("map", say("explore-map"), map.box, false);
  sections.progress.addEventListener("toggle", () => {
    if (open("progress")) at.refresh();
  });
  sections.map.addEventListener("toggle", () => map.request());
  const [first, second, third, ...rest] = controls.main;
  find(".controls").append(first, second, third, controls.histogram, ...rest, sections.more, sections.formula);
  find(".controls").setAttribute("aria-label", say("explore-controls"));
  find(".extras").append(sections.progress, sections.map);
  find(".hint").textContent = say("explore-hint");
  for (const part of data.hide) host.classList.add(`hide-${part}`);
  const laws = createLaws(host, at),
    lessons = createLessons(host, at),
    deeds = createDeeds(host, at);
  createExports(host, at);
  createSkip(host, say);
  let running = false;
  return {
    open,
    trail: progress.trail,
    history: () => deeds.update(),
    destroy: () => map.destroy(),
    update: (/** @type {NoiseParams} */ shown, /** @type {Reading} */ reading) => {
      if (at.state.t > 0 && !running) sections.progress.open = true;
      running = at.state.t > 0;
      controls.update(shown);
      laws.update();
      lessons.update();
      progress.update(reading);
      deeds.update();
      if (!at.dragging) map.request();
    },
  };
}

/** The formula, what its letters are that no slider has, and where it comes from. @param {Say} say */
function formula(say) {
  const from = el("a", { href: "derivation", target: "_blank", rel: "noopener" }, say("explore-formula-from"));
  return el("div", {}, el("div", { innerHTML: FORMULA }), el("p", {}, say("explore-formula-letters"), " ", from));
}

/** The first stop for the keyboard leads past the whole instrument. @param {HTMLElement} host @param {Say} say */
function createSkip(host, say) {
  const end = el("span", { tabIndex: -1, className: "end" });
  const skip = el("button", { type: "button", className: "skip" }, say("explore-skip"));
  skip.addEventListener("click", () => {
    end.tabIndex = 0; // from what is no stop itself, Tab would begin again at the top of the instrument
    end.focus();
  });
  end.addEventListener("blur", () => {
    end.tabIndex = -1;
  });
  host.prepend(skip);
  host.append(end);
}
