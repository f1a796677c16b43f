/** The chart of rates in the lesson: the one of the story and of Explore, with what is hidden before the reveal. */

import { createChart } from "../chart/chart.js";
import { lawCurves } from "../law/curves.js";

const NOTHING = () => {};

/**
 * @param {HTMLElement} host
 * @param {ChartFigure} figure
 * @param {{say: Say, styles: Record<string, LineStyle>, height: (width: number) => number, speak: (text: string) => void}} at
 * @returns {LessonFigure}
 */
export function createRates(host, figure, { say, styles, height, speak }) {
  const grab = () => /** @type {any} */ ({ peak: null });
  const deeds = { movePeak: NOTHING, movePlateau: NOTHING, moveBead: NOTHING, view: NOTHING, resetView: NOTHING };
  const events = { grab, speak, commit: NOTHING, commitSoon: NOTHING, ...deeds };
  const chart = createChart(host, events, { say, options: { drop: false, direct: true, font: 15, height } });
  const { canvas } = chart;
  const draw = (/** @type {boolean} */ shown) => {
    const drawn = lawCurves(shown ? figure.after_model : figure.model);
    const { curves } = drawn;
    const until = shown ? Infinity : figure.until;
    const order = shown ? figure.after : figure.before;
    chart.draw({
      view: figure.view,
      order,
      curves: Object.fromEntries(order.map((key) => [key, cut(/** @type {Curve} */ (curves[key]), until)])),
      styles,
      reading: { peaks: [], independent: [], plateau: drawn.plateau, noiseScale: null, ...NONE },
      said: [],
      measured: figure.measured.filter(({ batch }) => batch <= until),
      ghosts: shown && figure.model !== figure.after_model ? before(figure) : [],
      trail: [],
      logged: [],
      failing: null,
      correlatedPoints: 120,
      bead: null,
      handles: false,
    });
  };
  return {
    root: canvas.root,
    draw,
    coins: NOTHING,
    box: () => ({ left: canvas.box.left, right: canvas.box.right, top: canvas.box.top[0], bottom: canvas.box.top[1] }),
    toPx: (batch, lr) => [canvas.scales.x(batch), canvas.scales.y(lr)],
    fromPx: (x, y) => [canvas.scales.batch(x), canvas.scales.lr(y)],
    destroy: () => {
      chart.destroy();
      canvas.root.remove();
      canvas.readout.remove();
    },
  };
}

const NONE = { alignment: 0, correlation: 0, blocks: 1, turning: 0 };

/** A curve that ends at a batch size. @param {Curve} curve @param {number} until @returns {Curve} */
const cut = (curve, until) => (batch) => (batch <= until ? curve(batch) : [NaN, null]);

/** The curve as it was before, where the reveal moves it. @param {ChartFigure} figure @returns {Curve[]} */
function before(figure) {
  if (JSON.stringify(figure.model) === JSON.stringify(figure.after_model)) return [];
  const { curves } = lawCurves(figure.model);
  return figure.before.map((key) => /** @type {Curve} */ (curves[key]));
}
