/** One instrument: state, history, chart, panel; Python hears of it on release. */

import { createChart } from "../chart/chart.js";
import { el } from "../chart/dom.js";
import { tallHeight } from "../chart/frame.js";
import { fittingView, loses, mixedView, roundedView } from "../chart/view.js";
import { describe, lawCurves } from "../law/curves.js";
import { failingShare } from "../law/model.js";
import { highest, visible } from "../law/peaks.js";
import { movedWords, sentences } from "../text/headline.js";
import { phrases } from "../text/phrases.js";
import { explained } from "../text/terms.js";
import { History } from "./history.js";
import { Motion } from "./motion.js";
import { createPanel } from "./panel.js";
import { atMoment, effective, interpolate, isAt, peakMoved, plateauMoved, possible, withParam } from "./state.js";

/** What is undone and what is sent beside the view. @param {State} state */
const snapshot = ({ model, curves, t, noise, ghosts, points, lesson }) =>
  JSON.stringify({ model, curves, t, noise, ghosts, points, lesson });

export class Instrument {
  dragging = false;
  history = new History();
  motion = new Motion();
  /** @type {NoiseParams | null} */
  #goal = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #stops = { key: "", views: /** @type {View[]} */ ([]) };
  #token = "";
  #heard = "";
  #told = "";
  /** @type {(state: object) => void} */
  #send = () => {};

  /** @param {HTMLElement} host @param {ExploreData} data */
  constructor(host, data) {
    this.host = host;
    this.data = data;
    this.say = phrases(data.phrases);
    this.state = /** @type {State} */ (/** @type {unknown} */ (structuredClone(data.state)));
    this.live = /** @type {HTMLElement} */ (host.querySelector(".live"));
    this.words = /** @type {HTMLElement} */ (host.querySelector(".words"));
    const options = { drop: true, direct: false, font: 14, height: tallHeight };
    const place = /** @type {HTMLElement} */ (host.querySelector(".surge-plot"));
    this.chart = createChart(place, this.#events(), { say: this.say, options });
    this.panel = createPanel(host, this);
    host.addEventListener("keydown", (event) => this.#undoByKey(event));
  }

  #events() {
    return {
      grab: () => this.#grab(),
      movePeak: (/** @type {Grab} */ grab, /** @type {number} */ batch, /** @type {number} */ lr) => {
        if (grab.peak) this.change(peakMoved(grab, batch, lr, this.data.specs));
      },
      movePlateau: (/** @type {Grab} */ grab, /** @type {number} */ lr) =>
        this.change(plateauMoved(grab, lr, this.data.specs)),
      moveBead: () => {},
      view: (/** @type {View} */ view) => {
        Object.assign(this.state, { view, auto: false });
        this.draw();
      },
      resetView: () => {
        this.#autoView();
        this.draw();
        this.commit();
      },
      commit: () => this.commit(),
      commitSoon: () => this.commitSoon(),
      speak: (/** @type {string} */ text) => {
        this.live.textContent = text;
      },
    };
  }

  get rows() {
    return this.data.progress[this.state.noise];
  }

  /** The measured points that are drawn: lessons and a clean sheet have none. */
  get measured() {
    return this.state.points && !this.state.lesson ? this.data.measured : [];
  }

  shown(t = this.state.t) {
    return effective(this.state.model, this.rows, t);
  }

  #grab() {
    this.land();
    const shown = this.shown(),
      reading = describe(shown);
    return { model: { ...this.state.model }, shown, peak: highest(visible(reading.peaks)), plateau: reading.plateau };
  }

  // --- the view -----------------------------------------------------------------------------------------------

