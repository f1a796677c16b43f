// @ts-check
/** Shows markup that Python made, and hands back the name of a pressed button. */

/**
 * @param {{data: Uint8Array, parentElement: Element, setTriggerValue: (name: string, value: string) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const { html } = JSON.parse(new TextDecoder().decode(data)); // as components/text/given.js, which needs a bundle
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".markup"));
  if (root.dataset.shown !== html) {
    root.dataset.shown = html;
    root.innerHTML = html;
    root.dispatchEvent(new Event("drawn", { bubbles: true, composed: true }));
  }
  root.onclick = (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-open]");
    if (button) setTriggerValue("open", /** @type {HTMLElement} */ (button).dataset.open ?? "");
  };
}
