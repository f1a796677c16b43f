/** Glides between two states, and the run that is played. One at a time; whoever takes hold of something ends it. */

import { reducedMotion } from "../chart/dom.js";

const GLIDE = 550,
  RUN = 9000;

export class Motion {
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
    const next = (/** @type {number} */ now) => {
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
    const next = (/** @type {number} */ now) => {
      const exact = Math.min(1, from + Math.max(0, now - start) / RUN),
        still = reducedMotion();
      step(still ? Math.round(exact * 10) / 10 : Math.round(exact * 1000) / 1000, Math.max(0, now - last), still);
      last = now;
      if (exact < 1 && this.playing) this.#frame = requestAnimationFrame(next);
      else {
        this.stop();
        done();
      }
    };
    this.#frame = requestAnimationFrame(next);
  }
}
