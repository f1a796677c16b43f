/** Buttons that save the loss map, which Plotly draws, in the page's font. */

import { announce } from "../chart/dom.js";
import { SAVES, exportButtons, fontRules } from "../chart/download.js";
import { given } from "../text/given.js";
import { sheetOfLayers } from "./sheet.js";

/** @param {{data: {written: MapExportsData}, parentElement: ParentNode}} component */
export default function ({ data: bytes, parentElement }) {
  const data = given(bytes);
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".drawing"));
  const box = /** @type {HTMLElement} */ (host.querySelector(".exports"));
  exportButtons(box, data, (kind) => save(host, kind, data));
  host.dataset.ready = "true";
  announce(parentElement);
}

/** @param {HTMLElement} host @param {keyof typeof SAVES} kind @param {MapExportsData} data */
async function save(host, kind, data) {
  const layers = /** @type {NodeListOf<SVGSVGElement>} */ (
    document.querySelectorAll(`.st-key-${data.name} .js-plotly-plot .svg-container > .main-svg`)
  );
  if (!layers.length) return;
  const style = getComputedStyle(host);
  const look = { ink: style.color, paper: style.getPropertyValue("--paper"), fonts: await fontRules() };
  await SAVES[kind](data.name, sheetOfLayers([...layers], { title: data.title, ...look }));
}
