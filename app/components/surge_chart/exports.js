/** The figure and its curves as files. */

import { el } from "../chart/dom.js";
import { fontRules, printPdf, save, savePng, saveSvg } from "../chart/download.js";
import { curvesCsv, standalone } from "../chart/export.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */

/** @param {HTMLElement} host @param {Instrument} at */
export function createExports(host, at) {
  const sheet = async () =>
    standalone(at.chart.canvas, { title: at.say("explore-export-title"), fonts: await fontRules() });
  const actions = {
    svg: async () => saveSvg("surge", await sheet()),
    png: async () => savePng("surge", await sheet()),
    pdf: async () => printPdf("surge", await sheet()),
    csv: () => save("surge-curves.csv", new Blob([curvesCsv(at.chart.canvas)], { type: "text/csv" })),
  };
  const names = {
    svg: at.say("explore-export-svg"),
    png: at.say("explore-export-png"),
    pdf: at.say("explore-export-pdf"),
    csv: at.say("explore-export-csv"),
  };
  const box = /** @type {HTMLElement} */ (host.querySelector(".exports"));
  box.setAttribute("aria-label", at.say("explore-exports"));
  for (const [kind, action] of Object.entries(actions)) {
    const button = el(
      "button",
      { type: "button", "data-export": kind },
      names[/** @type {keyof typeof names} */ (kind)],
    );
    button.addEventListener("click", action);
    box.append(button);
  }
}
