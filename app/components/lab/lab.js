/** The game on the board: which cells are chosen for this round, what they cost, and when it is time to bet. */

import { phrases } from "../text/phrases.js";
import { betForm } from "./bet.js";
import { Board } from "./board.js";
import { outcome } from "./outcome.js";
import { round } from "./round.js";

export class Lab {
  /** Cells of this round: how many runs of each. @type {Map<string, number>} */
  chosen = new Map();
  /** What the form of the bet says now. @type {[number, number, number] | null} */
  bet = null;
  betting = false;
  #at = "";

  /** @param {HTMLElement} host @param {LabData} data @param {(deed: object) => void} send */
  constructor(host, data, send) {
    this.host = host;
    this.say = phrases(data.phrases);
    this.live = /** @type {HTMLElement} */ (host.querySelector(".live"));
    this.side = /** @type {HTMLElement} */ (host.querySelector(".side"));
    this.data = data;
    this.send = send;
    this.board = new Board(/** @type {HTMLElement} */ (host.querySelector(".board")), this);
    this.update(data, send);
  }

  /** @param {LabData} data @param {(deed: object) => void} send */
  update(data, send) {
    const fresh = this.#at !== JSON.stringify([data.instance, data.round, data.bet]),
      first = this.#at === "";
    Object.assign(this, { data, send });
    if (!fresh) return;
    this.#at = JSON.stringify([data.instance, data.round, data.bet]);
    this.chosen.clear();
    this.bet = data.bet;
    this.betting = data.bet === null && (data.round >= data.rounds || data.left < data.columns[0].size);
    this.board.build();
    this.draw();
    if (!first) this.#tell();
  }

  get price() {
    return [...this.chosen].reduce((sum, [key, count]) => sum + count * Number(key.split(".")[0]), 0);
  }

  /** What is left when this round is paid. */
  get left() {
    return this.data.left - this.price;
  }

  get playing() {
    return this.data.bet === null && !this.betting;
  }

  /** @param {number} size @param {number} rate */
  seen(size, rate) {
    return this.data.looks.find((look) => look.size === size && look.rate === rate)?.losses ?? [];
  }

  /** Whether one more run of a cell can be had. @param {LabColumn} column @param {number} rate */
  canAdd({ size, runs }, rate) {
    const taken = this.seen(size, rate).length + (this.chosen.get(`${size}.${rate}`) ?? 0);
    return this.playing && size <= this.left && taken < runs[rate];
  }

  /** @param {LabColumn} column @param {number} rate @param {number} by */
  choose(column, rate, by) {
    const key = `${column.size}.${rate}`,
      count = this.chosen.get(key) ?? 0;
    if (by > 0 && !this.canAdd(column, rate)) {
      this.live.textContent = this.say(this.playing && column.size > this.left ? "lab-too-dear" : "lab-no-more-runs", {
        left: this.left,
      });
      return;
    }
    if (by < 0 && count === 0) return;
    if (count + by) this.chosen.set(key, count + by);
    else this.chosen.delete(key);
    this.draw();
    this.live.textContent = this.say("lab-chosen", { price: this.price, left: this.left });
  }

  /** Pay for the chosen cells and see them. */
  look() {
    const look = [...this.chosen].flatMap(([key, count]) =>
      Array.from({ length: count }, () => key.split(".").map(Number)),
    );
    if (look.length) this.send({ look });
  }

  startBetting() {
    this.betting = true;
    this.chosen.clear();
    this.draw();
    /** @type {HTMLElement | null} */ (this.side.querySelector("input"))?.focus();
  }

  /** A round was seen or a bet was scored: say it, and go where it goes on. */
  #tell() {
    const { data, say } = this;
    if (data.result) {
      /** @type {HTMLElement | null} */ (this.side.querySelector("h2"))?.focus();
      this.live.textContent = [say("lab-cost", { cost: data.result.cost }), ...data.result.sentences].join(" ");
    } else if (this.betting) /** @type {HTMLElement | null} */ (this.side.querySelector("input"))?.focus();
    else {
      this.live.textContent = say("lab-round-seen", { round: data.round, left: data.left });
      this.board.focus();
    }
  }

  draw() {
    this.board.draw();
    const part = this.data.result ? outcome : this.betting ? betForm : round;
    this.side.replaceChildren(...part(this));
    this.host.dataset.phase = this.data.result ? "done" : this.betting ? "bet" : "look";
    this.host.dataset.round = String(this.data.round);
    this.host.dataset.left = String(this.left);
  }
}
