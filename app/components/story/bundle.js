// Made by `make components` from the modules beside it; sha256 2c169e4e1761531169f7e2b5db748e3ba07d6409931c26c6eccedee91813af49
// chart/dom.js
var SVG_NS = "http://www.w3.org/2000/svg";
function attr(element, attributes) {
  for (const [key2, value2] of Object.entries(attributes)) element.setAttribute(key2, String(value2));
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
  for (const [key2, value2] of Object.entries(properties)) {
    if (key2.includes("-") || key2 === "role" || key2 === "for") element.setAttribute(key2, String(value2));
    else Object.assign(element, { [key2]: value2 });
  }
  element.append(...children);
  return element;
}
var clamp = (x, low, high) => Math.min(Math.max(x, low), high);
var round1 = (x) => Math.round(x * 10) / 10;
function lineSample(style) {
  const sample2 = svg("svg", { width: 26, height: 8, "aria-hidden": "true" });
  svg("line", { x1: 0, x2: 26, y1: 4, y2: 4, ...strokeOf(style), "stroke-width": Math.min(style.width, 3) }, sample2);
  return sample2;
}
var strokeOf = ({ colour, dash, width }) => ({
  stroke: colour,
  "stroke-width": width,
  "stroke-dasharray": dash
});
var reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// text/terms.js
var literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
var known = /* @__PURE__ */ new WeakMap();
function sought(terms) {
  let found = known.get(terms);
  if (!found) {
    const byForm = new Map(terms.flatMap((term) => term.forms.map((form) => [form.toLowerCase(), term])));
    const forms = [...byForm.keys()].sort((a, b) => b.length - a.length).map(literal);
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${forms.join("|")})(?![\\p{L}\\p{N}_-])`, "giu");
    known.set(terms, found = { byForm, pattern });
  }
  return found;
}
function parted(text, terms) {
  const { byForm, pattern } = sought(terms), met = /* @__PURE__ */ new Set();
  if (!byForm.size) return [{ text, term: null }];
  const parts = [];
  let at = 0;
  for (const match2 of text.matchAll(pattern)) {
    const term = (
      /** @type {Term} */
      byForm.get(match2[0].toLowerCase())
    );
    if (met.has(term)) continue;
    met.add(term);
    if (match2.index > at) parts.push({ text: text.slice(at, match2.index), term: null });
    parts.push({ text: match2[0], term });
    at = match2.index + match2[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), term: null });
  return parts;
}
function explained(text, terms) {
  return parted(text, terms).map(({ text: part, term }) => {
    if (!term) return part.replace(/(\d) %/g, "$1 %");
    const span = document.createElement("span");
    span.className = "term";
    span.tabIndex = 0;
    span.dataset.about = term.about;
    span.setAttribute("aria-description", term.about);
    span.textContent = part;
    return span;
  });
}

// story/notes.js
var STYLE = `body { font: 24px/1.45 system-ui, sans-serif; margin: 32px; color: #1d2127; background: #fff; max-width: 34em }
  p { margin: 0 0 20px } .time { font-size: 48px; font-variant-numeric: tabular-nums } .next { color: #555c66 }
  @media (prefers-color-scheme: dark) { body { color: #e4e7eb; background: #12161b } .next { color: #aab2bd } }`;
function openNotes(story) {
  const { say, data } = story, view = window.open("", "surge-notes", "width=720,height=640");
  if (!view) return null;
  const { document: document2 } = view;
  const [time, step, sentence, note, next] = ["time", "step", "sentence", "note", "next"].map(
    (className) => document2.adoptNode(el("p", { className }))
  );
  document2.title = say("present-notes");
  document2.documentElement.lang = "en";
  document2.head.replaceChildren(document2.adoptNode(el("style", {}, STYLE)));
  document2.body.replaceChildren(time, step, sentence, note, next);
  return {
    /** @param {string} now */
    update(now) {
      if (view.closed) return;
      const after = data.steps[story.step];
      time.textContent = now;
      step.textContent = say("learn-step", { step: story.step, of: data.steps.length });
      sentence.textContent = story.now.sentence;
      note.textContent = `${say(`present-note-${story.now.key}`)} ${story.now.limit}`;
      next.textContent = after ? say("present-next", { sentence: after.sentence }) : say("present-last");
    }
  };
}

// story/presenter.js
var LOOK = { font: 24, direct: false, room: () => Math.max(240, window.innerHeight - 290) };
var Presenter = class {
  #abort = new AbortController();
  #start = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #tick;
  /** @type {{update: (time: string) => void} | null} */
  #notes = null;
  /** @param {Story} story */
  constructor(story) {
    const { say, host, data } = story;
    this.story = story;
    this.place = /** @type {HTMLElement} */
    host.parentElement;
    this.clock = el("span", { className: "clock" });
    this.count = el("span", { className: "count-of" });
    const foot = el(
      "footer",
      { className: "foot" },
      this.count,
      this.clock,
      el("span", { className: "keys" }, say("present-keys"))
    );
    this.legend = el("div", { className: "legend" });
    this.cover = el("div", { className: "cover", hidden: true });
    this.room = el("div", { className: "room", hidden: true }, ...roomParts(data.room, say));
    this.dialog = el("dialog", { className: "presenter", tabIndex: -1, "aria-label": say("present-name") });
    this.dialog.append(foot, this.room, this.cover);
    this.place.append(this.dialog);
    this.dialog.addEventListener("close", () => this.#stopped());
    const { signal } = this.#abort;
    document.addEventListener("keydown", (event) => this.#key(event), { signal, capture: true });
    new MutationObserver(() => this.#update()).observe(host, { attributeFilter: ["data-step"] });
    if (data.present) this.start();
  }
  start() {
    const { story } = this;
    if (this.dialog.open) return;
    this.dialog.prepend(story.host);
    this.dialog.showModal();
    story.host.classList.add("presenting");
    story.presenting = true;
    story.dress(LOOK);
    story.plot.after(this.legend);
    this.#start = Date.now();
    this.#tick = setInterval(() => this.#update(), 1e3);
    this.#update();
    this.dialog.focus();
    story.tell();
  }
  #stopped() {
    const { story } = this;
    clearInterval(this.#tick);
    this.place.prepend(story.host);
    story.host.classList.remove("presenting");
    story.presenting = false;
    this.cover.hidden = this.room.hidden = true;
    this.legend.remove();
    story.dress();
    story.go(story.step);
    story.tell();
  }
  get time() {
    const seconds = Math.floor((Date.now() - this.#start) / 1e3);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  #update() {
    if (!this.story.presenting) return;
    const { step, data, say } = this.story;
    this.clock.textContent = this.time;
    this.count.textContent = say("learn-step", { step, of: data.steps.length });
    this.story.sections.forEach(({ box }, i) => box.classList.toggle("now", i + 1 === step));
    const drawn = this.story.now.curves.filter((key2) => key2 !== "correlated" || this.story.model.correlation > 0);
    this.#name(drawn);
    this.#notes?.update(this.time);
  }
  /** The legend. @param {CurveKey[]} drawn */
  #name(drawn) {
    if (this.legend.dataset.drawn === drawn.join()) return;
    this.legend.dataset.drawn = drawn.join();
    const { data } = this.story;
    const named2 = drawn.map(
      (key2) => el("span", {}, lineSample(data.styles[key2]), el("span", {}, ...explained(data.styles[key2].label, data.terms)))
    );
    this.legend.replaceChildren(...named2);
  }
  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = (
      /** @type {Element} */
      event.composedPath()[0]
    );
    const typing = target.closest?.("input:not([type=range]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.story.presenting) {
      if (event.key.toLowerCase() === "p") this.start();
      return;
    }
    const deed = this.#deeds[event.key.toLowerCase()];
    if (!deed) {
      if (!target.closest?.("[role=slider], input")) this.story.turn(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    deed();
  }
  /** @type {Record<string, () => void>} */
  #deeds = {
    p: () => this.dialog.close(),
    b: () => this.#toggle(this.cover),
    ".": () => this.#toggle(this.cover),
    q: () => this.#toggle(this.room),
    n: () => {
      this.#notes = openNotes(this.story);
      this.#update();
    },
    t: () => {
      this.#start = Date.now();
      this.#update();
    }
  };
  /** @param {HTMLElement} box */
  #toggle(box) {
    box.hidden = !box.hidden;
  }
  destroy() {
    clearInterval(this.#tick);
    this.#abort.abort();
  }
};
function roomParts({ link, code, how }, say) {
  if (!link) return [el("h2", {}, say("present-room")), el("p", {}, how)];
  const image = el("img", { src: code, alt: say("present-code", { link }) });
  return [el("h2", {}, say("present-room")), image, el("p", { className: "link" }, link)];
}

// vendor/d3.js
function ascending(a, b) {
  return a == null || b == null ? NaN : a < b ? -1 : a > b ? 1 : a >= b ? 0 : NaN;
}
function descending(a, b) {
  return a == null || b == null ? NaN : b < a ? -1 : b > a ? 1 : b >= a ? 0 : NaN;
}
function bisector(f) {
  let compare1, compare2, delta;
  if (f.length !== 2) {
    compare1 = ascending;
    compare2 = (d, x) => ascending(f(d), x);
    delta = (d, x) => f(d) - x;
  } else {
    compare1 = f === ascending || f === descending ? f : zero;
    compare2 = f;
    delta = f;
  }
  function left(a, x, lo = 0, hi = a.length) {
    if (lo < hi) {
      if (compare1(x, x) !== 0) return hi;
      do {
        const mid = lo + hi >>> 1;
        if (compare2(a[mid], x) < 0) lo = mid + 1;
        else hi = mid;
      } while (lo < hi);
    }
    return lo;
  }
  function right(a, x, lo = 0, hi = a.length) {
    if (lo < hi) {
      if (compare1(x, x) !== 0) return hi;
      do {
        const mid = lo + hi >>> 1;
        if (compare2(a[mid], x) <= 0) lo = mid + 1;
        else hi = mid;
      } while (lo < hi);
    }
    return lo;
  }
  function center(a, x, lo = 0, hi = a.length) {
    const i = left(a, x, lo, hi - 1);
    return i > lo && delta(a[i - 1], x) > -delta(a[i], x) ? i - 1 : i;
  }
  return { left, center, right };
}
function zero() {
  return 0;
}
function number(x) {
  return x === null ? NaN : +x;
}
var ascendingBisect = bisector(ascending);
var bisectRight = ascendingBisect.right;
var bisectLeft = ascendingBisect.left;
var bisectCenter = bisector(number).center;
var bisect_default = bisectRight;
var e10 = Math.sqrt(50);
var e5 = Math.sqrt(10);
var e2 = Math.sqrt(2);
function tickSpec(start, stop, count) {
  const step = (stop - start) / Math.max(0, count), power = Math.floor(Math.log10(step)), error = step / Math.pow(10, power), factor = error >= e10 ? 10 : error >= e5 ? 5 : error >= e2 ? 2 : 1;
  let i1, i2, inc;
  if (power < 0) {
    inc = Math.pow(10, -power) / factor;
    i1 = Math.round(start * inc);
    i2 = Math.round(stop * inc);
    if (i1 / inc < start) ++i1;
    if (i2 / inc > stop) --i2;
    inc = -inc;
  } else {
    inc = Math.pow(10, power) * factor;
    i1 = Math.round(start / inc);
    i2 = Math.round(stop / inc);
    if (i1 * inc < start) ++i1;
    if (i2 * inc > stop) --i2;
  }
  if (i2 < i1 && 0.5 <= count && count < 2) return tickSpec(start, stop, count * 2);
  return [i1, i2, inc];
}
function ticks(start, stop, count) {
  stop = +stop, start = +start, count = +count;
  if (!(count > 0)) return [];
  if (start === stop) return [start];
  const reverse = stop < start, [i1, i2, inc] = reverse ? tickSpec(stop, start, count) : tickSpec(start, stop, count);
  if (!(i2 >= i1)) return [];
  const n = i2 - i1 + 1, ticks2 = new Array(n);
  if (reverse) {
    if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) / -inc;
    else for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) * inc;
  } else {
    if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) / -inc;
    else for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) * inc;
  }
  return ticks2;
}
function define(constructor, factory, prototype) {
  constructor.prototype = factory.prototype = prototype;
  prototype.constructor = constructor;
}
function extend(parent, definition) {
  var prototype = Object.create(parent.prototype);
  for (var key2 in definition) prototype[key2] = definition[key2];
  return prototype;
}
function Color() {
}
var darker = 0.7;
var brighter = 1 / darker;
var reI = "\\s*([+-]?\\d+)\\s*";
var reN = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*";
var reP = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*";
var reHex = /^#([0-9a-f]{3,8})$/;
var reRgbInteger = new RegExp(`^rgb\\(${reI},${reI},${reI}\\)$`);
var reRgbPercent = new RegExp(`^rgb\\(${reP},${reP},${reP}\\)$`);
var reRgbaInteger = new RegExp(`^rgba\\(${reI},${reI},${reI},${reN}\\)$`);
var reRgbaPercent = new RegExp(`^rgba\\(${reP},${reP},${reP},${reN}\\)$`);
var reHslPercent = new RegExp(`^hsl\\(${reN},${reP},${reP}\\)$`);
var reHslaPercent = new RegExp(`^hsla\\(${reN},${reP},${reP},${reN}\\)$`);
var named = {
  aliceblue: 15792383,
  antiquewhite: 16444375,
  aqua: 65535,
  aquamarine: 8388564,
  azure: 15794175,
  beige: 16119260,
  bisque: 16770244,
  black: 0,
  blanchedalmond: 16772045,
  blue: 255,
  blueviolet: 9055202,
  brown: 10824234,
  burlywood: 14596231,
  cadetblue: 6266528,
  chartreuse: 8388352,
  chocolate: 13789470,
  coral: 16744272,
  cornflowerblue: 6591981,
  cornsilk: 16775388,
  crimson: 14423100,
  cyan: 65535,
  darkblue: 139,
  darkcyan: 35723,
  darkgoldenrod: 12092939,
  darkgray: 11119017,
  darkgreen: 25600,
  darkgrey: 11119017,
  darkkhaki: 12433259,
  darkmagenta: 9109643,
  darkolivegreen: 5597999,
  darkorange: 16747520,
  darkorchid: 10040012,
  darkred: 9109504,
  darksalmon: 15308410,
  darkseagreen: 9419919,
  darkslateblue: 4734347,
  darkslategray: 3100495,
  darkslategrey: 3100495,
  darkturquoise: 52945,
  darkviolet: 9699539,
  deeppink: 16716947,
  deepskyblue: 49151,
  dimgray: 6908265,
  dimgrey: 6908265,
  dodgerblue: 2003199,
  firebrick: 11674146,
  floralwhite: 16775920,
  forestgreen: 2263842,
  fuchsia: 16711935,
  gainsboro: 14474460,
  ghostwhite: 16316671,
  gold: 16766720,
  goldenrod: 14329120,
  gray: 8421504,
  green: 32768,
  greenyellow: 11403055,
  grey: 8421504,
  honeydew: 15794160,
  hotpink: 16738740,
  indianred: 13458524,
  indigo: 4915330,
  ivory: 16777200,
  khaki: 15787660,
  lavender: 15132410,
  lavenderblush: 16773365,
  lawngreen: 8190976,
  lemonchiffon: 16775885,
  lightblue: 11393254,
  lightcoral: 15761536,
  lightcyan: 14745599,
  lightgoldenrodyellow: 16448210,
  lightgray: 13882323,
  lightgreen: 9498256,
  lightgrey: 13882323,
  lightpink: 16758465,
  lightsalmon: 16752762,
  lightseagreen: 2142890,
  lightskyblue: 8900346,
  lightslategray: 7833753,
  lightslategrey: 7833753,
  lightsteelblue: 11584734,
  lightyellow: 16777184,
  lime: 65280,
  limegreen: 3329330,
  linen: 16445670,
  magenta: 16711935,
  maroon: 8388608,
  mediumaquamarine: 6737322,
  mediumblue: 205,
  mediumorchid: 12211667,
  mediumpurple: 9662683,
  mediumseagreen: 3978097,
  mediumslateblue: 8087790,
  mediumspringgreen: 64154,
  mediumturquoise: 4772300,
  mediumvioletred: 13047173,
  midnightblue: 1644912,
  mintcream: 16121850,
  mistyrose: 16770273,
  moccasin: 16770229,
  navajowhite: 16768685,
  navy: 128,
  oldlace: 16643558,
  olive: 8421376,
  olivedrab: 7048739,
  orange: 16753920,
  orangered: 16729344,
  orchid: 14315734,
  palegoldenrod: 15657130,
  palegreen: 10025880,
  paleturquoise: 11529966,
  palevioletred: 14381203,
  papayawhip: 16773077,
  peachpuff: 16767673,
  peru: 13468991,
  pink: 16761035,
  plum: 14524637,
  powderblue: 11591910,
  purple: 8388736,
  rebeccapurple: 6697881,
  red: 16711680,
  rosybrown: 12357519,
  royalblue: 4286945,
  saddlebrown: 9127187,
  salmon: 16416882,
  sandybrown: 16032864,
  seagreen: 3050327,
  seashell: 16774638,
  sienna: 10506797,
  silver: 12632256,
  skyblue: 8900331,
  slateblue: 6970061,
  slategray: 7372944,
  slategrey: 7372944,
  snow: 16775930,
  springgreen: 65407,
  steelblue: 4620980,
  tan: 13808780,
  teal: 32896,
  thistle: 14204888,
  tomato: 16737095,
  turquoise: 4251856,
  violet: 15631086,
  wheat: 16113331,
  white: 16777215,
  whitesmoke: 16119285,
  yellow: 16776960,
  yellowgreen: 10145074
};
define(Color, color, {
  copy(channels) {
    return Object.assign(new this.constructor(), this, channels);
  },
  displayable() {
    return this.rgb().displayable();
  },
  hex: color_formatHex,
  // Deprecated! Use color.formatHex.
  formatHex: color_formatHex,
  formatHex8: color_formatHex8,
  formatHsl: color_formatHsl,
  formatRgb: color_formatRgb,
  toString: color_formatRgb
});
function color_formatHex() {
  return this.rgb().formatHex();
}
function color_formatHex8() {
  return this.rgb().formatHex8();
}
function color_formatHsl() {
  return hslConvert(this).formatHsl();
}
function color_formatRgb() {
  return this.rgb().formatRgb();
}
function color(format2) {
  var m, l;
  format2 = (format2 + "").trim().toLowerCase();
  return (m = reHex.exec(format2)) ? (l = m[1].length, m = parseInt(m[1], 16), l === 6 ? rgbn(m) : l === 3 ? new Rgb(m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, (m & 15) << 4 | m & 15, 1) : l === 8 ? rgba(m >> 24 & 255, m >> 16 & 255, m >> 8 & 255, (m & 255) / 255) : l === 4 ? rgba(m >> 12 & 15 | m >> 8 & 240, m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, ((m & 15) << 4 | m & 15) / 255) : null) : (m = reRgbInteger.exec(format2)) ? new Rgb(m[1], m[2], m[3], 1) : (m = reRgbPercent.exec(format2)) ? new Rgb(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, 1) : (m = reRgbaInteger.exec(format2)) ? rgba(m[1], m[2], m[3], m[4]) : (m = reRgbaPercent.exec(format2)) ? rgba(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, m[4]) : (m = reHslPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, 1) : (m = reHslaPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, m[4]) : named.hasOwnProperty(format2) ? rgbn(named[format2]) : format2 === "transparent" ? new Rgb(NaN, NaN, NaN, 0) : null;
}
function rgbn(n) {
  return new Rgb(n >> 16 & 255, n >> 8 & 255, n & 255, 1);
}
function rgba(r, g, b, a) {
  if (a <= 0) r = g = b = NaN;
  return new Rgb(r, g, b, a);
}
function rgbConvert(o) {
  if (!(o instanceof Color)) o = color(o);
  if (!o) return new Rgb();
  o = o.rgb();
  return new Rgb(o.r, o.g, o.b, o.opacity);
}
function rgb(r, g, b, opacity) {
  return arguments.length === 1 ? rgbConvert(r) : new Rgb(r, g, b, opacity == null ? 1 : opacity);
}
function Rgb(r, g, b, opacity) {
  this.r = +r;
  this.g = +g;
  this.b = +b;
  this.opacity = +opacity;
}
define(Rgb, rgb, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Rgb(this.r * k, this.g * k, this.b * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Rgb(this.r * k, this.g * k, this.b * k, this.opacity);
  },
  rgb() {
    return this;
  },
  clamp() {
    return new Rgb(clampi(this.r), clampi(this.g), clampi(this.b), clampa(this.opacity));
  },
  displayable() {
    return -0.5 <= this.r && this.r < 255.5 && (-0.5 <= this.g && this.g < 255.5) && (-0.5 <= this.b && this.b < 255.5) && (0 <= this.opacity && this.opacity <= 1);
  },
  hex: rgb_formatHex,
  // Deprecated! Use color.formatHex.
  formatHex: rgb_formatHex,
  formatHex8: rgb_formatHex8,
  formatRgb: rgb_formatRgb,
  toString: rgb_formatRgb
}));
function rgb_formatHex() {
  return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}`;
}
function rgb_formatHex8() {
  return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}${hex((isNaN(this.opacity) ? 1 : this.opacity) * 255)}`;
}
function rgb_formatRgb() {
  const a = clampa(this.opacity);
  return `${a === 1 ? "rgb(" : "rgba("}${clampi(this.r)}, ${clampi(this.g)}, ${clampi(this.b)}${a === 1 ? ")" : `, ${a})`}`;
}
function clampa(opacity) {
  return isNaN(opacity) ? 1 : Math.max(0, Math.min(1, opacity));
}
function clampi(value2) {
  return Math.max(0, Math.min(255, Math.round(value2) || 0));
}
function hex(value2) {
  value2 = clampi(value2);
  return (value2 < 16 ? "0" : "") + value2.toString(16);
}
function hsla(h, s, l, a) {
  if (a <= 0) h = s = l = NaN;
  else if (l <= 0 || l >= 1) h = s = NaN;
  else if (s <= 0) h = NaN;
  return new Hsl(h, s, l, a);
}
function hslConvert(o) {
  if (o instanceof Hsl) return new Hsl(o.h, o.s, o.l, o.opacity);
  if (!(o instanceof Color)) o = color(o);
  if (!o) return new Hsl();
  if (o instanceof Hsl) return o;
  o = o.rgb();
  var r = o.r / 255, g = o.g / 255, b = o.b / 255, min = Math.min(r, g, b), max = Math.max(r, g, b), h = NaN, s = max - min, l = (max + min) / 2;
  if (s) {
    if (r === max) h = (g - b) / s + (g < b) * 6;
    else if (g === max) h = (b - r) / s + 2;
    else h = (r - g) / s + 4;
    s /= l < 0.5 ? max + min : 2 - max - min;
    h *= 60;
  } else {
    s = l > 0 && l < 1 ? 0 : h;
  }
  return new Hsl(h, s, l, o.opacity);
}
function hsl(h, s, l, opacity) {
  return arguments.length === 1 ? hslConvert(h) : new Hsl(h, s, l, opacity == null ? 1 : opacity);
}
function Hsl(h, s, l, opacity) {
  this.h = +h;
  this.s = +s;
  this.l = +l;
  this.opacity = +opacity;
}
define(Hsl, hsl, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Hsl(this.h, this.s, this.l * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Hsl(this.h, this.s, this.l * k, this.opacity);
  },
  rgb() {
    var h = this.h % 360 + (this.h < 0) * 360, s = isNaN(h) || isNaN(this.s) ? 0 : this.s, l = this.l, m2 = l + (l < 0.5 ? l : 1 - l) * s, m1 = 2 * l - m2;
    return new Rgb(
      hsl2rgb(h >= 240 ? h - 240 : h + 120, m1, m2),
      hsl2rgb(h, m1, m2),
      hsl2rgb(h < 120 ? h + 240 : h - 120, m1, m2),
      this.opacity
    );
  },
  clamp() {
    return new Hsl(clamph(this.h), clampt(this.s), clampt(this.l), clampa(this.opacity));
  },
  displayable() {
    return (0 <= this.s && this.s <= 1 || isNaN(this.s)) && (0 <= this.l && this.l <= 1) && (0 <= this.opacity && this.opacity <= 1);
  },
  formatHsl() {
    const a = clampa(this.opacity);
    return `${a === 1 ? "hsl(" : "hsla("}${clamph(this.h)}, ${clampt(this.s) * 100}%, ${clampt(this.l) * 100}%${a === 1 ? ")" : `, ${a})`}`;
  }
}));
function clamph(value2) {
  value2 = (value2 || 0) % 360;
  return value2 < 0 ? value2 + 360 : value2;
}
function clampt(value2) {
  return Math.max(0, Math.min(1, value2 || 0));
}
function hsl2rgb(h, m1, m2) {
  return (h < 60 ? m1 + (m2 - m1) * h / 60 : h < 180 ? m2 : h < 240 ? m1 + (m2 - m1) * (240 - h) / 60 : m1) * 255;
}
var radians = Math.PI / 180;
var degrees = 180 / Math.PI;
var K = 18;
var Xn = 0.96422;
var Yn = 1;
var Zn = 0.82521;
var t0 = 4 / 29;
var t1 = 6 / 29;
var t2 = 3 * t1 * t1;
var t3 = t1 * t1 * t1;
function labConvert(o) {
  if (o instanceof Lab) return new Lab(o.l, o.a, o.b, o.opacity);
  if (o instanceof Hcl) return hcl2lab(o);
  if (!(o instanceof Rgb)) o = rgbConvert(o);
  var r = rgb2lrgb(o.r), g = rgb2lrgb(o.g), b = rgb2lrgb(o.b), y = xyz2lab((0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / Yn), x, z;
  if (r === g && g === b) x = z = y;
  else {
    x = xyz2lab((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / Xn);
    z = xyz2lab((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / Zn);
  }
  return new Lab(116 * y - 16, 500 * (x - y), 200 * (y - z), o.opacity);
}
function lab(l, a, b, opacity) {
  return arguments.length === 1 ? labConvert(l) : new Lab(l, a, b, opacity == null ? 1 : opacity);
}
function Lab(l, a, b, opacity) {
  this.l = +l;
  this.a = +a;
  this.b = +b;
  this.opacity = +opacity;
}
define(Lab, lab, extend(Color, {
  brighter(k) {
    return new Lab(this.l + K * (k == null ? 1 : k), this.a, this.b, this.opacity);
  },
  darker(k) {
    return new Lab(this.l - K * (k == null ? 1 : k), this.a, this.b, this.opacity);
  },
  rgb() {
    var y = (this.l + 16) / 116, x = isNaN(this.a) ? y : y + this.a / 500, z = isNaN(this.b) ? y : y - this.b / 200;
    x = Xn * lab2xyz(x);
    y = Yn * lab2xyz(y);
    z = Zn * lab2xyz(z);
    return new Rgb(
      lrgb2rgb(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
      lrgb2rgb(-0.9787684 * x + 1.9161415 * y + 0.033454 * z),
      lrgb2rgb(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
      this.opacity
    );
  }
}));
function xyz2lab(t) {
  return t > t3 ? Math.pow(t, 1 / 3) : t / t2 + t0;
}
function lab2xyz(t) {
  return t > t1 ? t * t * t : t2 * (t - t0);
}
function lrgb2rgb(x) {
  return 255 * (x <= 31308e-7 ? 12.92 * x : 1.055 * Math.pow(x, 1 / 2.4) - 0.055);
}
function rgb2lrgb(x) {
  return (x /= 255) <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4);
}
function hclConvert(o) {
  if (o instanceof Hcl) return new Hcl(o.h, o.c, o.l, o.opacity);
  if (!(o instanceof Lab)) o = labConvert(o);
  if (o.a === 0 && o.b === 0) return new Hcl(NaN, 0 < o.l && o.l < 100 ? 0 : NaN, o.l, o.opacity);
  var h = Math.atan2(o.b, o.a) * degrees;
  return new Hcl(h < 0 ? h + 360 : h, Math.sqrt(o.a * o.a + o.b * o.b), o.l, o.opacity);
}
function hcl(h, c, l, opacity) {
  return arguments.length === 1 ? hclConvert(h) : new Hcl(h, c, l, opacity == null ? 1 : opacity);
}
function Hcl(h, c, l, opacity) {
  this.h = +h;
  this.c = +c;
  this.l = +l;
  this.opacity = +opacity;
}
function hcl2lab(o) {
  if (isNaN(o.h)) return new Lab(o.l, 0, 0, o.opacity);
  var h = o.h * radians;
  return new Lab(o.l, Math.cos(h) * o.c, Math.sin(h) * o.c, o.opacity);
}
define(Hcl, hcl, extend(Color, {
  brighter(k) {
    return new Hcl(this.h, this.c, this.l + K * (k == null ? 1 : k), this.opacity);
  },
  darker(k) {
    return new Hcl(this.h, this.c, this.l - K * (k == null ? 1 : k), this.opacity);
  },
  rgb() {
    return hcl2lab(this).rgb();
  }
}));
var A = -0.14861;
var B = 1.78277;
var C = -0.29227;
var D = -0.90649;
var E = 1.97294;
var ED = E * D;
var EB = E * B;
var BC_DA = B * C - D * A;
function cubehelixConvert(o) {
  if (o instanceof Cubehelix) return new Cubehelix(o.h, o.s, o.l, o.opacity);
  if (!(o instanceof Rgb)) o = rgbConvert(o);
  var r = o.r / 255, g = o.g / 255, b = o.b / 255, l = (BC_DA * b + ED * r - EB * g) / (BC_DA + ED - EB), bl = b - l, k = (E * (g - l) - C * bl) / D, s = Math.sqrt(k * k + bl * bl) / (E * l * (1 - l)), h = s ? Math.atan2(k, bl) * degrees - 120 : NaN;
  return new Cubehelix(h < 0 ? h + 360 : h, s, l, o.opacity);
}
function cubehelix(h, s, l, opacity) {
  return arguments.length === 1 ? cubehelixConvert(h) : new Cubehelix(h, s, l, opacity == null ? 1 : opacity);
}
function Cubehelix(h, s, l, opacity) {
  this.h = +h;
  this.s = +s;
  this.l = +l;
  this.opacity = +opacity;
}
define(Cubehelix, cubehelix, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Cubehelix(this.h, this.s, this.l * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Cubehelix(this.h, this.s, this.l * k, this.opacity);
  },
  rgb() {
    var h = isNaN(this.h) ? 0 : (this.h + 120) * radians, l = +this.l, a = isNaN(this.s) ? 0 : this.s * l * (1 - l), cosh2 = Math.cos(h), sinh2 = Math.sin(h);
    return new Rgb(
      255 * (l + a * (A * cosh2 + B * sinh2)),
      255 * (l + a * (C * cosh2 + D * sinh2)),
      255 * (l + a * (E * cosh2)),
      this.opacity
    );
  }
}));
function basis(t12, v0, v1, v2, v3) {
  var t22 = t12 * t12, t32 = t22 * t12;
  return ((1 - 3 * t12 + 3 * t22 - t32) * v0 + (4 - 6 * t22 + 3 * t32) * v1 + (1 + 3 * t12 + 3 * t22 - 3 * t32) * v2 + t32 * v3) / 6;
}
function basis$1(values2) {
  var n = values2.length - 1;
  return function(t) {
    var i = t <= 0 ? t = 0 : t >= 1 ? (t = 1, n - 1) : Math.floor(t * n), v1 = values2[i], v2 = values2[i + 1], v0 = i > 0 ? values2[i - 1] : 2 * v1 - v2, v3 = i < n - 1 ? values2[i + 2] : 2 * v2 - v1;
    return basis((t - i / n) * n, v0, v1, v2, v3);
  };
}
function basisClosed(values2) {
  var n = values2.length;
  return function(t) {
    var i = Math.floor(((t %= 1) < 0 ? ++t : t) * n), v0 = values2[(i + n - 1) % n], v1 = values2[i % n], v2 = values2[(i + 1) % n], v3 = values2[(i + 2) % n];
    return basis((t - i / n) * n, v0, v1, v2, v3);
  };
}
var constant = (x) => () => x;
function linear(a, d) {
  return function(t) {
    return a + t * d;
  };
}
function exponential(a, b, y) {
  return a = Math.pow(a, y), b = Math.pow(b, y) - a, y = 1 / y, function(t) {
    return Math.pow(a + t * b, y);
  };
}
function hue$1(a, b) {
  var d = b - a;
  return d ? linear(a, d > 180 || d < -180 ? d - 360 * Math.round(d / 360) : d) : constant(isNaN(a) ? b : a);
}
function gamma(y) {
  return (y = +y) === 1 ? nogamma : function(a, b) {
    return b - a ? exponential(a, b, y) : constant(isNaN(a) ? b : a);
  };
}
function nogamma(a, b) {
  var d = b - a;
  return d ? linear(a, d) : constant(isNaN(a) ? b : a);
}
var rgb2 = (function rgbGamma(y) {
  var color2 = gamma(y);
  function rgb3(start, end) {
    var r = color2((start = rgb(start)).r, (end = rgb(end)).r), g = color2(start.g, end.g), b = color2(start.b, end.b), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.r = r(t);
      start.g = g(t);
      start.b = b(t);
      start.opacity = opacity(t);
      return start + "";
    };
  }
  rgb3.gamma = rgbGamma;
  return rgb3;
})(1);
function rgbSpline(spline) {
  return function(colors) {
    var n = colors.length, r = new Array(n), g = new Array(n), b = new Array(n), i, color2;
    for (i = 0; i < n; ++i) {
      color2 = rgb(colors[i]);
      r[i] = color2.r || 0;
      g[i] = color2.g || 0;
      b[i] = color2.b || 0;
    }
    r = spline(r);
    g = spline(g);
    b = spline(b);
    color2.opacity = 1;
    return function(t) {
      color2.r = r(t);
      color2.g = g(t);
      color2.b = b(t);
      return color2 + "";
    };
  };
}
var rgbBasis = rgbSpline(basis$1);
var rgbBasisClosed = rgbSpline(basisClosed);
function numberArray(a, b) {
  if (!b) b = [];
  var n = a ? Math.min(b.length, a.length) : 0, c = b.slice(), i;
  return function(t) {
    for (i = 0; i < n; ++i) c[i] = a[i] * (1 - t) + b[i] * t;
    return c;
  };
}
function isNumberArray(x) {
  return ArrayBuffer.isView(x) && !(x instanceof DataView);
}
function genericArray(a, b) {
  var nb = b ? b.length : 0, na = a ? Math.min(nb, a.length) : 0, x = new Array(na), c = new Array(nb), i;
  for (i = 0; i < na; ++i) x[i] = value(a[i], b[i]);
  for (; i < nb; ++i) c[i] = b[i];
  return function(t) {
    for (i = 0; i < na; ++i) c[i] = x[i](t);
    return c;
  };
}
function date(a, b) {
  var d = /* @__PURE__ */ new Date();
  return a = +a, b = +b, function(t) {
    return d.setTime(a * (1 - t) + b * t), d;
  };
}
function number2(a, b) {
  return a = +a, b = +b, function(t) {
    return a * (1 - t) + b * t;
  };
}
function object(a, b) {
  var i = {}, c = {}, k;
  if (a === null || typeof a !== "object") a = {};
  if (b === null || typeof b !== "object") b = {};
  for (k in b) {
    if (k in a) {
      i[k] = value(a[k], b[k]);
    } else {
      c[k] = b[k];
    }
  }
  return function(t) {
    for (k in i) c[k] = i[k](t);
    return c;
  };
}
var reA = /[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g;
var reB = new RegExp(reA.source, "g");
function zero2(b) {
  return function() {
    return b;
  };
}
function one(b) {
  return function(t) {
    return b(t) + "";
  };
}
function string(a, b) {
  var bi = reA.lastIndex = reB.lastIndex = 0, am, bm, bs, i = -1, s = [], q = [];
  a = a + "", b = b + "";
  while ((am = reA.exec(a)) && (bm = reB.exec(b))) {
    if ((bs = bm.index) > bi) {
      bs = b.slice(bi, bs);
      if (s[i]) s[i] += bs;
      else s[++i] = bs;
    }
    if ((am = am[0]) === (bm = bm[0])) {
      if (s[i]) s[i] += bm;
      else s[++i] = bm;
    } else {
      s[++i] = null;
      q.push({ i, x: number2(am, bm) });
    }
    bi = reB.lastIndex;
  }
  if (bi < b.length) {
    bs = b.slice(bi);
    if (s[i]) s[i] += bs;
    else s[++i] = bs;
  }
  return s.length < 2 ? q[0] ? one(q[0].x) : zero2(b) : (b = q.length, function(t) {
    for (var i2 = 0, o; i2 < b; ++i2) s[(o = q[i2]).i] = o.x(t);
    return s.join("");
  });
}
function value(a, b) {
  var t = typeof b, c;
  return b == null || t === "boolean" ? constant(b) : (t === "number" ? number2 : t === "string" ? (c = color(b)) ? (b = c, rgb2) : string : b instanceof color ? rgb2 : b instanceof Date ? date : isNumberArray(b) ? numberArray : Array.isArray(b) ? genericArray : typeof b.valueOf !== "function" && typeof b.toString !== "function" || isNaN(b) ? object : number2)(a, b);
}
function round(a, b) {
  return a = +a, b = +b, function(t) {
    return Math.round(a * (1 - t) + b * t);
  };
}
var degrees2 = 180 / Math.PI;
var identity = {
  translateX: 0,
  translateY: 0,
  rotate: 0,
  skewX: 0,
  scaleX: 1,
  scaleY: 1
};
function decompose(a, b, c, d, e, f) {
  var scaleX, scaleY, skewX;
  if (scaleX = Math.sqrt(a * a + b * b)) a /= scaleX, b /= scaleX;
  if (skewX = a * c + b * d) c -= a * skewX, d -= b * skewX;
  if (scaleY = Math.sqrt(c * c + d * d)) c /= scaleY, d /= scaleY, skewX /= scaleY;
  if (a * d < b * c) a = -a, b = -b, skewX = -skewX, scaleX = -scaleX;
  return {
    translateX: e,
    translateY: f,
    rotate: Math.atan2(b, a) * degrees2,
    skewX: Math.atan(skewX) * degrees2,
    scaleX,
    scaleY
  };
}
var svgNode;
function parseCss(value2) {
  const m = new (typeof DOMMatrix === "function" ? DOMMatrix : WebKitCSSMatrix)(value2 + "");
  return m.isIdentity ? identity : decompose(m.a, m.b, m.c, m.d, m.e, m.f);
}
function parseSvg(value2) {
  if (value2 == null) return identity;
  if (!svgNode) svgNode = document.createElementNS("http://www.w3.org/2000/svg", "g");
  svgNode.setAttribute("transform", value2);
  if (!(value2 = svgNode.transform.baseVal.consolidate())) return identity;
  value2 = value2.matrix;
  return decompose(value2.a, value2.b, value2.c, value2.d, value2.e, value2.f);
}
function interpolateTransform(parse, pxComma, pxParen, degParen) {
  function pop(s) {
    return s.length ? s.pop() + " " : "";
  }
  function translate(xa, ya, xb, yb, s, q) {
    if (xa !== xb || ya !== yb) {
      var i = s.push("translate(", null, pxComma, null, pxParen);
      q.push({ i: i - 4, x: number2(xa, xb) }, { i: i - 2, x: number2(ya, yb) });
    } else if (xb || yb) {
      s.push("translate(" + xb + pxComma + yb + pxParen);
    }
  }
  function rotate(a, b, s, q) {
    if (a !== b) {
      if (a - b > 180) b += 360;
      else if (b - a > 180) a += 360;
      q.push({ i: s.push(pop(s) + "rotate(", null, degParen) - 2, x: number2(a, b) });
    } else if (b) {
      s.push(pop(s) + "rotate(" + b + degParen);
    }
  }
  function skewX(a, b, s, q) {
    if (a !== b) {
      q.push({ i: s.push(pop(s) + "skewX(", null, degParen) - 2, x: number2(a, b) });
    } else if (b) {
      s.push(pop(s) + "skewX(" + b + degParen);
    }
  }
  function scale(xa, ya, xb, yb, s, q) {
    if (xa !== xb || ya !== yb) {
      var i = s.push(pop(s) + "scale(", null, ",", null, ")");
      q.push({ i: i - 4, x: number2(xa, xb) }, { i: i - 2, x: number2(ya, yb) });
    } else if (xb !== 1 || yb !== 1) {
      s.push(pop(s) + "scale(" + xb + "," + yb + ")");
    }
  }
  return function(a, b) {
    var s = [], q = [];
    a = parse(a), b = parse(b);
    translate(a.translateX, a.translateY, b.translateX, b.translateY, s, q);
    rotate(a.rotate, b.rotate, s, q);
    skewX(a.skewX, b.skewX, s, q);
    scale(a.scaleX, a.scaleY, b.scaleX, b.scaleY, s, q);
    a = b = null;
    return function(t) {
      var i = -1, n = q.length, o;
      while (++i < n) s[(o = q[i]).i] = o.x(t);
      return s.join("");
    };
  };
}
var interpolateTransformCss = interpolateTransform(parseCss, "px, ", "px)", "deg)");
var interpolateTransformSvg = interpolateTransform(parseSvg, ", ", ")", ")");
var epsilon2 = 1e-12;
function cosh(x) {
  return ((x = Math.exp(x)) + 1 / x) / 2;
}
function sinh(x) {
  return ((x = Math.exp(x)) - 1 / x) / 2;
}
function tanh(x) {
  return ((x = Math.exp(2 * x)) - 1) / (x + 1);
}
var zoom = (function zoomRho(rho, rho2, rho4) {
  function zoom2(p0, p1) {
    var ux0 = p0[0], uy0 = p0[1], w0 = p0[2], ux1 = p1[0], uy1 = p1[1], w1 = p1[2], dx = ux1 - ux0, dy = uy1 - uy0, d2 = dx * dx + dy * dy, i, S;
    if (d2 < epsilon2) {
      S = Math.log(w1 / w0) / rho;
      i = function(t) {
        return [
          ux0 + t * dx,
          uy0 + t * dy,
          w0 * Math.exp(rho * t * S)
        ];
      };
    } else {
      var d1 = Math.sqrt(d2), b0 = (w1 * w1 - w0 * w0 + rho4 * d2) / (2 * w0 * rho2 * d1), b1 = (w1 * w1 - w0 * w0 - rho4 * d2) / (2 * w1 * rho2 * d1), r0 = Math.log(Math.sqrt(b0 * b0 + 1) - b0), r1 = Math.log(Math.sqrt(b1 * b1 + 1) - b1);
      S = (r1 - r0) / rho;
      i = function(t) {
        var s = t * S, coshr0 = cosh(r0), u = w0 / (rho2 * d1) * (coshr0 * tanh(rho * s + r0) - sinh(r0));
        return [
          ux0 + u * dx,
          uy0 + u * dy,
          w0 * coshr0 / cosh(rho * s + r0)
        ];
      };
    }
    i.duration = Math.abs(S) * 1e3 * rho / Math.SQRT2;
    return i;
  }
  zoom2.rho = function(_) {
    var _1 = Math.max(1e-3, +_), _2 = _1 * _1, _4 = _2 * _2;
    return zoomRho(_1, _2, _4);
  };
  return zoom2;
})(Math.SQRT2, 2, 4);
function hsl2(hue) {
  return function(start, end) {
    var h = hue((start = hsl(start)).h, (end = hsl(end)).h), s = nogamma(start.s, end.s), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.h = h(t);
      start.s = s(t);
      start.l = l(t);
      start.opacity = opacity(t);
      return start + "";
    };
  };
}
var hsl_default = hsl2(hue$1);
var hslLong = hsl2(nogamma);
function hcl2(hue) {
  return function(start, end) {
    var h = hue((start = hcl(start)).h, (end = hcl(end)).h), c = nogamma(start.c, end.c), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.h = h(t);
      start.c = c(t);
      start.l = l(t);
      start.opacity = opacity(t);
      return start + "";
    };
  };
}
var hcl_default = hcl2(hue$1);
var hclLong = hcl2(nogamma);
function cubehelix2(hue) {
  return (function cubehelixGamma(y) {
    y = +y;
    function cubehelix3(start, end) {
      var h = hue((start = cubehelix(start)).h, (end = cubehelix(end)).h), s = nogamma(start.s, end.s), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
      return function(t) {
        start.h = h(t);
        start.s = s(t);
        start.l = l(Math.pow(t, y));
        start.opacity = opacity(t);
        return start + "";
      };
    }
    cubehelix3.gamma = cubehelixGamma;
    return cubehelix3;
  })(1);
}
var cubehelix_default = cubehelix2(hue$1);
var cubehelixLong = cubehelix2(nogamma);
function formatDecimal(x) {
  return Math.abs(x = Math.round(x)) >= 1e21 ? x.toLocaleString("en").replace(/,/g, "") : x.toString(10);
}
function formatDecimalParts(x, p) {
  if (!isFinite(x) || x === 0) return null;
  var i = (x = p ? x.toExponential(p - 1) : x.toExponential()).indexOf("e"), coefficient = x.slice(0, i);
  return [
    coefficient.length > 1 ? coefficient[0] + coefficient.slice(2) : coefficient,
    +x.slice(i + 1)
  ];
}
function exponent(x) {
  return x = formatDecimalParts(Math.abs(x)), x ? x[1] : NaN;
}
function formatGroup(grouping, thousands) {
  return function(value2, width) {
    var i = value2.length, t = [], j = 0, g = grouping[0], length = 0;
    while (i > 0 && g > 0) {
      if (length + g + 1 > width) g = Math.max(1, width - length);
      t.push(value2.substring(i -= g, i + g));
      if ((length += g + 1) > width) break;
      g = grouping[j = (j + 1) % grouping.length];
    }
    return t.reverse().join(thousands);
  };
}
function formatNumerals(numerals) {
  return function(value2) {
    return value2.replace(/[0-9]/g, function(i) {
      return numerals[+i];
    });
  };
}
var re = /^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;
function formatSpecifier(specifier) {
  if (!(match2 = re.exec(specifier))) throw new Error("invalid format: " + specifier);
  var match2;
  return new FormatSpecifier({
    fill: match2[1],
    align: match2[2],
    sign: match2[3],
    symbol: match2[4],
    zero: match2[5],
    width: match2[6],
    comma: match2[7],
    precision: match2[8] && match2[8].slice(1),
    trim: match2[9],
    type: match2[10]
  });
}
formatSpecifier.prototype = FormatSpecifier.prototype;
function FormatSpecifier(specifier) {
  this.fill = specifier.fill === void 0 ? " " : specifier.fill + "";
  this.align = specifier.align === void 0 ? ">" : specifier.align + "";
  this.sign = specifier.sign === void 0 ? "-" : specifier.sign + "";
  this.symbol = specifier.symbol === void 0 ? "" : specifier.symbol + "";
  this.zero = !!specifier.zero;
  this.width = specifier.width === void 0 ? void 0 : +specifier.width;
  this.comma = !!specifier.comma;
  this.precision = specifier.precision === void 0 ? void 0 : +specifier.precision;
  this.trim = !!specifier.trim;
  this.type = specifier.type === void 0 ? "" : specifier.type + "";
}
FormatSpecifier.prototype.toString = function() {
  return this.fill + this.align + this.sign + this.symbol + (this.zero ? "0" : "") + (this.width === void 0 ? "" : Math.max(1, this.width | 0)) + (this.comma ? "," : "") + (this.precision === void 0 ? "" : "." + Math.max(0, this.precision | 0)) + (this.trim ? "~" : "") + this.type;
};
function formatTrim(s) {
  out: for (var n = s.length, i = 1, i0 = -1, i1; i < n; ++i) {
    switch (s[i]) {
      case ".":
        i0 = i1 = i;
        break;
      case "0":
        if (i0 === 0) i0 = i;
        i1 = i;
        break;
      default:
        if (!+s[i]) break out;
        if (i0 > 0) i0 = 0;
        break;
    }
  }
  return i0 > 0 ? s.slice(0, i0) + s.slice(i1 + 1) : s;
}
var prefixExponent;
function formatPrefixAuto(x, p) {
  var d = formatDecimalParts(x, p);
  if (!d) return prefixExponent = void 0, x.toPrecision(p);
  var coefficient = d[0], exponent2 = d[1], i = exponent2 - (prefixExponent = Math.max(-8, Math.min(8, Math.floor(exponent2 / 3))) * 3) + 1, n = coefficient.length;
  return i === n ? coefficient : i > n ? coefficient + new Array(i - n + 1).join("0") : i > 0 ? coefficient.slice(0, i) + "." + coefficient.slice(i) : "0." + new Array(1 - i).join("0") + formatDecimalParts(x, Math.max(0, p + i - 1))[0];
}
function formatRounded(x, p) {
  var d = formatDecimalParts(x, p);
  if (!d) return x + "";
  var coefficient = d[0], exponent2 = d[1];
  return exponent2 < 0 ? "0." + new Array(-exponent2).join("0") + coefficient : coefficient.length > exponent2 + 1 ? coefficient.slice(0, exponent2 + 1) + "." + coefficient.slice(exponent2 + 1) : coefficient + new Array(exponent2 - coefficient.length + 2).join("0");
}
var formatTypes = {
  "%": (x, p) => (x * 100).toFixed(p),
  "b": (x) => Math.round(x).toString(2),
  "c": (x) => x + "",
  "d": formatDecimal,
  "e": (x, p) => x.toExponential(p),
  "f": (x, p) => x.toFixed(p),
  "g": (x, p) => x.toPrecision(p),
  "o": (x) => Math.round(x).toString(8),
  "p": (x, p) => formatRounded(x * 100, p),
  "r": formatRounded,
  "s": formatPrefixAuto,
  "X": (x) => Math.round(x).toString(16).toUpperCase(),
  "x": (x) => Math.round(x).toString(16)
};
function identity2(x) {
  return x;
}
var map = Array.prototype.map;
var prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
function formatLocale(locale2) {
  var group = locale2.grouping === void 0 || locale2.thousands === void 0 ? identity2 : formatGroup(map.call(locale2.grouping, Number), locale2.thousands + ""), currencyPrefix = locale2.currency === void 0 ? "" : locale2.currency[0] + "", currencySuffix = locale2.currency === void 0 ? "" : locale2.currency[1] + "", decimal = locale2.decimal === void 0 ? "." : locale2.decimal + "", numerals = locale2.numerals === void 0 ? identity2 : formatNumerals(map.call(locale2.numerals, String)), percent2 = locale2.percent === void 0 ? "%" : locale2.percent + "", minus = locale2.minus === void 0 ? "−" : locale2.minus + "", nan = locale2.nan === void 0 ? "NaN" : locale2.nan + "";
  function newFormat(specifier, options) {
    specifier = formatSpecifier(specifier);
    var fill = specifier.fill, align = specifier.align, sign = specifier.sign, symbol = specifier.symbol, zero3 = specifier.zero, width = specifier.width, comma = specifier.comma, precision = specifier.precision, trim = specifier.trim, type = specifier.type;
    if (type === "n") comma = true, type = "g";
    else if (!formatTypes[type]) precision === void 0 && (precision = 12), trim = true, type = "g";
    if (zero3 || fill === "0" && align === "=") zero3 = true, fill = "0", align = "=";
    var prefix = (options && options.prefix !== void 0 ? options.prefix : "") + (symbol === "$" ? currencyPrefix : symbol === "#" && /[boxX]/.test(type) ? "0" + type.toLowerCase() : ""), suffix = (symbol === "$" ? currencySuffix : /[%p]/.test(type) ? percent2 : "") + (options && options.suffix !== void 0 ? options.suffix : "");
    var formatType = formatTypes[type], maybeSuffix = /[defgprs%]/.test(type);
    precision = precision === void 0 ? 6 : /[gprs]/.test(type) ? Math.max(1, Math.min(21, precision)) : Math.max(0, Math.min(20, precision));
    function format2(value2) {
      var valuePrefix = prefix, valueSuffix = suffix, i, n, c;
      if (type === "c") {
        valueSuffix = formatType(value2) + valueSuffix;
        value2 = "";
      } else {
        value2 = +value2;
        var valueNegative = value2 < 0 || 1 / value2 < 0;
        value2 = isNaN(value2) ? nan : formatType(Math.abs(value2), precision);
        if (trim) value2 = formatTrim(value2);
        if (valueNegative && +value2 === 0 && sign !== "+") valueNegative = false;
        valuePrefix = (valueNegative ? sign === "(" ? sign : minus : sign === "-" || sign === "(" ? "" : sign) + valuePrefix;
        valueSuffix = (type === "s" && !isNaN(value2) && prefixExponent !== void 0 ? prefixes[8 + prefixExponent / 3] : "") + valueSuffix + (valueNegative && sign === "(" ? ")" : "");
        if (maybeSuffix) {
          i = -1, n = value2.length;
          while (++i < n) {
            if (c = value2.charCodeAt(i), 48 > c || c > 57) {
              valueSuffix = (c === 46 ? decimal + value2.slice(i + 1) : value2.slice(i)) + valueSuffix;
              value2 = value2.slice(0, i);
              break;
            }
          }
        }
      }
      if (comma && !zero3) value2 = group(value2, Infinity);
      var length = valuePrefix.length + value2.length + valueSuffix.length, padding = length < width ? new Array(width - length + 1).join(fill) : "";
      if (comma && zero3) value2 = group(padding + value2, padding.length ? width - valueSuffix.length : Infinity), padding = "";
      switch (align) {
        case "<":
          value2 = valuePrefix + value2 + valueSuffix + padding;
          break;
        case "=":
          value2 = valuePrefix + padding + value2 + valueSuffix;
          break;
        case "^":
          value2 = padding.slice(0, length = padding.length >> 1) + valuePrefix + value2 + valueSuffix + padding.slice(length);
          break;
        default:
          value2 = padding + valuePrefix + value2 + valueSuffix;
          break;
      }
      return numerals(value2);
    }
    format2.toString = function() {
      return specifier + "";
    };
    return format2;
  }
  function formatPrefix2(specifier, value2) {
    var e = Math.max(-8, Math.min(8, Math.floor(exponent(value2) / 3))) * 3, k = Math.pow(10, -e), f = newFormat((specifier = formatSpecifier(specifier), specifier.type = "f", specifier), { suffix: prefixes[8 + e / 3] });
    return function(value3) {
      return f(k * value3);
    };
  }
  return {
    format: newFormat,
    formatPrefix: formatPrefix2
  };
}
var locale;
var format;
var formatPrefix;
defaultLocale({
  thousands: ",",
  grouping: [3],
  currency: ["$", ""]
});
function defaultLocale(definition) {
  locale = formatLocale(definition);
  format = locale.format;
  formatPrefix = locale.formatPrefix;
  return locale;
}
function initRange(domain, range2) {
  switch (arguments.length) {
    case 0:
      break;
    case 1:
      this.range(domain);
      break;
    default:
      this.range(range2).domain(domain);
      break;
  }
  return this;
}
function constants(x) {
  return function() {
    return x;
  };
}
function number$1(x) {
  return +x;
}
var unit = [0, 1];
function identity$1(x) {
  return x;
}
function normalize(a, b) {
  return (b -= a = +a) ? function(x) {
    return (x - a) / b;
  } : constants(isNaN(b) ? NaN : 0.5);
}
function clamper(a, b) {
  var t;
  if (a > b) t = a, a = b, b = t;
  return function(x) {
    return Math.max(a, Math.min(b, x));
  };
}
function bimap(domain, range2, interpolate2) {
  var d0 = domain[0], d1 = domain[1], r0 = range2[0], r1 = range2[1];
  if (d1 < d0) d0 = normalize(d1, d0), r0 = interpolate2(r1, r0);
  else d0 = normalize(d0, d1), r0 = interpolate2(r0, r1);
  return function(x) {
    return r0(d0(x));
  };
}
function polymap(domain, range2, interpolate2) {
  var j = Math.min(domain.length, range2.length) - 1, d = new Array(j), r = new Array(j), i = -1;
  if (domain[j] < domain[0]) {
    domain = domain.slice().reverse();
    range2 = range2.slice().reverse();
  }
  while (++i < j) {
    d[i] = normalize(domain[i], domain[i + 1]);
    r[i] = interpolate2(range2[i], range2[i + 1]);
  }
  return function(x) {
    var i2 = bisect_default(domain, x, 1, j) - 1;
    return r[i2](d[i2](x));
  };
}
function copy$1(source, target) {
  return target.domain(source.domain()).range(source.range()).interpolate(source.interpolate()).clamp(source.clamp()).unknown(source.unknown());
}
function transformer$2() {
  var domain = unit, range2 = unit, interpolate$1 = value, transform, untransform, unknown, clamp2 = identity$1, piecewise2, output, input;
  function rescale() {
    var n = Math.min(domain.length, range2.length);
    if (clamp2 !== identity$1) clamp2 = clamper(domain[0], domain[n - 1]);
    piecewise2 = n > 2 ? polymap : bimap;
    output = input = null;
    return scale;
  }
  function scale(x) {
    return x == null || isNaN(x = +x) ? unknown : (output || (output = piecewise2(domain.map(transform), range2, interpolate$1)))(transform(clamp2(x)));
  }
  scale.invert = function(y) {
    return clamp2(untransform((input || (input = piecewise2(range2, domain.map(transform), number2)))(y)));
  };
  scale.domain = function(_) {
    return arguments.length ? (domain = Array.from(_, number$1), rescale()) : domain.slice();
  };
  scale.range = function(_) {
    return arguments.length ? (range2 = Array.from(_), rescale()) : range2.slice();
  };
  scale.rangeRound = function(_) {
    return range2 = Array.from(_), interpolate$1 = round, rescale();
  };
  scale.clamp = function(_) {
    return arguments.length ? (clamp2 = _ ? true : identity$1, rescale()) : clamp2 !== identity$1;
  };
  scale.interpolate = function(_) {
    return arguments.length ? (interpolate$1 = _, rescale()) : interpolate$1;
  };
  scale.unknown = function(_) {
    return arguments.length ? (unknown = _, scale) : unknown;
  };
  return function(t, u) {
    transform = t, untransform = u;
    return rescale();
  };
}
function nice(domain, interval) {
  domain = domain.slice();
  var i0 = 0, i1 = domain.length - 1, x0 = domain[i0], x1 = domain[i1], t;
  if (x1 < x0) {
    t = i0, i0 = i1, i1 = t;
    t = x0, x0 = x1, x1 = t;
  }
  domain[i0] = interval.floor(x0);
  domain[i1] = interval.ceil(x1);
  return domain;
}
function transformLog(x) {
  return Math.log(x);
}
function transformExp(x) {
  return Math.exp(x);
}
function transformLogn(x) {
  return -Math.log(-x);
}
function transformExpn(x) {
  return -Math.exp(-x);
}
function pow10(x) {
  return isFinite(x) ? +("1e" + x) : x < 0 ? 0 : x;
}
function powp(base) {
  return base === 10 ? pow10 : base === Math.E ? Math.exp : (x) => Math.pow(base, x);
}
function logp(base) {
  return base === Math.E ? Math.log : base === 10 && Math.log10 || base === 2 && Math.log2 || (base = Math.log(base), (x) => Math.log(x) / base);
}
function reflect(f) {
  return (x, k) => -f(-x, k);
}
function loggish(transform) {
  const scale = transform(transformLog, transformExp);
  const domain = scale.domain;
  let base = 10;
  let logs;
  let pows;
  function rescale() {
    logs = logp(base), pows = powp(base);
    if (domain()[0] < 0) {
      logs = reflect(logs), pows = reflect(pows);
      transform(transformLogn, transformExpn);
    } else {
      transform(transformLog, transformExp);
    }
    return scale;
  }
  scale.base = function(_) {
    return arguments.length ? (base = +_, rescale()) : base;
  };
  scale.domain = function(_) {
    return arguments.length ? (domain(_), rescale()) : domain();
  };
  scale.ticks = (count) => {
    const d = domain();
    let u = d[0];
    let v = d[d.length - 1];
    const r = v < u;
    if (r) [u, v] = [v, u];
    let i = logs(u);
    let j = logs(v);
    let k;
    let t;
    const n = count == null ? 10 : +count;
    let z = [];
    if (!(base % 1) && j - i < n) {
      i = Math.floor(i), j = Math.ceil(j);
      if (u > 0) for (; i <= j; ++i) {
        for (k = 1; k < base; ++k) {
          t = i < 0 ? k / pows(-i) : k * pows(i);
          if (t < u) continue;
          if (t > v) break;
          z.push(t);
        }
      }
      else for (; i <= j; ++i) {
        for (k = base - 1; k >= 1; --k) {
          t = i > 0 ? k / pows(-i) : k * pows(i);
          if (t < u) continue;
          if (t > v) break;
          z.push(t);
        }
      }
      if (z.length * 2 < n) z = ticks(u, v, n);
    } else {
      z = ticks(i, j, Math.min(j - i, n)).map(pows);
    }
    return r ? z.reverse() : z;
  };
  scale.tickFormat = (count, specifier) => {
    if (count == null) count = 10;
    if (specifier == null) specifier = base === 10 ? "s" : ",";
    if (typeof specifier !== "function") {
      if (!(base % 1) && (specifier = formatSpecifier(specifier)).precision == null) specifier.trim = true;
      specifier = format(specifier);
    }
    if (count === Infinity) return specifier;
    const k = Math.max(1, base * count / scale.ticks().length);
    return (d) => {
      let i = d / pows(Math.round(logs(d)));
      if (i * base < base - 0.5) i *= base;
      return i <= k ? specifier(d) : "";
    };
  };
  scale.nice = () => {
    return domain(nice(domain(), {
      floor: (x) => pows(Math.floor(logs(x))),
      ceil: (x) => pows(Math.ceil(logs(x)))
    }));
  };
  return scale;
}
function log() {
  const scale = loggish(transformer$2()).domain([1, 10]);
  scale.copy = () => copy$1(scale, log()).base(scale.base());
  initRange.apply(scale, arguments);
  return scale;
}

