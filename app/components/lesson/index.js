/** Entry of the lesson: what Streamlit calls with new data. */

import { announce, whenGone } from "../chart/dom.js";
import { Lesson } from "./lesson.js";

/** @type {WeakMap<HTMLElement, Lesson>} */
const lessons = new WeakMap();

/**
 * @param {{data: LessonData, parentElement: ParentNode, setStateValue: (name: string, value: object) => void,
 *   setTriggerValue: (name: string, value: object) => void}} component
 */
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".lesson"));
  const send = {
    state: (/** @type {object} */ value) => setStateValue("state", value),
    open: (/** @type {object} */ value) => setTriggerValue("open", value),
  };
  const known = lessons.get(host);
  if (known) known.send = send;
  else lessons.set(host, new Lesson(host, data, send));
  host.dataset.ready = "true";
  announce(parentElement);
  return whenGone(host, () => {
    lessons.get(host)?.destroy();
    lessons.delete(host);
  });
}
