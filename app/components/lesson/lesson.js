/** The lesson: one idea a step; a prediction on the figure, then what is so, then a check. The address keeps it all. */

import { clamp, el, reducedMotion } from "../chart/dom.js";
import { Motion } from "../surge_chart/motion.js";
import { phrases } from "../text/phrases.js";
import { Coins } from "./coins.js";
import { createGuess } from "./guess.js";
import { createPlot } from "./plot.js";
import { createRates } from "./rates.js";
import { reached } from "./score.js";
import { section } from "./sections.js";
import { createWalk } from "./walk.js";

const NARROW = 900;
const FLIPPING = 5000;

const room = () =>
  window.innerWidth <= NARROW ? clamp(window.innerHeight * 0.42, 250, 430) : clamp(window.innerHeight - 250, 300, 620);

export class Lesson {
  motion = new Motion();
  #abort = new AbortController();
  #told = "";
  #place = 0;
  #moved = false;
  /** @type {Coins | null} */
  #coins = null;

  /**
   * @param {HTMLElement} host
   * @param {LessonData} data
   * @param {{state: (value: object) => void, open: (value: object) => void}} send
   */
  constructor(host, data, send) {
    this.host = host;
    this.data = data;
    this.send = send;
    this.say = phrases(data.phrases);
    this.state = structuredClone(data.state);
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (host.querySelector(name));
    this.plot = find(".plot");
    this.text = find(".text");
    this.live = find(".live");
    this.walk = createWalk(find(".walk"), this);
    const { signal } = this.#abort;
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    window.addEventListener("resize", () => this.draw(), { signal });
    let width = this.plot.clientWidth;
    const seen = new ResizeObserver(() => {
      if (width === this.plot.clientWidth) return;
      width = this.plot.clientWidth;
      this.draw();
    });
    seen.observe(this.plot);
    signal.addEventListener("abort", () => seen.disconnect());
    this.#told = JSON.stringify(this.state);
    this.#enter();
  }

  // --- where the learner is -------------------------------------------------------------------------------------

  get step() {
    return this.state.step;
  }

  get now() {
    return this.data.steps[this.step - 1];
  }

  get guess() {
    return this.state.guesses[this.step - 1];
  }

  get answers() {
    return this.state.answers[this.step - 1];
  }

  get solved() {
    return this.solvedAt(this.step);
  }

  /** @param {number} step */
  solvedAt(step) {
    const chosen = this.state.answers[step - 1].at(-1);
    return this.data.steps[step - 1].options.some(({ key, right }) => right && key === chosen);
  }

  // --- one step -------------------------------------------------------------------------------------------------