// chart/frame.js
function frameOf(width, options) {
  const narrow = width < 520, height = options.height(width), larger = Math.max(1, options.font / 15);
  const left = larger * (narrow ? 54 : 64), right = larger * (narrow ? options.direct ? 22 : 12 : options.direct ? 184 : 20), gap = 48, bottom = larger * 48, head = larger * 30;
  const inner = height - head - bottom;
  const split = options.drop ? Math.round((inner - gap) * 0.68) : inner;
  const top = [head, head + split];
  return {
    size: { width, height },
    box: { left, right: width - right, top, low: options.drop ? [head + split + gap, height - bottom] : top }
  };
}
function scalesOf(view, box) {
  const x = log().base(2).domain(view.x.map((v) => 2 ** v)).range([box.left, box.right]);
  const y = log().domain(view.y.map((v) => 10 ** v)).range([box.top[1], box.top[0]]);
  const d = log().domain(view.d.map((v) => 10 ** v)).range([box.low[1], box.low[0]]);
  return { x, y, d, batch: (value2) => x.invert(value2), lr: (value2) => y.invert(value2) };
}
function inside(view, p) {
  const bx = Math.log2(p.batch), ly = Math.log10(p.lr);
  return bx >= view.x[0] && bx <= view.x[1] && ly >= view.y[0] && ly <= view.y[1];
}

