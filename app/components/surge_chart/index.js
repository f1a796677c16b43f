/** Entry of the instrument on the Explore page: what Streamlit calls with new data. */

import { announce, whenGone } from "../chart/dom.js";
import { given } from "../text/given.js";
import { Instrument } from "./instrument.js";

/** @type {WeakMap<HTMLElement, Instrument>} */
const instances = new WeakMap();

/** @param {{data: {written: ExploreData}, parentElement: ParentNode, setStateValue: (name: string, value: object) => void}} component */
export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = given(bytes);
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".surge"));
  let instrument = instances.get(host);
  if (!instrument) instances.set(host, (instrument = new Instrument(host, data)));
  instrument.update(data, setStateValue);
  host.dataset.ready = "true";
  announce(parentElement);
  return whenGone(host, () => {
    instances.get(host)?.destroy();
    instances.delete(host);
  });
}
