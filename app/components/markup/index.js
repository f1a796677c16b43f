// @ts-check
/** Shows markup that Python made, and hands back the name of a pressed button. */

/**
 * @param {{data: {html: string}, parentElement: Element, setTriggerValue: (name: string, value: string) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".markup"));
  if (root.dataset.shown !== data.html) {
    root.dataset.shown = data.html;
    root.innerHTML = data.html;
  }
  root.onclick = (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-open]");
    if (button) setTriggerValue("open", /** @type {HTMLElement} */ (button).dataset.open ?? "");
  };
}
