// Draws what train_figures.py laid out in fractions of the plot; elements are kept by key, so nothing flickers.

const SVG = "http://www.w3.org/2000/svg";
const percent = (fraction) => `${100 * fraction}%`;

function element(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// Keep the children that are still wanted, make the new ones, drop the rest
function keep(group, wanted, make, update) {
  const there = new Map([...group.children].map((node) => [node.dataset.key, node]));
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

function drawCell(node, cell) {
  const [rect, cross] = node.children;
  const place = { x: percent(cell.x), y: percent(cell.y), width: percent(cell.w), height: percent(cell.h) };
  for (const [key, value] of Object.entries(place)) rect.setAttribute(key, value);
  node.setAttribute("class", `cell ${cell.state}`);
  rect.style.fill = cell.fill ?? "";
  cross.setAttribute("x", percent(cell.x + cell.w / 2));
  cross.setAttribute("y", percent(cell.y + cell.h / 2));
  node.dataset.text = cell.text;
}

function makeCell() {
  const node = element("g", {});
  node.append(element("rect", {}), element("text", { "text-anchor": "middle", "dominant-baseline": "central" }, "×"));
  return node;
}

function drawMark(node, mark) {
  const lines = mark.top === undefined ? [] : ["halo", "bar"].map((kind) => element("line", {
    class: kind, x1: percent(mark.x), x2: percent(mark.x), y1: percent(mark.top), y2: percent(mark.bottom),
  }));
  node.replaceChildren(...lines, element("circle", { cx: percent(mark.x), cy: percent(mark.y), r: 6 }));
  node.dataset.text = mark.text;
}

function ticks(box, list, side) {
  box.replaceChildren(...list.map((tick) => {
    const label = Object.assign(document.createElement("span"), { textContent: tick.text });
    label.style[side] = percent(tick.at);
    return label;
  }));
}

function legend(box, data) {
  const items = [];
  if (data.scale) {
    const { title, low, high, colours } = data.scale;
    const bar = Object.assign(document.createElement("span"), { className: "bar" });
    bar.style.background = `linear-gradient(to right, ${colours.join(",")})`;
    items.push([`${title} ${low}`, bar, `${high} and above`]);
  }
  if (data.marks.length) items.push([disc(), data.final ? "Optimum, 95 % interval" : "Best so far"]);
  if (data.cells.some((cell) => cell.state === "diverged")) items.push([cross(), "Diverged"]);
  if (data.cells.some((cell) => cell.state === "planned")) items.push([square(), "Planned"]);
  box.replaceChildren(...items.map((parts) => {
    const item = document.createElement("span");
    item.append(...parts);
    return item;
  }));
}

const sign = (className, textContent = "") => Object.assign(document.createElement("span"), { className, textContent });
const disc = () => sign("disc");
const cross = () => sign("cross", "×");
const square = () => sign("square");

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".surface");
  const find = (name) => host.querySelector(`.${name}`);
  const plot = find("plot"), readout = find("readout");
  keep(find("cells"), data.cells, makeCell, drawCell);
  keep(find("marks"), data.marks.map((mark) => ({ ...mark, key: String(mark.batch) })), () => element("g", {}), drawMark);
  plot.setAttribute("aria-label", data.alt);
  ticks(find("xticks"), data.xticks, "left");
  ticks(find("yticks"), data.yticks, "top");
  find("xtitle").textContent = data.xtitle;
  find("ytitle").textContent = data.ytitle;
  legend(find("legend"), data);
  const say = (event) => { readout.textContent = event.target.closest("[data-text]")?.dataset.text ?? ""; };
  plot.onpointermove = plot.onpointerdown = say;
  plot.onpointerleave = (event) => { if (event.pointerType === "mouse") readout.textContent = ""; };
  host.dataset.draws = Number(host.dataset.draws || 0) + 1;
  host.dataset.ready = "true";
}
