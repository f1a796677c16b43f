/** Terms of the glossary in a text, each where it stands first; `components/terms` shows what they mean. */

/** @typedef {{name: string, forms: string[], about: string}} Term */

/** @param {string} text */
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What is looked for, by its terms: a headline is taken apart at every frame. @type {WeakMap<Term[], {byForm: Map<string, Term>, pattern: RegExp}>} */
const known = new WeakMap();

/** @param {Term[]} terms */
function sought(terms) {
  let found = known.get(terms);
  if (!found) {
    const byForm = new Map(terms.flatMap((term) => term.forms.map((form) => [form.toLowerCase(), term])));
    const forms = [...byForm.keys()].sort((a, b) => b.length - a.length).map(literal);
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${forms.join("|")})(?![\\p{L}\\p{N}_-])`, "giu");
    known.set(terms, (found = { byForm, pattern }));
  }
  return found;
}

/**
 * A text in parts, as surgecore.words.glossary.split.
 * @param {string} text
 * @param {Term[]} terms
 * @returns {{text: string, term: Term | null}[]}
 */
export function parted(text, terms) {
  const { byForm, pattern } = sought(terms),
    met = new Set();
  if (!byForm.size) return [{ text, term: null }];
  /** @type {{text: string, term: Term | null}[]} */
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const term = /** @type {Term} */ (byForm.get(match[0].toLowerCase()));
    if (met.has(term)) continue;
    met.add(term);
    if (match.index > at) parts.push({ text: text.slice(at, match.index), term: null });
    parts.push({ text: match[0], term });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), term: null });
  return parts;
}

/**
 * The same as nodes of a page; terms can be focused.
 * @param {string} text
 * @param {Term[]} terms
 * @returns {(Node | string)[]}
 */
export function explained(text, terms) {
  return parted(text, terms).map(({ text: part, term }) => {
    if (!term) return part.replace(/(\d) %/g, "$1\u00a0%"); // no line begins with the sign
    const span = document.createElement("span");
    span.className = "term";
    span.tabIndex = 0;
    span.dataset.about = term.about;
    span.setAttribute("aria-description", term.about);
    span.textContent = part;
    return span;
  });
}

/**
 * Set a text whose terms can be focused; one that stands there already is left alone, and keeps the focus.
 * @param {HTMLElement} box
 * @param {string} text
 * @param {Term[]} terms
 */
export function explain(box, text, terms) {
  if (box.textContent?.replaceAll("\u00a0", " ") !== text) box.replaceChildren(...explained(text, terms));
}

/**
 * What the terms of a label mean, in one text, for what is a stop of the keyboard anyway; empty where there is none.
 * @param {string} text
 * @param {Term[]} terms
 */
export const meaningOf = (text, terms) =>
  parted(text, terms)
    .flatMap(({ term }) => (term ? [`${term.name}: ${term.about}`] : []))
    .join(" ");
