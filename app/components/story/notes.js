/** What the speaker sees in a second window: the note of this step, what comes next, and the time. */

import { el } from "../chart/dom.js";

const STYLE = `body { font: 24px/1.45 system-ui, sans-serif; margin: 32px; color: #1d2127; background: #fff; max-width: 34em }
  p { margin: 0 0 20px } .time { font-size: 48px; font-variant-numeric: tabular-nums } .next { color: #555c66 }
  @media (prefers-color-scheme: dark) { body { color: #e4e7eb; background: #12161b } .next { color: #aab2bd } }`;

/** @param {import("./story.js").Story} story */
export function openNotes(story) {
  const { say, data } = story,
    view = window.open("", "surge-notes", "width=720,height=640");
  if (!view) return null;
  const { document } = view;
  const [time, step, sentence, note, next] = ["time", "step", "sentence", "note", "next"].map((className) =>
    document.adoptNode(el("p", { className })),
  );
  document.title = say("present-notes");
  document.documentElement.lang = "en";
  document.head.replaceChildren(document.adoptNode(el("style", {}, STYLE)));
  document.body.replaceChildren(time, step, sentence, note, next);
  return {
    /** @param {string} now */
    update(now) {
      if (view.closed) return;
      const after = data.steps[story.step];
      time.textContent = now;
      step.textContent = say("learn-step", { step: story.step, of: data.steps.length });
      sentence.textContent = story.now.sentence;
      note.textContent = `${say(`present-note-${story.now.key}`)} ${story.now.limit}`;
      next.textContent = after ? say("present-next", { sentence: after.sentence }) : say("present-last");
    },
  };
}
