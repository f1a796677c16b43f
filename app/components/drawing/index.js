/** A drawing that Python made: pointer, finger and arrow keys read its marks, and buttons save it. */

import { announce, el } from "../chart/dom.js";
import { SAVES, exportButtons, fontRules } from "../chart/download.js";
import { given } from "../text/given.js";
import { sheetOf } from "./sheet.js";

/** @param {{data: {written: DrawingData}, parentElement: ParentNode}} component */
export default function ({ data: bytes, parentElement }) {
  const data = given(bytes);
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".drawing"));
  const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (host.querySelector(name));
  const plot = find(".plots"),
    shown = JSON.stringify(data);
  if (host.dataset.shown === shown) return;
  host.dataset.shown = shown;
  plot.replaceChildren(
    ...Object.entries(data.sizes).map(([name, html]) => el("div", { className: name, innerHTML: html })),
  );
  plot.setAttribute("aria-label", data.hint);
  find(".readout").textContent = "";
  readable(plot, find(".readout"));
  exportButtons(find(".exports"), data, (kind) => save(host, kind, data));
  host.dataset.ready = "true";
  announce(parentElement);
}

/** @param {HTMLElement} host @param {keyof typeof SAVES} kind @param {DrawingData} data */
async function save(host, kind, data) {
  const style = getComputedStyle(host),
    drawn = /** @type {SVGSVGElement} */ (host.querySelector(".wide svg"));
  const fonts = await fontRules();
  const look = { title: data.title, ink: style.color, paper: style.getPropertyValue("--paper"), fonts };
  await SAVES[kind](data.name, sheetOf(drawn, look));
}

/** The sentence of a mark, by pointer and by arrow key. @param {HTMLElement} plot @param {HTMLElement} readout */
function readable(plot, readout) {
  let at = -1;
  /** @param {Element | null} mark */
  const read = (mark) => {
    for (const old of plot.querySelectorAll(".read")) old.classList.remove("read");
    mark?.classList.add("read");
    readout.textContent = /** @type {SVGElement | null} */ (mark)?.dataset.text ?? "";
  };
  plot.onpointermove = plot.onpointerdown = (event) => {
    const found = /** @type {Element} */ (event.target).closest("[data-text]");
    if (found || event.pointerType === "mouse") read(found);
  };
  plot.onpointerleave = (event) => {
    if (event.pointerType === "mouse") read(null);
  };
  plot.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const marks = [...plot.querySelectorAll("[data-text]")].filter((mark) => mark.getClientRects().length);
    if (!step || !marks.length) return;
    event.preventDefault();
    at = (at + step + marks.length) % marks.length;
    read(marks[at]);
  };
}
