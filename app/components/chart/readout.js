/** The values at one batch size, in a box that keeps clear of the pointer and of the peak. */

import { highest, visible } from "../law/peaks.js";
import { examples, number } from "../text/numbers.js";
import { clamp, lineSample, svg } from "./dom.js";

/** @param {Canvas} c */
export function drawCross(c) {
  const {
    scene,
    scales,
    box,
    readout,
    layers: { cross },
  } = c;
  cross.replaceChildren();
  readout.hidden = c.crossAt === null;
  if (c.crossAt === null) return;
  c.crossAt = clamp(c.crossAt, 2 ** Math.max(scene.view.x[0], 0), 2 ** scene.view.x[1]);
  const x = scales.x(c.crossAt);
  svg("line", { class: "cross", x1: x, x2: x, y1: box.top[0], y2: box.low[1] }, cross);
  readout.replaceChildren(
    ...rowsAt(c, c.crossAt).map(([style, text]) => {
      const row = document.createElement("div");
      if (style) row.append(lineSample(style));
      row.append(text);
      return row;
    }),
  );
  place(c, x);
}

/** @param {Canvas} c @param {number} batch @returns {[LineStyle | null, string][]} */
function rowsAt({ scene, say }, batch) {
  /** @type {[LineStyle | null, string][]} */
  const rows = [[null, say("chart-read-batch", { batch: examples(batch) })]];
  for (const key of scene.order) {
    const values = scene.curves[key]?.(batch);
    if (!values) continue;
    const [lr, drop] = values,
      { label } = scene.styles[key];
    const rate = lr > 0 ? number(lr) : say("chart-read-none");
    rows.push([
      scene.styles[key],
      say(drop === null ? "chart-read" : "chart-read-drop", { label, rate, drop: number(drop) }),
    ]);
  }
  const near = scene.measured.find((p) => Math.abs(Math.log2(p.batch / batch)) < 0.12);
  if (near?.low)
    rows.push([
      null,
      say("chart-read-measured", { rate: number(near.lr), low: number(near.low), high: number(near.high) }),
    ]);
  else if (near) rows.push([null, say("chart-read-measured-alone", { rate: number(near.lr) })]);
  return rows;
}

/** The corner that covers neither the pointer nor the peak, nor the most points. @param {Canvas} c @param {number} x */
function place({ readout, box, size, scene, scales, pointer }, x) {
  const width = readout.offsetWidth || 260,
    height = readout.offsetHeight || 120;
  const top = highest(visible(scene.reading.peaks));
  const spots = [[x, pointer?.[1] ?? box.top[1]]];
  if (top) for (const dx of [-90, 0, 90]) spots.push([scales.x(top.batch) + dx, scales.y(top.lr) - 20]);
  for (const p of scene.measured) spots.push([scales.x(p.batch), scales.y(p.lr)]);
  const corners = [box.left + 8, box.right - width - 8].flatMap((left) =>
    [box.top[0] + 8, box.top[1] - height - 8, box.low[1] - height - 8].map((up) => [left, up]),
  );
  const covered = corners.map(([left, up]) =>
    spots.reduce(
      (sum, [sx, sy], i) =>
        sum +
        Number(sx > left - 14 && sx < left + width + 14 && sy > up - 14 && sy < up + height + 14) * (i < 4 ? 20 : 1),
      0,
    ),
  );
  const [left, up] = corners[covered.indexOf(Math.min(...covered))];
  readout.style.left = `${clamp(left, 0, Math.max(0, size.width - width))}px`;
  readout.style.top = `${Math.max(up, 0)}px`;
}
