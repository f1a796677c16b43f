/** The figure and its curves as files. */

import { el } from "../chart/dom.js";
import { curvesCsv, standalone } from "../chart/export.js";

/** @typedef {import("./instrument.js").Instrument} Instrument */

/** @param {string} name @param {Blob} blob */
function save(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {Instrument} at */
function savePng(at) {
  const { text, width, height } = standalone(at.chart.canvas),
    image = new Image();
  image.onload = () => {
    const canvas = el("canvas", { width: 2 * width, height: 2 * height });
    canvas.getContext("2d")?.drawImage(image, 0, 0, 2 * width, 2 * height);
    canvas.toBlob((blob) => {
      if (blob) save("surge.png", blob);
    });
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

/** @param {HTMLElement} host @param {Instrument} at */
export function createExports(host, at) {
  const actions = {
    SVG: () => save("surge.svg", new Blob([standalone(at.chart.canvas).text], { type: "image/svg+xml" })),
    PNG: () => savePng(at),
    CSV: () => save("surge-curves.csv", new Blob([curvesCsv(at.chart.canvas)], { type: "text/csv" })),
  };
  const box = /** @type {HTMLElement} */ (host.querySelector(".exports"));
  box.setAttribute("aria-label", at.say("explore-exports"));
  for (const [name, action] of Object.entries(actions)) {
    const button = el("button", { type: "button", "data-export": name }, name);
    button.addEventListener("click", action);
    box.append(button);
  }
}
