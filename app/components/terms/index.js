// @ts-check
/**
 * What a term means, beside it, while the pointer or the focus is on it: on the page and inside components alike, since
 * both kinds of events cross their borders. Escape hides it; screen readers read the description that the term carries.
 */

/** @returns {{show: (term: HTMLElement) => void, hide: () => void}} */
function createNote() {
  const note = document.createElement("div");
  note.className = "term-note";
  note.setAttribute("aria-hidden", "true");
  note.popover = "manual"; // above everything, a dialog that fills the screen too
  document.body.append(note);
  return {
    show: (term) => {
      note.textContent = term.dataset.about ?? "";
      const projected = term.closest("dialog.presenter") !== null; // a room reads it
      note.classList.toggle("projected", projected);
      if (!note.matches(":popover-open")) note.showPopover();
      const at = term.getBoundingClientRect(),
        width = Math.min(projected ? 600 : 340, window.innerWidth - 16);
      Object.assign(note.style, {
        width: `${width}px`,
        left: `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`,
      });
      const below = at.bottom + 8 + note.offsetHeight < window.innerHeight;
      note.style.top = below ? `${at.bottom + 6}px` : `${Math.max(8, at.top - 6 - note.offsetHeight)}px`;
    },
    hide: () => {
      if (note.matches(":popover-open")) note.hidePopover();
    },
  };
}

/** The term that an event is on, or the label of a control with what it means. @param {Event} event @returns {HTMLElement | null} */
function termOf(event) {
  const found = event.composedPath().find((at) => at instanceof HTMLElement && at.dataset.about);
  return /** @type {HTMLElement | undefined} */ (found) ?? null;
}

/** The term or control that has the focus. @returns {HTMLElement | null} */
function focusedTerm() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return /** @type {HTMLElement | null} */ (at?.closest("[data-about]:not([data-about=''])") ?? null);
}

/** The term or label that the pointer rests on: around a dialog that fills the screen nothing counts as under it.
 * @returns {HTMLElement | null} */
function restedOn() {
  const shadows = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].map(
    (host) => host.shadowRoot,
  );
  const found = [document, ...shadows].flatMap((root) => [
    ...(root?.querySelectorAll("[data-about]:not([data-about='']):hover") ?? []),
  ]);
  return /** @type {HTMLElement | undefined} */ (found.at(-1)) ?? null;
}

/** What is told about: the term under the pointer, the one with the focus, and the control that was pressed. */
class Listener {
  note = createNote();
  /** @type {HTMLElement | null} */
  focused = null;
  /** @type {HTMLElement | null} */
  hovered = null;
  /** @type {HTMLElement | null} */
  pressed = null;

  /** On a slow line the pointer is on a term, or the focus, before anything listens. */
  begin() {
    this.hovered = restedOn();
    this.focused = focusedTerm();
    this.tell();
  }

  tell() {
    const term = this.hovered ?? this.focused;
    if (term) this.note.show(term);
    else this.note.hide();
  }

  /** @param {Event} event */
  over(event) {
    // the pointer may go onto the note itself without losing it
    if (event.composedPath().some((at) => at instanceof HTMLElement && at.classList.contains("term-note"))) return;
    const under = termOf(event);
    if (under !== this.pressed) this.pressed = null;
    this.hovered = this.pressed ? null : under;
    this.tell();
  }

  /** A control in hand: its note would lie over the next one. @param {Event} event */
  press(event) {
    const under = termOf(event);
    if (!under || under.classList.contains("term")) return;
    this.pressed = under;
    this.hovered = this.focused = null;
    this.note.hide();
  }

  /** What was pressed is used, not asked about. @param {Event} event */
  focus(event) {
    const on = termOf(event);
    this.focused = on === this.pressed ? null : on;
    if (this.focused) this.note.show(this.focused);
    else this.note.hide();
  }

  blur() {
    this.focused = null;
    this.note.hide();
  }

  /** @param {KeyboardEvent} event */
  key({ key }) {
    this.pressed = null;
    if (key !== "Escape") return;
    this.focused = this.hovered = null;
    this.note.hide();
  }

  /** Within one component the focus moves unheard of outside, keys do not. @param {KeyboardEvent} event */
  after({ key }) {
    if (key === "Escape") return;
    const on = focusedTerm();
    if (on === this.focused) return;
    this.focused = on;
    this.tell();
  }

  /** A term that is tabbed to scrolls into view, and one may still be under the pointer: the note goes with it. */
  moved() {
    if (!this.hovered?.matches(":hover")) this.hovered = null;
    this.tell();
  }
}

/** One for all pages: Streamlit calls for it more often than it says that one is gone. @type {Listener | null} */
let listener = null;

function listen() {
  const at = new Listener();
  document.addEventListener("pointerover", (event) => at.over(event));
  document.addEventListener("pointerdown", (event) => at.press(event));
  document.addEventListener("focusin", (event) => at.focus(event));
  document.addEventListener("focusout", () => at.blur());
  document.addEventListener("keydown", (event) => at.key(event));
  document.addEventListener("keyup", (event) => at.after(event));
  document.addEventListener("scroll", () => at.moved(), { capture: true, passive: true });
  return at;
}

export default function () {
  const at = (listener ??= listen());
  at.begin();
  return () => at.begin(); // what it told about may have gone with its page
}