  #autoView() {
    this.state.view = fittingView(this.shown(), this.measured, this.panel.trail());
    this.state.auto = true;
  }

  /**
   * Training moves the curve away: the view goes along through ten views of the run, each found when it is needed, on
   * fewer nodes, so that no frame is late.
   */
  #followed() {
    const { state } = this,
      key = JSON.stringify([state.model, state.noise, this.measured.length, this.data.measured_name]);
    if (this.#stops.key !== key) this.#stops = { key, views: [] };
    const stop = (/** @type {number} */ i) =>
      (this.#stops.views[i] ??= fittingView(this.shown(i / 10), this.measured, this.panel.trail(), 64));
    const place = state.t * 10,
      i = Math.floor(place);
    return place > i ? mixedView(stop(i), stop(i + 1), place - i) : stop(i);
  }

  // --- drawing ------------------------------------------------------------------------------------------------

  /** Every input event ends here: compute, draw, say. */
  draw() {
    const { state, data } = this,
      shown = this.shown();
    const drawn = lawCurves(shown),
      reading = describe(shown, drawn);
    const said = sentences(this.say, reading, this.#around(shown));
    const nodes = drawn.model.factor ? drawn.model.factor.nodes.length * drawn.model.z.length : 1;
    this.chart.draw({
      curves: drawn.curves,
      order: state.curves,
      reading,
      said,
      styles: data.styles,
      view: state.view,
      failing: (batch) => failingShare(drawn.model, batch),
      measured: this.measured,
      correlatedPoints: Math.max(80, Math.min(300, Math.floor(1.5e6 / nodes))),
      ghosts: state.ghosts.map((model) => {
        const g = lawCurves(model).curves;
        return /** @type {Curve} */ (g.correlated ?? g.exact);
      }),
      trail: this.dragging ? [] : this.panel.trail(),
      logged: this.panel.open("progress") ? data.logged : [],
      bead: null,
      handles: true,
    });
    const strong = (/** @type {string} */ text, /** @type {number} */ i) => i === 0 || text === data.decision;
    const told = JSON.stringify(said);
    if (told !== this.#told) {
      this.#told = told;
      const { terms } = data;
      this.words.replaceChildren(
        ...said.map((text, i) => el(strong(text, i) ? "strong" : "span", {}, ...explained(`${text} `, terms))),
      );
    }
    this.host.dataset.redraws = String(Number(this.host.dataset.redraws ?? 0) + 1);
    this.panel.update(shown, reading);
  }

  /** What belongs around the headline of this state. @param {NoiseParams} shown */
  #around(shown) {
    const { state, data } = this,
      described = isAt(state, data.described.model);
    const fitted = this.measured.length > 0 && isAt(state, data.fit.model);
    const { loss } = atMoment(this.rows, state.t);
    return {
      sweep: this.measured.length ? data.decision : "",
      opening: described ? data.described.opening : fitted ? data.fit.opening : "",
      moved: state.t === 0 ? "" : movedWords(this.say, loss, state.model.alignment, shown.alignment),
      bare: described,
    };
  }

  // --- changes ------------------------------------------------------------------------------------------------

  /** @param {NoiseParams} model */
  change(model) {
    this.state.model = model;
    this.dragging = true;
    this.draw();
  }

  /** @param {ParamName} name @param {number} value @param {NoiseParams} from */
  setParam(name, value, from) {
    this.change(withParam(from, name, value, this.data.specs));
  }

  /** @param {Partial<State>} values */
  set(values) {
    Object.assign(this.land(), values);
    this.draw();
    this.commit();
  }

  /** A moment of the run, while its slider moves. @param {number} t */
  preview(t) {
    this.state.t = t;
    this.dragging = true;
    if (this.state.auto) this.state.view = this.#followed();
    this.draw();
  }

  commit() {
    clearTimeout(this.#timer);
    this.dragging = false;
    this.state.view = roundedView(this.state.view);
    this.#keepInView();
    this.history.keep(snapshot(this.state));
    this.#tell();
  }

  commitSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.commit(), 400);
  }

  #tell() {
    this.live.textContent = this.words.textContent;
    this.#send({ ...JSON.parse(snapshot(this.state)), view: this.state.view, auto: this.state.auto });
    this.panel.history();
  }

  /** The view stays where it is unless the peak or the plateau has left it; one chosen by hand gives way only to other controls. */
  #keepInView() {
    const { state, history } = this,
      lost = loses(state.view, describe(this.shown()));
    const same = history.now !== "" && JSON.stringify(JSON.parse(history.now).model) === JSON.stringify(state.model);
    if (lost && (state.auto || !same)) this.#autoView();
    this.draw();
  }

  /** @param {string | null} text */
  #restore(text) {
    if (text === null) return;
    this.motion.stop();
    this.#goal = null;
    this.dragging = false;
    Object.assign(this.state, JSON.parse(text));
    if (this.state.auto) this.#autoView();
    this.#keepInView();
    this.#tell();
  }

  undo() {
    this.land();
    this.#restore(this.history.back());
  }

  redo() {
    this.land();
    this.#restore(this.history.forth());
  }

  /** @param {KeyboardEvent} event */
  #undoByKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey) this.redo();
    else this.undo();
  }

  /** Whoever takes hold of something while the controls still glide has them where they were going. */
  land() {
    if (this.#goal !== null) {
      this.motion.stop();
      this.state.model = this.#goal;
      this.#goal = null;
      this.#autoView();
      this.commit();
    }
    return this.state;
  }

  /** Lessons and fits glide, so that one sees what changed. @param {Partial<NoiseParams>} target @param {Partial<State>} [others] */
  animateTo(target, others = {}) {
    this.motion.stop();
    const { state, data } = this,
      from = state.model,
      to = possible({ ...from, ...target }, data.specs);
    Object.assign(state, others);
    this.#goal = to;
    const before = state.view,
      after = fittingView(effective(to, this.rows, state.t), this.measured);
    this.dragging = true;
    this.motion.glide(
      (part) => {
        const mixed = data.specs.map(({ name }) => [name, interpolate(from[name], to[name], part)]);
        state.model = possible(Object.fromEntries(mixed), data.specs);
        state.view = mixedView(before, after, part);
        this.dragging = true;
        this.draw();
      },
      () => this.land(),
    );
  }

  play() {
    this.land();
    if (this.motion.playing) {
      this.motion.stop();
      this.commit();
      return;
    }
    const { state } = this;
    this.motion.play(
      state.t >= 1 ? 0 : state.t,
      (t, passed, still) => {
        state.t = t;
        const follow = still ? 1 : 1 - Math.exp(-passed / 150);
        if (state.auto) state.view = mixedView(state.view, this.#followed(), follow);
        this.draw();
      },
      () => this.commit(),
    );
    this.panel.history();
  }

  refresh() {
    if (this.dragging) return;
    if (this.state.auto) this.#autoView();
    this.draw();
  }

  // --- from and to Python ---------------------------------------------------------------------------------------

  /** @param {ExploreData} data @param {(name: string, value: object) => void} setStateValue */
  update(data, setStateValue) {
    this.data = data;
    this.#send = (value) => setStateValue("state", value);
    const other = this.#heard !== data.measured_name;
    this.#heard = data.measured_name;
    const fresh = this.#token !== data.token;
    if (fresh) this.#begin();
    else if (other) Object.assign(this.state, { points: true, lesson: "" }); // who chooses a sweep wants to see it
    if (this.dragging || this.motion.moving) return;
    if (this.state.auto && (fresh || other)) this.#autoView();
    this.draw();
    this.panel.history();
    if (other) this.live.textContent = this.words.textContent;
    if (fresh ? data.state.view === null : other) this.#tell();
    if (!fresh && other && this.#untouched()) this.animateTo(data.fit.model ?? {}); // so that Python knows which view is in force
  }

  /** The visitor's own sweep is shown with the curve fitted to it, unless the controls were moved before. */
  #untouched() {
    const { data, state } = this;
    return data.decision !== "" && state.points && data.fit.model !== null && isAt(state, data.defaults.model);
  }

  #begin() {
    this.#token = this.data.token;
    this.state = /** @type {State} */ (/** @type {unknown} */ (structuredClone(this.data.state)));
    this.state.auto ||= this.data.state.view === null;
    if (this.#untouched()) this.state.model = { .../** @type {NoiseParams} */ (this.data.fit.model) };
    if (this.state.auto) this.#autoView();
    this.history.start(snapshot(this.state));
  }

  destroy() {
    this.motion.stop();
    clearTimeout(this.#timer);
    this.chart.destroy();
    this.panel.destroy();
  }
}
