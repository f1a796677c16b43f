/** The row of buttons above the controls: fit, undo, redo, reset, pin. */

import { el } from "../chart/dom.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */

/** @param {Instrument} at */
function reset(at) {
  const { specs, defaults } = at.data,
    { curves, t, noise, points } = structuredClone(defaults);
  at.animateTo(Object.fromEntries(specs.map((s) => [s.name, s.default])), {
    curves,
    t,
    noise,
    points,
    ghosts: [],
    lesson: "",
  });
}

/** @param {HTMLElement} host @param {Instrument} at */
export function createDeeds(host, at) {
  const { say } = at;
  const button = (/** @type {string} */ name, /** @type {() => void} */ action) => {
    const made = el(
      "button",
      { type: "button", title: say(`explore-${name}-title`), "data-action": name },
      say(`explore-${name}`),
    );
    made.addEventListener("click", action);
    return made;
  };
  const fit = button("fit", () => at.animateTo(at.data.fit.model ?? {}, { t: 0, lesson: "" }));
  const undo = button("undo", () => at.undo()),
    redo = button("redo", () => at.redo());
  const pin = button("pin", () => at.set({ ghosts: [...at.state.ghosts, at.shown()].slice(-3) }));
  const unpin = button("unpin", () => at.set({ ghosts: [] }));
  const box = /** @type {HTMLElement} */ (host.querySelector(".history"));
  box.append(
    fit,
    undo,
    redo,
    button("reset", () => reset(at)),
    pin,
    unpin,
  );
  box.setAttribute("aria-label", say("explore-history"));
  const refused = /** @type {HTMLElement} */ (host.querySelector(".refused"));
  const update = () => {
    const { history, state, data, measured } = at;
    undo.disabled = !history.canUndo;
    redo.disabled = !history.canRedo;
    unpin.disabled = state.ghosts.length === 0;
    fit.hidden = !measured.length;
    fit.disabled = !data.fit.model;
    fit.title = data.fit.sentence;
    refused.hidden = fit.hidden || Boolean(data.fit.model);
    refused.textContent = refused.hidden ? "" : data.fit.sentence;
  };
  return { update };
}
