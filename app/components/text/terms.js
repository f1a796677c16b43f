/** Terms of the glossary in a text, each where it stands first; `components/terms` shows what they mean. */

/** @typedef {{name: string, forms: string[], about: string}} Term */

/** @param {string} text */
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * A text in parts, as surgecore.words.glossary.split.
 * @param {string} text
 * @param {Term[]} terms
 * @returns {{text: string, term: Term | null}[]}
 */
export function parted(text, terms) {
  const byForm = new Map(terms.flatMap((term) => term.forms.map((form) => [form.toLowerCase(), term])));
  if (!byForm.size) return [{ text, term: null }];
  const forms = [...byForm.keys()].sort((a, b) => b.length - a.length).map(literal);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${forms.join("|")})(?![\\p{L}\\p{N}_-])`, "giu"),
    met = new Set();
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
    if (!term) return part;
    const span = document.createElement("span");
    span.className = "term";
    span.tabIndex = 0;
    span.dataset.about = term.about;
    span.setAttribute("aria-description", term.about);
    span.textContent = part;
    return span;
  });
}
