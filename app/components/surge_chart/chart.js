// The chart: optimal learning rate over best loss drop, one batch-size axis, log-log, own SVG.
// It draws a scene and turns pointer and key events into callbacks; it owns no state but the crosshair.

const SVG_NS = "http://www.w3.org/2000/svg";
const LOG2_10 = Math.log2(10);

// Inside the SVG, so that an exported file looks the same; the variables are resolved on export
const CHART_CSS = `
  text { font: 12px var(--font); fill: var(--muted); }
  .title { fill: var(--ink); font-size: 12.5px; }
  .grid { stroke: var(--grid); stroke-width: 1; fill: none; }
  .frame { stroke: var(--line); fill: none; }
  .law { fill: none; stroke-linejoin: round; }
  .ghost { fill: none; stroke: var(--muted); stroke-width: 1.6; opacity: .75; }
  .shade { fill: var(--muted); }
  .shade-label { font-size: 11px; }
  .trail { fill: none; stroke: var(--ink); stroke-width: 1.2; opacity: .55; }
  .trail-dot { fill: var(--ink); opacity: .45; }
  .logged { stroke: var(--ink); stroke-width: 1.4; fill: var(--paper); }
  .measured circle, .measured path { fill: #ffffff; stroke: #1d2127; stroke-width: 2.2; }
  .measured line { stroke: var(--muted); stroke-width: 2; }
  .plateau-line { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 3 4; }
  .handle { fill: var(--paper); stroke: var(--primary); stroke-width: 3; cursor: grab; }
  .peak .dot { fill: var(--primary); stroke: var(--paper); stroke-width: 2.5; cursor: grab; }
  .peak .halo { fill: var(--primary); opacity: .18; cursor: grab; }
  .peak-label { font-weight: 600; font-size: 12.5px; fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4; }
  .minor-peak { fill: var(--paper); stroke: var(--primary); stroke-width: 2.5; }
  .cross { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; }
`;

