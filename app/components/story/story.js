/** The story of the Learn page: text that drives one chart, by scroll, keys or a click; the learner may take over. */

import { createChart } from "../chart/chart.js";
import { clamp, el, reducedMotion } from "../chart/dom.js";
import { describe, lawCurves } from "../law/curves.js";
import { highest, visible } from "../law/peaks.js";
import { Motion } from "../surge_chart/motion.js";
import { interpolate, peakMoved, plateauMoved, possible } from "../surge_chart/state.js";
import { fallOf } from "../text/headline.js";
import { examples, number, percent } from "../text/numbers.js";
import { phrases } from "../text/phrases.js";
import { drawPanels } from "./panels.js";
import { section } from "./sections.js";

const FORWARD = ["ArrowRight", "ArrowDown", "PageDown", " "],
  BACKWARD = ["ArrowLeft", "ArrowUp", "PageUp"];
const NARROW = 900;

/** Room for the figure, so that a step fits on the screen. */
const room = () =>
  window.innerWidth <= NARROW ? clamp(window.innerHeight * 0.4, 240, 420) : clamp(window.innerHeight - 210, 300, 660);

/** On the page: size of the smallest text [px], and room for the figure. */
const PAGE = { font: 15, direct: true, room };

export class Story {
  motion = new Motion();
  look = PAGE;
  /** Whether it is on a screen of its own. */
  presenting = false;
  /** @type {{step: number, model: NoiseParams, present: boolean}} */
  #told = { step: 0, model: /** @type {any} */ (null), present: false };
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
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (host.querySelector(name));
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
          plateau: reading.plateau,
        };
      },
      movePeak: (/** @type {Grab} */ grab, /** @type {number} */ batch, /** @type {number} */ lr) => {
        if (grab.peak) this.change(peakMoved(grab, batch, lr, this.data.specs));
      },
      movePlateau: (/** @type {Grab} */ grab, /** @type {number} */ lr) =>
        this.change(plateauMoved(grab, lr, this.data.specs)),
      moveBead: (/** @type {number} */ batch) => {
        this.#bead = batch;
        this.draw();
      },
      view: () => {},
      resetView: () => {},
      commit: () => this.tell(),
      commitSoon: () => this.tell(),
      speak: (/** @type {string} */ text) => {
        this.live.textContent = text;
      },
    };
  }

  // --- drawing ------------------------------------------------------------------------------------------------

  draw() {
    const { now, data, model } = this,
      measured = now.key === "measured";
    this.panels.hidden = !measured;
    this.plot.hidden = measured;
    const drawn = lawCurves(model),
      reading = describe(model, drawn);
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
        handles: false,
      });
    }
    this.sections[this.step - 1].update(this.#figure(reading, drawn));
    this.#updateWalk();
    this.host.dataset.step = String(this.step);
    this.host.dataset.redraws = String(Number(this.host.dataset.redraws ?? 0) + 1);
  }

  /** The one number of a step. @param {Reading} reading @param {Drawn} drawn */
  #figure(reading, drawn) {
    const { say, now } = this,
      top = highest(visible(reading.peaks));
    if (now.key === "rule") {
      const rule = /** @type {Curve} */ (drawn.curves.square_root);
      const times = number(rule(this.#bead)[0] / rule(1)[0], 2);
      return { value: `× ${times}`, unit: say("learn-number-rule", { batch: examples(this.#bead) }) };
    }
    if (now.key === "measured") {
      const fell = this.data.panels.find(({ fall }) => fall);
      return {
        value: fell ? `−${fell.fall}` : say("learn-number-none"),
        unit: fell ? fell.known : "",
      };
    }
    if (!top)
      return { value: say("learn-number-none"), unit: say("learn-number-levels", { rate: number(reading.plateau) }) };
    if (now.key === "cause") return { value: examples(top.batch), unit: say("learn-number-cause") };
    return { value: `−${percent(fallOf(top))}`, unit: say("learn-number-fall", { batch: examples(top.batch) }) };
  }

  // --- changes ------------------------------------------------------------------------------------------------

  /** @param {Partial<NoiseParams>} values */
  change(values) {
    this.motion.stop();
    this.model = possible({ ...this.model, ...values }, this.data.specs);
    this.draw();
  }

  /** @param {NoiseParams} to @param {number} [bead] */
  glideTo(to, bead = this.now.bead ?? this.#bead) {
    const from = this.model,
      start = this.#bead;
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
      700,
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
    this.#hush(900); // the steps between are passed, not entered
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
        "aria-label": say("learn-step", { step: i + 1, of: data.steps.length }),
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
        // other widths break the text elsewhere; only the height changes when a phone hides its address bar
        if (window.innerWidth === width) return;
        width = window.innerWidth;
        if (!this.presenting) this.#stay();
        this.#watch();
      },
      { signal },
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
        if (entered) this.enter(Number(/** @type {HTMLElement} */ (entered.target).dataset.step));
      },
      { rootMargin: window.innerWidth <= NARROW ? "-65% 0px -30% 0px" : "-48% 0px -48% 0px" },
    );
    for (const { box } of this.sections) this.#seen.observe(box);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.presenting) return; // the presenter turns
    const target = /** @type {Element} */ (event.composedPath()[0]);
    const taken = target.closest?.("input, textarea, select, [role=slider], [role=application], [contenteditable]");
    if (taken || event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && target.closest?.("button, a")))
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
      1600,
    );
  }

  destroy() {
    this.motion.stop();
    this.#abort.abort();
    this.chart.destroy();
  }
}
