/** Draws what `figures.surface` laid out in fractions of the plot; elements are kept by key, so nothing flickers. */

import { announce, el, svg } from "../chart/dom.js";
import { given } from "../text/given.js";

/** @param {number} fraction */
const percent = (fraction) => `${100 * fraction}%`;

/**
 * Keep the children that are still wanted, make the new ones, drop the rest.
 * @template {{key: string}} T
 * @param {Element} group
 * @param {T[]} wanted
 * @param {(item: T) => SVGElement} make
 * @param {(node: SVGElement, item: T) => void} update
 */
function keep(group, wanted, make, update) {
  const there = new Map(
    [...group.children].map(
      (node) => /** @type {const} */ ([/** @type {SVGElement} */ (node).dataset.key, /** @type {SVGElement} */ (node)]),
    ),
  );
  for (const item of wanted) {
    let node = there.get(item.key);
    if (!node) {
      node = make(item);
      node.dataset.key = item.key;
      group.append(node);
    }
    there.delete(item.key);
    update(node, item);
  }
  for (const node of there.values()) node.remove();
}

/** @param {SVGElement} node @param {SurfaceCell} cell */
function drawCell(node, cell) {
  const [rect, cross] = /** @type {SVGElement[]} */ ([...node.children]);
  const place = { x: percent(cell.x), y: percent(cell.y), width: percent(cell.w), height: percent(cell.h) };
  for (const [key, value] of Object.entries(place)) rect.setAttribute(key, value);
  node.setAttribute("class", `cell ${cell.state}`);
  rect.style.fill = cell.fill ?? "";
  cross.setAttribute("x", percent(cell.x + cell.w / 2));
  cross.setAttribute("y", percent(cell.y + cell.h / 2));
  node.dataset.text = cell.text;
}

function makeCell() {
  const node = svg("g", {});
  node.append(svg("rect", {}), svg("text", { "text-anchor": "middle", "dominant-baseline": "central" }, null, "×"));
  return node;
}

/** @param {SVGElement} node @param {SurfaceMark} mark */
function drawMark(node, mark) {
  const lines =
    mark.top === undefined || mark.bottom === undefined
      ? []
      : ["halo", "bar"].map((kind) =>
          svg("line", {
            class: kind,
            x1: percent(mark.x),
            x2: percent(mark.x),
            y1: percent(/** @type {number} */ (mark.top)),
            y2: percent(/** @type {number} */ (mark.bottom)),
          }),
        );
  node.replaceChildren(...lines, svg("circle", { cx: percent(mark.x), cy: percent(mark.y), r: 6 }));
  node.dataset.text = mark.text;
}

/** @param {HTMLElement} box @param {{at: number, text: string}[]} list @param {"left" | "top"} side */
function ticks(box, list, side) {
  box.replaceChildren(
    ...list.map((tick) => {
      const label = Object.assign(document.createElement("span"), { textContent: tick.text });
      label.style[side] = percent(tick.at);
      return label;
    }),
  );
}

/** @param {HTMLElement} box @param {SurfaceData} data */
function legend(box, data) {
  /** @type {(string | Node)[][]} */
  const items = [];
  if (data.scale) {
    const { title, low, high, colours } = data.scale;
    const bar = Object.assign(document.createElement("span"), { className: "bar" });
    bar.style.background = `linear-gradient(to right, ${colours.join(",")})`;
    items.push([`${title} ${low}`, bar, `${high} ${data.labels.above}`]);
  }
  if (data.marks.length) items.push([disc(), data.labels.best]);
  if (data.cells.some((cell) => cell.state === "diverged")) items.push([cross(), data.labels.diverged]);
  if (data.cells.some((cell) => cell.state === "planned")) items.push([square(), data.labels.planned]);
  box.replaceChildren(
    ...items.map((parts) => {
      const item = document.createElement("span");
      item.append(...parts);
      return item;
    }),
  );
}

const sign = (/** @type {string} */ className, textContent = "") => el("span", { className, textContent });
const disc = () => sign("disc");
const cross = () => sign("cross", "×");
const square = () => sign("square");

/** @param {{data: {written: SurfaceData}, parentElement: ParentNode}} component */
export default function ({ data: bytes, parentElement }) {
  const data = given(bytes);
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".surface"));
  const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (host.querySelector(`.${name}`));
  const plot = find("plot"),
    readout = find("readout");
  keep(find("cells"), data.cells, makeCell, drawCell);
  keep(
    find("marks"),
    data.marks.map((mark) => ({ ...mark, key: String(mark.batch) })),
    () => svg("g", {}),
    drawMark,
  );
  plot.setAttribute("aria-label", data.alt);
  ticks(find("xticks"), data.xticks, "left");
  ticks(find("yticks"), data.yticks, "top");
  find("xtitle").textContent = data.xtitle;
  find("ytitle").textContent = data.ytitle;
  legend(find("legend"), data);
  const say = (/** @type {PointerEvent} */ event) => {
    const found = /** @type {Element} */ (event.target).closest("[data-text]");
    readout.textContent = /** @type {HTMLElement | null} */ (found)?.dataset.text ?? "";
  };
  plot.onpointermove = plot.onpointerdown = say;
  plot.onpointerleave = (event) => {
    if (event.pointerType === "mouse") readout.textContent = "";
  };
  host.dataset.draws = String(Number(host.dataset.draws ?? 0) + 1);
  host.dataset.ready = "true";
  announce(parentElement);
}
