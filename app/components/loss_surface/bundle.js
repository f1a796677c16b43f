// Made by `make components` from the modules beside it; sha256 ef5e6ea3b894d57d4422aa1e1f858db1390e3d7caf8fac6407edf826da4339a1
// chart/dom.js
var SVG_NS = "http://www.w3.org/2000/svg";
function attr(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
}
function svg(name, attributes = {}, parent = null, text = null) {
  const element = (
    /** @type {SVGElement} */
    document.createElementNS(SVG_NS, name)
  );
  attr(element, attributes);
  if (text !== null) element.textContent = text;
  parent?.append(element);
  return element;
}
function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, String(value));
    else Object.assign(element, { [key]: value });
  }
  element.append(...children);
  return element;
}

// text/given.js
var given = (data) => JSON.parse(new TextDecoder().decode(
  /** @type {any} */
  data
));

// loss_surface/index.js
var percent = (fraction) => `${100 * fraction}%`;
function keep(group, wanted, make, update) {
  const there = new Map(
    [...group.children].map(
      (node) => (
        /** @type {const} */
        [
          /** @type {SVGElement} */
          node.dataset.key,
          /** @type {SVGElement} */
          node
        ]
      )
    )
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
function drawCell(node, cell) {
  const [rect, cross2] = (
    /** @type {SVGElement[]} */
    [...node.children]
  );
  const place = { x: percent(cell.x), y: percent(cell.y), width: percent(cell.w), height: percent(cell.h) };
  for (const [key, value] of Object.entries(place)) rect.setAttribute(key, value);
  node.setAttribute("class", `cell ${cell.state}`);
  rect.style.fill = cell.fill ?? "";
  cross2.setAttribute("x", percent(cell.x + cell.w / 2));
  cross2.setAttribute("y", percent(cell.y + cell.h / 2));
  node.dataset.text = cell.text;
}
function makeCell() {
  const node = svg("g", {});
  node.append(svg("rect", {}), svg("text", { "text-anchor": "middle", "dominant-baseline": "central" }, null, "×"));
  return node;
}
function drawMark(node, mark) {
  const lines = mark.top === void 0 || mark.bottom === void 0 ? [] : ["halo", "bar"].map(
    (kind) => svg("line", {
      class: kind,
      x1: percent(mark.x),
      x2: percent(mark.x),
      y1: percent(
        /** @type {number} */
        mark.top
      ),
      y2: percent(
        /** @type {number} */
        mark.bottom
      )
    })
  );
  node.replaceChildren(...lines, svg("circle", { cx: percent(mark.x), cy: percent(mark.y), r: 6 }));
  node.dataset.text = mark.text;
}
function ticks(box, list, side) {
  box.replaceChildren(
    ...list.map((tick) => {
      const label = Object.assign(document.createElement("span"), { textContent: tick.text });
      label.style[side] = percent(tick.at);
      return label;
    })
  );
}
function legend(box, data) {
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
    })
  );
}
var sign = (className, textContent = "") => el("span", { className, textContent });
var disc = () => sign("disc");
var cross = () => sign("cross", "×");
var square = () => sign("square");
function index_default({ data: bytes, parentElement }) {
  const data = given(bytes);
  const host = (
    /** @type {HTMLElement} */
    parentElement.querySelector(".surface")
  );
  const find = (name) => (
    /** @type {HTMLElement} */
    host.querySelector(`.${name}`)
  );
  const plot = find("plot"), readout = find("readout");
  keep(find("cells"), data.cells, makeCell, drawCell);
  keep(
    find("marks"),
    data.marks.map((mark) => ({ ...mark, key: String(mark.batch) })),
    () => svg("g", {}),
    drawMark
  );
  plot.setAttribute("aria-label", data.alt);
  ticks(find("xticks"), data.xticks, "left");
  ticks(find("yticks"), data.yticks, "top");
  find("xtitle").textContent = data.xtitle;
  find("ytitle").textContent = data.ytitle;
  legend(find("legend"), data);
  const say = (event) => {
    const found = (
      /** @type {Element} */
      event.target.closest("[data-text]")
    );
    readout.textContent = /** @type {HTMLElement | null} */
    found?.dataset.text ?? "";
  };
  plot.onpointermove = plot.onpointerdown = say;
  plot.onpointerleave = (event) => {
    if (event.pointerType === "mouse") readout.textContent = "";
  };
  host.dataset.draws = String(Number(host.dataset.draws ?? 0) + 1);
  host.dataset.ready = "true";
}
export {
  index_default as default
};
