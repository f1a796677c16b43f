/** After the bet: what it cost and why, a line to paste, and the way to the next instance. */

import { el } from "../chart/dom.js";
import { explained } from "../text/terms.js";

/** @param {import("./lab.js").Lab} lab */
export function outcome(lab) {
  const { data, say } = lab,
    result = /** @type {LabResult} */ (data.result);
  const next = el(
    "button",
    { type: "button", className: "again forward" },
    say("lab-again", { next: data.instance + 1 }),
  );
  next.addEventListener("click", () => lab.send({ instance: data.instance + 1 }));
  const line = el("input", {
    type: "text",
    className: "line",
    readOnly: true,
    value: result.line,
    "aria-label": say("lab-line"),
  });
  line.addEventListener("focus", () => line.select());
  const rows = result.rows.map(([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, ...explained(name, data.terms)), el("td", {}, value)),
  );
  return [
    el("h2", { tabIndex: -1 }, say("lab-cost", { cost: result.cost })),
    el(
      "p",
      { className: "key" },
      el("span", { className: "mark bet" }),
      el("span", {}, ...explained(say("lab-key-bet"), data.terms)),
    ),
    el(
      "p",
      { className: "key" },
      el("span", { className: "mark truth" }),
      el("span", {}, ...explained(say("lab-key-truth"), data.terms)),
    ),
    ...result.sentences.map((text, i) =>
      el("p", { className: i === 2 ? "point" : "" }, ...explained(text, data.terms)),
    ),
    el("table", { className: "costs" }, el("caption", {}, say("lab-costs")), el("tbody", {}, ...rows)),
    el("label", { className: "paste" }, el("span", {}, say("lab-paste")), line),
    el("div", { className: "buttons" }, next),
  ];
}
