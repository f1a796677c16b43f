/** Entry of the story on the Learn page: what Streamlit calls with new data. */

import { announce, whenGone } from "../chart/dom.js";
import { Presenter } from "./presenter.js";
import { Story } from "./story.js";

/** @type {WeakMap<HTMLElement, Story>} */
const stories = new WeakMap();
/** @type {WeakMap<HTMLElement, Presenter>} */
const presenters = new WeakMap();

/**
 * @param {{data: StoryData, parentElement: ParentNode, setStateValue: (name: string, value: object) => void,
 *   setTriggerValue: (name: string, value: object) => void}} component
 */
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = /** @type {HTMLElement} */ (parentElement.querySelector(".story"));
  const send = {
    state: (/** @type {object} */ value) => setStateValue("state", value),
    open: (/** @type {object} */ value) => setTriggerValue("open", value),
  };
  const known = stories.get(host);
  if (known) {
    known.send = send;
    known.draw();
  } else {
    const story = new Story(host, data, send);
    stories.set(host, story);
    story.begin();
    presenters.set(host, new Presenter(story));
  }
  host.dataset.ready = "true";
  announce(parentElement);
  return whenGone(host, () => {
    presenters.get(host)?.destroy();
    presenters.delete(host);
    stories.get(host)?.destroy();
    stories.delete(host);
  });
}
