/** The story on a projector: one step a screen, large type, keys and clickers, notes in a second window. */

import { el, lineSample } from "../chart/dom.js";
import { explained } from "../text/terms.js";
import { openNotes } from "./notes.js";

/** @typedef {import("./story.js").Story} Story */

/** Size of the smallest text [px], less on a phone that follows, and room for the figure under the sentence. */
const look = () => ({
  font: window.innerWidth < 700 ? 16 : 24,
  direct: false,
  room: () => Math.max(240, window.innerHeight - 290),
});

export class Presenter {
  #abort = new AbortController();
  #start = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #tick;
  /** @type {{update: (time: string) => void} | null} */
  #notes = null;

  /** @param {Story} story */
  constructor(story) {
    const { say, host, data } = story;
    this.story = story;
    this.place = /** @type {HTMLElement} */ (host.parentElement);
    this.clock = el("span", { className: "clock" });
    this.count = el("span", { className: "count-of" });
    const foot = el(
      "footer",
      { className: "foot" },
      this.count,
      this.clock,
      el("span", { className: "keys" }, say("present-keys")),
    );
    this.legend = el("div", { className: "legend" });
    this.cover = el("div", { className: "cover", hidden: true });
    this.room = el("div", { className: "room", hidden: true }, ...roomParts(data.room, say));
    this.dialog = el("dialog", { className: "presenter", tabIndex: -1, "aria-label": say("present-name") });
    this.dialog.append(foot, this.room, this.cover);
    this.place.append(this.dialog);
    const about = { type: "button", className: "present", title: say("present-by-key") };
    const open = el("button", about, say("present-open"));
    open.addEventListener("click", () => this.start());
    host.querySelector(".walk")?.append(open);
    this.dialog.addEventListener("close", () => this.#stopped());
    const { signal } = this.#abort;
    document.addEventListener("keydown", (event) => this.#key(event), { signal, capture: true });
    new MutationObserver(() => this.#update()).observe(host, { attributeFilter: ["data-step"] });
    if (data.present) this.start();
  }

  start() {
    const { story } = this;
    if (this.dialog.open) return;
    this.dialog.prepend(story.host);
    this.dialog.showModal();
    story.host.classList.add("presenting");
    story.presenting = true;
    story.dress(look());
    story.plot.after(this.legend);
    this.#start = Date.now();
    this.#tick = setInterval(() => this.#update(), 1000);
    this.#update();
    this.dialog.focus();
    story.tell();
  }

  #stopped() {
    const { story } = this;
    clearInterval(this.#tick);
    this.place.prepend(story.host);
    story.host.classList.remove("presenting");
    story.presenting = false;
    this.cover.hidden = this.room.hidden = true;
    this.legend.remove();
    story.dress();
    story.go(story.step);
    story.tell();
  }

  get time() {
    const seconds = Math.floor((Date.now() - this.#start) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  #update() {
    if (!this.story.presenting) return;
    const { step, data, say } = this.story;
    this.clock.textContent = this.time;
    this.count.textContent = say("learn-step", { step, of: data.steps.length });
    this.story.sections.forEach(({ box }, i) => box.classList.toggle("now", i + 1 === step));
    const drawn = this.story.now.curves.filter((key) => key !== "correlated" || this.story.model.correlation > 0);
    this.#name(drawn);
    this.#notes?.update(this.time);
  }

  /** The legend. @param {CurveKey[]} drawn */
  #name(drawn) {
    if (this.legend.dataset.drawn === drawn.join()) return;
    this.legend.dataset.drawn = drawn.join();
    const { data } = this.story;
    const named = drawn.map((key) =>
      el("span", {}, lineSample(data.styles[key]), el("span", {}, ...explained(data.styles[key].label, data.terms))),
    );
    this.legend.replaceChildren(...named);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {Element} */ (event.composedPath()[0]);
    const typing = target.closest?.("input:not([type=range]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.story.presenting) {
      if (event.key.toLowerCase() === "p") this.start();
      return;
    }
    const deed = this.#deeds[event.key.toLowerCase()];
    if (!deed) {
      // a chart reads itself out by arrows; on a projector they, and a clicker, turn the page
      if (!target.closest?.("[role=slider], input")) this.story.turn(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    deed();
  }

  /** @type {Record<string, () => void>} */
  #deeds = {
    p: () => this.dialog.close(),
    b: () => this.#toggle(this.cover),
    ".": () => this.#toggle(this.cover),
    q: () => this.#toggle(this.room),
    n: () => {
      this.#notes = openNotes(this.story);
      this.#update();
    },
    t: () => {
      this.#start = Date.now();
      this.#update();
    },
  };

  /** @param {HTMLElement} box */
  #toggle(box) {
    box.hidden = !box.hidden;
  }

  destroy() {
    clearInterval(this.#tick);
    this.#abort.abort();
  }
}

/** @param {StoryRoom} room @param {Say} say */
function roomParts({ link, code, how }, say) {
  if (!link) return [el("h2", {}, say("present-room")), el("p", {}, how)];
  const image = el("img", { src: code, alt: say("present-code", { link }) });
  return [el("h2", {}, say("present-room")), image, el("p", { className: "link" }, link)];
}
