/** Entry of the lab's board: what Streamlit calls with new data. */

import { announce, whenGone } from "../chart/dom.js";
import { Lab } from "./lab.js";

/** @type {WeakMap<HTMLElement, Lab>} */
const labs = new WeakMap();

/**
 * @param {{data: LabData, parentElement: ParentNode, setTriggerValue: (name: string, value: object) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".lab"));
  const send = (/** @type {object} */ deed) => setTriggerValue("deed", deed);
  const known = labs.get(host);
  if (known) known.update(data, send);
  else labs.set(host, new Lab(host, data, send));
  host.dataset.ready = "true";
  announce(parentElement);
  return whenGone(host, () => labs.delete(host));
}
