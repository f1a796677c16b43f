/** Pointer, wheel and keys on the chart, turned into events. Only a wheel with Ctrl or Cmd zooms: the page scrolls. */

import { clamp } from "./dom.js";
import { drawCross } from "./readout.js";
import { shifted, zoomed } from "./view.js";

/** @typedef {{kind: string, view?: View, grab?: Grab, from?: [number, number], moved?: boolean, start?: Spread}} Mode */
/** @typedef {{distance: number, x: number, y: number}} Spread */
/** @typedef {{c: Canvas, events: ChartEvents, pointers: Map<number, [number, number]>, mode: Mode | null}} Hand */

/** @param {Canvas} c @param {ChartEvents} events */
export function listen(c, events) {
  /** @type {Hand} */
  const hand = { c, events, pointers: new Map(), mode: null };
  const { root } = c;
  root.addEventListener("pointerdown", (event) => press(hand, event));
  root.addEventListener("pointermove", (event) => move(hand, event));
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"]))
    root.addEventListener(name, (event) => release(hand, event));
  root.addEventListener("pointerleave", () => {
    if (!hand.mode) hide(c);
  });
  root.addEventListener("dblclick", (event) => {
    event.preventDefault();
    events.resetView();
  });
  root.addEventListener("wheel", (event) => wheel(hand, event), { passive: false });
  root.addEventListener("keydown", (event) => key(hand, event));
  root.addEventListener("blur", () => hide(c));
}

/** @param {Canvas} c */
function hide(c) {
  c.crossAt = null;
  if (c.scene) drawCross(c);
}

/** @param {Canvas} c @param {MouseEvent} event @returns {[number, number]} */
function local({ root }, event) {
  const rect = root.getBoundingClientRect();
  return [event.clientX - rect.left, event.clientY - rect.top];
}