  /** Build the figure and the text of the step. */
  #enter() {
    this.motion.stop();
    this.figure?.destroy();
    this.plot.replaceChildren();
    const { say, now } = this,
      settings = { say, styles: this.data.styles, height: room };
    const speak = (/** @type {string} */ text) => this.#speak(text);
    const { figure } = now;
    this.figure =
      figure.kind === "plot"
        ? createPlot(this.plot, figure, settings)
        : createRates(this.plot, figure, { ...settings, speak });
    this.#coins = figure.kind === "plot" && figure.coins ? new Coins(figure.coins) : null;
    this.#place = now.guess.start;
    this.#moved = false;
    this.section = section(this, now);
    this.text.replaceChildren(this.section.box);
    this.mark = null;
    this.draw();
    this.mark = createGuess(this.figure, now, {
      say,
      moved: (value) => {
        this.#place = value;
        this.#moved = true;
      },
      commit: () => this.commit(),
    });
    if (this.guess !== null) this.#reveal(this.guess, true);
    this.draw();
  }

  draw() {
    const shown = this.guess !== null;
    this.figure?.draw(shown);
    if (shown && this.#coins?.flips) this.figure?.coins(this.#coins);
    this.mark?.draw();
    this.section?.update();
    this.walk.update();
    this.#drawEnd();
    this.host.dataset.step = String(this.step);
    this.host.dataset.phase = shown ? (this.solved ? "solved" : "shown") : "predict";
  }

  /** The prediction is made: the answer appears. */
  commit() {
    if (this.guess !== null) return;
    if (!this.#moved) {
      this.#speak(this.say("lesson-place"));
      this.section?.place();
      this.mark?.focus();
      return;
    }
    this.state.guesses[this.step - 1] = Number(this.#place.toPrecision(4));
    this.#reveal(this.#place, reducedMotion());
    this.draw();
    this.section?.number.focus({ preventScroll: window.innerWidth > NARROW });
    this.#speak(this.now.reveal);
    this.#tell();
  }

  /** @param {number} value @param {boolean} atOnce */
  #reveal(value, atOnce) {
    this.mark?.fix(value);
    if (this.#coins) this.#flip(atOnce);
  }

  /** Flip the coins a round further, before one's eyes or at once. @param {boolean} atOnce */
  #flip(atOnce) {
    const coins = this.#coins,
      { figure } = this.now;
    if (!coins || figure.kind !== "plot" || !figure.coins) return;
    const from = coins.flips,
      to = from + figure.coins.flips;
    const done = () => {
      coins.flipTo(to);
      this.draw();
    };
    if (atOnce) {
      done();
      return;
    }
    this.motion.glide(
      (part) => {
        coins.flipTo(Math.max(from + Math.round(part * (to - from)), 1));
        this.figure?.coins(coins);
      },
      done,
      FLIPPING,
    );
  }

  flipMore() {
    if (!this.motion.moving) this.#flip(reducedMotion());
  }

  /** @param {string} option */
  choose(option) {
    if (this.solved) return;
    this.state.answers[this.step - 1] = (this.answers + option).slice(-9);
    this.draw();
    this.#speak(this.section?.box.querySelector(".feedback")?.textContent ?? "");
    this.#tell();
  }

  // --- walking --------------------------------------------------------------------------------------------------

  /** @param {number} step */
  go(step) {
    const to = clamp(step, 1, this.data.steps.length);
    if (to === this.step) return;
    this.state.step = to;
    this.#enter();
    this.section?.heading.focus({ preventScroll: true });
    this.host.scrollIntoView({ block: "start" });
    this.#tell();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {Element} */ (event.composedPath()[0]);
    if (target.closest?.("input, textarea, select, [role=slider], [role=application], [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!way || this.step + way < 1 || this.step + way > this.data.steps.length) return;
    event.preventDefault();
    this.go(this.step + way);
  }

  /** What was reached, and where to go on, below the last step. */
  #drawEnd() {
    this.text.querySelector(".end")?.remove();
    if (this.step !== this.data.steps.length || !this.solved) return;
    const { say } = this,
      { close, right } = reached(this.data.steps, this.state),
      count = this.data.steps.length;
    const doors = ["sweep", "explore", "derivation"].map((page, i) => {
      const door = el("button", { type: "button", className: i ? "door" : "door next", "data-page": page });
      door.textContent = say(`lesson-door-${page}`);
      door.addEventListener("click", () => this.send.open({ page }));
      return door;
    });
    const again = el("button", { type: "button", className: "again" }, say("lesson-start"));
    again.addEventListener("click", () => {
      this.state = { step: 1, guesses: this.state.guesses.map(() => null), answers: this.state.answers.map(() => "") };
      this.#enter();
      this.#tell();
    });
    const end = el("div", { className: "end" }, el("p", {}, say("lesson-score", { close, right, count })));
    end.append(el("div", { className: "doors" }, ...doors, again));
    this.text.append(end);
  }

  /** @param {string} text */
  #speak(text) {
    this.live.textContent = text;
  }

  /** Python and the address hear how far the learner is. */
  #tell() {
    const now = JSON.stringify(this.state);
    if (now === this.#told) return;
    this.#told = now;
    this.send.state(JSON.parse(now));
  }

  destroy() {
    this.motion.stop();
    this.#abort.abort();
    this.figure?.destroy();
  }
}
