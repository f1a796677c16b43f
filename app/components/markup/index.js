// @ts-check
/** Shows markup that Python made, and hands back the name of a pressed button. */

/** What each place shows. @type {WeakMap<Element, string>} */
const shown = new WeakMap();
/** How long what is far below waits for what is in sight [ms]. */
const REST = 60;

/**
 * @param {{data: Uint8Array, parentElement: Element, setTriggerValue: (name: string, value: string) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const { html, more } = JSON.parse(new TextDecoder().decode(data)); // as components/text/given.js, which needs a bundle
  const root = /** @type {HTMLElement} */ (parentElement.querySelector(".markup"));
  if (shown.get(root) !== html + more) {
    shown.set(root, html + more);
    root.innerHTML = html;
    root.dispatchEvent(new Event("drawn", { bubbles: true, composed: true }));
    // what stands in for this one, and cannot be touched, is looked at where it is in sight
    const standsIn = /** @type {ShadowRoot} */ (root.getRootNode()).host?.closest("[inert]");
    if (more && !standsIn) {
      setTimeout(() => {
        if (shown.get(root) === html + more) root.firstElementChild?.insertAdjacentHTML("beforeend", more);
      }, REST);
    }
  }
  root.onclick = (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-open]");
    if (button) setTriggerValue("open", /** @type {HTMLElement} */ (button).dataset.open ?? "");
  };
}
