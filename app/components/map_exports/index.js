/** Buttons that save the loss map, which Plotly draws, in the page's font. */

import { announce, el } from "../chart/dom.js";
import { fontRules, printPdf, savePng, saveSvg } from "../chart/download.js";
import { given } from "../text/given.js";
import { sheetOfLayers } from "./sheet.js";

const SAVES = { svg: saveSvg, png: savePng, pdf: printPdf };

/** @param {{data: {written: MapExportsData}, parentElement: ParentNode}} component */
export default function ({ data: bytes, parentElement }) {
  const data = given(bytes);
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".drawing"));
  const box = /** @type {HTMLElement} */ (host.querySelector(".exports"));
  box.replaceChildren(
    ...Object.entries(data.labels).map(([kind, label]) => {
      const button = el("button", { type: "button", "data-export": kind, title: `${label}: ${data.title}` }, label);
      button.addEventListener("click", () => save(host, /** @type {keyof typeof SAVES} */ (kind), data));
      return button;
    }),
  );
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
