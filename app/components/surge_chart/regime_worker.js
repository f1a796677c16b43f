/** Off the main path: how high the peak stands above the plateau in each cell of the regime map. */

import { compile, maxAlignment } from "../law/model.js";
import { findPeaks, highest } from "../law/peaks.js";

/** @param {MessageEvent<{model: NoiseParams, name: ParamName, cells: [number, number][]}>} event */
self.onmessage = ({ data: { model, name, cells } }) => {
  const out = new Float32Array(cells.length);
  cells.forEach(([alignment, value], i) => {
    const p = { ...model, [name]: value };
    p.alignment = Math.min(alignment, maxAlignment(p));
    out[i] = highest(findPeaks(compile(p, 48), true, 5))?.prominence ?? 0;
    if (i % 88 === 87) self.postMessage({ part: (i + 1) / cells.length });
  });
  self.postMessage({ out });
};