// law/special.js
var ERF_CELLS = 256;
var ERF_END = 6;
var ERF_TABLE = (() => {
  const exact2 = (x) => {
    let term = x, sum = x;
    for (let n = 1; term > 1e-18 * sum; n += 1) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  };
  const slope = (x) => 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) / ERF_CELLS;
  const table = new Float64Array(4 * ERF_CELLS * ERF_END);
  for (let i = 0; i < ERF_CELLS * ERF_END; i += 1) {
    const a = i / ERF_CELLS, b = (i + 1) / ERF_CELLS;
    const rise = exact2(b) - exact2(a);
    table.set([exact2(a), slope(a), 3 * rise - 2 * slope(a) - slope(b), slope(a) + slope(b) - 2 * rise], 4 * i);
  }
  return table;
})();
function erf(x) {
  const size = Math.abs(x);
  if (size >= ERF_END) return Math.sign(x);
  const place2 = size * ERF_CELLS;
  const cell = place2 | 0;
  const u = place2 - cell;
  const k = 4 * cell;
  const value2 = ((ERF_TABLE[k + 3] * u + ERF_TABLE[k + 2]) * u + ERF_TABLE[k + 1]) * u + ERF_TABLE[k];
  return x < 0 ? -value2 : value2;
}
var polynomial = (coefficients, x) => coefficients.reduceRight((sum, c) => sum * x + c, 0);
function normalQuantile(p) {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r2 = 0.180625 - q * q;
    return q * polynomial(
      [
        3.3871328727963665,
        133.14166789178438,
        1971.5909503065513,
        13731.69376550946,
        45921.95393154987,
        67265.7709270087,
        33430.57558358813,
        2509.0809287301227
      ],
      r2
    ) / polynomial(
      [
        1,
        42.31333070160091,
        687.1870074920579,
        5394.196021424751,
        21213.794301586597,
        39307.89580009271,
        28729.085735721943,
        5226.495278852546
      ],
      r2
    );
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const tail = r <= 5 ? polynomial(
    [
      1.4234371107496835,
      4.630337846156546,
      5.769497221460691,
      3.6478483247632045,
      1.2704582524523684,
      0.2417807251774506,
      0.022723844989269184,
      7745450142783414e-19
    ],
    r - 1.6
  ) / polynomial(
    [
      1,
      2.053191626637759,
      1.6763848301838038,
      0.6897673349851,
      0.14810397642748008,
      0.015198666563616457,
      5475938084995345e-19,
      10507500716444169e-25
    ],
    r - 1.6
  ) : polynomial(
    [
      6.657904643501103,
      5.463784911164114,
      1.7848265399172913,
      0.29656057182850487,
      0.026532189526576124,
      0.0012426609473880784,
      27115555687434876e-21,
      20103343992922881e-23
    ],
    r - 5
  ) / polynomial(
    [
      1,
      0.599832206555888,
      0.1369298809227358,
      0.014875361290850615,
      7868691311456133e-19,
      18463183175100548e-21,
      1421511758316446e-22,
      20442631033899397e-31
    ],
    r - 5
  );
  return q < 0 ? -tail : tail;
}
var known2 = /* @__PURE__ */ new Map();
function quantiles(count) {
  let found = known2.get(count);
  if (!found) {
    found = Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count));
    known2.set(count, found);
  }
  return found;
}
function factorNodes(correlation, tolerance = 1e-11) {
  const digits = -Math.log(tolerance);
  const step = Math.PI / Math.sqrt(digits * (1 + correlation) / (2 * (1 - correlation)));
  const count = Math.ceil(Math.sqrt(2 * digits) / step);
  const nodes = Array.from({ length: 2 * count + 1 }, (_, i) => step * (i - count));
  const weights = nodes.map((x) => Math.exp(-0.5 * x * x));
  const total = weights.reduce((a, b) => a + b);
  return { nodes, weights: weights.map((w) => w / total) };
}

