/** Phrases of the one phrase file, handed over by Python as the text of its sections. */

import { FluentBundle, FluentResource } from "../vendor/fluent.js";

/**
 * A function that says the phrases of a Fluent text.
 * @param {string} source
 * @param {string} [language]
 * @returns {Say}
 */
export function phrases(source, language = "en") {
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(source));
  return (phrase, values = {}) => {
    const pattern = bundle.getMessage(phrase)?.value;
    if (!pattern) throw new Error(`phrase must stand in the phrase file, but got ${phrase}`);
    /** @type {Error[]} */
    const errors = [];
    const text = bundle.formatPattern(pattern, values, errors);
    if (errors.length) throw new Error(`values must fill the phrase ${phrase}: ${errors[0].message}`);
    return text;
  };
}
