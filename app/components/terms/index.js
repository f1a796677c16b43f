// @ts-check
/**
 * What a term means, beside it, while the pointer or the focus is on it: on the page and inside components alike, since
 * both kinds of events cross their borders. Escape hides it; screen readers read the description that the term carries.
 */

/** @typedef {{show: (term: HTMLElement) => void, hide: () => void}} Note */

/** @returns {Note & {remove: () => void}} */
function createNote() {
  const note = document.createElement("div");
  note.className = "term-note";
  note.setAttribute("aria-hidden", "true");
  note.hidden = true;
  document.body.append(note);
  return {
    show: (term) => {
      note.textContent = term.dataset.about ?? "";
      note.hidden = false;
      const at = term.getBoundingClientRect(),
        width = Math.min(340, window.innerWidth - 16);
      const below = at.bottom + 8 + note.offsetHeight < window.innerHeight;
      Object.assign(note.style, {
        width: `${width}px`,
        left: `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`,
      });
      note.style.top = below ? `${at.bottom + 6}px` : `${Math.max(8, at.top - 6 - note.offsetHeight)}px`;
    },
    hide: () => {
      note.hidden = true;
    },
    remove: () => note.remove(),
  };
}

/** The term that an event is on. @param {Event} event @returns {HTMLElement | null} */
function termOf(event) {
  const found = event.composedPath().find((at) => at instanceof HTMLElement && at.dataset.about !== undefined);
  return /** @type {HTMLElement | undefined} */ (found) ?? null;
}

export default function () {
  const note = createNote(),
    stop = new AbortController(),
    { signal } = stop;
  /** @type {HTMLElement | null} */
  let focused = null;
  /** @type {HTMLElement | null} */
  let hovered = null;
  const over = (/** @type {Event} */ event) => {
    // the pointer may go onto the note itself without losing it
    if (event.composedPath().some((at) => at instanceof HTMLElement && at.className === "term-note")) return;
    hovered = termOf(event);
    const term = hovered ?? focused;
    if (term) note.show(term);
    else note.hide();
  };
  document.addEventListener("pointerover", over, { signal });
  document.addEventListener(
    "focusin",
    (event) => {
      focused = termOf(event);
      if (focused) note.show(focused);
      else note.hide();
    },
    { signal },
  );
  document.addEventListener(
    "focusout",
    () => {
      focused = null;
      note.hide();
    },
    { signal },
  );
  document.addEventListener(
    "keydown",
    ({ key }) => {
      if (key !== "Escape") return;
      focused = hovered = null;
      note.hide();
    },
    { signal },
  );
  const moved = () => {
    // a term that is tabbed to scrolls into view, and one may still be under the pointer: the note goes with it
    const term = focused ?? (hovered?.matches(":hover") ? hovered : null);
    if (term) note.show(term);
    else note.hide();
  };
  document.addEventListener("scroll", moved, { signal, capture: true, passive: true });
  return () => {
    stop.abort();
    note.remove();
  };
}
