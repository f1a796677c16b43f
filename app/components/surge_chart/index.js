// One instrument: state, history, chart, panel; Python hears of it on release.

const instances = new WeakMap();
const reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function createInstrument(host) {
  let data = null, state = null, token = null, send = () => {};
  let past = [], future = [], committed = null, dragging = false, timer = null, playing = null, frame = null, goal = null;
  let heard = null, stops = { key: "", views: [] };
  const snapshot = () => JSON.stringify({ params: state.params, laws: state.laws, progress: state.progress, ghosts: state.ghosts });

  const chart = createChart(host.querySelector(".surge-plot"), {
    grab: () => land() && ({ params: { ...state.params }, shown: effective(state, data), ...peakNow() }),
    movePeak: (grab, batch, lr) => grab.peak && change(peakMoved(grab, batch, lr, data.specs)),
    movePlateau: (grab, lr) => change(plateauMoved(grab, lr, data.specs)),
    view: (view) => { state.view = view; state.auto = false; draw(); },
    resetView: () => { state.view = autoView(); state.auto = true; draw(); commit(); },
    commit: () => commit(), commitSoon: () => commitSoon(),
    say: (text) => { live.textContent = text; },
  });
  const live = host.querySelector(".live");
  const words = host.querySelector(".words");
  const panel = createPanel(host, {
    data: () => data, state: () => state, settled: () => land(), shown: () => effective(state, data), chart,
    setParam: (name, value, from) => change(withParam(from, name, value, data.specs)),
    commit: () => commit(), commitSoon: () => commitSoon(), change, animateTo, undo, redo, play,
    set: (values) => { Object.assign(land(), values); draw(); commit(); },
    refresh: () => { if (!state || dragging) return; if (state.auto) state.view = autoView(); draw(); },
    preview: (values) => { Object.assign(state, values); dragging = true; if (state.auto) state.view = followed(); draw(); },
    canUndo: () => past.length > 0, canRedo: () => future.length > 0, playing: () => playing !== null,
  });

  function peakNow() {
    const reading = describe(effective(state, data));
    return { peak: highest(visible(reading.peaks)), plateau: reading.plateau };
  }

  const autoView = () => fittingView(effective(state, data), data.measured, panel.trail());

  // Training moves the curve away: the view goes along through ten views of the run, each found when it is needed, on
  // fewer nodes, so that no frame is late
  function followed() {
    const key = JSON.stringify([state.params, state.progress.noise, data.measured_name]);
    if (stops.key !== key) stops = { key, views: [] };
    const stop = (i) => (stops.views[i] ??= fittingView(effective({ ...state, progress: { ...state.progress, t: i / 10 } }, data), data.measured, panel.trail(), 64));
    const place = state.progress.t * 10, i = Math.floor(place);
    return place > i ? mixedView(stop(i), stop(i + 1), place - i) : stop(i);
  }

  function change(params) {
    state.params = params;
    dragging = true;
    draw();
  }

  // Every input event ends here: compute, draw, say
  function draw() {
    const shown = effective(state, data);
    const drawn = lawCurves(shown);
    const reading = describe(shown, drawn);
    const said = sentences(reading, aroundOf(state, shown, data));
    const nodes = drawn.model.factor ? drawn.model.factor.nodes.length * drawn.model.z.length : 1;
    chart.draw({
      curves: drawn.curves, failing: (batch) => failingShare(drawn.model, batch), reading, said, styles: data.styles, view: state.view, measured: data.measured,
      laws: state.laws, correlatedPoints: Math.max(80, Math.min(300, Math.floor(1.5e6 / nodes))),
      ghosts: state.ghosts.map((params) => { const g = lawCurves(params).curves; return { curve: g.correlated ?? g.exact }; }),
      trail: dragging ? [] : panel.trail(), logged: panel.open("progress") ? data.logged : [],
    });
    const strong = (text, i) => i === 0 || text === data.decision;
    words.replaceChildren(...said.map((text, i) => Object.assign(document.createElement(strong(text, i) ? "strong" : "span"), { textContent: `${text} ` })));
    host.dataset.redraws = Number(host.dataset.redraws || 0) + 1;
    panel.update(shown, reading, dragging);
  }

  function commit() {
    clearTimeout(timer);
    dragging = false;
    state.view = roundedView(state.view);
    refit();
    const now = snapshot();
    if (now !== committed) {
      past.push(committed);
      future = [];
      committed = now;
    }
    announce();
    send({ ...JSON.parse(now), view: state.auto ? null : state.view });
    panel.history();
  }

  function refit() {
    const reading = describe(effective(state, data));
    const top = highest(visible(reading.peaks));
    const lost = (top && outside(state.view, top.batch, top.lr)) || Math.log10(reading.plateau) < state.view.y[0] || Math.log10(reading.plateau) > state.view.y[1];
    // a view chosen by hand gives way only to other controls, never to the course of a run
    const same = committed !== null && JSON.stringify(JSON.parse(committed).params) === JSON.stringify(state.params);
    if (state.auto || (lost && !same)) {
      state.view = autoView();
      state.auto = true;
    }
    draw();
  }

  function announce() {
    live.textContent = words.textContent;
  }

  function commitSoon() {
    clearTimeout(timer);
    timer = setTimeout(commit, 400);
  }

  function restore(text) {
    stop();
    goal = null;
    Object.assign(state, JSON.parse(text));
    committed = text;
    dragging = false;
    refit();
    announce();
    send({ ...JSON.parse(text), view: state.auto ? null : state.view });
    panel.history();
  }

  function undo() {
    land();
    if (!past.length) return;
    future.push(committed);
    restore(past.pop());
  }

  function redo() {
    land();
    if (!future.length) return;
    past.push(committed);
    restore(future.pop());
  }

  // Whoever takes hold of something while the controls still glide has them where they were going
  function land() {
    if (goal !== null) {
      stop();
      state.params = goal;
      state.auto = true;
      goal = null;
      commit();
    }
    return state;
  }

  // Presets and fits glide, so that one sees what changed
  function animateTo(target, others = {}) {
    stop();
    const from = state.params, to = possible({ ...from, ...target }, data.specs);
    Object.assign(state, others);
    goal = null;
    if (reducedMotion()) { state.params = to; state.auto = true; commit(); return; }
    goal = to;
    const start = performance.now();
    const view0 = state.view, view1 = fittingView(effective({ ...state, params: to }, data), data.measured);
    const step = (now) => {
      const part = Math.min(1, (now - start) / 550), eased = part * part * (3 - 2 * part);
      state.params = part === 1 ? to : possible(Object.fromEntries(data.specs.map(({ name }) => [name, interpolate(from[name], to[name], eased)])), data.specs);
      state.view = mixedView(view0, view1, eased);
      dragging = true;
      if (part < 1) { draw(); frame = requestAnimationFrame(step); } else land();
    };
    frame = requestAnimationFrame(step);
  }

  function stop() {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = playing = null;
  }

  function play() {
    land();
    if (playing !== null) { stop(); commit(); return; }
    const from = state.progress.t >= 1 ? 0 : state.progress.t;
    const begin = playing = performance.now();
    let last = begin;
    const step = (now) => {
      if (playing !== begin) return;
      // with reduced motion the same run in ten still pictures
      const exact = Math.min(1, from + Math.max(0, now - begin) / 9000), still = reducedMotion();
      state.progress = { ...state.progress, t: still ? Math.round(exact * 10) / 10 : Math.round(exact * 1000) / 1000 };
      if (state.auto) state.view = still ? followed() : mixedView(state.view, followed(), 1 - Math.exp(Math.min(0, last - now) / 150));
      last = now;
      if (exact < 1) { draw(); frame = requestAnimationFrame(step); } else { stop(); commit(); }
    };
    frame = requestAnimationFrame(step);
    panel.history();
  }

  host.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) redo(); else undo();
  });

  function update(nextData, setStateValue) {
    const first = data === null;
    data = nextData;
    send = (value) => setStateValue("state", value);
    if (first) panel.build();
    const other = first || heard !== data.measured_name;
    heard = data.measured_name;
    if (token !== data.token) {
      token = data.token;
      state = { auto: data.state.view === null, ...structuredClone(data.state) };
      state.view ??= autoView();
      committed = snapshot();
      past = [];
      future = [];
    }
    if (!dragging && playing === null && frame === null) {
      if (state.auto) state.view = autoView();
      draw();
      panel.history();
      if (other) announce();
    }
  }

  return { update, destroy: () => { stop(); clearTimeout(timer); chart.destroy(); panel.destroy(); } };
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const host = parentElement.querySelector(".surge");
  if (!instances.has(host)) instances.set(host, createInstrument(host));
  instances.get(host).update(data, setStateValue);
  host.dataset.ready = "true";
  return () => {
    instances.get(host)?.destroy();
    instances.delete(host);
  };
}
