// Made by `make components` from the modules beside it; sha256 798fe865d8ddc7e0824343de9b9d28ae2018fe71eb66f237ec3a27e16a1c01fd
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

// chart/download.js
function save(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1e4);
}
var saveSvg = (name, sheet) => save(`${name}.svg`, new Blob([sheet.text], { type: "image/svg+xml" }));
async function savePng(name, { text, width, height }) {
  const image = new Image(), canvas = el("canvas", { width: 2 * width, height: 2 * height });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((made) => canvas.toBlob(made));
  if (blob) save(`${name}.png`, blob);
}
function printPdf(name, { text, width, height }) {
  const frame = el("iframe", { title: name });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden";
  frame.srcdoc = `<!doctype html><title>${name}</title><style>@page { size: ${width}px ${height}px; margin: 0 }
    html, body { margin: 0; print-color-adjust: exact } svg { display: block; width: 100% }</style>${text}`;
  frame.addEventListener("load", () => {
    const inner = (
      /** @type {Window} */
      frame.contentWindow
    );
    inner.addEventListener("afterprint", () => setTimeout(() => frame.remove()));
    inner.print();
  });
  document.body.append(frame);
}
async function fontRules() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...readable(sheet)]);
  const faces = (
    /** @type {CSSFontFaceRule[]} */
    rules.filter((rule) => rule instanceof CSSFontFaceRule)
  );
  const wanted = faces.filter(({ style }) => {
    const family = style.getPropertyValue("font-family");
    return /source sans/i.test(family) && style.getPropertyValue("font-style") !== "italic";
  });
  return (await Promise.all(wanted.map(embedded))).join("\n");
}
function readable(sheet) {
  try {
    return sheet.cssRules;
  } catch {
    return [];
  }
}
async function embedded(face) {
  const base = face.parentStyleSheet?.href ?? document.baseURI;
  const address = /url\(["']?([^"')]+)/.exec(face.style.getPropertyValue("src"))?.[1];
  if (!address) return "";
  const answer = await fetch(new URL(address, base));
  if (!answer.ok) return "";
  const reader = new FileReader();
  const read = new Promise((resolve) => reader.onload = () => resolve(reader.result));
  reader.readAsDataURL(await answer.blob());
  return face.cssText.replace(address, String(await read));
}

// text/given.js
var given = (data) => JSON.parse(new TextDecoder().decode(
  /** @type {any} */
  data
));

// drawing/sheet.js
var HEAD = 34;
function sheetOf(drawn, { title, ink, paper, fonts }) {
  const copy = (
    /** @type {SVGSVGElement} */
    drawn.cloneNode(true)
  );
  const [, , width, below] = (drawn.getAttribute("viewBox") ?? "").split(" ").map(Number), height = below + HEAD;
  const back = svg("rect", { x: 0, y: -HEAD, width, height, fill: paper });
  const head = svg(
    "text",
    { class: "title", x: 4, y: -12, fill: ink, "font-size": 17, "font-weight": 600 },
    null,
    title
  );
  copy.prepend(svg("style", {}, null, `svg { color: ${ink} }
${fonts}`), back, head);
  copy.setAttribute("viewBox", `0 ${-HEAD} ${width} ${height}`);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("color", ink);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

// drawing/index.js
var SAVES = { svg: saveSvg, png: savePng, pdf: printPdf };
function index_default({ data: bytes, parentElement }) {
  const data = given(bytes);
  const host = (
    /** @type {HTMLElement} */
    parentElement.querySelector(".drawing")
  );
  const find = (name) => (
    /** @type {HTMLElement} */
    host.querySelector(name)
  );
  const plot = find(".plots"), shown = JSON.stringify(data);
  if (host.dataset.shown === shown) return;
  host.dataset.shown = shown;
  plot.replaceChildren(
    ...Object.entries(data.sizes).map(([name, html]) => el("div", { className: name, innerHTML: html }))
  );
  plot.setAttribute("aria-label", data.hint);
  find(".readout").textContent = "";
  readable2(plot, find(".readout"));
  find(".exports").replaceChildren(
    ...Object.entries(data.labels).map(([kind, label]) => {
      const button = el("button", { type: "button", "data-export": kind, title: `${label}: ${data.title}` }, label);
      button.addEventListener("click", () => save2(
        host,
        /** @type {keyof typeof SAVES} */
        kind,
        data
      ));
      return button;
    })
  );
  host.dataset.ready = "true";
}
async function save2(host, kind, data) {
  const style = getComputedStyle(host), drawn = (
    /** @type {SVGSVGElement} */
    host.querySelector(".wide svg")
  );
  const fonts = await fontRules();
  const look = { title: data.title, ink: style.color, paper: style.getPropertyValue("--paper"), fonts };
  await SAVES[kind](data.name, sheetOf(drawn, look));
}
function readable2(plot, readout) {
  let at = -1;
  const read = (mark) => {
    for (const old of plot.querySelectorAll(".read")) old.classList.remove("read");
    mark?.classList.add("read");
    readout.textContent = /** @type {SVGElement | null} */
    mark?.dataset.text ?? "";
  };
  plot.onpointermove = plot.onpointerdown = (event) => {
    const found = (
      /** @type {Element} */
      event.target.closest("[data-text]")
    );
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
export {
  index_default as default
};
