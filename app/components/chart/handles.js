/** The handles of the chart: peak, plateau, and a bead on a curve. Each is a slider for keyboards and screen readers. */

import { highest, visible } from "../law/peaks.js";
import { examples, number, percent } from "../text/numbers.js";
import { fallOf } from "../text/headline.js";
import { attr, clamp, svg } from "./dom.js";
import { inside } from "./frame.js";

/** @param {SVGElement} parent @param {string} name @param {string} role */
function handle(parent, name, role) {
  const element = svg(
    "g",
    { class: name, tabindex: 0, role: "slider", "aria-roledescription": role, "data-handle": name },
    parent,
  );
  element.style.touchAction = "none";
  return element;
}

/** @param {SVGElement} parent @param {Say} say */
export function makeHandles(parent, say) {
  const peak = handle(parent, "peak", say("chart-peak-role"));
  svg("circle", { class: "halo", r: 22 }, peak);
  svg("circle", { class: "dot", r: 7.5 }, peak);
  const plateau = handle(parent, "plateau", say("chart-plateau-role"));
  svg("rect", { class: "target", width: 44, height: 44, rx: 22 }, plateau);
  svg("rect", { class: "handle", width: 16, height: 16, rx: 4 }, plateau);
  const bead = handle(parent, "bead", say("chart-bead-role"));
  svg("circle", { class: "halo", r: 22 }, bead);
  svg("circle", { class: "dot", r: 9 }, bead);
  const label = svg("text", { class: "peak-label", "text-anchor": "middle" }, parent);
  const bracket = svg("g", { class: "bracket" }, parent);
  return { peak, plateau, bead, label, bracket };
}

/** @param {Canvas} c @param {ReturnType<typeof makeHandles>} parts */
export function drawHandles(c, parts) {
  drawPlateau(c, parts.plateau);
  drawPeak(c, parts);
  drawBead(c, parts.bead);
}

/** @param {Canvas} c @param {SVGElement} plateau */
function drawPlateau({ scene: { reading, view, handles }, scales, box, say }, plateau) {
  plateau.style.display = handles ? "" : "none";
  const y = clamp(scales.y(reading.plateau), box.top[0], box.top[1]);
  attr(plateau.children[0], { x: box.right - 32, y: y - 22 });
  attr(plateau.children[1], { x: box.right - 18, y: y - 8 });
  attr(plateau, {
    "aria-label": say("chart-plateau-label"),
    "aria-valuetext": say("chart-plateau-value", { rate: number(reading.plateau) }),
    "aria-valuenow": Math.log10(reading.plateau).toFixed(3),
    "aria-valuemin": view.y[0],
    "aria-valuemax": view.y[1],
  });
}

/** @param {Canvas} c @param {ReturnType<typeof makeHandles>} parts */
function drawPeak({ scene: { reading, view, handles, bead }, scales, box, say, options }, { peak, label, bracket }) {
  const top = highest(visible(reading.peaks)),
    seen = top !== null && inside(view, top);
  const shown = seen && (handles || !bead);
  peak.style.display = label.style.display = shown ? "" : "none";
  bracket.replaceChildren();
  if (!seen) return;
  const px = scales.x(top.batch),
    py = scales.y(top.lr),
    batch = examples(top.batch);
  attr(peak, {
    transform: `translate(${px} ${py})`,
    "data-batch": top.batch,
    "data-lr": top.lr,
    "aria-label": say("chart-peak-label"),
    "aria-valuetext": say("chart-peak-value", { batch, rate: number(top.lr) }),
    "aria-valuenow": Math.log2(top.batch).toFixed(3),
    "aria-valuemin": view.x[0],
    "aria-valuemax": view.x[1],
  });
  const low = py - 18 < box.top[0] + 6;
  attr(label, { x: clamp(px, box.left + 104, box.right - 104), y: low ? py + 34 : py - 18 });
  label.textContent = say("chart-peak-text", { batch, fall: percent(fallOf(top)) });
  if (options.direct && shown) drawBracket(bracket, px, py, scales.y(reading.plateau), box);
}

/** From the height of the peak down to where the rate settles. @param {SVGElement} bracket
 * @param {number} px @param {number} py @param {number} end @param {Box} box */
function drawBracket(bracket, px, py, end, box) {
  const x = box.right - 14;
  if (x - px < 60 || end - py < 8) return;
  svg("path", { d: `M${px + 14} ${py}H${x}`, class: "bracket-guide" }, bracket);
  svg("path", { d: `M${x - 5} ${py}h10M${x} ${py}V${end}M${x - 5} ${end - 6}l5 6l5 -6` }, bracket);
}

/** @param {Canvas} c @param {SVGElement} bead */
function drawBead({ scene, scales, say }, bead) {
  const curve = scene.bead && scene.curves[scene.bead.key];
  bead.style.display = curve ? "" : "none";
  if (!curve || !scene.bead) return;
  const [lr] = curve(scene.bead.batch),
    { x } = scene.view;
  attr(bead, {
    transform: `translate(${scales.x(scene.bead.batch)} ${scales.y(lr)})`,
    "data-batch": scene.bead.batch,
    "data-lr": lr,
    "aria-label": say("chart-bead-label"),
    "aria-valuenow": Math.log2(scene.bead.batch).toFixed(3),
    "aria-valuetext": say("chart-peak-value", { batch: examples(scene.bead.batch), rate: number(lr) }),
    "aria-valuemin": Math.max(x[0], 0),
    "aria-valuemax": x[1],
  });
}
