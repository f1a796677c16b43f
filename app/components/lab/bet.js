/** The form of the bet: one rate, and the ends of an interval that shall hold the truth four times in five. */

import { clamp, el } from "../chart/dom.js";
import { number } from "../text/numbers.js";
import { explain, explained } from "../text/terms.js";

const STEPS = 240;

/** @param {import("./lab.js").Lab} lab */
export function betForm(lab) {
  const { data, say } = lab,
    low = data.rates[0],
    high = /** @type {number} */ (data.rates.at(-1)),
    octaves = Math.log2(high / low);
  const middle = Math.sqrt(low * high);
  lab.bet ??= [middle, Math.max(middle / 4, low), Math.min(middle * 4, high)];
  const bet = lab.bet;
  const width = el("p", { className: "width" });
  const names = ["rate", "low", "high"].map((name) => say(`lab-${name}-of-bet`));
  const rows = [0, 1, 2].map((i) => {
    const input = el("input", { type: "range", min: "0", max: String(STEPS), step: "1", "aria-label": names[i] });
    const output = el("output");
    input.addEventListener("input", () => {
      move(bet, i, low * 2 ** ((octaves * Number(input.value)) / STEPS));
      update();
      lab.board.draw();
    });
    return { box: el("label", { className: "control" }, el("span", {}, names[i]), output, input), input, output };
  });
  function update() {
    rows.forEach(({ input, output }, i) => {
      input.value = String(clamp(Math.round((STEPS * Math.log2(bet[i] / low)) / octaves), 0, STEPS));
      output.textContent = number(bet[i]);
      input.setAttribute("aria-valuetext", number(bet[i]));
    });
    const wide = Math.log2(bet[2] / bet[1]);
    explain(width, say("lab-width", { octaves: number(wide, 2), cost: number(wide / 2, 2) }), data.terms);
  }
  update();
  lab.board.draw();
  const place = el("button", { type: "button", className: "place forward" }, say("lab-place"));
  place.addEventListener("click", () => lab.send({ bet }));
  return [
    el("h2", {}, say("lab-bet-title", { target: String(data.target) })),
    el("p", {}, ...explained(say("lab-bet-how"), data.terms)),
    ...rows.map(({ box }) => box),
    width,
    el("div", { className: "buttons" }, place),
  ];
}

/** The rate takes its ends along; an end stops at the rate. @param {[number, number, number]} bet @param {number} i @param {number} to */
function move(bet, i, to) {
  if (i === 0) {
    bet[1] = Math.min(bet[1], to);
    bet[2] = Math.max(bet[2], to);
  }
  bet[i] = i === 1 ? Math.min(to, bet[0]) : i === 2 ? Math.max(to, bet[0]) : to;
}
