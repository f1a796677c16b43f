/** Training progress: a simulated run that moves the curve, and the path of its peak. */

import { el } from "../chart/dom.js";
import { compile } from "../law/model.js";
import { findPeaks, highest, visible } from "../law/peaks.js";
import { examples, number } from "../text/numbers.js";
import { explain } from "../text/terms.js";
import { atMoment } from "./state.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */

/** @param {Instrument} at @param {() => boolean} open */
export function createProgress(at, open) {
  const { say } = at;
  const play = el("button", { type: "button", "data-action": "play" });
  const time = el("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "0.01",
    "aria-label": say("explore-progress"),
    "data-progress": "t",
  });
  const noise = el(
    "select",
    { "aria-label": say("explore-noise") },
    el("option", { value: "fixed" }, say("explore-noise-fixed")),
    el("option", { value: "shrinking" }, say("explore-noise-shrinking")),
  );
  const text = el("p", { className: "note" });
  play.addEventListener("click", () => at.play());
  time.addEventListener("input", () => at.preview(Number(time.value)));
  time.addEventListener("change", () => at.commitSoon());
  noise.addEventListener("change", () => at.set({ noise: noise.value }));
  const update = (/** @type {Reading} */ reading) => {
    const { t } = at.state,
      { loss, loss_stderr: error } = atMoment(at.rows, t);
    Object.assign(time, { value: String(t) });
    noise.value = at.state.noise;
    play.textContent = say(at.motion.playing ? "explore-pause" : "explore-play");
    time.setAttribute(
      "aria-valuetext",
      say("explore-progress-value", { share: Math.round(100 * t), loss: number(loss, 2) }),
    );
    const top = highest(visible(reading.peaks));
    const where =
      t === 0
        ? say("explore-progress-start")
        : say("explore-progress-loss", { loss: number(loss, 2), error: number(error, 1) });
    const peak = top ? say("explore-progress-peak", { batch: examples(top.batch) }) : say("explore-progress-no-peak");
    const logged = at.data.logged.length ? ` ${say("explore-logged-key")}` : "";
    explain(text, `${where} ${peak} ${say("explore-progress-note")}${logged}`, at.data.terms);
  };
  const box = el("div", {}, el("div", { className: "bar" }, play, time, noise), text);
  return { box, update, trail: trailOf(at, open), play };
}

/** The path of the peak over the run, for the state at rest. @param {Instrument} at @param {() => boolean} open */
function trailOf(at, open) {
  let known = "";
  /** @type {(Peak | null)[]} */
  let points = [];
  return () => {
    const { state, rows } = at;
    if (!open() && state.t === 0) return [];
    const key = JSON.stringify([state.model, state.noise]);
    if (key !== known) {
      known = key;
      points = rows.map((_, i) => highest(visible(findPeaks(compile(at.shown(i / (rows.length - 1)), 64), true, 6))));
    }
    return points;
  };
}