function svg(name, attributes = {}, parent = null, text = null) {
  const element = document.createElementNS(SVG_NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

const attr = (element, attributes) => {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
};
const round1 = (x) => Math.round(x * 10) / 10;
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

function createChart(host, events) {
  const root = svg("svg", { class: "chart", tabindex: 0, role: "application", "aria-roledescription": "chart" }, host);
  const readout = host.appendChild(Object.assign(document.createElement("div"), { className: "readout", hidden: true }));
  svg("style", {}, root, CHART_CSS);
  const defs = svg("defs", {}, root);
  const id = `surge-${Math.random().toString(36).slice(2, 8)}`;
  const clips = ["top", "low"].map((name) => svg("rect", {}, svg("clipPath", { id: `${id}-${name}` }, defs)));
  const back = svg("rect", { class: "back", fill: "transparent" }, root);
  const gridLayer = svg("g", {}, root);
  const [top, low] = ["top", "low"].map((name) => svg("g", { "clip-path": `url(#${id}-${name})` }, root));
  const shades = svg("g", {}, top), ghosts = svg("g", {}, top), laws = svg("g", {}, top), lowLaws = svg("g", {}, low);
  const trail = svg("g", {}, top), measured = svg("g", { class: "measured" }, top), cross = svg("g", {}, root);
  const handles = svg("g", {}, root);
  const plateau = svg("g", { class: "plateau", tabindex: 0, role: "slider", "aria-roledescription": "plateau handle", "data-handle": "plateau" }, handles);
  const plateauLine = svg("line", { class: "plateau-line" }, plateau);
  const plateauGrip = svg("rect", { class: "handle", width: 16, height: 16, rx: 4 }, plateau);
  const minor = svg("g", {}, handles);
  const peak = svg("g", { class: "peak", tabindex: 0, role: "slider", "aria-roledescription": "peak handle", "data-handle": "peak" }, handles);
  svg("circle", { class: "halo", r: 18 }, peak);
  svg("circle", { class: "dot", r: 7.5 }, peak);
  const peakLabel = svg("text", { class: "peak-label", "text-anchor": "middle" }, handles);
  for (const handle of [plateau, peak]) handle.style.touchAction = "none";

  const paths = new Map();
  let hostWidth = null, size = { width: 0, height: 0 }, box = null, scene = null, crossAt = null, crossLow = false, samples = null;

  function layout() {
    // the observer keeps the width: reading it here would force a layout at every event
    const width = Math.max(280, hostWidth ??= host.clientWidth);
    const narrow = width < 520;
    const height = narrow ? 500 : clamp(Math.round(width * 0.8), 480, 680);
    if (width === size.width && height === size.height) return;
    size = { width, height };
    const left = narrow ? 46 : 58, right = narrow ? 12 : 20, gap = 44, bottom = 40, head = 24;
    const split = Math.round((height - head - gap - bottom) * 0.68);
    box = {
      left, right: width - right, top: [head, head + split], low: [head + split + gap, height - bottom],
    };
    attr(root, { width, height, viewBox: `0 0 ${width} ${height}` });
    attr(back, { x: left, y: head, width: box.right - left, height: box.low[1] - head });
    [box.top, box.low].forEach(([y0, y1], i) => attr(clips[i], { x: left, y: y0, width: box.right - left, height: y1 - y0 }));
  }

  const scale = (range, from, to) => (value) => from + ((value - range[0]) / (range[1] - range[0])) * (to - from);
  const toX = (batch) => scale(scene.view.x, box.left, box.right)(Math.log2(batch));
  const toY = (lr) => scale(scene.view.y, box.top[1], box.top[0])(Math.log10(lr));
  const toLow = (drop) => scale(scene.view.d, box.low[1], box.low[0])(Math.log10(drop));
  const fromX = (x) => 2 ** (scene.view.x[0] + ((x - box.left) / (box.right - box.left)) * (scene.view.x[1] - scene.view.x[0]));
  const fromY = (y) => 10 ** (scene.view.y[0] + ((box.top[1] - y) / (box.top[1] - box.top[0])) * (scene.view.y[1] - scene.view.y[0]));

  function pathOf(points, value, place) {
    let d = "", drawing = false;
    for (const point of points) {
      const v = value(point);
      if (!(v > 0)) { drawing = false; continue; }
      d += `${drawing ? "L" : "M"}${round1(point.x)} ${round1(clamp(place(v), -2000, 4000))}`;
      drawing = true;
    }
    return d;
  }

  function path(key, layer, attributes) {
    if (!paths.has(key)) paths.set(key, svg("path", {}, layer));
    attr(paths.get(key), attributes);
    return paths.get(key);
  }

  function sample(curve, count) {
    const [x0, x1] = scene.view.x;
    return Array.from({ length: count }, (_, i) => {
      const batch = 2 ** (x0 + ((x1 - x0) * i) / (count - 1));
      const [lr, drop] = curve(batch);
      return { batch, x: box.left + ((box.right - box.left) * i) / (count - 1), lr, drop };
    });
  }

  function drawLaws() {
    const used = new Set();
    samples = {};
    for (const key of scene.laws) {
      const curve = scene.curves[key];
      if (!curve) continue;
      const points = samples[key] = sample(curve, key === "correlated" ? scene.correlatedPoints : 300);
      const style = scene.styles[key];
      const look = { class: `law law-${key}`, stroke: style.colour, "stroke-width": style.width, "stroke-dasharray": style.dash, "data-law": key };
      path(key, laws, { ...look, d: pathOf(points, (p) => p.lr, toY) });
      path(`${key}/low`, lowLaws, { ...look, d: pathOf(points, (p) => p.drop, toLow) });
      used.add(key).add(`${key}/low`);
    }
    scene.ghosts.forEach((ghost, i) => {
      const points = sample(ghost.curve, 150);
      const dash = ["1 0", "7 4", "2 4"][i % 3];
      path(`ghost${i}`, ghosts, { class: "ghost", "stroke-dasharray": dash, d: pathOf(points, (p) => p.lr, toY) });
      path(`ghost${i}/low`, lowLaws, { class: "ghost", "stroke-dasharray": dash, d: pathOf(points, (p) => p.drop, toLow) });
      used.add(`ghost${i}`).add(`ghost${i}/low`);
    });
    for (const [key, element] of paths) if (!used.has(key)) { element.remove(); paths.delete(key); }
  }

  function drawGrid() {
    gridLayer.replaceChildren();
    const { view } = scene;
    const everyX = Math.max(1, Math.ceil((view.x[1] - view.x[0]) / Math.max(3, (box.right - box.left) / 62)));
    for (let k = Math.ceil(view.x[0] / everyX) * everyX; k <= view.x[1]; k += everyX) {
      const x = toX(2 ** k);
      for (const [y0, y1] of [box.top, box.low]) svg("line", { class: "grid", x1: x, x2: x, y1: y0, y2: y1 }, gridLayer);
      svg("text", { x, y: box.low[1] + 16, "text-anchor": "middle" }, gridLayer, `2${superscript(k)}`);
    }
    for (const [range, place, [y0, y1]] of [[view.y, toY, box.top], [view.d, toLow, box.low]]) {
      const span = range[1] - range[0];
      const every = Math.max(1, Math.ceil(span / Math.max(2, (y1 - y0) / 34)));
      for (let k = Math.ceil(range[0] / every) * every; k <= range[1]; k += every) {
        const y = place(10 ** k);
        svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y, y2: y }, gridLayer);
        svg("text", { x: box.left - 7, y: y + 4, "text-anchor": "end" }, gridLayer, `10${superscript(k)}`);
      }
      if (span < 2.2) {
        for (let k = Math.floor(range[0]); k <= range[1]; k += 1) {
          for (const m of span < 1.1 ? [2, 3, 5, 7] : [2, 5]) {
            const value = m * 10 ** k, y = place(value);
            if (y > y1 - 4 || y < y0 + 4) continue;
            svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y, y2: y, opacity: 0.5 }, gridLayer);
            svg("text", { x: box.left - 7, y: y + 4, "text-anchor": "end", "font-size": 10.5 }, gridLayer, `${m}·10${superscript(k)}`).style.fontSize = "10px";
          }
        }
      }
      svg("rect", { class: "frame", x: box.left, y: y0, width: box.right - box.left, height: y1 - y0 }, gridLayer);
    }
    svg("text", { class: "title", x: box.left, y: box.top[0] - 9 }, gridLayer, `Optimal learning rate [parameter units per step]${box.right - box.left > 480 ? ", lines: one step" : ""}`);
    svg("text", { class: "title", x: box.left, y: box.low[0] - 9 }, gridLayer, "Best loss drop of one step [loss]");
    svg("text", { class: "title", x: (box.left + box.right) / 2, y: box.low[1] + 33, "text-anchor": "middle" }, gridLayer, "Batch size B [examples]");
  }

  // Theorem 3 linearises the mean sign of every parameter: 5 % off at 0.19 of pi sigma^2 / (2 mu^2). The darker,
  // the larger the share of parameters beyond that.
  function drawShade() {
    shades.replaceChildren();
    if (!scene.laws.includes("surge")) return;
    const stripes = 32, width = (box.right - box.left) / stripes;
    let half = null;
    for (let i = 0; i < stripes; i += 1) {
      const x = box.left + i * width;
      const share = scene.failing(fromX(x + width / 2));
      if (share > 0.5 && half === null) half = x;
      if (share > 0.01) svg("rect", { class: "shade", x: round1(x), y: box.top[0], width: width + 0.3, height: box.top[1] - box.top[0], opacity: (0.17 * share).toFixed(3) }, shades);
    }
    if (half === null) return;
    // between the two plots, where no curve crosses it
    const right = half > box.right - 190;
    svg("text", { class: "shade-label", x: right ? box.right : half, y: box.top[1] + 14, "text-anchor": right ? "end" : "start" }, gridLayer,
      "Shaded: Theorem 3's condition fails");
  }

  function drawMeasured() {
    measured.replaceChildren();
    for (const point of scene.measured) {
      const x = round1(toX(point.batch)), y = round1(toY(point.lr));
      if (point.low) svg("line", { x1: x, x2: x, y1: round1(toY(point.low)), y2: round1(toY(point.high)) }, measured);
      if (point.edge) {
        const up = point.edge === "high" ? -1 : 1; // the optimum may lie beyond the grid on that side
        svg("path", { d: `M${x - 6} ${y - up * 5}h12L${x} ${y + up * 7}z` }, measured);
      } else svg("circle", { cx: x, cy: y, r: 4.5 }, measured);
    }
  }

  function drawTrail() {
    trail.replaceChildren();
    const shown = scene.trail.filter(Boolean);
    if (shown.length > 1) {
      svg("path", { class: "trail", d: shown.map((p, i) => `${i ? "L" : "M"}${round1(toX(p.batch))} ${round1(toY(p.lr))}`).join("") }, trail);
      for (const p of shown) svg("circle", { class: "trail-dot", cx: round1(toX(p.batch)), cy: round1(toY(p.lr)), r: 2.4 }, trail);
    }
    for (const p of scene.logged) {
      // beside the predicted peak of the same moment: what was logged against what the model says
      const place = Math.round(p.part * (scene.trail.length - 1));
      const beside = scene.trail.slice(0, place + 1).reverse().find(Boolean) ?? shown[0];
      if (beside) svg("path", { class: "logged", d: `M${round1(toX(p.batch))} ${round1(toY(beside.lr))}m0 -6l5.5 10h-11z` }, trail);
    }
  }

  function drawHandles() {
    const { reading, view } = scene;
    const y = clamp(toY(reading.plateau), box.top[0], box.top[1]);
    const shown = scene.laws.includes("plateau");
    attr(plateauLine, { x1: box.left, x2: box.right, y1: y, y2: y, visibility: shown ? "hidden" : "visible" });
    attr(plateauGrip, { x: box.right - 18, y: y - 8 });
    const plateauText = `plateau at a learning rate of ${number(reading.plateau)}`;
    attr(plateau, { "aria-label": "Plateau: arrow up and down move it by the curvature alignment", "aria-valuetext": plateauText,
      "aria-valuenow": Math.log10(reading.plateau).toFixed(3), "aria-valuemin": view.y[0], "aria-valuemax": view.y[1] });
    const tallest = highest(visible(reading.peaks));
    minor.replaceChildren();
    for (const other of reading.peaks) {
      if (other !== tallest && Math.abs(other.prominence) >= VISIBLE && inside(other)) svg("circle", { class: "minor-peak", cx: toX(other.batch), cy: toY(other.lr), r: 5 }, minor);
    }
    const seen = tallest && inside(tallest);
    peak.style.display = peakLabel.style.display = seen ? "" : "none";
    if (!seen) return;
    const px = toX(tallest.batch), py = toY(tallest.lr);
    attr(peak, { transform: `translate(${px} ${py})`, "data-batch": tallest.batch, "data-lr": tallest.lr,
      "aria-label": "Peak: arrow keys move it", "aria-valuetext": `peak at batch size ${examples(tallest.batch)}, learning rate ${number(tallest.lr)}`,
      "aria-valuenow": Math.log2(tallest.batch).toFixed(3), "aria-valuemin": view.x[0], "aria-valuemax": view.x[1] });
    attr(peakLabel, { x: clamp(px, box.left + 82, box.right - 82), y: py - 18 < box.top[0] + 6 ? py + 30 : py - 18 });
    peakLabel.textContent = `B = ${examples(tallest.batch)}, +${percent(tallest.prominence)}`;
  }

  const inside = (p) => {
    const bx = Math.log2(p.batch), ly = Math.log10(p.lr);
    return bx >= scene.view.x[0] && bx <= scene.view.x[1] && ly >= scene.view.y[0] && ly <= scene.view.y[1];
  };

  function drawCross() {
    cross.replaceChildren();
    readout.hidden = crossAt === null;
    if (crossAt === null) return;
    crossAt = clamp(crossAt, 2 ** scene.view.x[0], 2 ** scene.view.x[1]);
    const x = toX(crossAt);
    svg("line", { class: "cross", x1: x, x2: x, y1: box.top[0], y2: box.low[1] }, cross);
    const rows = scene.laws.filter((key) => scene.curves[key]).map((key) => {
      const [lr, drop] = scene.curves[key](crossAt);
      const note = drop === null ? "" : `, drop ${number(drop)}`;
      return [scene.styles[key], `${scene.styles[key].label}: ${lr > 0 ? number(lr) : "no positive rate"}${note}`];
    });
    const near = scene.measured.find((p) => Math.abs(Math.log2(p.batch / crossAt)) < 0.12);
    if (near) rows.push([null, `Measured: ${number(near.lr)}${near.low ? ` (${number(near.low)} to ${number(near.high)})` : ", no interval"}`]);
    readout.replaceChildren(...[[null, `B = ${number(crossAt)} = 2^${Math.log2(crossAt).toFixed(2)}`], ...rows].map(([style, text]) => {
      const row = document.createElement("div");
      if (style) row.append(lineSample(style));
      row.append(text);
      return row;
    }));
    const right = x > (box.left + box.right) / 2;
    readout.style.left = right ? "" : `${x + 12}px`;
    readout.style.right = right ? `${size.width - x + 12}px` : "";
    readout.style.top = crossLow ? "" : `${box.top[0] + 8}px`;
    readout.style.bottom = crossLow ? `${size.height - box.low[1] + 8}px` : "";
  }

  function draw(next = scene) {
    scene = next;
    layout();
    drawGrid();
    drawShade();
    drawLaws();
    drawTrail();
    drawMeasured();
    drawHandles();
    drawCross();
    root.setAttribute("aria-label", `Optimal learning rate and best loss drop against batch size. ${scene.said.join(" ")} ` +
      "Arrow keys read values, shift and arrows pan, plus and minus zoom, zero resets the view.");
  }

  // --- pointer and keys ---------------------------------------------------------------------------------------

  const pointers = new Map();
  let mode = null; // {kind, ...}
  const local = (event) => {
    const rect = root.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  };

  function shifted(view, dx, dy) {
    const px = (view.x[1] - view.x[0]) / (box.right - box.left), py = (view.y[1] - view.y[0]) / (box.top[1] - box.top[0]);
    return { x: view.x.map((v) => v - dx * px), y: view.y.map((v) => v + dy * py), d: view.d.map((v) => v + dy * py) };
  }

  function zoomed(view, factor, batch, lr) {
    const around = (range, centre) => range.map((v) => centre + (v - centre) * factor);
    const mid = (range) => (range[0] + range[1]) / 2;
    const x = around(view.x, Math.log2(batch));
    if (x[1] - x[0] < 1 || x[1] - x[0] > 60) return view;
    return { x, y: around(view.y, Math.log10(lr)), d: around(view.d, mid(view.d)) };
  }

  root.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    const handle = event.target.closest("[data-handle]");
    pointers.set(event.pointerId, local(event));
    root.setPointerCapture(event.pointerId);
    if (pointers.size === 2) mode = { kind: "pinch", view: scene.view, start: spread() };
    else if (handle) {
      handle.focus();
      mode = { kind: handle.dataset.handle, grab: events.grab() };
    } else mode = { kind: "pan", view: scene.view, from: local(event), moved: false };
    crossAt = null;
    event.preventDefault();
    if (!handle) root.focus({ preventScroll: true });
  });

  const spread = () => {
    const [[x0, y0], [x1, y1]] = [...pointers.values()];
    return { distance: Math.max(20, Math.hypot(x1 - x0, y1 - y0)), x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
  };

  root.addEventListener("pointermove", (event) => {
    const [x, y] = local(event);
    if (!mode) {
      const over = x >= box.left && x <= box.right && y >= box.top[0] && y <= box.low[1] && event.pointerType !== "touch";
      crossAt = over ? fromX(x) : null;
      crossLow = y < (box.top[0] + box.top[1]) / 2; // the box stays clear of what is pointed at
      drawCross();
      return;
    }
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, [x, y]);
    if (mode.kind === "pan") {
      const [dx, dy] = [x - mode.from[0], y - mode.from[1]];
      if (!mode.moved && Math.hypot(dx, dy) < 3) return;
      mode.moved = true;
      events.view(shifted(mode.view, dx, dy));
    } else if (mode.kind === "pinch" && pointers.size === 2) {
      const now = spread();
      events.view(zoomed(mode.view, mode.start.distance / now.distance, fromX(mode.start.x), fromY(mode.start.y)));
    } else if (mode.kind === "peak") {
      events.movePeak(mode.grab, fromX(clamp(x, box.left, box.right)), fromY(clamp(y, box.top[0], box.top[1])));
    } else if (mode.kind === "plateau") {
      events.movePlateau(mode.grab, fromY(clamp(y, box.top[0], box.top[1])));
    }
  });

  const release = (event) => {
    if (!pointers.delete(event.pointerId) || !mode) return;
    const kind = mode.kind;
    if (pointers.size) return;
    const touched = kind !== "pan" || mode.moved;
    mode = null;
    if (touched) events.commit();
  };
  root.addEventListener("pointerup", release);
  root.addEventListener("pointercancel", release);
  root.addEventListener("pointerleave", () => { if (!mode) { crossAt = null; drawCross(); } });
  root.addEventListener("dblclick", (event) => { event.preventDefault(); events.resetView(); });
  root.addEventListener("wheel", (event) => {
    const [x, y] = local(event);
    if (x < box.left || x > box.right || y < box.top[0] || y > box.low[1]) return;
    event.preventDefault();
    events.view(zoomed(scene.view, Math.exp(clamp(event.deltaY, -120, 120) / 500), fromX(x), fromY(clamp(y, box.top[0], box.top[1]))));
    events.commitSoon();
  }, { passive: false });

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const step = arrows[event.key];
    const handle = event.target.dataset?.handle;
    const centre = [2 ** ((scene.view.x[0] + scene.view.x[1]) / 2), 10 ** ((scene.view.y[0] + scene.view.y[1]) / 2)];
    if (step && handle) {
      const grab = events.grab();
      const far = event.shiftKey ? 1 : 0.125;
      if (handle === "peak" && grab.peak) events.movePeak(grab, grab.peak.batch * 2 ** (far * step[0]), grab.peak.lr * 2 ** (far * step[1]));
      if (handle === "plateau") events.movePlateau(grab, grab.plateau * 2 ** (far * step[1]));
    } else if (step && event.shiftKey) events.view(shifted(scene.view, -24 * step[0], 24 * step[1]));
    else if (step && step[0]) {
      crossAt = (crossAt ?? centre[0]) * 2 ** (step[0] / 4);
      drawCross();
      events.say(readout.innerText);
    } else if (event.key === "+" || event.key === "=") events.view(zoomed(scene.view, 0.85, ...centre));
    else if (event.key === "-") events.view(zoomed(scene.view, 1 / 0.85, ...centre));
    else if (event.key === "0") events.resetView();
    else if (event.key === "Escape") { crossAt = null; drawCross(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (!(step && step[0] && !handle && !event.shiftKey) && event.key !== "Escape") events.commitSoon();
  });
  root.addEventListener("blur", () => { crossAt = null; if (scene) drawCross(); });

  const observer = new ResizeObserver(([entry]) => {
    if (hostWidth === entry.contentRect.width) return;
    hostWidth = entry.contentRect.width;
    if (scene) draw();
  });
  observer.observe(host);

  // A standalone copy with the colours of this moment
  function standalone() {
    const copy = root.cloneNode(true);
    const style = getComputedStyle(host);
    const names = ["--ink", "--muted", "--paper", "--grid", "--line", "--primary", "--font"];
    copy.querySelector("style").textContent = `svg { ${names.map((n) => `${n}: ${style.getPropertyValue(n)};`).join(" ")} }\n${CHART_CSS}`;
    copy.setAttribute("xmlns", SVG_NS);
    copy.querySelector(".back").setAttribute("fill", "none");
    copy.insertBefore(svg("rect", { width: "100%", height: "100%", fill: style.getPropertyValue("--paper") }), copy.querySelector(".back"));
    return new XMLSerializer().serializeToString(copy);
  }

  return { draw, standalone, size: () => size, samples: () => samples, root, destroy: () => observer.disconnect() };
}

function lineSample(style) {
  const sample = svg("svg", { width: 26, height: 8, "aria-hidden": "true" });
  svg("line", { x1: 0, x2: 26, y1: 4, y2: 4, stroke: style.colour, "stroke-width": Math.min(style.width, 3), "stroke-dasharray": style.dash }, sample);
  return sample;
}
