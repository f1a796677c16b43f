/** The regime map: for which alignments and correlations (or spreads) there is a surge, computed in a worker. */

import { el } from "../chart/dom.js";
import { number } from "../text/numbers.js";
import { fromPart, possible, specOf, toPart } from "./state.js";
import source from "worker:./regime_worker.js";

const COLUMNS = 44,
  ROWS = 26,
  CELL = 10;

/** @typedef {import("./instrument.js").Instrument} Instrument */

export class RegimeMap {
  /** @type {{key: string, worker: Worker | null, values: Float32Array | null} | null} */
  #now = null;

  /** @param {Instrument} at @param {() => boolean} open */
  constructor(at, open) {
    this.at = at;
    this.open = open;
    const { say } = at;
    this.axis = el(
      "select",
      { "aria-label": say("explore-map-axis") },
      el("option", { value: "correlation" }, say("explore-map-correlation")),
      el("option", { value: "snr_spread" }, say("explore-map-spread")),
    );
    this.threshold = el("input", {
      type: "number",
      min: "0.1",
      max: "500",
      step: "0.1",
      value: "10",
      "aria-label": say("explore-map-threshold-label"),
    });
    this.canvas = el("canvas", {
      className: "map-canvas",
      tabIndex: 0,
      role: "application",
      width: COLUMNS * CELL,
      height: ROWS * CELL,
    });
    this.text = el("p", { className: "note", role: "status" });
    this.y = el("span", { className: "map-y" });
    this.box = this.#build();
  }

  #build() {
    const { say } = this.at,
      { axis, threshold, canvas, text } = this;
    axis.addEventListener("change", () => this.request());
    threshold.addEventListener("input", () => this.#paint());
    canvas.addEventListener("click", (event) => {
      const rect = canvas.getBoundingClientRect();
      this.#goTo((event.clientX - rect.left) / rect.width, 1 - (event.clientY - rect.top) / rect.height);
    });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [x, y] = this.#place();
      this.#goTo(x + step[0] / COLUMNS, y + step[1] / ROWS);
    });
    const ticks = el(
      "span",
      { className: "map-ticks" },
      ...["0.1", "1", "10", "100"].map((tick) => el("span", {}, tick)),
    );
    return el(
      "div",
      {},
      el("div", { className: "bar" }, axis, el("label", {}, say("explore-map-above"), " ", threshold, " %")),
      el(
        "div",
        { className: "map-frame" },
        this.y,
        canvas,
        ticks,
        el("span", { className: "map-x" }, say("explore-map-x")),
      ),
      text,
    );
  }

  get #axes() {
    const { specs } = this.at.data,
      name = /** @type {ParamName} */ (this.axis.value);
    return { x: { ...specOf(specs, "alignment"), low: 0.1, high: 100 }, y: specOf(specs, name) };
  }

  #place() {
    const { x, y } = this.#axes,
      { model } = this.at.state;
    return [toPart(x, model.alignment), toPart(y, model[y.name])];
  }

  /** @param {number} x @param {number} y */
  #goTo(x, y) {
    const axes = this.#axes,
      { at } = this,
      inside = (/** @type {number} */ part) => Math.min(Math.max(part, 0), 1);
    const wanted = { alignment: fromPart(axes.x, inside(x)), [axes.y.name]: fromPart(axes.y, inside(y)) };
    at.change(possible({ ...at.land().model, ...wanted }, at.data.specs));
    at.commit();
  }

  /** A newer request ends an older one. */
  request() {
    if (!this.open()) return;
    const { x, y } = this.#axes,
      { model } = this.at.state;
    const key = JSON.stringify([y.name, { ...model, alignment: 0, lr_scale: 0, [y.name]: 0 }]);
    if (this.#now?.key === key) {
      this.#paint();
      return;
    }
    this.#now?.worker?.terminate();
    const cells = Array.from({ length: ROWS * COLUMNS }, (_, i) => [
      fromPart(x, ((i % COLUMNS) + 0.5) / COLUMNS),
      fromPart(y, (Math.floor(i / COLUMNS) + 0.5) / ROWS),
    ]);
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" })),
      worker = new Worker(url);
    URL.revokeObjectURL(url);
    this.#now = { key, worker, values: null };
    worker.onmessage = ({ data }) => this.#hear(worker, data);
    worker.postMessage({ model, name: y.name, cells });
    this.y.textContent = `${number(y.low)} ← ${y.label} → ${number(y.high)}`;
  }

  /** @param {Worker} worker @param {{out?: Float32Array, part?: number}} message */
  #hear(worker, { out, part = 0 }) {
    if (this.#now?.worker !== worker) return;
    if (!out) {
      this.text.textContent = this.at.say("explore-map-computing", { share: Math.round(100 * part) });
      return;
    }
    Object.assign(this.#now, { values: out, worker: null });
    worker.terminate();
    this.#paint();
  }

  #paint() {
    const values = this.#now?.values,
      context = this.canvas.getContext("2d");
    if (!values || !context) return;
    // an empty or negative entry would call everything a surge
    const threshold = Math.max(Number(this.threshold.value) || 1, 0.1) / 100;
    const colour = (/** @type {string} */ name) => getComputedStyle(this.at.host).getPropertyValue(name).trim();
    const { width, height } = this.canvas;
    Object.assign(context, { globalAlpha: 1, fillStyle: colour("--paper") });
    context.fillRect(0, 0, width, height);
    context.fillStyle = colour("--primary");
    values.forEach((value, i) => {
      const strong = 0.35 + 0.6 * Math.min(1, Math.log10(value / threshold) / 1.5);
      context.globalAlpha = value >= threshold ? strong : 0.08 * Number(value > 0.01);
      context.fillRect((i % COLUMNS) * CELL, (ROWS - 1 - Math.floor(i / COLUMNS)) * CELL, CELL, CELL);
    });
    const [x, y] = this.#place();
    Object.assign(context, { globalAlpha: 1, strokeStyle: colour("--ink"), lineWidth: 3 });
    context.beginPath();
    context.arc(x * width, (1 - y) * height, 8, 0, 7);
    context.stroke();
    const share = values.filter((value) => value >= threshold).length / values.length;
    this.text.textContent = this.at.say("explore-map-text", {
      threshold: number(100 * threshold, 2),
      share: Math.round(100 * share),
    });
    this.canvas.setAttribute("aria-label", this.at.say("explore-map-label", { text: this.text.textContent }));
  }

  destroy() {
    this.#now?.worker?.terminate();
  }
}