/** @param {Map<number, [number, number]>} pointers @returns {Spread} */
function spread(pointers) {
  const [[x0, y0], [x1, y1]] = [...pointers.values()];
  return { distance: Math.max(20, Math.hypot(x1 - x0, y1 - y0)), x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}

/** @param {Hand} hand @param {PointerEvent} event */
function press(hand, event) {
  if (event.button > 0) return;
  const { c, events, pointers } = hand,
    at = local(c, event);
  const handle = /** @type {SVGElement | null} */ (/** @type {Element} */ (event.target).closest("[data-handle]"));
  c.root.classList.add("by-pointer"); // a focus ring is for keyboards
  pointers.set(event.pointerId, at);
  c.root.setPointerCapture(event.pointerId);
  if (pointers.size === 2) hand.mode = { kind: "pinch", view: c.scene.view, start: spread(pointers) };
  else if (handle) hand.mode = { kind: String(handle.dataset.handle), grab: events.grab() };
  else hand.mode = { kind: "pan", view: c.scene.view, from: at, moved: false };
  c.crossAt = null;
  event.preventDefault();
  (handle ?? c.root).focus({ preventScroll: true });
}

/** @param {Hand} hand @param {PointerEvent} event */
function move(hand, event) {
  const { c, events, pointers, mode } = hand,
    { box, scales } = c,
    [x, y] = local(c, event);
  if (!mode) {
    hover(c, x, y, event.pointerType);
    return;
  }
  if (!pointers.has(event.pointerId)) return;
  pointers.set(event.pointerId, [x, y]);
  const batch = scales.batch(clamp(x, box.left, box.right)),
    lr = scales.lr(clamp(y, box.top[0], box.top[1]));
  if (mode.kind === "pan") pan(hand, mode, x, y);
  else if (mode.kind === "pinch" && pointers.size === 2) pinch(hand, mode);
  else if (mode.kind === "peak" && mode.grab) events.movePeak(mode.grab, batch, lr);
  else if (mode.kind === "plateau" && mode.grab) events.movePlateau(mode.grab, lr);
  else if (mode.kind === "bead") events.moveBead(Math.max(batch, 1));
}

/** @param {Canvas} c @param {number} x @param {number} y @param {string} type */
function hover(c, x, y, type) {
  const { box } = c;
  const over = x >= box.left && x <= box.right && y >= box.top[0] && y <= box.low[1] && type !== "touch";
  c.crossAt = over ? c.scales.batch(x) : null;
  c.pointer = over ? [x, y] : null;
  drawCross(c);
}

/** @param {Hand} hand @param {Mode} mode @param {number} x @param {number} y */
function pan({ c, events }, mode, x, y) {
  if (!mode.from || !mode.view) return;
  const [dx, dy] = [x - mode.from[0], y - mode.from[1]];
  if (!mode.moved && Math.hypot(dx, dy) < 3) return;
  mode.moved = true;
  events.view(shifted(mode.view, c.box, dx, dy));
}

/** @param {Hand} hand @param {Mode} mode */
function pinch({ c, events, pointers }, mode) {
  if (!mode.start || !mode.view) return;
  const { start } = mode,
    now = spread(pointers);
  events.view(zoomed(mode.view, start.distance / now.distance, c.scales.batch(start.x), c.scales.lr(start.y)));
}

/** @param {Hand} hand @param {PointerEvent} event */
function release(hand, event) {
  if (!hand.pointers.delete(event.pointerId) || !hand.mode || hand.pointers.size) return;
  const touched = hand.mode.kind !== "pan" || hand.mode.moved;
  hand.mode = null;
  if (touched) hand.events.commit();
}

/** @param {Hand} hand @param {WheelEvent} event */
function wheel({ c, events }, event) {
  const [x, y] = local(c, event),
    { box, scales, scene } = c;
  if (!(event.ctrlKey || event.metaKey) || x < box.left || x > box.right || y < box.top[0] || y > box.low[1]) return;
  event.preventDefault();
  const factor = Math.exp(clamp(event.deltaY, -120, 120) / 500),
    lr = scales.lr(clamp(y, box.top[0], box.top[1]));
  events.view(zoomed(scene.view, factor, scales.batch(x), lr));
  events.commitSoon();
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {Hand} hand @param {KeyboardEvent} event */
function key(hand, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  hand.c.root.classList.remove("by-pointer");
  const step = ARROWS[event.key],
    { handle } = /** @type {SVGElement} */ (event.target).dataset;
  let changed = true;
  if (step && handle) changed = pushHandle(hand, handle, step, event.shiftKey);
  else if (step && event.shiftKey)
    hand.events.view(shifted(hand.c.scene.view, hand.c.box, -24 * step[0], 24 * step[1]));
  else if (step && step[0]) {
    read(hand, step[0]);
    changed = false;
  } else if (event.key === "Escape") {
    hide(hand.c);
    changed = false;
  } else if (!zoomByKey(hand, event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (changed) hand.events.commitSoon();
}

/** @param {Hand} hand @param {string} handle @param {[number, number]} step @param {boolean} far */
function pushHandle({ c, events }, handle, step, far) {
  const grab = events.grab(),
    size = far ? 1 : 0.125,
    { bead } = c.scene;
  if (handle === "peak" && grab.peak)
    events.movePeak(grab, grab.peak.batch * 2 ** (size * step[0]), grab.peak.lr * 2 ** (size * step[1]));
  if (handle === "plateau") events.movePlateau(grab, grab.plateau * 2 ** (size * step[1]));
  if (handle === "bead" && bead)
    events.moveBead(clamp(bead.batch * 2 ** ((far ? 2 : 0.5) * (step[0] + step[1])), 1, 2 ** c.scene.view.x[1]));
  return true;
}

/** Read the values a quarter of an octave further on. @param {Hand} hand @param {number} way */
function read({ c, events }, way) {
  const { x } = c.scene.view;
  c.crossAt = (c.crossAt ?? 2 ** ((x[0] + x[1]) / 2)) * 2 ** (way / 4);
  c.pointer = null;
  drawCross(c);
  events.speak(c.readout.innerText);
}

/** @param {Hand} hand @param {string} pressed */
function zoomByKey({ c, events }, pressed) {
  const { view } = c.scene,
    factor = { "+": 0.85, "=": 0.85, "-": 1 / 0.85 }[pressed];
  if (pressed === "0") events.resetView();
  else if (factor)
    events.view(zoomed(view, factor, 2 ** ((view.x[0] + view.x[1]) / 2), 10 ** ((view.y[0] + view.y[1]) / 2)));
  else return false;
  return true;
}
