/** The board: a column a batch size, a row a learning rate, and the column that nobody may look at. */

import { el, svg } from "../chart/dom.js";
import { number } from "../text/numbers.js";

/** @typedef {import("./lab.js").Lab} Lab */

const MOVES = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

export class Board {
  /** Which cell is in the tab order. */
  #at = { column: 0, rate: 0 };
  /** @type {HTMLButtonElement[][]} */
  #cells = [];
  #target = svg("svg", { role: "img" });

  /** @param {HTMLElement} host @param {Lab} lab */
  constructor(host, lab) {
    this.host = host;
    this.lab = lab;
    this.#at.rate = Math.floor(lab.data.rates.length / 2);
  }

  build() {
    const { data, say } = this.lab,
      down = data.rates.map((_, i) => data.rates.length - 1 - i);
    this.#at.rate = Math.min(this.#at.rate, data.rates.length - 1);
    this.#cells = data.columns.map((column, x) => data.rates.map((_, rate) => this.#cell(column, x, rate)));
    const target = el("td", { className: "target", rowSpan: data.rates.length }, this.#target);
    const head = el(
      "tr",
      {},
      el("th", { scope: "col", className: "corner" }, say("lab-rate")),
      ...data.columns.map(({ size }) => el("th", { scope: "col" }, String(size))),
      el("th", { scope: "col", className: "target" }, String(data.target)),
    );
    const rows = down.map((rate, i) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, number(data.rates[rate])),
        ...this.#cells.map((cells) => el("td", {}, cells[rate])),
        ...(i ? [] : [target]),
      ),
    );
    const caption = el("caption", {}, say("lab-board", { target: String(data.target) }));
    this.host.replaceChildren(el("table", {}, caption, el("thead", {}, head), el("tbody", {}, ...rows)));
  }

  /** @param {LabColumn} column @param {number} x @param {number} rate */
  #cell(column, x, rate) {
    const { lab } = this;
    const cell = el("button", { type: "button", className: "cell", "data-cell": `${column.size}.${rate}` });
    cell.addEventListener("click", () => {
      this.#move(x, rate);
      lab.choose(column, rate, 1);
    });
    cell.addEventListener("keydown", (event) => {
      const step = MOVES[event.key];
      if (step) this.#move(x + step[0], rate + step[1], true);
      else if (["Backspace", "Delete", "-"].includes(event.key)) lab.choose(column, rate, -1);
      else return;
      event.preventDefault();
    });
    return cell;
  }

  /** @param {number} column @param {number} rate @param {boolean} [focus] */
  #move(column, rate, focus = false) {
    const { columns, rates } = this.lab.data;
    if (column < 0 || column >= columns.length || rate < 0 || rate >= rates.length) return;
    this.#cells[this.#at.column][this.#at.rate].tabIndex = -1;
    this.#at = { column, rate };
    this.#cells[column][rate].tabIndex = 0;
    if (focus) this.focus();
  }

  focus() {
    this.#cells[this.#at.column][this.#at.rate].focus();
  }

  draw() {
    const { data } = this.lab;
    data.columns.forEach((column, x) => {
      const means = data.rates.map((_, rate) => mean(this.lab.seen(column.size, rate)));
      const known = means.filter((value) => value !== null && Number.isFinite(value));
      const best = Math.min(.../** @type {number[]} */ (known)),
        worst = Math.max(.../** @type {number[]} */ (known));
      data.rates.forEach((_, rate) => {
        const value = means[rate];
        const good =
          value === null || !Number.isFinite(value) ? 0 : worst > best ? (worst - value) / (worst - best) : 1;
        this.#drawCell(column, x, rate, good, value !== null && value === best);
      });
    });
    this.#drawTarget();
  }

  /** @param {LabColumn} column @param {number} x @param {number} rate @param {number} good @param {boolean} best */
  #drawCell(column, x, rate, good, best) {
    const { lab } = this,
      cell = this.#cells[x][rate],
      losses = lab.seen(column.size, rate),
      more = lab.chosen.get(`${column.size}.${rate}`) ?? 0;
    const value = mean(losses),
      said = value === null ? "" : Number.isFinite(value) ? number(value) : lab.say("lab-diverged");
    cell.tabIndex = x === this.#at.column && rate === this.#at.rate ? 0 : -1;
    cell.replaceChildren(said, ...(more ? [el("span", { className: "more" }, `+${more}`)] : []));
    cell.style.setProperty("--good", `${Math.round(32 * good)}%`);
    cell.classList.toggle("seen", losses.length > 0);
    cell.classList.toggle("best", best);
    cell.classList.toggle("chosen", more > 0);
    cell.setAttribute("aria-disabled", String(!lab.canAdd(column, rate)));
    const facts = { batch: column.size, rate: number(lab.data.rates[rate]), count: losses.length, loss: said };
    const name = lab.say(losses.length ? "lab-cell-seen" : "lab-cell", facts);
    cell.setAttribute("aria-label", more ? `${name} ${lab.say("lab-cell-more", { count: more })}` : name);
    if (losses.length > 1 && Number.isFinite(value))
      cell.title = lab.say("lab-cell-error", { loss: said, error: number(error(losses), 2), count: losses.length });
    else cell.removeAttribute("title");
  }

  /** Height of a rate on the board, as a share of it; rows are not quite even in the rate. @param {number} rate */
  #height(rate) {
    const { rates } = this.lab.data;
    let i = rates.findIndex((other) => other >= rate);
    if (i === -1) i = rates.length - 1;
    const low = Math.max(i - 1, 0),
      part = i === low ? 0 : Math.log(rate / rates[low]) / Math.log(rates[i] / rates[low]);
    return 1 - (low + Math.min(Math.max(part, -0.5), 1.5) + 0.5) / rates.length;
  }

  /** The bet as a bar, and once it is placed, the truth beside it. */
  #drawTarget() {
    const { data, bet, say } = this.lab,
      at = (/** @type {number} */ rate) => `${100 * this.#height(rate)}%`;
    this.#target.replaceChildren();
    this.#target.setAttribute(
      "aria-label",
      bet
        ? say("lab-target-bet", { rate: number(bet[0]), low: number(bet[1]), high: number(bet[2]) })
        : say("lab-hidden"),
    );
    if (!bet) svg("text", { x: "50%", y: "50%", "text-anchor": "middle" }, this.#target, "?");
    else {
      svg("line", { class: "bet", x1: "32%", x2: "32%", y1: at(bet[1]), y2: at(bet[2]) }, this.#target);
      svg("circle", { class: "bet", cx: "32%", cy: at(bet[0]), r: 7 }, this.#target);
    }
    if (data.result) {
      const [best, low, high] = data.result.truth;
      svg("line", { class: "truth", x1: "68%", x2: "68%", y1: at(low), y2: at(high) }, this.#target);
      svg("circle", { class: "truth", cx: "68%", cy: at(best), r: 7 }, this.#target);
    }
  }
}

/** Mean loss of what was seen; infinite where a run diverged, null where nothing was. @param {(number | null)[]} losses */
function mean(losses) {
  if (!losses.length) return null;
  return losses.reduce((/** @type {number} */ sum, loss) => sum + (loss ?? Infinity), 0) / losses.length;
}

/** Standard error of the mean. @param {(number | null)[]} losses */
function error(losses) {
  const middle = /** @type {number} */ (mean(losses)),
    n = losses.length;
  return Math.sqrt(losses.reduce((sum, loss) => sum + (Number(loss) - middle) ** 2, 0) / (n - 1) / n);
}
