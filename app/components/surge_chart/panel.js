// Everything around the chart: controls, laws, presets, history, training progress, regime map, exports.

const SYMBOLS = {
  lr_scale: "ε<sub>0</sub>", snr: "z", snr_spread: "σ<sub>ln z</sub>", alignment: "R", correlation: "ρ",
  momentum: "β<sub>1</sub>", skewness: "γ", n_parameters: "N", blocks: "K",
};
// Fixed text of ours: the only strings that are set as HTML
const FORMULA = `<span class="line">ε(B) = {lr_scale} · <i>E</i> / (1 + {alignment} · ⟨ss⟩<sub>{correlation},{blocks},{n_parameters}</sub>)</span>
  <span class="line"><i>E</i> = mean of erf(<span class="root">B′/2</span> z<sub>i</sub>) + skew {skewness}, &nbsp; ln z<sub>i</sub> ~ normal(ln {snr}, {snr_spread})</span>
  <span class="line">B′ = B (1 + {momentum}) / (1 − {momentum})</span>`;

const MAP_COLUMNS = 44, MAP_ROWS = 26;

function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

function createPanel(host, at) {
  const $ = (selector) => host.querySelector(selector);
  const rows = new Map(), chips = new Map(), sections = {};
  const ui = {};
  let grabbed = null, trailKey = "", trailPoints = [], map = null;

  const toPart = (spec, value) => (spec.log
    ? Math.log(Math.max(value, spec.low) / spec.low) / Math.log(spec.high / spec.low)
    : (value - spec.low) / (spec.high - spec.low));
  const fromPart = (spec, part) => {
    const value = spec.log ? spec.low * (spec.high / spec.low) ** part : spec.low + (spec.high - spec.low) * part;
    return spec.whole ? Math.round(value) : rounded(value, 4);
  };

  // --- controls -----------------------------------------------------------------------------------------------

  function refuse(exact, note, why) {
    exact.setAttribute("aria-invalid", String(why !== ""));
    if (note.textContent !== why) note.textContent = why;
  }

  function controlRow(spec) {
    const steps = spec.whole && !spec.log ? spec.high - spec.low : 400;
    const range = el("input", { type: "range", min: 0, max: 1, step: 1 / steps, id: `surge-${spec.name}`, "aria-label": `${spec.label} slider`, "data-param": spec.name });
    const exact = el("input", { type: "text", inputMode: "text", "aria-label": `${spec.label}, exact value`, autocomplete: "off", spellcheck: false, "data-exact": spec.name });
    const symbol = el("span", { className: "symbol", innerHTML: SYMBOLS[spec.name] });
    const refused = el("small", { className: "wrong", role: "alert" });
    const moved = el("span", { className: "moved", title: "Where training progress has moved it" });
    const row = el("div", { className: "control", title: `${spec.description}${spec.unit ? ` [${spec.unit}]` : ""} From ${number(spec.low)} to ${number(spec.high)}.` },
      el("label", { htmlFor: range.id }, symbol, ` ${spec.label} `, moved), exact, range, refused);
    range.addEventListener("input", () => {
      grabbed ??= { ...at.settled().params };
      at.setParam(spec.name, fromPart(spec, Number(range.value)), grabbed);
    });
    // a held arrow key is one movement: Python hears of it when it rests
    let typed = false;
    range.addEventListener("keydown", () => { typed = true; });
    range.addEventListener("pointerdown", () => { typed = false; });
    range.addEventListener("change", () => { grabbed = null; if (typed) at.commitSoon(); else at.commit(); });
    const enter = () => {
      const value = parseNumber(exact.value);
      const valid = value !== null && value >= spec.low && value <= spec.high;
      refuse(exact, refused, valid ? "" : `A number from ${number(spec.low)} to ${number(spec.high)}, as 1e-3 or 2^10`);
      if (!valid || value === at.state().params[spec.name]) return;
      at.setParam(spec.name, value, { ...at.settled().params });
      at.commit();
    };
    exact.addEventListener("change", enter);
    // short at rest, every digit to edit
    exact.addEventListener("focus", () => { exact.value = String(at.settled().params[spec.name]); });
    exact.addEventListener("blur", () => { if (exact.getAttribute("aria-invalid") !== "true") exact.value = entry(spec.name); });
    exact.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); enter(); } });
    row.addEventListener("focusin", () => mark(spec.name, true));
    row.addEventListener("focusout", () => mark(spec.name, false));
    row.addEventListener("pointerenter", () => mark(spec.name, true));
    row.addEventListener("pointerleave", () => mark(spec.name, false));
    rows.set(spec.name, { spec, range, exact, moved, refused });
    return row;
  }

  // What was fitted is shown to the digits that its error allows
  function entry(name, dragging = false) {
    const value = at.state().params[name], { fit } = at.data();
    if (isFitted(at.state(), at.data()) && fit.digits[name]) return number(value, fit.digits[name]);
    return String(dragging ? rounded(value) : value);
  }

  const mark = (name, on) => {
    for (const symbol of host.querySelectorAll(`.formula [data-symbol="${name}"]`)) symbol.classList.toggle("on", on);
  };

  function section(key, title, content, open = false) {
    const box = el("details", { className: `section ${key}`, open }, el("summary", {}, title), content);
    box.addEventListener("toggle", () => { if (box.open) opened(key); });
    sections[key] = box;
    return box;
  }

  function build() {
    const { specs, styles, presets, hide } = at.data();
    for (const part of hide) host.classList.add(`hide-${part}`);
    $(".formula").innerHTML = FORMULA.replace(/\{(\w+)\}/g, (_, name) => `<b data-symbol="${name}">${SYMBOLS[name]}</b>`);
    $(".laws").append(...Object.entries(styles).map(([key, style]) => {
      const box = el("input", { type: "checkbox", "data-toggle": key });
      const chip = el("label", { className: "chip" }, box, lineSample(style), style.label);
      box.addEventListener("change", () => {
        const laws = Object.keys(styles).filter((k) => (k === key ? box.checked : at.state().laws.includes(k)));
        at.set({ laws });
      });
      chips.set(key, { box, chip });
      return chip;
    }));
    const point = svg("svg", { viewBox: "0 0 12 20", width: 12, height: 20, "aria-hidden": "true" });
    svg("path", { d: "M6 1v18" }, point);
    svg("circle", { cx: 6, cy: 10, r: 4.2 }, point);
    ui.measured = el("span");
    ui.key = $(".keys").appendChild(el("span", { className: "key" }, point, ui.measured));
    ui.caution = $(".keys").appendChild(el("strong", { className: "caution" }));
    ui.fold = $(".fold");
    ui.fold.addEventListener("click", () => ui.fold.setAttribute("aria-expanded", String($(".laws").classList.toggle("unfolded"))));
    const main = specs.slice(0, 5), more = specs.slice(5);
    ui.histogram = svg("svg", { class: "histogram", role: "img", viewBox: "0 0 240 44", preserveAspectRatio: "none" });
    $(".controls").append(...main.slice(0, 3).map(controlRow), ui.histogram, ...main.slice(3).map(controlRow),
      section("more", "Momentum, skew, size", el("div", {}, ...more.map(controlRow)), more.some((s) => at.data().state.params[s.name] !== s.default)));
    $(".presets").append(...presets.map((preset) => {
      const button = el("button", { type: "button", className: "preset", title: preset.teaches, "data-preset": preset.key }, preset.label);
      button.addEventListener("click", () => {
        ui.lesson.textContent = preset.teaches;
        at.animateTo(preset.params, { laws: preset.laws, progress: { ...at.state().progress, t: preset.t } });
      });
      return button;
    }));
    ui.lesson = $(".presets").appendChild(el("p", { className: "lesson", role: "status" }));
    buildHistory();
    $(".extras").append(section("progress", "Training progress", progressBox(), at.data().state.progress.t > 0),
      section("map", "Regime map: where is there a surge?", mapBox()));
    buildExports();
  }

  // --- history, ghosts, fit ------------------------------------------------------------------------------------

  function buildHistory() {
    const button = (label, title, action, key) => {
      const element = el("button", { type: "button", title, "data-action": key }, label);
      element.addEventListener("click", action);
      return element;
    };
    ui.undo = button("Undo", "Undo (Ctrl+Z)", at.undo, "undo");
    ui.redo = button("Redo", "Redo (Ctrl+Shift+Z)", at.redo, "redo");
    ui.reset = button("Reset", "All controls to their defaults", () => {
      ui.lesson.textContent = "";
      const { specs, defaults } = at.data();
      at.animateTo(Object.fromEntries(specs.map((s) => [s.name, s.default])), structuredClone({ laws: defaults.laws, progress: defaults.progress, ghosts: [] }));
    }, "reset");
    ui.pin = button("Pin", "Keep this curve as a grey ghost to compare with", () => {
      at.set({ ghosts: [...at.state().ghosts, at.shown()].slice(-3) });
    }, "pin");
    ui.unpin = button("Unpin", "Remove all ghosts", () => at.set({ ghosts: [] }), "unpin");
    ui.fit = button("Fit to this sweep", "", () => at.animateTo(at.data().fit.params, { progress: { ...at.state().progress, t: 0 } }), "fit");
    $(".history").append(ui.fit, ui.undo, ui.redo, ui.reset, ui.pin, ui.unpin);
  }

  function history() {
    ui.undo.disabled = !at.canUndo();
    ui.redo.disabled = !at.canRedo();
    ui.unpin.disabled = at.state().ghosts.length === 0;
    const { fit } = at.data();
    ui.fit.hidden = !at.data().measured.length;
    ui.fit.disabled = !fit?.params;
    ui.fit.title = fit?.sentence ?? "";
    ui.refused = $(".refused");
    ui.refused.hidden = ui.fit.hidden || Boolean(fit?.params);
    ui.refused.textContent = ui.refused.hidden ? "" : fit?.sentence ?? "";
    ui.play.textContent = at.playing() ? "Pause" : "Play";
  }

  // --- training progress ----------------------------------------------------------------------------------------

  function progressBox() {
    ui.play = el("button", { type: "button", "data-action": "play" }, "Play");
    ui.play.addEventListener("click", at.play);
    ui.time = el("input", { type: "range", min: 0, max: 1, step: 0.01, "aria-label": "Training progress", "data-progress": "t" });
    ui.time.addEventListener("input", () => at.preview({ progress: { ...at.state().progress, t: Number(ui.time.value) } }));
    ui.time.addEventListener("change", () => at.commitSoon());
    ui.noise = el("select", { "aria-label": "Gradient noise during training" },
      el("option", { value: "fixed" }, "noise stays"), el("option", { value: "shrinking" }, "noise shrinks with the loss"));
    ui.noise.addEventListener("change", () => at.set({ progress: { ...at.state().progress, noise: ui.noise.value } }));
    ui.progressText = el("p", { className: "note" });
    return el("div", {}, el("div", { className: "bar" }, ui.play, ui.time, ui.noise), ui.progressText);
  }

  function updateProgress(reading) {
    const { t, noise } = at.state().progress;
    const rows = at.data().progress[noise];
    if (t > 0 && !ui.running) sections.progress.open = true;
    ui.running = t > 0;
    ui.time.value = t;
    ui.noise.value = noise;
    const place = t * (rows.length - 1);
    const { loss } = atMoment(at.state(), at.data());
    ui.time.setAttribute("aria-valuetext", `${Math.round(100 * t)} % of the run, loss at ${number(loss, 2)} of its start`);
    const top = highest(visible(reading.peaks));
    const fell = t === 0 ? "The start of the run" : `Loss at ${number(loss, 2)} ± ${number(rows[Math.round(place)].loss_stderr, 1)} of its start`;
    ui.progressText.textContent = `${fell}; ${top ? `peak at B = ${examples(top.batch)}` : "no peak"}. ${at.data().progress_note}` +
      (at.data().logged.length ? " Triangles: the noise scale that was logged." : "");
  }

  // The path of the peak over the run, for the state at rest
  function trail() {
    const state = at.state();
    if (!sections.progress?.open && state.progress.t === 0) return [];
    const key = JSON.stringify([state.params, state.progress.noise]);
    if (key === trailKey) return trailPoints;
    trailKey = key;
    const rows = at.data().progress[state.progress.noise];
    trailPoints = rows.map((_, i) => {
      const p = effective({ ...state, progress: { ...state.progress, t: i / (rows.length - 1) } }, at.data());
      return highest(visible(findPeaks(compile(p, 64), true, 6)));
    });
    return trailPoints;
  }

  // --- regime map -----------------------------------------------------------------------------------------------

  function mapBox() {
    ui.axis = el("select", { "aria-label": "Vertical axis of the regime map" },
      el("option", { value: "correlation" }, "R against correlation ρ"), el("option", { value: "snr_spread" }, "R against spread of z"));
    ui.threshold = el("input", { type: "number", min: 0.1, max: 500, step: 0.1, value: 10, "aria-label": "Prominence of a surge in per cent" });
    ui.canvas = el("canvas", { className: "map-canvas", tabIndex: 0, role: "application", width: MAP_COLUMNS * 10, height: MAP_ROWS * 10 });
    ui.mapText = el("p", { className: "note", role: "status" });
    ui.axis.addEventListener("change", requestMap);
    ui.threshold.addEventListener("input", paintMap);
    ui.canvas.addEventListener("click", (event) => {
      const rect = ui.canvas.getBoundingClientRect();
      goTo((event.clientX - rect.left) / rect.width, 1 - (event.clientY - rect.top) / rect.height);
    });
    ui.canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [x, y] = mapPlace(at.state().params);
      goTo(x + step[0] / MAP_COLUMNS, y + step[1] / MAP_ROWS);
    });
    return el("div", {},
      el("div", { className: "bar" }, ui.axis, el("label", {}, "surge above ", ui.threshold, " %")),
      el("div", { className: "map-frame" }, el("span", { className: "map-y" }), ui.canvas, 
        el("span", { className: "map-ticks" }, ...["0.1", "1", "10", "100"].map((text) => el("span", {}, text))),
        el("span", { className: "map-x" }, "curvature alignment R →")),
      ui.mapText);
  }

  const spec = (name) => at.data().specs.find((s) => s.name === name);
  const mapAxis = () => ({ x: { ...spec("alignment"), low: 0.1, high: 100 }, y: spec(ui.axis.value) });
  const mapPlace = (p) => { const axes = mapAxis(); return [toPart(axes.x, p.alignment), toPart(axes.y, p[axes.y.name])]; };

  function goTo(x, y) {
    const axes = mapAxis();
    const inside = (part) => Math.min(Math.max(part, 0), 1);
    at.change(possible({ ...at.settled().params, alignment: fromPart(axes.x, inside(x)), [axes.y.name]: fromPart(axes.y, inside(y)) }, at.data().specs));
    at.commit();
  }

  // Off the main path: a worker computes, and a newer request ends an older one
  function requestMap() {
    if (!sections.map?.open) return;
    const axes = mapAxis();
    const params = at.state().params;
    const key = JSON.stringify([axes.y.name, { ...params, alignment: 0, lr_scale: 0, [axes.y.name]: 0 }]);
    if (map?.key === key) { paintMap(); return; }
    map?.worker?.terminate();
    const cells = [];
    for (let row = 0; row < MAP_ROWS; row += 1) {
      for (let column = 0; column < MAP_COLUMNS; column += 1) {
        cells.push([fromPart(axes.x, (column + 0.5) / MAP_COLUMNS), fromPart(axes.y, (row + 0.5) / MAP_ROWS)]);
      }
    }
    const source = `${LAW_SOURCE}
      onmessage = ({ data: { params, name, cells } }) => {
        const out = new Float32Array(cells.length);
        cells.forEach(([alignment, value], i) => {
          const p = { ...params, [name]: value };
          p.alignment = Math.min(alignment, maxAlignment(p));
          const top = highest(findPeaks(compile(p, 48), true, 5));
          out[i] = top ? top.prominence : 0;
          if (i % 88 === 87) postMessage({ part: (i + 1) / cells.length });
        });
        postMessage({ out });
      };`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url);
    URL.revokeObjectURL(url);
    const mine = map = { key, worker, values: null };
    worker.onmessage = ({ data: message }) => {
      if (map !== mine) return;
      if (message.out) { map.values = message.out; map.worker = null; worker.terminate(); paintMap(); }
      else ui.mapText.textContent = `Computing the map: ${Math.round(100 * message.part)} %`;
    };
    worker.postMessage({ params, name: axes.y.name, cells });
    host.querySelector(".map-y").textContent = `${number(axes.y.low)} ← ${axes.y.label} → ${number(axes.y.high)}`;
  }

  // An empty or negative entry would call everything a surge
  const mapThreshold = () => Math.max(Number(ui.threshold.value) || 1, 0.1) / 100;

  function paintMap() {
    if (!map?.values) return;
    const context = ui.canvas.getContext("2d");
    const colour = (name) => getComputedStyle(host).getPropertyValue(name).trim();
    const threshold = mapThreshold();
    context.globalAlpha = 1;
    context.fillStyle = colour("--paper");
    context.fillRect(0, 0, ui.canvas.width, ui.canvas.height);
    map.values.forEach((value, i) => {
      const x = (i % MAP_COLUMNS) * 10, y = (MAP_ROWS - 1 - Math.floor(i / MAP_COLUMNS)) * 10;
      context.fillStyle = colour("--primary");
      context.globalAlpha = value >= threshold ? 0.35 + 0.6 * Math.min(1, Math.log10(value / threshold) / 1.5) : 0.08 * (value > 0.01);
      context.fillRect(x, y, 10, 10);
    });
    const [x, y] = mapPlace(at.state().params);
    context.globalAlpha = 1;
    context.strokeStyle = colour("--ink");
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x * ui.canvas.width, (1 - y) * ui.canvas.height, 8, 0, 7);
    context.stroke();
    const share = map.values.filter((value) => value >= threshold).length / map.values.length;
    ui.mapText.textContent = `Filled: surge of at least ${number(100 * threshold, 2)} %, in ${Math.round(100 * share)} % of this map; the ring is the current state. Click or use arrow keys to go elsewhere.`;
    ui.canvas.setAttribute("aria-label", `Regime map. ${ui.mapText.textContent}`);
  }

  function opened(key) {
    if (key === "map") requestMap();
    if (key === "progress") at.refresh();
  }

  // --- exports ----------------------------------------------------------------------------------------------------

  function buildExports() {
    const save = (name, blob) => {
      const link = el("a", { href: URL.createObjectURL(blob), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    };
    const actions = {
      SVG: () => save("surge.svg", new Blob([at.chart.standalone()], { type: "image/svg+xml" })),
      PNG: () => {
        const { width, height } = at.chart.size();
        const image = new Image();
        image.onload = () => {
          const canvas = el("canvas", { width: 2 * width, height: 2 * height });
          canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
          canvas.toBlob((blob) => save("surge.png", blob));
        };
        image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(at.chart.standalone())}`;
      },
      CSV: () => save("surge-curves.csv", new Blob([csv()], { type: "text/csv" })),
    };
    $(".exports").append(...Object.entries(actions).map(([name, action]) => {
      const button = el("button", { type: "button", "data-export": name }, name);
      button.addEventListener("click", action);
      return button;
    }));
  }

  function csv() {
    const samples = at.chart.samples(), lines = ["law,batch_size,learning_rate,loss_drop"];
    for (const [key, points] of Object.entries(samples)) {
      for (const p of points) lines.push([key, p.batch, p.lr, p.drop ?? ""].join(","));
    }
    return `${lines.join("\n")}\n`;
  }

  // --- following the state ------------------------------------------------------------------------------------------

  function drawHistogram(shown) {
    const model = compile(shown);
    const [low, high] = [-4, 1];
    const bins = new Array(40).fill(0);
    model.z.forEach((z, i) => {
      const bin = Math.floor(((Math.log10(z) - low) / (high - low)) * bins.length);
      bins[Math.min(Math.max(bin, 0), bins.length - 1)] += model.weight[i] / model.count;
    });
    const most = Math.max(...bins, 0.12);
    ui.histogram.replaceChildren(...bins.map((share, i) => svg("rect", { x: i * 6 + 0.5, y: 32 - 30 * (share / most), width: 5, height: 30 * (share / most) + 0.6 })),
      ...[-4, -2, 0].map((k) => svg("text", { x: ((k - low) / (high - low)) * 240 + 2, y: 43 }, null, `10${superscript(k)}`)));
    ui.histogram.setAttribute("aria-label", `Histogram of signal to noise over the parameters, median ${number(shown.snr)}, log spread ${number(shown.snr_spread)}`);
  }

  function update(shown, reading, dragging) {
    const { params, laws } = at.state();
    for (const [name, { spec: s, range, exact, moved, refused }] of rows) {
      range.value = toPart(s, params[name]);
      range.setAttribute("aria-valuetext", number(params[name]));
      if (exact.getRootNode().activeElement !== exact || dragging) { exact.value = entry(name, dragging); refuse(exact, refused, ""); }
      moved.textContent = shown[name] === params[name] ? "" : `now ${number(shown[name])}`;
    }
    for (const [key, { box, chip }] of chips) {
      box.checked = laws.includes(key);
      chip.classList.toggle("idle", key === "correlated" && !(params.correlation > 0));
    }
    const { measured, measured_name: name } = at.data();
    ui.key.hidden = !measured.length;
    const { caution } = at.data();
    ui.caution.hidden = !measured.length || !caution;
    ui.caution.textContent = caution ?? "";
    ui.fold.textContent = `Laws drawn: ${laws.filter((key) => chips.has(key)).length} of ${chips.size}`;
    ui.measured.textContent = `Measured: ${name}${measured.some((p) => p.low) ? ", 95 % intervals" : ", no error known"}`;
    drawHistogram(shown);
    updateProgress(reading);
    if (!dragging) requestMap();
  }

  return { build, update, history, trail, open: (key) => Boolean(sections[key]?.open), destroy: () => map?.worker?.terminate() };
}