// law/model.js
var NODES = 256;
function blockSizes(count, blocks) {
  const sizes = new Array(blocks).fill(0);
  for (let i = 0; i < count; i += 1) sizes[Math.floor(i * blocks / count)] += 1;
  return sizes;
}
function maxAlignment(p) {
  const count = Math.min(NODES, p.n_parameters);
  return blockSizes(count, p.blocks).reduce((sum, m) => sum + m * (m - 1), 0) / count;
}
function compile(p, nodes = NODES) {
  const count = Math.min(nodes, p.n_parameters);
  const shrink = Math.sqrt((1 - p.momentum) / (1 + p.momentum));
  const q = quantiles(count);
  const z = [], weight = [], starts = [0];
  let index = 0, pairs = 0;
  for (const size of blockSizes(count, p.blocks)) {
    if (p.snr_spread === 0) {
      z.push(p.snr / shrink);
      weight.push(size);
    } else {
      for (let i = index; i < index + size; i += 1) {
        z.push(p.snr * Math.exp(p.snr_spread * q[i]) / shrink);
        weight.push(1);
      }
    }
    index += size;
    pairs += size * (size - 1);
    starts.push(z.length);
  }
  return {
    z: Float64Array.from(z),
    weight: Float64Array.from(weight),
    starts,
    count,
    mean: p.lr_scale / count,
    pair: pairs ? p.alignment / pairs : 0,
    lrScale: p.lr_scale,
    alignment: p.alignment,
    correlation: p.correlation,
    skewness: p.skewness,
    factor: p.correlation > 0 ? factorNodes(p.correlation) : null
  };
}
function skewTerms({ z, skewness }, root) {
  const skew = skewness / (3 * root * Math.sqrt(2 * Math.PI));
  return z.map((value2) => {
    const a2 = (root * value2) ** 2;
    return skew * Math.exp(-0.5 * a2) * (a2 - 1);
  });
}
function signSums({ z, weight, starts }, slope, moved, shift) {
  let signs = 0, pairs = 0;
  for (let b = 0; b + 1 < starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = starts[b]; i < starts[b + 1]; i += 1) {
      const sign = erf(slope * z[i] + moved) + (shift ? shift[i] : 0);
      sum += weight[i] * sign;
      squares += weight[i] * sign * sign;
    }
    signs += sum;
    pairs += sum * sum - squares;
  }
  return [signs, pairs];
}
function moments(model, batch, correlated) {
  const { mean, pair, factor, correlation } = model;
  const root = Math.sqrt(batch);
  const shift = model.skewness ? skewTerms(model, root) : null;
  const [signs, pairs] = signSums(model, root * Math.SQRT1_2, 0, shift);
  if (!correlated || !factor) return [mean * signs, 1 + pair * pairs];
  const rest = 1 / Math.sqrt(2 * (1 - correlation)), loading = Math.sqrt(correlation);
  let coupling = 0;
  for (let n = 0; n < factor.nodes.length; n += 1) {
    const [, given] = signSums(model, root * rest, loading * factor.nodes[n] * rest, shift);
    coupling += factor.weights[n] * given;
  }
  return [mean * signs, 1 + pair * coupling];
}
function optimalLr(model, batch, correlated = true) {
  const [signal, along] = moments(model, batch, correlated);
  return signal / along;
}
var plateauLr = (model) => model.lrScale / (1 + model.alignment);
function smallBatchLaw(model) {
  let coupling = 0, signal = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      sum += model.weight[i] * model.z[i];
      squares += model.weight[i] * model.z[i] ** 2;
    }
    coupling += model.pair * (sum * sum - squares);
    signal += model.mean * sum;
  }
  const small = { start: Math.sqrt(2 / Math.PI) * signal, lrMax: null, noiseScale: null, dropMax: null };
  if (coupling <= 0) return small;
  return {
    ...small,
    lrMax: signal / (2 * Math.sqrt(coupling)),
    noiseScale: Math.PI / (2 * coupling),
    dropMax: signal * signal / (2 * coupling)
  };
}
function sgdNoiseScale(model) {
  let noise = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      const std = model.mean / model.z[i];
      sum += model.weight[i] * std;
      squares += model.weight[i] * std * std;
    }
    noise += squares / model.count + model.pair * model.correlation * (sum * sum - squares);
  }
  return noise / (model.mean ** 2 * (1 + model.alignment));
}
function turningPoint(model) {
  const positive = (log2) => moments(model, Math.exp(log2), false)[0] > 0;
  const total = model.z.reduce((sum, z, i) => sum + model.weight[i] * z, 0);
  let high = Math.log(model.skewness * model.count / (6 * total));
  while (!positive(high)) high += Math.LN2;
  while (positive(high - Math.LN2)) high -= Math.LN2;
  let low = high - Math.LN2;
  for (let i = 0; i < 60; i += 1) {
    const middle = 0.5 * (low + high);
    if (positive(middle)) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

// law/peaks.js
var VISIBLE = 0.01;
var POINTS_PER_DECADE = 16;
function bendingRange(model) {
  const most = Math.max(...model.z), least = Math.min(...model.z);
  const squares = model.z.reduce((sum, z, i) => sum + model.weight[i] * z * z, 0);
  const bound = model.pair * model.count * squares;
  return [1e-3 * Math.min(1 / most ** 2, bound > 0 ? 1 / bound : Infinity), 75 / least ** 2];
}
function findPeaks(model, correlated = true, perDecade = POINTS_PER_DECADE) {
  const [low, high] = bendingRange(model).map(Math.log);
  const count = Math.max(3, Math.ceil((high - low) / Math.LN10 * perDecade));
  const at = (i) => low + (high - low) * i / (count - 1);
  const lr = Array.from({ length: count }, (_, i) => optimalLr(model, Math.exp(at(i)), correlated));
  const plateau = plateauLr(model);
  const found = [];
  for (let i = 1; i + 1 < count; i += 1) {
    if (!(lr[i] > 0 && lr[i] > lr[i - 1] && lr[i] >= lr[i + 1])) continue;
    const where = goldenSection((x) => optimalLr(model, Math.exp(x), correlated), at(i - 1), at(i + 1));
    const batch = Math.exp(where);
    const height = optimalLr(model, batch, correlated);
    if (Math.abs(height / plateau - 1) > 1e-9) found.push({ batch, lr: height, prominence: height / plateau - 1 });
  }
  return found;
}
function goldenSection(f, low, high) {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let a = high - ratio * (high - low), b = low + ratio * (high - low);
  let fa = f(a), fb = f(b);
  while (high - low > 1e-6) {
    if (fa < fb) {
      low = a;
      a = b;
      fa = fb;
      b = low + ratio * (high - low);
      fb = f(b);
    } else {
      high = b;
      b = a;
      fb = fa;
      a = high - ratio * (high - low);
      fa = f(a);
    }
  }
  return (low + high) / 2;
}
var highest = (peaks) => peaks.reduce((best, peak) => best && best.lr >= peak.lr ? best : peak, null);
var visible = (peaks) => peaks.filter((peak) => peak.prominence >= VISIBLE);

// text/numbers.js
var SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
var superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
function number3(value2, digits = 3) {
  if (value2 === null || value2 === void 0 || Number.isNaN(value2)) return "–";
  if (!Number.isFinite(value2)) return value2 > 0 ? "∞" : "−∞";
  if (value2 === 0) return "0";
  const [mantissa, power] = value2.toExponential(digits - 1).split("e");
  const exponent2 = Number(power);
  const plain2 = exponent2 >= -2 && exponent2 < 5;
  const text = plain2 ? value2.toFixed(Math.max(digits - 1 - exponent2, 0)) : `${mantissa}e${exponent2}`;
  return value2 < 0 ? text.replace("-", "−") : text;
}
function examples(batch) {
  if (batch < 10 || batch >= 1e9) return number3(batch, 2);
  return Number(batch.toPrecision(batch < 1e4 ? 3 : 2)).toLocaleString("en-US", { maximumFractionDigits: 0 });
}
var percent = (fraction) => `${number3(100 * fraction, 2)} %`;
var rounded = (x, digits = 5) => Number(x.toPrecision(digits));

// chart/readout.js
function drawCross(c) {
  const {
    scene,
    scales,
    box,
    readout,
    layers: { cross }
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
    })
  );
  place(c, x);
}
function rowsAt({ scene, say }, batch) {
  const rows = [[null, say("chart-read-batch", { batch: examples(batch) })]];
  for (const key2 of scene.order) {
    const values2 = scene.curves[key2]?.(batch);
    if (!values2) continue;
    const [lr, drop] = values2, { label } = scene.styles[key2];
    const rate = lr > 0 ? number3(lr) : say("chart-read-none");
    rows.push([
      scene.styles[key2],
      say(drop === null ? "chart-read" : "chart-read-drop", { label, rate, drop: number3(drop) })
    ]);
  }
  const near = scene.measured.find((p) => Math.abs(Math.log2(p.batch / batch)) < 0.12);
  if (near?.low)
    rows.push([
      null,
      say("chart-read-measured", { rate: number3(near.lr), low: number3(near.low), high: number3(near.high) })
    ]);
  else if (near) rows.push([null, say("chart-read-measured-alone", { rate: number3(near.lr) })]);
  return rows;
}
function place({ readout, box, size, scene, scales, pointer }, x) {
  const width = readout.offsetWidth || 260, height = readout.offsetHeight || 120;
  const top = highest(visible(scene.reading.peaks));
  const spots = [[x, pointer?.[1] ?? box.top[1]]];
  if (top) for (const dx of [-90, 0, 90]) spots.push([scales.x(top.batch) + dx, scales.y(top.lr) - 20]);
  for (const p of scene.measured) spots.push([scales.x(p.batch), scales.y(p.lr)]);
  const corners = [box.left + 8, box.right - width - 8].flatMap(
    (left2) => [box.top[0] + 8, box.top[1] - height - 8, box.low[1] - height - 8].map((up2) => [left2, up2])
  );
  const covered = corners.map(
    ([left2, up2]) => spots.reduce(
      (sum, [sx, sy], i) => sum + Number(sx > left2 - 14 && sx < left2 + width + 14 && sy > up2 - 14 && sy < up2 + height + 14) * (i < 4 ? 20 : 1),
      0
    )
  );
  const [left, up] = corners[covered.indexOf(Math.min(...covered))];
  readout.style.left = `${clamp(left, 0, Math.max(0, size.width - width))}px`;
  readout.style.top = `${Math.max(up, 0)}px`;
}

