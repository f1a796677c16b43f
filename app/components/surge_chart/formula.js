/** The formula of the exact law as MathML, which screen readers read and which needs no font of its own. */

/** @param {string} name @param {string} content */
const symbol = (name, content) => `<mrow data-symbol="${name}">${content}</mrow>`;
const sub = (/** @type {string} */ base, /** @type {string} */ index) =>
  `<msub><mi>${base}</mi><mi>${index}</mi></msub>`;
const math = (/** @type {string} */ content) => `<math display="block">${content}</math>`;

/** Symbols of the parameters: the only strings that are set as markup, all of them fixed. */
export const SYMBOLS = {
  lr_scale: sub("ε", "0"),
  snr: "<mi>z</mi>",
  snr_spread: `<msub><mi>σ</mi><mrow><mi>ln</mi><mi>z</mi></mrow></msub>`,
  alignment: "<mi>R</mi>",
  correlation: "<mi>ρ</mi>",
  momentum: sub("β", "1"),
  skewness: "<mi>γ</mi>",
  n_parameters: "<mi>N</mi>",
  blocks: "<mi>K</mi>",
};

const S = Object.fromEntries(Object.entries(SYMBOLS).map(([name, content]) => [name, symbol(name, content)]));

const RATE = `<mi>ε</mi><mo stretchy="false">(</mo><mi>B</mi><mo stretchy="false">)</mo><mo>=</mo>${S.lr_scale}<mfrac><mi>E</mi><mrow><mn>1</mn><mo>+</mo>${S.alignment}
  <mo stretchy="false">⟨</mo><msub><mi>s</mi><mi>i</mi></msub><msub><mi>s</mi><mi>j</mi></msub><mo stretchy="false">⟩</mo></mrow></mfrac>`;
const SIGN = `<mi>E</mi><mo>=</mo><mo stretchy="false">⟨</mo><mi>erf</mi><mo stretchy="false">(</mo><msqrt><mrow><msup><mi>B</mi><mo>′</mo></msup><mo>/</mo><mn>2</mn></mrow></msqrt>
  <msub><mi>z</mi><mi>i</mi></msub><mo stretchy="false">)</mo><mo stretchy="false">⟩</mo><mo>,</mo><mspace width="0.6em"></mspace><msup><mi>B</mi><mo>′</mo></msup><mo>=</mo><mi>B</mi>
  <mfrac><mrow><mn>1</mn><mo>+</mo>${S.momentum}</mrow><mrow><mn>1</mn><mo>−</mo>${S.momentum}</mrow></mfrac>`;
const SPREAD = `<mi>ln</mi><msub><mi>z</mi><mi>i</mi></msub><mo>~</mo><mi>N</mi><mo stretchy="false">(</mo><mi>ln</mi>${S.snr}<mo>,</mo>
  <msup>${S.snr_spread}<mn>2</mn></msup><mo stretchy="false">)</mo>`;

export const FORMULA = [RATE, SIGN, SPREAD].map(math).join("");
