/** Small helpers for SVG and HTML elements. */

const SVG_NS = "http://www.w3.org/2000/svg";

/** @param {Element} element @param {Record<string, string | number>} attributes */
export function attr(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} [attributes]
 * @param {Element | null} [parent]
 * @param {string | null} [text]
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, parent = null, text = null) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG_NS, name));
  attr(element, attributes);
  if (text !== null) element.textContent = text;
  parent?.append(element);
  return element;
}

/**
 * An HTML element; keys with a dash, `role` and `for` are attributes, others properties.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, String(value));
    else Object.assign(element, { [key]: value });
  }
  element.append(...children);
  return element;
}

/** @param {number} x @param {number} low @param {number} high */
export const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

/** @param {number} x */
export const round1 = (x) => Math.round(x * 10) / 10;

/** A short piece of a line, for legends. @param {LineStyle} style */
export function lineSample(style) {
  const sample = svg("svg", { width: 26, height: 8, "aria-hidden": "true" });
  svg("line", { x1: 0, x2: 26, y1: 4, y2: 4, ...strokeOf(style), "stroke-width": Math.min(style.width, 3) }, sample);
  return sample;
}

/** @param {LineStyle} style */
export const strokeOf = ({ colour, dash, width }) => ({
  stroke: colour,
  "stroke-width": width,
  "stroke-dasharray": dash,
});

export const reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * What a component gives Streamlit to call when it is gone. Streamlit also calls it where newer data came before the
 * component's code: that run's element is still in the page, and lives on with the newer data.
 * @param {Node} place @param {() => void} leave
 */
export const whenGone = (place, leave) => () => {
  if (!place.isConnected) leave();
};

/** Says to the page that a chart is drawn: `early/` lets the rest of the page come then. @param {EventTarget} host */
export function announce(host) {
  host.dispatchEvent(new Event("drawn", { bubbles: true, composed: true }));
}