// law/curves.js
var exact = (correlated) => ({ model }) => (batch) => {
  const [signal, along] = moments(model, batch, correlated);
  return [signal / along, 0.5 * signal * signal / along];
};
var rule = (exponent2) => ({ small }) => (batch) => [small.start * batch ** exponent2, null];
var CURVES = {
  exact: exact(false),
  correlated: (parts) => parts.p.correlation > 0 ? exact(true)(parts) : null,
  surge: ({ small: { lrMax, noiseScale, dropMax } }) => {
    if (lrMax === null || noiseScale === null || dropMax === null) return null;
    return (batch) => [
      2 * lrMax / (Math.sqrt(noiseScale / batch) + Math.sqrt(batch / noiseScale)),
      dropMax / (1 + noiseScale / batch)
    ];
  },
  plateau: ({ p, plateau }) => () => [plateau, 0.5 * plateau * p.lr_scale],
  sgd: ({ p, plateau, sgd }) => (batch) => [plateau / (1 + sgd / batch), 0.5 * plateau * p.lr_scale / (1 + sgd / batch)],
  saturating_half: ({ plateau, sgd }) => (batch) => [plateau / Math.sqrt(1 + sgd / batch), null],
  linear: rule(1),
  square_root: rule(0.5)
};
function lawCurves(p, nodes = NODES) {
  const model = compile(p, nodes);
  const parts = { p, model, small: smallBatchLaw(model), plateau: plateauLr(model), sgd: sgdNoiseScale(model) };
  const made = Object.entries(CURVES).map(([key2, make]) => [key2, make(parts)]);
  return { ...parts, curves: Object.fromEntries(made.filter(([, curve]) => curve !== null)) };
}
function describe(p, drawn = lawCurves(p)) {
  const { model, small, plateau } = drawn;
  const peaks = findPeaks(model);
  return {
    peaks,
    plateau,
    noiseScale: small.noiseScale,
    independent: p.correlation > 0 ? findPeaks(model, false) : peaks,
    alignment: p.alignment,
    correlation: p.correlation,
    blocks: p.blocks,
    turning: p.skewness > 0 ? turningPoint(model) : 0
  };
}

// chart/view.js
var SMALLEST = -0.3;
function shifted(view, box, dx, dy) {
  const px = (view.x[1] - view.x[0]) / (box.right - box.left), py = (view.y[1] - view.y[0]) / (box.top[1] - box.top[0]);
  const left = Math.max(-dx * px, Math.min(SMALLEST - view.x[0], 0));
  return { x: view.x.map((v) => v + left), y: view.y.map((v) => v + dy * py), d: view.d.map((v) => v + dy * py) };
}
function zoomed(view, factor, batch, lr) {
  const around = (range, centre) => range.map((v) => centre + (v - centre) * factor);
  const [low, high] = around(view.x, Math.log2(batch));
  if (high - low < 1 || high - low > 60) return view;
  const middle = (view.d[0] + view.d[1]) / 2;
  return {
    x: [Math.max(low, Math.min(SMALLEST, view.x[0])), high],
    y: around(view.y, Math.log10(lr)),
    d: around(view.d, middle)
  };
}

