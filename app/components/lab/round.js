/** Beside the board while cells are chosen: the budget, this round's cells, and the way to see them. */

import { el } from "../chart/dom.js";
import { number } from "../text/numbers.js";
import { explained } from "../text/terms.js";

/** @param {import("./lab.js").Lab} lab */
export function round(lab) {
  const { data, say } = lab;
  const meter = el("meter", { min: 0, max: data.budget, value: lab.left, "aria-label": say("lab-budget") });
  const chips = [...lab.chosen].map(([key, count]) => chip(lab, key, count));
  const look = el("button", { type: "button", className: "look forward" }, say("lab-look", { price: lab.price }));
  look.disabled = lab.chosen.size === 0;
  look.addEventListener("click", () => lab.look());
  const bet = el("button", { type: "button", className: "go-bet" }, say("lab-bet-now"));
  bet.addEventListener("click", () => lab.startBetting());
  return [
    el("h2", {}, say("lab-round", { round: data.round + 1, of: data.rounds })),
    el(
      "p",
      { className: "money" },
      el("strong", {}, String(lab.left)),
      " ",
      say("lab-left", { of: String(data.budget) }),
    ),
    meter,
    el("p", {}, ...explained(say(chips.length ? "lab-this-round" : "lab-choose"), data.terms)),
    ...(chips.length ? [el("ul", { className: "chips" }, ...chips)] : []),
    el("div", { className: "buttons" }, look, ...(data.round ? [bet] : [])),
  ];
}

/** @param {import("./lab.js").Lab} lab @param {string} key @param {number} count */
function chip(lab, key, count) {
  const [size, rate] = key.split(".").map(Number),
    column = /** @type {LabColumn} */ (lab.data.columns.find((other) => other.size === size));
  const facts = { batch: size, rate: number(lab.data.rates[rate]), count };
  const less = el("button", { type: "button", "aria-label": lab.say("lab-less", facts) }, "−");
  less.addEventListener("click", () => {
    lab.choose(column, rate, -1);
    /** @type {HTMLElement | null} */ (lab.side.querySelector(".chips button") ?? null)?.focus();
  });
  return el("li", {}, lab.say("lab-chip", facts), less);
}
