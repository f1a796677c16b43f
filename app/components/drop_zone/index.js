/** Drop zones of the page become groups: as decoration with a name they are neither. */

const ZONES = '[data-testid="stFileUploaderDropzone"][role="presentation"]';

/** Who mends for which place. @type {WeakMap<Element, MutationObserver>} */
const mending = new WeakMap();

function mend() {
  for (const zone of document.querySelectorAll(ZONES)) zone.setAttribute("role", "group");
}

/** @param {{parentElement: Element}} component */
export default function ({ parentElement }) {
  mend();
  const observer = mending.get(parentElement) ?? new MutationObserver(mend);
  mending.set(parentElement, observer);
  observer.observe(document.body, { childList: true, subtree: true });
  // Streamlit also calls this where newer data came before this code, and the place is there still
  return () => {
    if (!parentElement.isConnected) observer.disconnect();
  };
}