// chart/gestures.js
function listen(c, events) {
  const hand = { c, events, pointers: /* @__PURE__ */ new Map(), mode: null };
  const { root } = c;
  root.addEventListener("pointerdown", (event) => press(hand, event));
  root.addEventListener("pointermove", (event) => move(hand, event));
  for (
    const name of
    /** @type {const} */
    ["pointerup", "pointercancel"]
  )
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
function hide(c) {
  c.crossAt = null;
  if (c.scene) drawCross(c);
}
function local({ root }, event) {
  const rect = root.getBoundingClientRect();
  return [event.clientX - rect.left, event.clientY - rect.top];
}
function spread(pointers) {
  const [[x0, y0], [x1, y1]] = [...pointers.values()];
  return { distance: Math.max(20, Math.hypot(x1 - x0, y1 - y0)), x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}
function press(hand, event) {
  if (event.button > 0) return;
  const { c, events, pointers } = hand, at = local(c, event);
  const handle2 = (
    /** @type {SVGElement | null} */
    /** @type {Element} */
    event.target.closest("[data-handle]")
  );
  c.root.classList.add("by-pointer");
  pointers.set(event.pointerId, at);
  c.root.setPointerCapture(event.pointerId);
  if (pointers.size === 2) hand.mode = { kind: "pinch", view: c.scene.view, start: spread(pointers) };
  else if (handle2) hand.mode = { kind: String(handle2.dataset.handle), grab: events.grab() };
  else hand.mode = { kind: "pan", view: c.scene.view, from: at, moved: false };
  c.crossAt = null;
  event.preventDefault();
  (handle2 ?? c.root).focus({ preventScroll: true });
}
function move(hand, event) {
  const { c, events, pointers, mode } = hand, { box, scales } = c, [x, y] = local(c, event);
  if (!mode) {
    hover(c, x, y, event.pointerType);
    return;
  }
  if (!pointers.has(event.pointerId)) return;
  pointers.set(event.pointerId, [x, y]);
  const batch = scales.batch(clamp(x, box.left, box.right)), lr = scales.lr(clamp(y, box.top[0], box.top[1]));
  if (mode.kind === "pan") pan(hand, mode, x, y);
  else if (mode.kind === "pinch" && pointers.size === 2) pinch(hand, mode);
  else if (mode.kind === "peak" && mode.grab) events.movePeak(mode.grab, batch, lr);
  else if (mode.kind === "plateau" && mode.grab) events.movePlateau(mode.grab, lr);
  else if (mode.kind === "bead") events.moveBead(Math.max(batch, 1));
}
function hover(c, x, y, type) {
  const { box } = c;
  const over = x >= box.left && x <= box.right && y >= box.top[0] && y <= box.low[1] && type !== "touch";
  c.crossAt = over ? c.scales.batch(x) : null;
  c.pointer = over ? [x, y] : null;
  drawCross(c);
}
function pan({ c, events }, mode, x, y) {
  if (!mode.from || !mode.view) return;
  const [dx, dy] = [x - mode.from[0], y - mode.from[1]];
  if (!mode.moved && Math.hypot(dx, dy) < 3) return;
  mode.moved = true;
  events.view(shifted(mode.view, c.box, dx, dy));
}
function pinch({ c, events, pointers }, mode) {
  if (!mode.start || !mode.view) return;
  const { start } = mode, now = spread(pointers);
  events.view(zoomed(mode.view, start.distance / now.distance, c.scales.batch(start.x), c.scales.lr(start.y)));
}
function release(hand, event) {
  if (!hand.pointers.delete(event.pointerId) || !hand.mode || hand.pointers.size) return;
  const touched = hand.mode.kind !== "pan" || hand.mode.moved;
  hand.mode = null;
  if (touched) hand.events.commit();
}
function wheel({ c, events }, event) {
  const [x, y] = local(c, event), { box, scales, scene } = c;
  if (!(event.ctrlKey || event.metaKey) || x < box.left || x > box.right || y < box.top[0] || y > box.low[1]) return;
  event.preventDefault();
  const factor = Math.exp(clamp(event.deltaY, -120, 120) / 500), lr = scales.lr(clamp(y, box.top[0], box.top[1]));
  events.view(zoomed(scene.view, factor, scales.batch(x), lr));
  events.commitSoon();
}
var ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
function key(hand, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  hand.c.root.classList.remove("by-pointer");
  const step = ARROWS[event.key], { handle: handle2 } = (
    /** @type {SVGElement} */
    event.target.dataset
  );
  let changed = true;
  if (step && handle2) changed = pushHandle(hand, handle2, step, event.shiftKey);
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
function pushHandle({ c, events }, handle2, step, far) {
  const grab = events.grab(), size = far ? 1 : 0.125, { bead } = c.scene;
  if (handle2 === "peak" && grab.peak)
    events.movePeak(grab, grab.peak.batch * 2 ** (size * step[0]), grab.peak.lr * 2 ** (size * step[1]));
  if (handle2 === "plateau") events.movePlateau(grab, grab.plateau * 2 ** (size * step[1]));
  if (handle2 === "bead" && bead)
    events.moveBead(clamp(bead.batch * 2 ** ((far ? 2 : 0.5) * (step[0] + step[1])), 1, 2 ** c.scene.view.x[1]));
  return true;
}
function read({ c, events }, way) {
  const { x } = c.scene.view;
  c.crossAt = (c.crossAt ?? 2 ** ((x[0] + x[1]) / 2)) * 2 ** (way / 4);
  c.pointer = null;
  drawCross(c);
  events.speak(c.readout.innerText);
}
function zoomByKey({ c, events }, pressed) {
  const { view } = c.scene, factor = { "+": 0.85, "=": 0.85, "-": 1 / 0.85 }[pressed];
  if (pressed === "0") events.resetView();
  else if (factor)
    events.view(zoomed(view, factor, 2 ** ((view.x[0] + view.x[1]) / 2), 10 ** ((view.y[0] + view.y[1]) / 2)));
  else return false;
  return true;
}

// text/headline.js
var fallOf = (peak) => peak.prominence / (1 + peak.prominence);

// chart/handles.js
function handle(parent, name, role) {
  const element = svg(
    "g",
    { class: name, tabindex: 0, role: "slider", "aria-roledescription": role, "data-handle": name },
    parent
  );
  element.style.touchAction = "none";
  return element;
}
function makeHandles(parent, say) {
  const peak = handle(parent, "peak", say("chart-peak-role"));
  svg("circle", { class: "halo", r: 22 }, peak);
  svg("circle", { class: "dot", r: 7.5 }, peak);
  const plateau = handle(parent, "plateau", say("chart-plateau-role"));
  svg("rect", { class: "target", width: 44, height: 44 }, plateau);
  svg("rect", { class: "handle", width: 16, height: 16, rx: 4 }, plateau);
  const bead = handle(parent, "bead", say("chart-bead-role"));
  svg("circle", { class: "halo", r: 22 }, bead);
  svg("circle", { class: "dot", r: 9 }, bead);
  const label = svg("text", { class: "peak-label", "text-anchor": "middle" }, parent);
  const bracket = svg("g", { class: "bracket" }, parent);
  return { peak, plateau, bead, label, bracket };
}
function drawHandles(c, parts) {
  drawPlateau(c, parts.plateau);
  drawPeak(c, parts);
  drawBead(c, parts.bead);
}
function drawPlateau({ scene: { reading, view, handles }, scales, box, say }, plateau) {
  plateau.style.display = handles ? "" : "none";
  const y = clamp(scales.y(reading.plateau), box.top[0], box.top[1]);
  attr(plateau.children[0], { x: box.right - 32, y: y - 22 });
  attr(plateau.children[1], { x: box.right - 18, y: y - 8 });
  attr(plateau, {
    "aria-label": say("chart-plateau-label"),
    "aria-valuetext": say("chart-plateau-value", { rate: number3(reading.plateau) }),
    "aria-valuenow": Math.log10(reading.plateau).toFixed(3),
    "aria-valuemin": view.y[0],
    "aria-valuemax": view.y[1]
  });
}
function drawPeak({ scene: { reading, view, handles, bead }, scales, box, say, options }, { peak, label, bracket }) {
  const top = highest(visible(reading.peaks)), seen = top !== null && inside(view, top);
  const shown = seen && (handles || !bead);
  peak.style.display = label.style.display = shown ? "" : "none";
  bracket.replaceChildren();
  if (!seen) return;
  const px = scales.x(top.batch), py = scales.y(top.lr), batch = examples(top.batch);
  attr(peak, {
    transform: `translate(${px} ${py})`,
    "data-batch": top.batch,
    "data-lr": top.lr,
    "aria-label": say("chart-peak-label"),
    "aria-valuetext": say("chart-peak-value", { batch, rate: number3(top.lr) }),
    "aria-valuenow": Math.log2(top.batch).toFixed(3),
    "aria-valuemin": view.x[0],
    "aria-valuemax": view.x[1]
  });
  const low = py - 18 < box.top[0] + 6;
  attr(label, { x: clamp(px, box.left + 104, box.right - 104), y: low ? py + 34 : py - 18 });
  label.textContent = say("chart-peak-text", { batch, fall: percent(fallOf(top)) });
  if (options.direct && shown) drawBracket(bracket, px, py, scales.y(reading.plateau), box);
}
function drawBracket(bracket, px, py, end, box) {
  const x = box.right - 14;
  if (x - px < 60 || end - py < 8) return;
  svg("path", { d: `M${px + 14} ${py}H${x}`, class: "bracket-guide" }, bracket);
  svg("path", { d: `M${x - 5} ${py}h10M${x} ${py}V${end}M${x - 5} ${end - 6}l5 6l5 -6` }, bracket);
}
function drawBead({ scene, scales, say }, bead) {
  const curve = scene.bead && scene.curves[scene.bead.key];
  bead.style.display = curve ? "" : "none";
  if (!curve || !scene.bead) return;
  const [lr] = curve(scene.bead.batch), { x } = scene.view;
  attr(bead, {
    transform: `translate(${scales.x(scene.bead.batch)} ${scales.y(lr)})`,
    "data-batch": scene.bead.batch,
    "data-lr": lr,
    "aria-label": say("chart-bead-label"),
    "aria-valuenow": Math.log2(scene.bead.batch).toFixed(3),
    "aria-valuetext": say("chart-peak-value", { batch: examples(scene.bead.batch), rate: number3(lr) }),
    "aria-valuemin": Math.max(x[0], 0),
    "aria-valuemax": x[1]
  });
}

// chart/ticks.js
function batchTicks(range, most) {
  const span = range[1] - range[0];
  let every = 1;
  while (span / every > most) every *= 2;
  const scale = log().base(2).domain(range.map((end) => 2 ** end));
  const values2 = scale.ticks(span + 2).filter((value2) => Math.log2(value2) % every === 0);
  return values2.map((value2) => ({ value: value2, text: batchText(Math.log2(value2)), major: true }));
}
var batchText = (exponent2) => exponent2 >= 0 && exponent2 <= 13 ? String(2 ** exponent2) : `2${superscript(exponent2)}`;
function decimalTicks(range, most) {
  const decades = range[1] - range[0], ends = range.map((end) => 10 ** end);
  if (decades < 0.6)
    return ticks(ends[0], ends[1], Math.max(2, most / 2)).map((value2) => ({ value: value2, text: plain(value2), major: true }));
  const steps = stepsFor(most / decades), scale = log().domain(ends);
  const count = steps.length > 1 ? 1e3 : Math.max(1, Math.min(most, Math.ceil(decades)));
  const parts = scale.ticks(count).map(parted2).filter(({ digit, left }) => left < 1e-9 && steps.includes(digit));
  return parts.map(({ value: value2, digit, power }) => ({ value: value2, text: decimalText(digit, power), major: digit === 1 }));
}
function stepsFor(room2) {
  if (room2 >= 5) return [1, 2, 3, 5];
  if (room2 >= 3.2) return [1, 2, 5];
  return room2 >= 2 ? [1, 3] : [1];
}
var plain = (value2) => value2.toLocaleString("en-US", { maximumSignificantDigits: 6 });
function parted2(value2) {
  const power = Math.floor(Math.log10(value2) + 1e-9), digit = Math.round(value2 / 10 ** power);
  return { value: value2, digit, power, left: Math.abs(value2 / 10 ** power - digit) };
}
function decimalText(digit, power) {
  if (power >= -4 && power <= 4)
    return Number(`${digit}e${power}`).toLocaleString("en-US", { maximumFractionDigits: 4 });
  return digit === 1 ? `10${superscript(power)}` : `${digit}·10${superscript(power)}`;
}

// chart/marks.js
function pathOf(points, value2, place2) {
  let d = "", drawing2 = false;
  for (const point of points) {
    const v = value2(point);
    if (v === null || !(v > 0)) {
      drawing2 = false;
      continue;
    }
    d += `${drawing2 ? "L" : "M"}${round1(point.x)} ${round1(clamp(place2(v), -2e3, 4e3))}`;
    drawing2 = true;
  }
  return d;
}
function sample({ scene: { view }, box }, curve, count) {
  const [x0, x1] = [Math.max(view.x[0], Math.min(0, view.x[1])), view.x[1]];
  const left = box.left + (x0 - view.x[0]) / (x1 - view.x[0]) * (box.right - box.left);
  return Array.from({ length: count }, (_, i) => {
    const batch = 2 ** (x0 + (x1 - x0) * i / (count - 1));
    const [lr, drop] = curve(batch);
    return { batch, x: left + (box.right - left) * i / (count - 1), lr, drop };
  });
}
function path({ paths }, key2, layer, attributes) {
  let element = paths.get(key2);
  if (!element) paths.set(key2, element = svg("path", {}, layer));
  attr(element, attributes);
}
function drawLaws(c) {
  const { scene, scales, layers, options } = c, used = /* @__PURE__ */ new Set();
  const both = (key2, points, [upper, lower], look) => {
    path(c, key2, layers[upper], { ...look, d: pathOf(points, (p) => p.lr, scales.y) });
    used.add(key2);
    if (!options.drop) return;
    path(c, `${key2}/low`, layers[lower], { ...look, d: pathOf(points, (p) => p.drop, scales.d) });
    used.add(`${key2}/low`);
  };
  c.samples = {};
  for (const key2 of scene.order) {
    const curve = scene.curves[key2];
    if (!curve) continue;
    const points = c.samples[key2] = sample(c, curve, key2 === "correlated" ? scene.correlatedPoints : 300);
    both(key2, points, ["laws", "lowLaws"], {
      class: `law law-${key2}`,
      "data-law": key2,
      ...strokeOf(scene.styles[key2])
    });
  }
  scene.ghosts.forEach((curve, i) => {
    const look = { class: "ghost", "stroke-dasharray": ["1 0", "7 4", "2 4"][i % 3] };
    both(`ghost${i}`, sample(c, curve, 150), ["ghosts", "lowLaws"], look);
  });
  for (const [key2, element] of c.paths)
    if (!used.has(key2)) {
      element.remove();
      c.paths.delete(key2);
    }
}
function drawGrid(c) {
  const {
    scene: { view },
    box,
    scales,
    options,
    layers: { grid },
    say
  } = c;
  grid.replaceChildren();
  const wide = box.right - box.left, plots = options.drop ? [box.top, box.low] : [box.top];
  for (const { value: value2, text } of batchTicks(view.x, wide / (4.6 * options.font))) {
    const x = scales.x(value2);
    for (const [y0, y1] of plots) svg("line", { class: "grid", x1: x, x2: x, y1: y0, y2: y1 }, grid);
    svg("text", { x, y: box.low[1] + options.font + 5, "text-anchor": "middle" }, grid, text);
  }
  horizontal(c, view.y, scales.y, box.top);
  if (options.drop) horizontal(c, view.d, scales.d, box.low);
  svg("text", { class: "title", x: box.left, y: box.top[0] - 11 }, grid, say("chart-rate"));
  if (options.drop) svg("text", { class: "title", x: box.left, y: box.low[0] - 11 }, grid, say("chart-drop"));
  const middle = { x: (box.left + box.right) / 2, y: box.low[1] + 2.7 * options.font, "text-anchor": "middle" };
  svg("text", { class: "title", ...middle }, grid, say("chart-batch"));
}
function horizontal({ box, options, layers: { grid } }, range, place2, [y0, y1]) {
  for (const { value: value2, text, major } of decimalTicks(range, (y1 - y0) / (2.3 * options.font))) {
    const y = place2(value2);
    svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y, y2: y, opacity: major ? 1 : 0.55 }, grid);
    svg("text", { x: box.left - 8, y: y + options.font / 3, "text-anchor": "end" }, grid, text);
  }
  svg("rect", { class: "frame", x: box.left, y: y0, width: box.right - box.left, height: y1 - y0 }, grid);
}
function drawShade({ scene, box, scales, layers: { shades, grid }, say }) {
  shades.replaceChildren();
  if (!scene.failing || !scene.order.includes("surge") || !scene.curves.surge) return;
  const stripes = 32, width = (box.right - box.left) / stripes, height = box.top[1] - box.top[0];
  let half = null;
  for (let i = 0; i < stripes; i += 1) {
    const x2 = box.left + i * width, share = scene.failing(scales.batch(x2 + width / 2));
    if (share > 0.5) half ??= x2;
    const look = { class: "shade", x: round1(x2), y: box.top[0], width: width + 0.3, height };
    if (share > 0.01) svg("rect", { ...look, opacity: (0.13 * share).toFixed(3) }, shades);
  }
  if (half === null) return;
  const right = half > box.right - 250, x = right ? box.right : half;
  svg(
    "text",
    { class: "shade-label", x, y: box.top[1] + 19, "text-anchor": right ? "end" : "start" },
    grid,
    say("chart-shaded")
  );
}
function drawMeasured({ scene, scales, layers: { measured } }) {
  measured.replaceChildren();
  for (const point of scene.measured) {
    const x = round1(scales.x(point.batch)), y = round1(scales.y(point.lr));
    if (point.low && point.high)
      svg("line", { x1: x, x2: x, y1: round1(scales.y(point.low)), y2: round1(scales.y(point.high)) }, measured);
    if (point.edge) {
      const up = point.edge === "high" ? -1 : 1;
      svg("path", { d: `M${x - 6} ${y - up * 5}h12L${x} ${y + up * 7}z` }, measured);
    } else svg("circle", { cx: x, cy: y, r: 4.5 }, measured);
  }
}
function drawTrail({ scene, scales, layers: { trail }, say, box }) {
  trail.replaceChildren();
  const shown = scene.trail.filter((peak) => peak !== null);
  const at = shown.map((p) => [round1(scales.x(p.batch)), round1(scales.y(p.lr))]);
  if (at.length > 1) {
    svg("path", { class: "trail", d: at.map(([x2, y2], i) => `${i ? "L" : "M"}${x2} ${y2}`).join("") }, trail);
    for (const [cx, cy] of at) svg("circle", { class: "trail-dot", cx, cy, r: 2.4 }, trail);
    const [x, y] = at[at.length - 1];
    svg("text", { class: "trail-label", x: clamp(x, box.left, box.right - 90), y: y + 20 }, trail, say("chart-trail"));
  }
  for (const p of scene.logged) {
    const place2 = Math.round(p.part * (scene.trail.length - 1));
    const beside = scene.trail.slice(0, place2 + 1).reverse().find(Boolean) ?? shown[0];
    if (!beside) continue;
    svg(
      "path",
      { class: "logged", d: `M${round1(scales.x(p.batch))} ${round1(scales.y(beside.lr))}m0 -6l5.5 10h-11z` },
      trail
    );
  }
}
function drawMinorPeaks({ scene: { reading, view }, scales, layers: { minor } }) {
  const tallest = highest(visible(reading.peaks));
  minor.replaceChildren();
  for (const other of reading.peaks) {
    if (other === tallest || Math.abs(other.prominence) < VISIBLE || !inside(view, other)) continue;
    svg("circle", { class: "minor-peak", cx: scales.x(other.batch), cy: scales.y(other.lr), r: 5 }, minor);
  }
}
function drawNames(c) {
  const { scene, samples, box, options, size } = c;
  c.layers.names.replaceChildren();
  const drawn = scene.order.filter((key2) => samples[key2]);
  if (size.width - box.right < 100) {
    drawn.forEach(
      (key2, i) => nameBefore(c, key2, box.right - 10, box.top[1] - 12 - 1.5 * options.font * (drawn.length - 1 - i))
    );
    return;
  }
  let lowest = -Infinity;
  for (const { key: key2, x, y } of drawn.map((key3) => ({ key: key3, ...endOf(c, samples[key3]) })).sort((a, b) => a.y - b.y)) {
    if (x < box.right - 4) {
      if (y < box.top[0] + 20)
        nameBefore(c, key2, x - 26, y + 26);
      else {
        nameAt(c, key2, x - 22, y + options.font / 3).nextElementSibling?.remove();
      }
      continue;
    }
    lowest = Math.max(y + options.font / 3, lowest + 1.4 * options.font);
    nameAt(c, key2, box.right + 8, lowest);
  }
}
function endOf({ scales, box }, points) {
  const seen = points.filter((p) => p.lr > 0 && scales.y(p.lr) >= box.top[0] - 1 && scales.y(p.lr) <= box.top[1]);
  const last = seen.at(-1);
  return last ? { x: last.x, y: scales.y(last.lr) } : { x: box.left, y: box.top[0] };
}
function nameBefore(c, key2, x, y) {
  const text = nameAt(c, key2, 0, y);
  const start = x - text.getComputedTextLength() - 34;
  text.setAttribute("x", String(start + 34));
  attr(
    /** @type {Element} */
    text.nextElementSibling,
    { x1: start, x2: start + 26 }
  );
}
function nameAt({ scene, options, layers: { names } }, key2, x, y) {
  const style = scene.styles[key2], line = y - options.font / 3;
  const text = svg("text", { class: "name", x: x + 34, y }, names, style.label);
  svg("line", { x1: x, x2: x + 26, y1: line, y2: line, ...strokeOf(style) }, names);
  return (
    /** @type {SVGTextElement} */
    text
  );
}

// chart/style.js
var chartCss = (font) => `
  text { font: ${font}px var(--font); fill: var(--muted); }
  .title { fill: var(--ink); }
  .heading { font-size: 17px; font-weight: 600; }
  .grid { stroke: var(--grid); stroke-width: 1; fill: none; }
  .frame { stroke: var(--line); fill: none; }
  .law { fill: none; stroke-linejoin: round; }
  .ghost { fill: none; stroke: var(--muted); stroke-width: 1.6; opacity: .75; }
  .shade { fill: var(--muted); }
  .trail { fill: none; stroke: var(--ink); stroke-width: 1.2; opacity: .75; }
  .trail-dot { fill: var(--ink); stroke: none; }
  .trail-label { stroke: var(--paper); stroke-width: 4; paint-order: stroke; opacity: 1; }
  .logged { stroke: var(--ink); stroke-width: 1.4; fill: var(--paper); }
  .measured circle, .measured path { fill: #ffffff; stroke: #1d2127; stroke-width: 2.2; }
  .measured line { stroke: var(--muted); stroke-width: 2; }
  .target { fill: transparent; cursor: grab; }
  .handle { fill: var(--paper); stroke: var(--primary); stroke-width: 3; cursor: grab; }
  .peak .dot, .bead .dot { fill: var(--primary); stroke: var(--paper); stroke-width: 2.5; cursor: grab; }
  .peak .halo, .bead .halo { fill: var(--primary); opacity: .18; cursor: grab; }
  .peak-label, .name { font-weight: 600; fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 5; }
  .name { stroke-linejoin: round; }
  .bracket path { fill: none; stroke: var(--ink); stroke-width: 1.6; }
  .bracket .bracket-guide { stroke-dasharray: 2 4; opacity: .6; }
  .minor-peak { fill: var(--paper); stroke: var(--primary); stroke-width: 2.5; }
  .cross { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; }
`;

// chart/chart.js
var UPPER = { shades: "shades", ghosts: "ghosts", laws: "curves", trail: "run", measured: "measured" };
function createChart(host, events, { say, options }) {
  const c = canvas(host, say, options);
  const parts = makeHandles(c.layers.handles, say);
  let width = host.clientWidth;
  const draw = (scene = c.scene) => {
    c.scene = scene;
    resize(c, width);
    c.scales = scalesOf(scene.view, c.box);
    for (const mark of [drawGrid, drawShade, drawLaws, drawTrail, drawMeasured, drawMinorPeaks]) mark(c);
    if (options.direct) drawNames(c);
    drawHandles(c, parts);
    drawCross(c);
    attr(c.root, { "aria-label": say(options.drop ? "chart-alt" : "chart-alt-rate", { said: scene.said.join(" ") }) });
  };
  listen(c, events);
  const observer = new ResizeObserver(([entry]) => {
    if (width === entry.contentRect.width) return;
    width = entry.contentRect.width;
    if (c.scene) draw();
  });
  observer.observe(host);
  const resized = () => {
    c.size = { width: 0, height: 0 };
    if (c.scene) draw();
  };
  return { draw, canvas: c, resize: resized, destroy: () => observer.disconnect() };
}
function canvas(host, say, options) {
  const id = `surge-${Math.random().toString(36).slice(2, 8)}`;
  const root = (
    /** @type {SVGSVGElement} */
    svg("svg", { class: "chart", tabindex: 0, role: "application", "aria-roledescription": say("chart-role") }, host)
  );
  const readout = Object.assign(document.createElement("div"), { className: "readout", hidden: true });
  host.append(readout);
  svg("style", {}, root, chartCss(options.font));
  const defs = svg("defs", {}, root);
  for (const name of ["top", "low"])
    svg("rect", { class: `clip-${name}` }, svg("clipPath", { id: `${id}-${name}` }, defs));
  svg("rect", { class: "back", fill: "transparent" }, root);
  const layers = { grid: svg("g", {}, root) };
  const [top, low] = ["top", "low"].map((name) => svg("g", { "clip-path": `url(#${id}-${name})` }, root));
  for (const [name, look] of Object.entries(UPPER)) layers[name] = svg("g", { class: look }, top);
  layers.lowLaws = svg("g", {}, low);
  for (const name of ["cross", "names", "handles"]) layers[name] = svg("g", { class: name }, root);
  layers.minor = svg("g", {}, layers.handles);
  const nothing = (
    /** @type {any} */
    null
  );
  return {
    root,
    host,
    readout,
    layers,
    options,
    say,
    paths: /* @__PURE__ */ new Map(),
    samples: {},
    size: { width: 0, height: 0 },
    box: nothing,
    scales: nothing,
    scene: nothing,
    crossAt: null,
    pointer: null
  };
}
function resize(c, wanted) {
  const { size, box } = frameOf(Math.max(280, wanted), c.options);
  if (size.width === c.size.width && size.height === c.size.height) return;
  Object.assign(c, { size, box });
  const wide = { x: box.left, width: box.right - box.left };
  attr(c.root, { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
  const find = (name) => (
    /** @type {Element} */
    c.root.querySelector(name)
  );
  attr(find(".back"), { ...wide, y: box.top[0], height: box.low[1] - box.top[0] });
  attr(find(".clip-top"), { ...wide, y: box.top[0], height: box.top[1] - box.top[0] });
  attr(find(".clip-low"), { ...wide, y: box.low[0], height: box.low[1] - box.low[0] });
}

// surge_chart/motion.js
var GLIDE = 550;
var RUN = 9e3;
var Motion = class {
  /** @type {number | null} */
  #frame = null;
  playing = false;
  get moving() {
    return this.#frame !== null;
  }
  stop() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.playing = false;
  }
  /**
   * Call `step` with 0 to 1, eased, then `done`; with reduced motion `done` at once.
   * @param {(part: number) => void} step
   * @param {() => void} done
   * @param {number} [duration]
   */
  glide(step, done, duration = GLIDE) {
    this.stop();
    if (reducedMotion()) {
      done();
      return;
    }
    const start = performance.now();
    const next = (now) => {
      const part = Math.min(1, Math.max(0, now - start) / duration);
      if (part < 1) {
        step(part * part * (3 - 2 * part));
        this.#frame = requestAnimationFrame(next);
      } else {
        this.#frame = null;
        done();
      }
    };
    this.#frame = requestAnimationFrame(next);
  }
  /**
   * Play a run from a moment to its end, ten still pictures with reduced motion.
   * @param {number} from
   * @param {(t: number, passed: number, still: boolean) => void} step
   * @param {() => void} done
   */
  play(from, step, done) {
    this.stop();
    this.playing = true;
    const start = performance.now();
    let last = start;
    const next = (now) => {
      const exact2 = Math.min(1, from + Math.max(0, now - start) / RUN), still = reducedMotion();
      step(still ? Math.round(exact2 * 10) / 10 : Math.round(exact2 * 1e3) / 1e3, Math.max(0, now - last), still);
      last = now;
      if (exact2 < 1 && this.playing) this.#frame = requestAnimationFrame(next);
      else {
        this.stop();
        done();
      }
    };
    this.#frame = requestAnimationFrame(next);
  }
};

// surge_chart/state.js
var interpolate = (from, to, part) => from > 0 && to > 0 ? from * (to / from) ** part : from + (to - from) * part;
var specOf = (specs, name) => (
  /** @type {Spec} */
  specs.find((spec) => spec.name === name)
);
function possible(model, specs) {
  const p = { ...model };
  for (const spec of specs) {
    const value2 = Math.min(Math.max(p[spec.name], spec.low), spec.high);
    p[spec.name] = spec.whole ? Math.round(value2) : value2;
  }
  p.alignment = Math.min(model.alignment, specOf(specs, "alignment").high, maxAlignment(p));
  p.alignment = Math.max(p.alignment, 0);
  return p;
}
function peakMoved(grab, batch, lr, specs) {
  const { model, peak } = grab;
  if (!peak) return model;
  const snr = rounded(model.snr * Math.sqrt(peak.batch / batch));
  return possible({ ...model, snr, lr_scale: rounded(model.lr_scale * lr / peak.lr) }, specs);
}
function plateauMoved({ model, shown }, lr, specs) {
  const wanted = Math.max(shown.lr_scale / lr - 1, specOf(specs, "alignment").low);
  return possible({ ...model, alignment: rounded(wanted * (model.alignment / shown.alignment || 1)) }, specs);
}
var toPart = (spec, value2) => spec.log ? Math.log(Math.max(value2, spec.low) / spec.low) / Math.log(spec.high / spec.low) : (value2 - spec.low) / (spec.high - spec.low);
function fromPart(spec, part) {
  const value2 = spec.log ? spec.low * (spec.high / spec.low) ** part : spec.low + (spec.high - spec.low) * part;
  return spec.whole ? Math.round(value2) : rounded(value2, 4);
}

// vendor/fluent.js
var FluentType = class {
  /**
   * Create a `FluentType` instance.
   *
   * @param value The JavaScript value to wrap.
   */
  constructor(value2) {
    this.value = value2;
  }
  /**
   * Unwrap the raw value stored by this `FluentType`.
   */
  valueOf() {
    return this.value;
  }
};
var FluentNone = class extends FluentType {
  /**
   * Create an instance of `FluentNone` with an optional fallback value.
   * @param value The fallback value of this `FluentNone`.
   */
  constructor(value2 = "???") {
    super(value2);
  }
  /**
   * Format this `FluentNone` to the fallback string.
   */
  toString(scope) {
    return `{${this.value}}`;
  }
};
var FluentNumber = class extends FluentType {
  /**
   * Create an instance of `FluentNumber` with options to the
   * `Intl.NumberFormat` constructor.
   *
   * @param value The number value of this `FluentNumber`.
   * @param opts Options which will be passed to `Intl.NumberFormat`.
   */
  constructor(value2, opts = {}) {
    super(value2);
    this.opts = opts;
  }
  /**
   * Format this `FluentNumber` to a string.
   */
  toString(scope) {
    if (scope) {
      try {
        const nf = scope.memoizeIntlObject(Intl.NumberFormat, this.opts);
        return nf.format(this.value);
      } catch (err) {
        scope.reportError(err);
      }
    }
    return this.value.toString(10);
  }
};
var FluentDateTime = class _FluentDateTime extends FluentType {
  static supportsValue(value2) {
    if (typeof value2 === "number")
      return true;
    if (value2 instanceof Date)
      return true;
    if (value2 instanceof FluentType)
      return _FluentDateTime.supportsValue(value2.valueOf());
    if ("Temporal" in globalThis) {
      const _Temporal = globalThis.Temporal;
      if (value2 instanceof _Temporal.Instant || value2 instanceof _Temporal.PlainDateTime || value2 instanceof _Temporal.PlainDate || value2 instanceof _Temporal.PlainMonthDay || value2 instanceof _Temporal.PlainTime || value2 instanceof _Temporal.PlainYearMonth) {
        return true;
      }
    }
    return false;
  }
  /**
   * Create an instance of `FluentDateTime` with options to the
   * `Intl.DateTimeFormat` constructor.
   *
   * @param value The number value of this `FluentDateTime`, in milliseconds.
   * @param opts Options which will be passed to `Intl.DateTimeFormat`.
   */
  constructor(value2, opts = {}) {
    if (value2 instanceof _FluentDateTime) {
      opts = { ...value2.opts, ...opts };
      value2 = value2.value;
    } else if (value2 instanceof FluentType) {
      value2 = value2.valueOf();
    }
    if (typeof value2 === "object" && "calendarId" in value2 && opts.calendar === void 0) {
      opts = { ...opts, calendar: value2.calendarId };
    }
    super(value2);
    this.opts = opts;
  }
  [Symbol.toPrimitive](hint) {
    return hint === "string" ? this.toString() : this.toNumber();
  }
  /**
   * Convert this `FluentDateTime` to a number.
   * Note that this isn't always possible due to the nature of Temporal objects.
   * In such cases, a TypeError will be thrown.
   */
  toNumber() {
    const value2 = this.value;
    if (typeof value2 === "number")
      return value2;
    if (value2 instanceof Date)
      return value2.getTime();
    if ("epochMilliseconds" in value2) {
      return value2.epochMilliseconds;
    }
    if ("toZonedDateTime" in value2) {
      return value2.toZonedDateTime("UTC").epochMilliseconds;
    }
    throw new TypeError("Unwrapping a non-number value as a number");
  }
  /**
   * Format this `FluentDateTime` to a string.
   */
  toString(scope) {
    if (scope) {
      try {
        const dtf = scope.memoizeIntlObject(Intl.DateTimeFormat, this.opts);
        return dtf.format(this.value);
      } catch (err) {
        scope.reportError(err);
      }
    }
    if (typeof this.value === "number" || this.value instanceof Date) {
      return new Date(this.value).toISOString();
    }
    return this.value.toString();
  }
};
var MAX_PLACEABLES = 100;
var FSI = "⁨";
var PDI = "⁩";
function match(scope, selector, key2) {
  if (key2 === selector) {
    return true;
  }
  if (key2 instanceof FluentNumber && selector instanceof FluentNumber && key2.value === selector.value) {
    return true;
  }
  if (selector instanceof FluentNumber && typeof key2 === "string") {
    let category = scope.memoizeIntlObject(Intl.PluralRules, selector.opts).select(selector.value);
    if (key2 === category) {
      return true;
    }
  }
  return false;
}
function getDefault(scope, variants, star) {
  if (variants[star]) {
    return resolvePattern(scope, variants[star].value);
  }
  scope.reportError(new RangeError("No default"));
  return new FluentNone();
}
function getArguments(scope, args) {
  const positional = [];
  const named2 = /* @__PURE__ */ Object.create(null);
  for (const arg of args) {
    if (arg.type === "narg") {
      named2[arg.name] = resolveExpression(scope, arg.value);
    } else {
      positional.push(resolveExpression(scope, arg));
    }
  }
  return { positional, named: named2 };
}
function resolveExpression(scope, expr) {
  switch (expr.type) {
    case "str":
      return expr.value;
    case "num":
      return new FluentNumber(expr.value, {
        minimumFractionDigits: expr.precision
      });
    case "var":
      return resolveVariableReference(scope, expr);
    case "mesg":
      return resolveMessageReference(scope, expr);
    case "term":
      return resolveTermReference(scope, expr);
    case "func":
      return resolveFunctionReference(scope, expr);
    case "select":
      return resolveSelectExpression(scope, expr);
    default:
      return new FluentNone();
  }
}
function resolveVariableReference(scope, { name }) {
  let arg;
  if (scope.params) {
    if (Object.prototype.hasOwnProperty.call(scope.params, name)) {
      arg = scope.params[name];
    } else {
      return new FluentNone(`$${name}`);
    }
  } else if (scope.args && Object.prototype.hasOwnProperty.call(scope.args, name)) {
    arg = scope.args[name];
  } else {
    scope.reportError(new ReferenceError(`Unknown variable: $${name}`));
    return new FluentNone(`$${name}`);
  }
  if (arg instanceof FluentType) {
    return arg;
  }
  switch (typeof arg) {
    case "string":
      return arg;
    case "number":
      return new FluentNumber(arg);
    case "object":
      if (FluentDateTime.supportsValue(arg)) {
        return new FluentDateTime(arg);
      }
    // eslint-disable-next-line no-fallthrough
    default:
      scope.reportError(new TypeError(`Variable type not supported: $${name}, ${typeof arg}`));
      return new FluentNone(`$${name}`);
  }
}
function resolveMessageReference(scope, { name, attr: attr2 }) {
  const message = scope.bundle._messages.get(name);
  if (!message) {
    scope.reportError(new ReferenceError(`Unknown message: ${name}`));
    return new FluentNone(name);
  }
  if (attr2) {
    const attribute = message.attributes[attr2];
    if (attribute) {
      return resolvePattern(scope, attribute);
    }
    scope.reportError(new ReferenceError(`Unknown attribute: ${attr2}`));
    return new FluentNone(`${name}.${attr2}`);
  }
  if (message.value) {
    return resolvePattern(scope, message.value);
  }
  scope.reportError(new ReferenceError(`No value: ${name}`));
  return new FluentNone(name);
}
function resolveTermReference(scope, { name, attr: attr2, args }) {
  const id = `-${name}`;
  const term = scope.bundle._terms.get(id);
  if (!term) {
    scope.reportError(new ReferenceError(`Unknown term: ${id}`));
    return new FluentNone(id);
  }
  if (attr2) {
    const attribute = term.attributes[attr2];
    if (attribute) {
      scope.params = getArguments(scope, args).named;
      const resolved2 = resolvePattern(scope, attribute);
      scope.params = null;
      return resolved2;
    }
    scope.reportError(new ReferenceError(`Unknown attribute: ${attr2}`));
    return new FluentNone(`${id}.${attr2}`);
  }
  scope.params = getArguments(scope, args).named;
  const resolved = resolvePattern(scope, term.value);
  scope.params = null;
  return resolved;
}
function resolveFunctionReference(scope, { name, args }) {
  let func = scope.bundle._functions[name];
  if (!func) {
    scope.reportError(new ReferenceError(`Unknown function: ${name}()`));
    return new FluentNone(`${name}()`);
  }
  if (typeof func !== "function") {
    scope.reportError(new TypeError(`Function ${name}() is not callable`));
    return new FluentNone(`${name}()`);
  }
  try {
    let resolved = getArguments(scope, args);
    return func(resolved.positional, resolved.named);
  } catch (err) {
    scope.reportError(err);
    return new FluentNone(`${name}()`);
  }
}
function resolveSelectExpression(scope, { selector, variants, star }) {
  let sel = resolveExpression(scope, selector);
  if (sel instanceof FluentNone) {
    return getDefault(scope, variants, star);
  }
  for (const variant of variants) {
    const key2 = resolveExpression(scope, variant.key);
    if (match(scope, sel, key2)) {
      return resolvePattern(scope, variant.value);
    }
  }
  return getDefault(scope, variants, star);
}
function resolveComplexPattern(scope, ptn) {
  if (scope.dirty.has(ptn)) {
    scope.reportError(new RangeError("Cyclic reference"));
    return new FluentNone();
  }
  scope.dirty.add(ptn);
  const result = [];
  const useIsolating = scope.bundle._useIsolating && ptn.length > 1;
  for (const elem of ptn) {
    if (typeof elem === "string") {
      result.push(scope.bundle._transform(elem));
      continue;
    }
    scope.placeables++;
    if (scope.placeables > MAX_PLACEABLES) {
      scope.dirty.delete(ptn);
      throw new RangeError(`Too many placeables expanded: ${scope.placeables}, max allowed is ${MAX_PLACEABLES}`);
    }
    if (useIsolating) {
      result.push(FSI);
    }
    result.push(resolveExpression(scope, elem).toString(scope));
    if (useIsolating) {
      result.push(PDI);
    }
  }
  scope.dirty.delete(ptn);
  return result.join("");
}
function resolvePattern(scope, value2) {
  if (typeof value2 === "string") {
    return scope.bundle._transform(value2);
  }
  return resolveComplexPattern(scope, value2);
}
var Scope = class {
  constructor(bundle, errors, args) {
    this.dirty = /* @__PURE__ */ new WeakSet();
    this.params = null;
    this.placeables = 0;
    this.bundle = bundle;
    this.errors = errors;
    this.args = args;
  }
  reportError(error) {
    if (!this.errors || !(error instanceof Error)) {
      throw error;
    }
    this.errors.push(error);
  }
  memoizeIntlObject(ctor, opts) {
    let cache2 = this.bundle._intls.get(ctor);
    if (!cache2) {
      cache2 = {};
      this.bundle._intls.set(ctor, cache2);
    }
    let id = JSON.stringify(opts);
    if (!cache2[id]) {
      cache2[id] = new ctor(this.bundle.locales, opts);
    }
    return cache2[id];
  }
};
function values(opts, allowed) {
  const unwrapped = /* @__PURE__ */ Object.create(null);
  for (const [name, opt] of Object.entries(opts)) {
    if (allowed.includes(name)) {
      unwrapped[name] = opt.valueOf();
    }
  }
  return unwrapped;
}
var NUMBER_ALLOWED = [
  "unitDisplay",
  "currencyDisplay",
  "useGrouping",
  "minimumIntegerDigits",
  "minimumFractionDigits",
  "maximumFractionDigits",
  "minimumSignificantDigits",
  "maximumSignificantDigits"
];
function NUMBER(args, opts) {
  let arg = args[0];
  if (arg instanceof FluentNone) {
    return new FluentNone(`NUMBER(${arg.valueOf()})`);
  }
  if (arg instanceof FluentNumber) {
    return new FluentNumber(arg.valueOf(), {
      ...arg.opts,
      ...values(opts, NUMBER_ALLOWED)
    });
  }
  if (arg instanceof FluentDateTime) {
    return new FluentNumber(arg.toNumber(), {
      ...values(opts, NUMBER_ALLOWED)
    });
  }
  throw new TypeError("Invalid argument to NUMBER");
}
var DATETIME_ALLOWED = [
  "dateStyle",
  "timeStyle",
  "fractionalSecondDigits",
  "dayPeriod",
  "hour12",
  "weekday",
  "era",
  "year",
  "month",
  "day",
  "hour",
  "minute",
  "second",
  "timeZoneName"
];
function DATETIME(args, opts) {
  let arg = args[0];
  if (arg instanceof FluentNone) {
    return new FluentNone(`DATETIME(${arg.valueOf()})`);
  }
  if (arg instanceof FluentDateTime || arg instanceof FluentNumber) {
    return new FluentDateTime(arg, values(opts, DATETIME_ALLOWED));
  }
  throw new TypeError("Invalid argument to DATETIME");
}
var cache = /* @__PURE__ */ new Map();
function getMemoizerForLocale(locales) {
  const stringLocale = Array.isArray(locales) ? locales.join(" ") : locales;
  let memoizer = cache.get(stringLocale);
  if (memoizer === void 0) {
    memoizer = /* @__PURE__ */ new Map();
    cache.set(stringLocale, memoizer);
  }
  return memoizer;
}
var FluentBundle = class {
  /**
   * Create an instance of `FluentBundle`.
   *
   * @example
   * ```js
   * let bundle = new FluentBundle(["en-US", "en"]);
   *
   * let bundle = new FluentBundle(locales, {useIsolating: false});
   *
   * let bundle = new FluentBundle(locales, {
   *   useIsolating: true,
   *   functions: {
   *     NODE_ENV: () => process.env.NODE_ENV
   *   }
   * });
   * ```
   *
   * @param locales - Used to instantiate `Intl` formatters used by translations.
   * @param options - Optional configuration for the bundle.
   */
  constructor(locales, { functions, useIsolating = true, transform = (v) => v } = {}) {
    this._terms = /* @__PURE__ */ new Map();
    this._messages = /* @__PURE__ */ new Map();
    this.locales = Array.isArray(locales) ? locales : [locales];
    this._functions = {
      NUMBER,
      DATETIME,
      ...functions
    };
    this._useIsolating = useIsolating;
    this._transform = transform;
    this._intls = getMemoizerForLocale(locales);
  }
  /**
   * Check if a message is present in the bundle.
   *
   * @param id - The identifier of the message to check.
   */
  hasMessage(id) {
    return this._messages.has(id);
  }
  /**
   * Return a raw unformatted message object from the bundle.
   *
   * Raw messages are `{value, attributes}` shapes containing translation units
   * called `Patterns`. `Patterns` are implementation-specific; they should be
   * treated as black boxes and formatted with `FluentBundle.formatPattern`.
   *
   * @param id - The identifier of the message to check.
   */
  getMessage(id) {
    return this._messages.get(id);
  }
  /**
   * Add a translation resource to the bundle.
   *
   * @example
   * ```js
   * let res = new FluentResource("foo = Foo");
   * bundle.addResource(res);
   * bundle.getMessage("foo");
   * // → {value: .., attributes: {..}}
   * ```
   *
   * @param res
   * @param options
   */
  addResource(res, { allowOverrides = false } = {}) {
    const errors = [];
    for (let i = 0; i < res.body.length; i++) {
      let entry = res.body[i];
      if (entry.id.startsWith("-")) {
        if (allowOverrides === false && this._terms.has(entry.id)) {
          errors.push(new Error(`Attempt to override an existing term: "${entry.id}"`));
          continue;
        }
        this._terms.set(entry.id, entry);
      } else {
        if (allowOverrides === false && this._messages.has(entry.id)) {
          errors.push(new Error(`Attempt to override an existing message: "${entry.id}"`));
          continue;
        }
        this._messages.set(entry.id, entry);
      }
    }
    return errors;
  }
  /**
   * Format a `Pattern` to a string.
   *
   * Format a raw `Pattern` into a string. `args` will be used to resolve
   * references to variables passed as arguments to the translation.
   *
   * In case of errors `formatPattern` will try to salvage as much of the
   * translation as possible and will still return a string. For performance
   * reasons, the encountered errors are not returned but instead are appended
   * to the `errors` array passed as the third argument.
   *
   * If `errors` is omitted, the first encountered error will be thrown.
   *
   * @example
   * ```js
   * let errors = [];
   * bundle.addResource(
   *     new FluentResource("hello = Hello, {$name}!"));
   *
   * let hello = bundle.getMessage("hello");
   * if (hello.value) {
   *     bundle.formatPattern(hello.value, {name: "Jane"}, errors);
   *     // Returns "Hello, Jane!" and `errors` is empty.
   *
   *     bundle.formatPattern(hello.value, undefined, errors);
   *     // Returns "Hello, {$name}!" and `errors` is now:
   *     // [<ReferenceError: Unknown variable: name>]
   * }
   * ```
   */
  formatPattern(pattern, args = null, errors = null) {
    if (typeof pattern === "string") {
      return this._transform(pattern);
    }
    let scope = new Scope(this, errors, args);
    try {
      let value2 = resolveComplexPattern(scope, pattern);
      return value2.toString(scope);
    } catch (err) {
      if (scope.errors && err instanceof Error) {
        scope.errors.push(err);
        return new FluentNone().toString(scope);
      }
      throw err;
    }
  }
};
var RE_MESSAGE_START = /^(-?[a-zA-Z][\w-]*) *= */gm;
var RE_ATTRIBUTE_START = /\.([a-zA-Z][\w-]*) *= */y;
var RE_VARIANT_START = /\*?\[/y;
var RE_NUMBER_LITERAL = /(-?[0-9]+(?:\.([0-9]+))?)/y;
var RE_IDENTIFIER = /([a-zA-Z][\w-]*)/y;
var RE_REFERENCE = /([$-])?([a-zA-Z][\w-]*)(?:\.([a-zA-Z][\w-]*))?/y;
var RE_FUNCTION_NAME = /^[A-Z][A-Z0-9_-]*$/;
var RE_TEXT_RUN = /([^{}\n\r]+)/y;
var RE_STRING_RUN = /([^\\"\n\r]*)/y;
var RE_STRING_ESCAPE = /\\([\\"])/y;
var RE_UNICODE_ESCAPE = /\\u([a-fA-F0-9]{4})|\\U([a-fA-F0-9]{6})/y;
var RE_LEADING_NEWLINES = /^\n+/;
var RE_TRAILING_SPACES = / +$/;
var RE_BLANK_LINES = / *\r?\n/g;
var RE_INDENT = /( *)$/;
var TOKEN_BRACE_OPEN = /{\s*/y;
var TOKEN_BRACE_CLOSE = /\s*}/y;
var TOKEN_BRACKET_OPEN = /\[\s*/y;
var TOKEN_BRACKET_CLOSE = /\s*] */y;
var TOKEN_PAREN_OPEN = /\s*\(\s*/y;
var TOKEN_ARROW = /\s*->\s*/y;
var TOKEN_COLON = /\s*:\s*/y;
var TOKEN_COMMA = /\s*,?\s*/y;
var TOKEN_BLANK = /\s+/y;
var FluentResource = class {
  constructor(source) {
    this.body = [];
    RE_MESSAGE_START.lastIndex = 0;
    let cursor = 0;
    while (true) {
      let next = RE_MESSAGE_START.exec(source);
      if (next === null) {
        break;
      }
      cursor = RE_MESSAGE_START.lastIndex;
      try {
        this.body.push(parseMessage(next[1]));
      } catch (err) {
        if (err instanceof SyntaxError) {
          continue;
        }
        throw err;
      }
    }
    function test(re2) {
      re2.lastIndex = cursor;
      return re2.test(source);
    }
    function consumeChar(char, errorClass) {
      if (source[cursor] === char) {
        cursor++;
        return true;
      }
      if (errorClass) {
        throw new errorClass(`Expected ${char}`);
      }
      return false;
    }
    function consumeToken(re2, errorClass) {
      if (test(re2)) {
        cursor = re2.lastIndex;
        return true;
      }
      if (errorClass) {
        throw new errorClass(`Expected ${re2.toString()}`);
      }
      return false;
    }
    function match2(re2) {
      re2.lastIndex = cursor;
      let result = re2.exec(source);
      if (result === null) {
        throw new SyntaxError(`Expected ${re2.toString()}`);
      }
      cursor = re2.lastIndex;
      return result;
    }
    function match1(re2) {
      return match2(re2)[1];
    }
    function parseMessage(id) {
      let value2 = parsePattern();
      let attributes = parseAttributes();
      if (value2 === null && Object.keys(attributes).length === 0) {
        throw new SyntaxError("Expected message value or attributes");
      }
      return { id, value: value2, attributes };
    }
    function parseAttributes() {
      let attrs = /* @__PURE__ */ Object.create(null);
      while (test(RE_ATTRIBUTE_START)) {
        let name = match1(RE_ATTRIBUTE_START);
        let value2 = parsePattern();
        if (value2 === null) {
          throw new SyntaxError("Expected attribute value");
        }
        attrs[name] = value2;
      }
      return attrs;
    }
    function parsePattern() {
      let first;
      if (test(RE_TEXT_RUN)) {
        first = match1(RE_TEXT_RUN);
      }
      if (source[cursor] === "{" || source[cursor] === "}") {
        return parsePatternElements(first ? [first] : [], Infinity);
      }
      let indent = parseIndent();
      if (indent) {
        if (first) {
          return parsePatternElements([first, indent], indent.length);
        }
        indent.value = trim(indent.value, RE_LEADING_NEWLINES);
        return parsePatternElements([indent], indent.length);
      }
      if (first) {
        return trim(first, RE_TRAILING_SPACES);
      }
      return null;
    }
    function parsePatternElements(elements = [], commonIndent) {
      while (true) {
        if (test(RE_TEXT_RUN)) {
          elements.push(match1(RE_TEXT_RUN));
          continue;
        }
        if (source[cursor] === "{") {
          elements.push(parsePlaceable());
          continue;
        }
        if (source[cursor] === "}") {
          throw new SyntaxError("Unbalanced closing brace");
        }
        let indent = parseIndent();
        if (indent) {
          elements.push(indent);
          commonIndent = Math.min(commonIndent, indent.length);
          continue;
        }
        break;
      }
      let lastIndex = elements.length - 1;
      let lastElement = elements[lastIndex];
      if (typeof lastElement === "string") {
        elements[lastIndex] = trim(lastElement, RE_TRAILING_SPACES);
      }
      let baked = [];
      for (let element of elements) {
        if (element instanceof Indent) {
          element = element.value.slice(0, element.value.length - commonIndent);
        }
        if (element) {
          baked.push(element);
        }
      }
      return baked;
    }
    function parsePlaceable() {
      consumeToken(TOKEN_BRACE_OPEN, SyntaxError);
      let selector = parseInlineExpression();
      if (consumeToken(TOKEN_BRACE_CLOSE)) {
        return selector;
      }
      if (consumeToken(TOKEN_ARROW)) {
        let variants = parseVariants();
        consumeToken(TOKEN_BRACE_CLOSE, SyntaxError);
        return {
          type: "select",
          selector,
          ...variants
        };
      }
      throw new SyntaxError("Unclosed placeable");
    }
    function parseInlineExpression() {
      if (source[cursor] === "{") {
        return parsePlaceable();
      }
      if (test(RE_REFERENCE)) {
        let [, sigil, name, attr2 = null] = match2(RE_REFERENCE);
        if (sigil === "$") {
          return { type: "var", name };
        }
        if (consumeToken(TOKEN_PAREN_OPEN)) {
          let args = parseArguments();
          if (sigil === "-") {
            return { type: "term", name, attr: attr2, args };
          }
          if (RE_FUNCTION_NAME.test(name)) {
            return { type: "func", name, args };
          }
          throw new SyntaxError("Function names must be all upper-case");
        }
        if (sigil === "-") {
          return {
            type: "term",
            name,
            attr: attr2,
            args: []
          };
        }
        return { type: "mesg", name, attr: attr2 };
      }
      return parseLiteral();
    }
    function parseArguments() {
      let args = [];
      while (true) {
        switch (source[cursor]) {
          case ")":
            cursor++;
            return args;
          case void 0:
            throw new SyntaxError("Unclosed argument list");
        }
        args.push(parseArgument());
        consumeToken(TOKEN_COMMA);
      }
    }
    function parseArgument() {
      let expr = parseInlineExpression();
      if (expr.type !== "mesg") {
        return expr;
      }
      if (consumeToken(TOKEN_COLON)) {
        return {
          type: "narg",
          name: expr.name,
          value: parseLiteral()
        };
      }
      return expr;
    }
    function parseVariants() {
      let variants = [];
      let count = 0;
      let star;
      while (test(RE_VARIANT_START)) {
        if (consumeChar("*")) {
          star = count;
        }
        let key2 = parseVariantKey();
        let value2 = parsePattern();
        if (value2 === null) {
          throw new SyntaxError("Expected variant value");
        }
        variants[count++] = { key: key2, value: value2 };
      }
      if (count === 0) {
        return null;
      }
      if (star === void 0) {
        throw new SyntaxError("Expected default variant");
      }
      return { variants, star };
    }
    function parseVariantKey() {
      consumeToken(TOKEN_BRACKET_OPEN, SyntaxError);
      let key2;
      if (test(RE_NUMBER_LITERAL)) {
        key2 = parseNumberLiteral();
      } else {
        key2 = {
          type: "str",
          value: match1(RE_IDENTIFIER)
        };
      }
      consumeToken(TOKEN_BRACKET_CLOSE, SyntaxError);
      return key2;
    }
    function parseLiteral() {
      if (test(RE_NUMBER_LITERAL)) {
        return parseNumberLiteral();
      }
      if (source[cursor] === '"') {
        return parseStringLiteral();
      }
      throw new SyntaxError("Invalid expression");
    }
    function parseNumberLiteral() {
      let [, value2, fraction = ""] = match2(RE_NUMBER_LITERAL);
      let precision = fraction.length;
      return {
        type: "num",
        value: parseFloat(value2),
        precision
      };
    }
    function parseStringLiteral() {
      consumeChar('"', SyntaxError);
      let value2 = "";
      while (true) {
        value2 += match1(RE_STRING_RUN);
        if (source[cursor] === "\\") {
          value2 += parseEscapeSequence();
          continue;
        }
        if (consumeChar('"')) {
          return { type: "str", value: value2 };
        }
        throw new SyntaxError("Unclosed string literal");
      }
    }
    function parseEscapeSequence() {
      if (test(RE_STRING_ESCAPE)) {
        return match1(RE_STRING_ESCAPE);
      }
      if (test(RE_UNICODE_ESCAPE)) {
        let [, codepoint4, codepoint6] = match2(RE_UNICODE_ESCAPE);
        let codepoint = parseInt(codepoint4 || codepoint6, 16);
        return codepoint <= 55295 || 57344 <= codepoint ? (
          // It's a Unicode scalar value.
          String.fromCodePoint(codepoint)
        ) : (
          // Lonely surrogates can cause trouble when the parsing result is
          // saved using UTF-8. Use U+FFFD REPLACEMENT CHARACTER instead.
          "�"
        );
      }
      throw new SyntaxError("Unknown escape sequence");
    }
    function parseIndent() {
      let start = cursor;
      consumeToken(TOKEN_BLANK);
      switch (source[cursor]) {
        case ".":
        case "[":
        case "*":
        case "}":
        case void 0:
          return false;
        case "{":
          return makeIndent(source.slice(start, cursor));
      }
      if (source[cursor - 1] === " ") {
        return makeIndent(source.slice(start, cursor));
      }
      return false;
    }
    function trim(text, re2) {
      return text.replace(re2, "");
    }
    function makeIndent(blank) {
      let value2 = blank.replace(RE_BLANK_LINES, "\n");
      let length = RE_INDENT.exec(blank)[1].length;
      return new Indent(value2, length);
    }
  }
};
var Indent = class {
  constructor(value2, length) {
    this.value = value2;
    this.length = length;
  }
};

// text/phrases.js
function phrases(source, language = "en") {
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(source));
  return (phrase, values2 = {}) => {
    const pattern = bundle.getMessage(phrase)?.value;
    if (!pattern) throw new Error(`phrase must stand in the phrase file, but got ${phrase}`);
    const errors = [];
    const text = bundle.formatPattern(pattern, values2, errors);
    if (errors.length) throw new Error(`values must fill the phrase ${phrase}: ${errors[0].message}`);
    return text;
  };
}

// story/panels.js
var TOP = 8;
function drawing({ points, alt }, width, height, titled, font) {
  const left = 2.4 * font, bottom = 1.7 * font;
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": alt });
  const x = log().base(2).domain([3, 1400]).range([left, width - 6]);
  const y = log().domain([0.08, 1.35]).range([height - bottom, TOP]);
  for (const value2 of height > 150 ? [0.1, 0.2, 0.5, 1] : [0.1, 1]) {
    svg("line", { class: "grid", x1: left, x2: width - 6, y1: y(value2), y2: y(value2) }, root);
    svg("text", { x: left - 6, y: y(value2) + 5, "text-anchor": "end" }, root, String(value2));
  }
  for (const batch of [4, 64, 1024]) {
    svg("line", { class: "grid", x1: x(batch), x2: x(batch), y1: TOP, y2: height - bottom }, root);
    const anchor = batch > 500 ? "end" : "middle";
    if (titled || batch !== 64)
      svg("text", { x: x(batch) + (batch > 500 ? 12 : 0), y: height - 6, "text-anchor": anchor }, root, String(batch));
  }
  for (const point of points) {
    const at = x(point.batch);
    if (point.low && point.high)
      svg("line", { class: "bar", x1: at, x2: at, y1: y(point.low), y2: y(point.high) }, root);
    svg("circle", { cx: at, cy: y(point.share), r: 5 }, root);
  }
  return root;
}
function drawPanels(host, panels, terms, room2, font) {
  const narrow = window.innerWidth <= 900, columns = narrow ? 1 : panels.length;
  const width = narrow ? host.clientWidth * 0.6 - 8 : (host.clientWidth - 12 * (columns - 1)) / columns;
  const height = narrow ? Math.max(84, (room2 - 24) / panels.length) : Math.max(200, room2 - 90);
  host.replaceChildren(
    ...panels.map((panel) => {
      const words = el("figcaption", {}, el("strong", {}, ...explained(panel.title, terms)), panel.verdict);
      return el("figure", { className: "panel" }, words, drawing(panel, width, height, !narrow, font));
    })
  );
}

// story/sections.js
function slider(at, name) {
  const spec = specOf(at.data.specs, name);
  const input = el("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "0.0025",
    "aria-label": spec.label,
    "data-param": name
  });
  const output = el("output");
  input.addEventListener("input", () => at.change({ [name]: fromPart(spec, Number(input.value)) }));
  input.addEventListener("change", () => at.tell());
  const update = () => {
    input.value = String(toPart(spec, at.model[name]));
    output.textContent = number3(at.model[name], 2);
    input.setAttribute("aria-valuetext", number3(at.model[name], 2));
  };
  return { box: el("label", { className: "control" }, el("span", {}, spec.label), output, input), update };
}
function toggle(at, { name, label, off, on }) {
  const box = el("button", { type: "button", "data-switch": name }, label);
  const isOn = () => Math.abs(at.model[name] - on) < Math.abs(at.model[name] - off);
  box.addEventListener("click", () => at.glideTo({ ...at.model, [name]: isOn() ? off : on }));
  return { box, update: () => box.setAttribute("aria-pressed", String(isOn())) };
}
function section(at, step, i) {
  const { say } = at, value2 = el("span"), unit2 = el("small");
  const sliders = step.sliders.map((name) => slider(at, name)), switches = step.switches.map((of) => toggle(at, of));
  const back = el("button", { type: "button", className: "back" }, say("learn-back"));
  back.addEventListener("click", () => at.glideTo(step.model));
  const doors = step.doors.map(({ page, label }, k) => {
    const door = el("button", { type: "button", className: k ? "door" : "door next", "data-page": page }, label);
    door.addEventListener("click", () => at.open(page));
    return door;
  });
  const box = el(
    "section",
    {
      className: "step",
      "data-step": String(i + 1),
      "aria-label": say("learn-step", { step: i + 1, of: at.data.steps.length })
    },
    el(i ? "h2" : "h1", { className: "sentence" }, ...explained(step.sentence, at.data.terms)),
    el("p", { className: "sub" }, ...explained(step.sub, at.data.terms)),
    el("p", { className: "number" }, value2, unit2),
    ...switches.length ? [el("div", { className: "switches" }, ...switches.map((s) => s.box))] : [],
    ...sliders.map((s) => s.box),
    el("p", { className: "limit" }, ...explained(step.limit, at.data.terms)),
    back,
    ...doors.length ? [el("div", { className: "doors" }, ...doors)] : []
  );
  const update = (figure) => {
    value2.textContent = figure.value;
    unit2.textContent = figure.unit;
    for (const part of [...sliders, ...switches]) part.update();
    back.classList.toggle("moved", at.moved);
  };
  return { box, update };
}

// story/story.js
var FORWARD = ["ArrowRight", "ArrowDown", "PageDown", " "];
var BACKWARD = ["ArrowLeft", "ArrowUp", "PageUp"];
var NARROW = 900;
var room = () => window.innerWidth <= NARROW ? clamp(window.innerHeight * 0.4, 240, 420) : clamp(window.innerHeight - 210, 300, 660);
var PAGE = { font: 15, direct: true, room };
var Story = class {
  motion = new Motion();
  look = PAGE;
  /** Whether it is on a screen of its own. */
  presenting = false;
  /** @type {{step: number, model: NoiseParams, present: boolean}} */
  #told = { step: 0, model: (
    /** @type {any} */
    null
  ), present: false };
  #abort = new AbortController();
  #bead = 1;
  #quiet = 0;
  /** @type {IntersectionObserver | null} */
  #seen = null;
  /**
   * @param {HTMLElement} host
   * @param {StoryData} data
   * @param {{state: (value: object) => void, open: (value: object) => void}} send
   */
  constructor(host, data, send) {
    this.host = host;
    this.data = data;
    this.send = send;
    this.say = phrases(data.phrases);
    this.step = data.state.step;
    this.model = { ...data.state.model };
    const find = (name) => (
      /** @type {HTMLElement} */
      host.querySelector(name)
    );
    this.plot = find(".plot");
    this.panels = find(".panels");
    this.live = find(".live");
    this.chart = this.#newChart();
    this.sections = data.steps.map((step, i) => section(this, step, i));
    find(".steps").append(...this.sections.map(({ box }) => box));
    this.walk = this.#buildWalk(find(".walk"));
    this.#bead = this.now.bead ?? 1;
    this.#listen();
    this.draw();
  }
  get now() {
    return this.data.steps[this.step - 1];
  }
  get moved() {
    return JSON.stringify(this.model) !== JSON.stringify(this.now.model);
  }
  #newChart() {
    const options = { drop: false, direct: this.look.direct, font: this.look.font, height: () => this.look.room() };
    return createChart(this.plot, this.#events(), { say: this.say, options });
  }
  /** The figure anew, with other type and another height. @param {typeof PAGE} [look] */
  dress(look = PAGE) {
    this.look = look;
    this.chart.destroy();
    this.plot.replaceChildren();
    this.chart = this.#newChart();
    this.draw();
  }
  #events() {
    return {
      grab: () => {
        this.motion.stop();
        const reading = describe(this.model);
        return {
          model: { ...this.model },
          shown: this.model,
          peak: highest(visible(reading.peaks)),
          plateau: reading.plateau
        };
      },
      movePeak: (grab, batch, lr) => {
        if (grab.peak) this.change(peakMoved(grab, batch, lr, this.data.specs));
      },
      movePlateau: (grab, lr) => this.change(plateauMoved(grab, lr, this.data.specs)),
      moveBead: (batch) => {
        this.#bead = batch;
        this.draw();
      },
      view: () => {
      },
      resetView: () => {
      },
      commit: () => this.tell(),
      commitSoon: () => this.tell(),
      speak: (text) => {
        this.live.textContent = text;
      }
    };
  }
  // --- drawing ------------------------------------------------------------------------------------------------
  draw() {
    const { now, data, model } = this, measured = now.key === "measured";
    this.panels.hidden = !measured;
    this.plot.hidden = measured;
    const drawn = lawCurves(model), reading = describe(model, drawn);
    if (measured) drawPanels(this.panels, data.panels, data.terms, this.look.room(), this.look.font - 1);
    else {
      this.chart.draw({
        view: data.view,
        order: now.curves,
        curves: drawn.curves,
        styles: data.styles,
        reading,
        said: [now.sentence],
        measured: [],
        ghosts: [],
        trail: [],
        logged: [],
        failing: null,
        correlatedPoints: 120,
        bead: now.bead === null ? null : { key: "square_root", batch: this.#bead },
        handles: false
      });
    }
    this.sections[this.step - 1].update(this.#figure(reading, drawn));
    this.#updateWalk();
    this.host.dataset.step = String(this.step);
    this.host.dataset.redraws = String(Number(this.host.dataset.redraws ?? 0) + 1);
  }
  /** The one number of a step. @param {Reading} reading @param {Drawn} drawn */
  #figure(reading, drawn) {
    const { say, now } = this, top = highest(visible(reading.peaks));
    if (now.key === "rule") {
      const rule2 = (
        /** @type {Curve} */
        drawn.curves.square_root
      );
      const times = number3(rule2(this.#bead)[0] / rule2(1)[0], 2);
      return { value: `× ${times}`, unit: say("learn-number-rule", { batch: examples(this.#bead) }) };
    }
    if (now.key === "measured") {
      const fell = this.data.panels.find(({ fall }) => fall);
      return {
        value: fell ? `−${fell.fall}` : say("learn-number-none"),
        unit: fell ? fell.known : ""
      };
    }
    if (!top)
      return { value: say("learn-number-none"), unit: say("learn-number-levels", { rate: number3(reading.plateau) }) };
    if (now.key === "cause") return { value: examples(top.batch), unit: say("learn-number-cause") };
    return { value: `−${percent(fallOf(top))}`, unit: say("learn-number-fall", { batch: examples(top.batch) }) };
  }
  // --- changes ------------------------------------------------------------------------------------------------
  /** @param {Partial<NoiseParams>} values */
  change(values2) {
    this.motion.stop();
    this.model = possible({ ...this.model, ...values2 }, this.data.specs);
    this.draw();
  }
  /** @param {NoiseParams} to @param {number} [bead] */
  glideTo(to, bead = this.now.bead ?? this.#bead) {
    const from = this.model, start = this.#bead;
    this.motion.glide(
      (part) => {
        const mixed = this.data.specs.map(({ name }) => [name, interpolate(from[name], to[name], part)]);
        this.model = possible(Object.fromEntries(mixed), this.data.specs);
        this.#bead = interpolate(start, bead, part);
        this.draw();
      },
      () => {
        this.model = { ...to };
        this.#bead = bead;
        this.draw();
        this.tell();
      },
      700
    );
  }
  /** Python and the address hear where the learner is. */
  tell() {
    const now = { step: this.step, model: this.model, present: this.presenting };
    if (JSON.stringify(now) === JSON.stringify(this.#told)) return;
    this.#told = structuredClone(now);
    this.send.state(now);
  }
  /** @param {string} page */
  open(page) {
    this.send.open({ page, model: this.model });
  }
  // --- walking ------------------------------------------------------------------------------------------------
  /** Enter a step: its state is glided to, its sentence is spoken. @param {number} step */
  enter(step) {
    if (step === this.step) return;
    this.step = step;
    const { now } = this;
    this.draw();
    this.glideTo(now.model);
    this.live.textContent = `${now.sentence} ${now.sub}`;
  }
  /** @param {number} step */
  go(step) {
    const to = clamp(step, 1, this.data.steps.length);
    this.#hush(900);
    this.sections[to - 1].box.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "start" });
    this.enter(to);
  }
  /** Scrolling enters no step for a while: it is the page that moves, not the reader. @param {number} ms */
  #hush(ms) {
    clearTimeout(this.#quiet);
    this.#quiet = window.setTimeout(() => {
      this.#quiet = 0;
    }, ms);
  }
  /** The step that is being read, brought back under the reader's eyes. */
  #stay() {
    this.#hush(400);
    this.sections[this.step - 1].box.scrollIntoView({ block: "start" });
  }
  /** @param {HTMLElement} box */
  #buildWalk(box) {
    const { say, data } = this;
    box.setAttribute("aria-label", say("learn-walk"));
    const dots = data.steps.map((_, i) => {
      const dot = el("button", {
        type: "button",
        className: "pip",
        "aria-label": say("learn-step", { step: i + 1, of: data.steps.length })
      });
      dot.addEventListener("click", () => this.go(i + 1));
      return dot;
    });
    const back = el("button", { type: "button", className: "previous" }, say("learn-previous"));
    const next = el("button", { type: "button", className: "next forward" }, say("learn-next"));
    back.addEventListener("click", () => this.go(this.step - 1));
    next.addEventListener("click", () => this.go(this.step + 1));
    const count = el("span", { className: "count", "aria-hidden": "true" });
    box.append(back, ...dots, count, next);
    return { dots, count, back, next };
  }
  #updateWalk() {
    const { dots, count, back, next } = this.walk;
    count.textContent = `${this.step} / ${this.data.steps.length}`;
    dots.forEach((dot, i) => dot.setAttribute("aria-current", i + 1 === this.step ? "step" : "false"));
    back.disabled = this.step === 1;
    next.disabled = this.step === this.data.steps.length;
  }
  #listen() {
    const { signal } = this.#abort;
    let width = window.innerWidth;
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    window.addEventListener(
      "resize",
      () => {
        this.chart.resize();
        this.draw();
        if (window.innerWidth === width) return;
        width = window.innerWidth;
        if (!this.presenting) this.#stay();
        this.#watch();
      },
      { signal }
    );
    this.#watch();
    signal.addEventListener("abort", () => this.#seen?.disconnect());
  }
  /** Enter the step that is scrolled to the line where one reads. */
  #watch() {
    this.#seen?.disconnect();
    this.#seen = new IntersectionObserver(
      (entries) => {
        if (this.#quiet) return;
        const entered = entries.find(({ isIntersecting }) => isIntersecting);
        if (entered) this.enter(Number(
          /** @type {HTMLElement} */
          entered.target.dataset.step
        ));
      },
      { rootMargin: window.innerWidth <= NARROW ? "-65% 0px -30% 0px" : "-48% 0px -48% 0px" }
    );
    for (const { box } of this.sections) this.#seen.observe(box);
  }
  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.presenting) return;
    const target = (
      /** @type {Element} */
      event.composedPath()[0]
    );
    const taken = target.closest?.("input, textarea, select, [role=slider], [role=application], [contenteditable]");
    if (taken || event.ctrlKey || event.metaKey || event.altKey || event.key === " " && target.closest?.("button, a"))
      return;
    this.turn(event);
  }
  /** A step on or back, where a key means that. @param {KeyboardEvent} event */
  turn(event) {
    const way = FORWARD.includes(event.key) ? 1 : BACKWARD.includes(event.key) ? -1 : 0;
    const to = this.step + way;
    if (!way || to < 1 || to > this.data.steps.length) return;
    event.preventDefault();
    this.go(to);
  }
  /** First sight: a step from the address is shown at once, the first one moves by itself. */
  begin() {
    if (this.step > 1) this.#stay();
    this.#told = { step: this.step, model: { ...this.model }, present: this.data.present };
    if (this.now.bead === null || reducedMotion()) return;
    const end = this.now.bead;
    this.#bead = 1;
    this.motion.glide(
      (part) => {
        this.#bead = interpolate(1, end, part);
        this.draw();
      },
      () => {
        this.#bead = end;
        this.draw();
      },
      1600
    );
  }
  destroy() {
    this.motion.stop();
    this.#abort.abort();
    this.chart.destroy();
  }
};

// story/index.js
var stories = /* @__PURE__ */ new WeakMap();
var presenters = /* @__PURE__ */ new WeakMap();
function index_default({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = (
    /** @type {HTMLElement} */
    parentElement.querySelector(".story")
  );
  const send = {
    state: (value2) => setStateValue("state", value2),
    open: (value2) => setTriggerValue("open", value2)
  };
  const known3 = stories.get(host);
  if (known3) {
    known3.send = send;
    known3.draw();
  } else {
    const story = new Story(host, data, send);
    stories.set(host, story);
    story.begin();
    presenters.set(host, new Presenter(story));
  }
  host.dataset.ready = "true";
  return () => {
    presenters.get(host)?.destroy();
    presenters.delete(host);
    stories.get(host)?.destroy();
    stories.delete(host);
  };
}
export {
  index_default as default
};
