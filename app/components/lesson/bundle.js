// Made by `make components` from the modules beside it; sha256 80410269fc5345a23a93c18cea2448f9ae3d7cfc9512b9bb3af4d3f59a68262f
// chart/dom.js
var SVG_NS = "http://www.w3.org/2000/svg";
function attr(element, attributes) {
  for (const [key2, value2] of Object.entries(attributes)) element.setAttribute(key2, String(value2));
}
function svg(name, attributes = {}, parent = null, text = null) {
  const element = (
    /** @type {SVGElement} */
    document.createElementNS(SVG_NS, name)
  );
  attr(element, attributes);
  if (text !== null) element.textContent = text;
  parent?.append(element);
  return element;
}
function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key2, value2] of Object.entries(properties)) {
    if (key2.includes("-") || key2 === "role" || key2 === "for") element.setAttribute(key2, String(value2));
    else Object.assign(element, { [key2]: value2 });
  }
  element.append(...children);
  return element;
}
var clamp = (x, low, high) => Math.min(Math.max(x, low), high);
var round1 = (x) => Math.round(x * 10) / 10;
function lineSample(style) {
  const sample2 = svg("svg", { width: 26, height: 8, "aria-hidden": "true" });
  svg("line", { x1: 0, x2: 26, y1: 4, y2: 4, ...strokeOf(style), "stroke-width": Math.min(style.width, 3) }, sample2);
  return sample2;
}
var strokeOf = ({ colour, dash, width }) => ({
  stroke: colour,
  "stroke-width": width,
  "stroke-dasharray": dash
});
var reducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// surge_chart/motion.js
var GLIDE = 550;
var RUN = 9e3;
var Motion = class {
  /** @type {number | null} */
  #frame = null;
  playing = false;
  get moving() {
    return this.#frame !== null;
  }
  stop() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.playing = false;
  }
  /**
   * Call `step` with 0 to 1, eased, then `done`; with reduced motion `done` at once.
   * @param {(part: number) => void} step
   * @param {() => void} done
   * @param {number} [duration]
   */
  glide(step, done, duration = GLIDE) {
    this.stop();
    if (reducedMotion()) {
      done();
      return;
    }
    const start = performance.now();
    const next = (now) => {
      const part = Math.min(1, Math.max(0, now - start) / duration);
      if (part < 1) {
        step(part * part * (3 - 2 * part));
        this.#frame = requestAnimationFrame(next);
      } else {
        this.#frame = null;
        done();
      }
    };
    this.#frame = requestAnimationFrame(next);
  }
  /**
   * Play a run from a moment to its end, ten still pictures with reduced motion.
   * @param {number} from
   * @param {(t: number, passed: number, still: boolean) => void} step
   * @param {() => void} done
   */
  play(from, step, done) {
    this.stop();
    this.playing = true;
    const start = performance.now();
    let last = start;
    const next = (now) => {
      const exact2 = Math.min(1, from + Math.max(0, now - start) / RUN), still = reducedMotion();
      step(still ? Math.round(exact2 * 10) / 10 : Math.round(exact2 * 1e3) / 1e3, Math.max(0, now - last), still);
      last = now;
      if (exact2 < 1 && this.playing) this.#frame = requestAnimationFrame(next);
      else {
        this.stop();
        done();
      }
    };
    this.#frame = requestAnimationFrame(next);
  }
};

// vendor/fluent.js
var FluentType = class {
  /**
   * Create a `FluentType` instance.
   *
   * @param value The JavaScript value to wrap.
   */
  constructor(value2) {
    this.value = value2;
  }
  /**
   * Unwrap the raw value stored by this `FluentType`.
   */
  valueOf() {
    return this.value;
  }
};
var FluentNone = class extends FluentType {
  /**
   * Create an instance of `FluentNone` with an optional fallback value.
   * @param value The fallback value of this `FluentNone`.
   */
  constructor(value2 = "???") {
    super(value2);
  }
  /**
   * Format this `FluentNone` to the fallback string.
   */
  toString(scope) {
    return `{${this.value}}`;
  }
};
var FluentNumber = class extends FluentType {
  /**
   * Create an instance of `FluentNumber` with options to the
   * `Intl.NumberFormat` constructor.
   *
   * @param value The number value of this `FluentNumber`.
   * @param opts Options which will be passed to `Intl.NumberFormat`.
   */
  constructor(value2, opts = {}) {
    super(value2);
    this.opts = opts;
  }
  /**
   * Format this `FluentNumber` to a string.
   */
  toString(scope) {
    if (scope) {
      try {
        const nf = scope.memoizeIntlObject(Intl.NumberFormat, this.opts);
        return nf.format(this.value);
      } catch (err) {
        scope.reportError(err);
      }
    }
    return this.value.toString(10);
  }
};
var FluentDateTime = class _FluentDateTime extends FluentType {
  static supportsValue(value2) {
    if (typeof value2 === "number")
      return true;
    if (value2 instanceof Date)
      return true;
    if (value2 instanceof FluentType)
      return _FluentDateTime.supportsValue(value2.valueOf());
    if ("Temporal" in globalThis) {
      const _Temporal = globalThis.Temporal;
      if (value2 instanceof _Temporal.Instant || value2 instanceof _Temporal.PlainDateTime || value2 instanceof _Temporal.PlainDate || value2 instanceof _Temporal.PlainMonthDay || value2 instanceof _Temporal.PlainTime || value2 instanceof _Temporal.PlainYearMonth) {
        return true;
      }
    }
    return false;
  }
  /**
   * Create an instance of `FluentDateTime` with options to the
   * `Intl.DateTimeFormat` constructor.
   *
   * @param value The number value of this `FluentDateTime`, in milliseconds.
   * @param opts Options which will be passed to `Intl.DateTimeFormat`.
   */
  constructor(value2, opts = {}) {
    if (value2 instanceof _FluentDateTime) {
      opts = { ...value2.opts, ...opts };
      value2 = value2.value;
    } else if (value2 instanceof FluentType) {
      value2 = value2.valueOf();
    }
    if (typeof value2 === "object" && "calendarId" in value2 && opts.calendar === void 0) {
      opts = { ...opts, calendar: value2.calendarId };
    }
    super(value2);
    this.opts = opts;
  }
  [Symbol.toPrimitive](hint) {
    return hint === "string" ? this.toString() : this.toNumber();
  }
  /**
   * Convert this `FluentDateTime` to a number.
   * Note that this isn't always possible due to the nature of Temporal objects.
   * In such cases, a TypeError will be thrown.
   */
  toNumber() {
    const value2 = this.value;
    if (typeof value2 === "number")
      return value2;
    if (value2 instanceof Date)
      return value2.getTime();
    if ("epochMilliseconds" in value2) {
      return value2.epochMilliseconds;
    }
    if ("toZonedDateTime" in value2) {
      return value2.toZonedDateTime("UTC").epochMilliseconds;
    }
    throw new TypeError("Unwrapping a non-number value as a number");
  }
  /**
   * Format this `FluentDateTime` to a string.
   */
  toString(scope) {
    if (scope) {
      try {
        const dtf = scope.memoizeIntlObject(Intl.DateTimeFormat, this.opts);
        return dtf.format(this.value);
      } catch (err) {
        scope.reportError(err);
      }
    }
    if (typeof this.value === "number" || this.value instanceof Date) {
      return new Date(this.value).toISOString();
    }
    return this.value.toString();
  }
};
var MAX_PLACEABLES = 100;
var FSI = "⁨";
var PDI = "⁩";
function match(scope, selector, key2) {
  if (key2 === selector) {
    return true;
  }
  if (key2 instanceof FluentNumber && selector instanceof FluentNumber && key2.value === selector.value) {
    return true;
  }
  if (selector instanceof FluentNumber && typeof key2 === "string") {
    let category = scope.memoizeIntlObject(Intl.PluralRules, selector.opts).select(selector.value);
    if (key2 === category) {
      return true;
    }
  }
  return false;
}
function getDefault(scope, variants, star) {
  if (variants[star]) {
    return resolvePattern(scope, variants[star].value);
  }
  scope.reportError(new RangeError("No default"));
  return new FluentNone();
}
function getArguments(scope, args) {
  const positional = [];
  const named2 = /* @__PURE__ */ Object.create(null);
  for (const arg of args) {
    if (arg.type === "narg") {
      named2[arg.name] = resolveExpression(scope, arg.value);
    } else {
      positional.push(resolveExpression(scope, arg));
    }
  }
  return { positional, named: named2 };
}
function resolveExpression(scope, expr) {
  switch (expr.type) {
    case "str":
      return expr.value;
    case "num":
      return new FluentNumber(expr.value, {
        minimumFractionDigits: expr.precision
      });
    case "var":
      return resolveVariableReference(scope, expr);
    case "mesg":
      return resolveMessageReference(scope, expr);
    case "term":
      return resolveTermReference(scope, expr);
    case "func":
      return resolveFunctionReference(scope, expr);
    case "select":
      return resolveSelectExpression(scope, expr);
    default:
      return new FluentNone();
  }
}
function resolveVariableReference(scope, { name }) {
  let arg;
  if (scope.params) {
    if (Object.prototype.hasOwnProperty.call(scope.params, name)) {
      arg = scope.params[name];
    } else {
      return new FluentNone(`$${name}`);
    }
  } else if (scope.args && Object.prototype.hasOwnProperty.call(scope.args, name)) {
    arg = scope.args[name];
  } else {
    scope.reportError(new ReferenceError(`Unknown variable: $${name}`));
    return new FluentNone(`$${name}`);
  }
  if (arg instanceof FluentType) {
    return arg;
  }
  switch (typeof arg) {
    case "string":
      return arg;
    case "number":
      return new FluentNumber(arg);
    case "object":
      if (FluentDateTime.supportsValue(arg)) {
        return new FluentDateTime(arg);
      }
    // eslint-disable-next-line no-fallthrough
    default:
      scope.reportError(new TypeError(`Variable type not supported: $${name}, ${typeof arg}`));
      return new FluentNone(`$${name}`);
  }
}
function resolveMessageReference(scope, { name, attr: attr2 }) {
  const message = scope.bundle._messages.get(name);
  if (!message) {
    scope.reportError(new ReferenceError(`Unknown message: ${name}`));
    return new FluentNone(name);
  }
  if (attr2) {
    const attribute = message.attributes[attr2];
    if (attribute) {
      return resolvePattern(scope, attribute);
    }
    scope.reportError(new ReferenceError(`Unknown attribute: ${attr2}`));
    return new FluentNone(`${name}.${attr2}`);
  }
  if (message.value) {
    return resolvePattern(scope, message.value);
  }
  scope.reportError(new ReferenceError(`No value: ${name}`));
  return new FluentNone(name);
}
function resolveTermReference(scope, { name, attr: attr2, args }) {
  const id = `-${name}`;
  const term = scope.bundle._terms.get(id);
  if (!term) {
    scope.reportError(new ReferenceError(`Unknown term: ${id}`));
    return new FluentNone(id);
  }
  if (attr2) {
    const attribute = term.attributes[attr2];
    if (attribute) {
      scope.params = getArguments(scope, args).named;
      const resolved2 = resolvePattern(scope, attribute);
      scope.params = null;
      return resolved2;
    }
    scope.reportError(new ReferenceError(`Unknown attribute: ${attr2}`));
    return new FluentNone(`${id}.${attr2}`);
  }
  scope.params = getArguments(scope, args).named;
  const resolved = resolvePattern(scope, term.value);
  scope.params = null;
  return resolved;
}
function resolveFunctionReference(scope, { name, args }) {
  let func = scope.bundle._functions[name];
  if (!func) {
    scope.reportError(new ReferenceError(`Unknown function: ${name}()`));
    return new FluentNone(`${name}()`);
  }
  if (typeof func !== "function") {
    scope.reportError(new TypeError(`Function ${name}() is not callable`));
    return new FluentNone(`${name}()`);
  }
  try {
    let resolved = getArguments(scope, args);
    return func(resolved.positional, resolved.named);
  } catch (err) {
    scope.reportError(err);
    return new FluentNone(`${name}()`);
  }
}
function resolveSelectExpression(scope, { selector, variants, star }) {
  let sel = resolveExpression(scope, selector);
  if (sel instanceof FluentNone) {
    return getDefault(scope, variants, star);
  }
  for (const variant of variants) {
    const key2 = resolveExpression(scope, variant.key);
    if (match(scope, sel, key2)) {
      return resolvePattern(scope, variant.value);
    }
  }
  return getDefault(scope, variants, star);
}
function resolveComplexPattern(scope, ptn) {
  if (scope.dirty.has(ptn)) {
    scope.reportError(new RangeError("Cyclic reference"));
    return new FluentNone();
  }
  scope.dirty.add(ptn);
  const result = [];
  const useIsolating = scope.bundle._useIsolating && ptn.length > 1;
  for (const elem of ptn) {
    if (typeof elem === "string") {
      result.push(scope.bundle._transform(elem));
      continue;
    }
    scope.placeables++;
    if (scope.placeables > MAX_PLACEABLES) {
      scope.dirty.delete(ptn);
      throw new RangeError(`Too many placeables expanded: ${scope.placeables}, max allowed is ${MAX_PLACEABLES}`);
    }
    if (useIsolating) {
      result.push(FSI);
    }
    result.push(resolveExpression(scope, elem).toString(scope));
    if (useIsolating) {
      result.push(PDI);
    }
  }
  scope.dirty.delete(ptn);
  return result.join("");
}
function resolvePattern(scope, value2) {
  if (typeof value2 === "string") {
    return scope.bundle._transform(value2);
  }
  return resolveComplexPattern(scope, value2);
}
var Scope = class {
  constructor(bundle, errors, args) {
    this.dirty = /* @__PURE__ */ new WeakSet();
    this.params = null;
    this.placeables = 0;
    this.bundle = bundle;
    this.errors = errors;
    this.args = args;
  }
  reportError(error) {
    if (!this.errors || !(error instanceof Error)) {
      throw error;
    }
    this.errors.push(error);
  }
  memoizeIntlObject(ctor, opts) {
    let cache2 = this.bundle._intls.get(ctor);
    if (!cache2) {
      cache2 = {};
      this.bundle._intls.set(ctor, cache2);
    }
    let id = JSON.stringify(opts);
    if (!cache2[id]) {
      cache2[id] = new ctor(this.bundle.locales, opts);
    }
    return cache2[id];
  }
};
function values(opts, allowed) {
  const unwrapped = /* @__PURE__ */ Object.create(null);
  for (const [name, opt] of Object.entries(opts)) {
    if (allowed.includes(name)) {
      unwrapped[name] = opt.valueOf();
    }
  }
  return unwrapped;
}
var NUMBER_ALLOWED = [
  "unitDisplay",
  "currencyDisplay",
  "useGrouping",
  "minimumIntegerDigits",
  "minimumFractionDigits",
  "maximumFractionDigits",
  "minimumSignificantDigits",
  "maximumSignificantDigits"
];
function NUMBER(args, opts) {
  let arg = args[0];
  if (arg instanceof FluentNone) {
    return new FluentNone(`NUMBER(${arg.valueOf()})`);
  }
  if (arg instanceof FluentNumber) {
    return new FluentNumber(arg.valueOf(), {
      ...arg.opts,
      ...values(opts, NUMBER_ALLOWED)
    });
  }
  if (arg instanceof FluentDateTime) {
    return new FluentNumber(arg.toNumber(), {
      ...values(opts, NUMBER_ALLOWED)
    });
  }
  throw new TypeError("Invalid argument to NUMBER");
}
var DATETIME_ALLOWED = [
  "dateStyle",
  "timeStyle",
  "fractionalSecondDigits",
  "dayPeriod",
  "hour12",
  "weekday",
  "era",
  "year",
  "month",
  "day",
  "hour",
  "minute",
  "second",
  "timeZoneName"
];
function DATETIME(args, opts) {
  let arg = args[0];
  if (arg instanceof FluentNone) {
    return new FluentNone(`DATETIME(${arg.valueOf()})`);
  }
  if (arg instanceof FluentDateTime || arg instanceof FluentNumber) {
    return new FluentDateTime(arg, values(opts, DATETIME_ALLOWED));
  }
  throw new TypeError("Invalid argument to DATETIME");
}
var cache = /* @__PURE__ */ new Map();
function getMemoizerForLocale(locales) {
  const stringLocale = Array.isArray(locales) ? locales.join(" ") : locales;
  let memoizer = cache.get(stringLocale);
  if (memoizer === void 0) {
    memoizer = /* @__PURE__ */ new Map();
    cache.set(stringLocale, memoizer);
  }
  return memoizer;
}
var FluentBundle = class {
  /**
   * Create an instance of `FluentBundle`.
   *
   * @example
   * ```js
   * let bundle = new FluentBundle(["en-US", "en"]);
   *
   * let bundle = new FluentBundle(locales, {useIsolating: false});
   *
   * let bundle = new FluentBundle(locales, {
   *   useIsolating: true,
   *   functions: {
   *     NODE_ENV: () => process.env.NODE_ENV
   *   }
   * });
   * ```
   *
   * @param locales - Used to instantiate `Intl` formatters used by translations.
   * @param options - Optional configuration for the bundle.
   */
  constructor(locales, { functions, useIsolating = true, transform = (v) => v } = {}) {
    this._terms = /* @__PURE__ */ new Map();
    this._messages = /* @__PURE__ */ new Map();
    this.locales = Array.isArray(locales) ? locales : [locales];
    this._functions = {
      NUMBER,
      DATETIME,
      ...functions
    };
    this._useIsolating = useIsolating;
    this._transform = transform;
    this._intls = getMemoizerForLocale(locales);
  }
  /**
   * Check if a message is present in the bundle.
   *
   * @param id - The identifier of the message to check.
   */
  hasMessage(id) {
    return this._messages.has(id);
  }
  /**
   * Return a raw unformatted message object from the bundle.
   *
   * Raw messages are `{value, attributes}` shapes containing translation units
   * called `Patterns`. `Patterns` are implementation-specific; they should be
   * treated as black boxes and formatted with `FluentBundle.formatPattern`.
   *
   * @param id - The identifier of the message to check.
   */
  getMessage(id) {
    return this._messages.get(id);
  }
  /**
   * Add a translation resource to the bundle.
   *
   * @example
   * ```js
   * let res = new FluentResource("foo = Foo");
   * bundle.addResource(res);
   * bundle.getMessage("foo");
   * // → {value: .., attributes: {..}}
   * ```
   *
   * @param res
   * @param options
   */
  addResource(res, { allowOverrides = false } = {}) {
    const errors = [];
    for (let i = 0; i < res.body.length; i++) {
      let entry = res.body[i];
      if (entry.id.startsWith("-")) {
        if (allowOverrides === false && this._terms.has(entry.id)) {
          errors.push(new Error(`Attempt to override an existing term: "${entry.id}"`));
          continue;
        }
        this._terms.set(entry.id, entry);
      } else {
        if (allowOverrides === false && this._messages.has(entry.id)) {
          errors.push(new Error(`Attempt to override an existing message: "${entry.id}"`));
          continue;
        }
        this._messages.set(entry.id, entry);
      }
    }
    return errors;
  }
  /**
   * Format a `Pattern` to a string.
   *
   * Format a raw `Pattern` into a string. `args` will be used to resolve
   * references to variables passed as arguments to the translation.
   *
   * In case of errors `formatPattern` will try to salvage as much of the
   * translation as possible and will still return a string. For performance
   * reasons, the encountered errors are not returned but instead are appended
   * to the `errors` array passed as the third argument.
   *
   * If `errors` is omitted, the first encountered error will be thrown.
   *
   * @example
   * ```js
   * let errors = [];
   * bundle.addResource(
   *     new FluentResource("hello = Hello, {$name}!"));
   *
   * let hello = bundle.getMessage("hello");
   * if (hello.value) {
   *     bundle.formatPattern(hello.value, {name: "Jane"}, errors);
   *     // Returns "Hello, Jane!" and `errors` is empty.
   *
   *     bundle.formatPattern(hello.value, undefined, errors);
   *     // Returns "Hello, {$name}!" and `errors` is now:
   *     // [<ReferenceError: Unknown variable: name>]
   * }
   * ```
   */
  formatPattern(pattern, args = null, errors = null) {
    if (typeof pattern === "string") {
      return this._transform(pattern);
    }
    let scope = new Scope(this, errors, args);
    try {
      let value2 = resolveComplexPattern(scope, pattern);
      return value2.toString(scope);
    } catch (err) {
      if (scope.errors && err instanceof Error) {
        scope.errors.push(err);
        return new FluentNone().toString(scope);
      }
      throw err;
    }
  }
};
var RE_MESSAGE_START = /^(-?[a-zA-Z][\w-]*) *= */gm;
var RE_ATTRIBUTE_START = /\.([a-zA-Z][\w-]*) *= */y;
var RE_VARIANT_START = /\*?\[/y;
var RE_NUMBER_LITERAL = /(-?[0-9]+(?:\.([0-9]+))?)/y;
var RE_IDENTIFIER = /([a-zA-Z][\w-]*)/y;
var RE_REFERENCE = /([$-])?([a-zA-Z][\w-]*)(?:\.([a-zA-Z][\w-]*))?/y;
var RE_FUNCTION_NAME = /^[A-Z][A-Z0-9_-]*$/;
var RE_TEXT_RUN = /([^{}\n\r]+)/y;
var RE_STRING_RUN = /([^\\"\n\r]*)/y;
var RE_STRING_ESCAPE = /\\([\\"])/y;
var RE_UNICODE_ESCAPE = /\\u([a-fA-F0-9]{4})|\\U([a-fA-F0-9]{6})/y;
var RE_LEADING_NEWLINES = /^\n+/;
var RE_TRAILING_SPACES = / +$/;
var RE_BLANK_LINES = / *\r?\n/g;
var RE_INDENT = /( *)$/;
var TOKEN_BRACE_OPEN = /{\s*/y;
var TOKEN_BRACE_CLOSE = /\s*}/y;
var TOKEN_BRACKET_OPEN = /\[\s*/y;
var TOKEN_BRACKET_CLOSE = /\s*] */y;
var TOKEN_PAREN_OPEN = /\s*\(\s*/y;
var TOKEN_ARROW = /\s*->\s*/y;
var TOKEN_COLON = /\s*:\s*/y;
var TOKEN_COMMA = /\s*,?\s*/y;
var TOKEN_BLANK = /\s+/y;
var FluentResource = class {
  constructor(source) {
    this.body = [];
    RE_MESSAGE_START.lastIndex = 0;
    let cursor = 0;
    while (true) {
      let next = RE_MESSAGE_START.exec(source);
      if (next === null) {
        break;
      }
      cursor = RE_MESSAGE_START.lastIndex;
      try {
        this.body.push(parseMessage(next[1]));
      } catch (err) {
        if (err instanceof SyntaxError) {
          continue;
        }
        throw err;
      }
    }
    function test(re2) {
      re2.lastIndex = cursor;
      return re2.test(source);
    }
    function consumeChar(char, errorClass) {
      if (source[cursor] === char) {
        cursor++;
        return true;
      }
      if (errorClass) {
        throw new errorClass(`Expected ${char}`);
      }
      return false;
    }
    function consumeToken(re2, errorClass) {
      if (test(re2)) {
        cursor = re2.lastIndex;
        return true;
      }
      if (errorClass) {
        throw new errorClass(`Expected ${re2.toString()}`);
      }
      return false;
    }
    function match2(re2) {
      re2.lastIndex = cursor;
      let result = re2.exec(source);
      if (result === null) {
        throw new SyntaxError(`Expected ${re2.toString()}`);
      }
      cursor = re2.lastIndex;
      return result;
    }
    function match1(re2) {
      return match2(re2)[1];
    }
    function parseMessage(id) {
      let value2 = parsePattern();
      let attributes = parseAttributes();
      if (value2 === null && Object.keys(attributes).length === 0) {
        throw new SyntaxError("Expected message value or attributes");
      }
      return { id, value: value2, attributes };
    }
    function parseAttributes() {
      let attrs = /* @__PURE__ */ Object.create(null);
      while (test(RE_ATTRIBUTE_START)) {
        let name = match1(RE_ATTRIBUTE_START);
        let value2 = parsePattern();
        if (value2 === null) {
          throw new SyntaxError("Expected attribute value");
        }
        attrs[name] = value2;
      }
      return attrs;
    }
    function parsePattern() {
      let first;
      if (test(RE_TEXT_RUN)) {
        first = match1(RE_TEXT_RUN);
      }
      if (source[cursor] === "{" || source[cursor] === "}") {
        return parsePatternElements(first ? [first] : [], Infinity);
      }
      let indent = parseIndent();
      if (indent) {
        if (first) {
          return parsePatternElements([first, indent], indent.length);
        }
        indent.value = trim(indent.value, RE_LEADING_NEWLINES);
        return parsePatternElements([indent], indent.length);
      }
      if (first) {
        return trim(first, RE_TRAILING_SPACES);
      }
      return null;
    }
    function parsePatternElements(elements = [], commonIndent) {
      while (true) {
        if (test(RE_TEXT_RUN)) {
          elements.push(match1(RE_TEXT_RUN));
          continue;
        }
        if (source[cursor] === "{") {
          elements.push(parsePlaceable());
          continue;
        }
        if (source[cursor] === "}") {
          throw new SyntaxError("Unbalanced closing brace");
        }
        let indent = parseIndent();
        if (indent) {
          elements.push(indent);
          commonIndent = Math.min(commonIndent, indent.length);
          continue;
        }
        break;
      }
      let lastIndex = elements.length - 1;
      let lastElement = elements[lastIndex];
      if (typeof lastElement === "string") {
        elements[lastIndex] = trim(lastElement, RE_TRAILING_SPACES);
      }
      let baked = [];
      for (let element of elements) {
        if (element instanceof Indent) {
          element = element.value.slice(0, element.value.length - commonIndent);
        }
        if (element) {
          baked.push(element);
        }
      }
      return baked;
    }
    function parsePlaceable() {
      consumeToken(TOKEN_BRACE_OPEN, SyntaxError);
      let selector = parseInlineExpression();
      if (consumeToken(TOKEN_BRACE_CLOSE)) {
        return selector;
      }
      if (consumeToken(TOKEN_ARROW)) {
        let variants = parseVariants();
        consumeToken(TOKEN_BRACE_CLOSE, SyntaxError);
        return {
          type: "select",
          selector,
          ...variants
        };
      }
      throw new SyntaxError("Unclosed placeable");
    }
    function parseInlineExpression() {
      if (source[cursor] === "{") {
        return parsePlaceable();
      }
      if (test(RE_REFERENCE)) {
        let [, sigil, name, attr2 = null] = match2(RE_REFERENCE);
        if (sigil === "$") {
          return { type: "var", name };
        }
        if (consumeToken(TOKEN_PAREN_OPEN)) {
          let args = parseArguments();
          if (sigil === "-") {
            return { type: "term", name, attr: attr2, args };
          }
          if (RE_FUNCTION_NAME.test(name)) {
            return { type: "func", name, args };
          }
          throw new SyntaxError("Function names must be all upper-case");
        }
        if (sigil === "-") {
          return {
            type: "term",
            name,
            attr: attr2,
            args: []
          };
        }
        return { type: "mesg", name, attr: attr2 };
      }
      return parseLiteral();
    }
    function parseArguments() {
      let args = [];
      while (true) {
        switch (source[cursor]) {
          case ")":
            cursor++;
            return args;
          case void 0:
            throw new SyntaxError("Unclosed argument list");
        }
        args.push(parseArgument());
        consumeToken(TOKEN_COMMA);
      }
    }
    function parseArgument() {
      let expr = parseInlineExpression();
      if (expr.type !== "mesg") {
        return expr;
      }
      if (consumeToken(TOKEN_COLON)) {
        return {
          type: "narg",
          name: expr.name,
          value: parseLiteral()
        };
      }
      return expr;
    }
    function parseVariants() {
      let variants = [];
      let count = 0;
      let star;
      while (test(RE_VARIANT_START)) {
        if (consumeChar("*")) {
          star = count;
        }
        let key2 = parseVariantKey();
        let value2 = parsePattern();
        if (value2 === null) {
          throw new SyntaxError("Expected variant value");
        }
        variants[count++] = { key: key2, value: value2 };
      }
      if (count === 0) {
        return null;
      }
      if (star === void 0) {
        throw new SyntaxError("Expected default variant");
      }
      return { variants, star };
    }
    function parseVariantKey() {
      consumeToken(TOKEN_BRACKET_OPEN, SyntaxError);
      let key2;
      if (test(RE_NUMBER_LITERAL)) {
        key2 = parseNumberLiteral();
      } else {
        key2 = {
          type: "str",
          value: match1(RE_IDENTIFIER)
        };
      }
      consumeToken(TOKEN_BRACKET_CLOSE, SyntaxError);
      return key2;
    }
    function parseLiteral() {
      if (test(RE_NUMBER_LITERAL)) {
        return parseNumberLiteral();
      }
      if (source[cursor] === '"') {
        return parseStringLiteral();
      }
      throw new SyntaxError("Invalid expression");
    }
    function parseNumberLiteral() {
      let [, value2, fraction = ""] = match2(RE_NUMBER_LITERAL);
      let precision = fraction.length;
      return {
        type: "num",
        value: parseFloat(value2),
        precision
      };
    }
    function parseStringLiteral() {
      consumeChar('"', SyntaxError);
      let value2 = "";
      while (true) {
        value2 += match1(RE_STRING_RUN);
        if (source[cursor] === "\\") {
          value2 += parseEscapeSequence();
          continue;
        }
        if (consumeChar('"')) {
          return { type: "str", value: value2 };
        }
        throw new SyntaxError("Unclosed string literal");
      }
    }
    function parseEscapeSequence() {
      if (test(RE_STRING_ESCAPE)) {
        return match1(RE_STRING_ESCAPE);
      }
      if (test(RE_UNICODE_ESCAPE)) {
        let [, codepoint4, codepoint6] = match2(RE_UNICODE_ESCAPE);
        let codepoint = parseInt(codepoint4 || codepoint6, 16);
        return codepoint <= 55295 || 57344 <= codepoint ? (
          // It's a Unicode scalar value.
          String.fromCodePoint(codepoint)
        ) : (
          // Lonely surrogates can cause trouble when the parsing result is
          // saved using UTF-8. Use U+FFFD REPLACEMENT CHARACTER instead.
          "�"
        );
      }
      throw new SyntaxError("Unknown escape sequence");
    }
    function parseIndent() {
      let start = cursor;
      consumeToken(TOKEN_BLANK);
      switch (source[cursor]) {
        case ".":
        case "[":
        case "*":
        case "}":
        case void 0:
          return false;
        case "{":
          return makeIndent(source.slice(start, cursor));
      }
      if (source[cursor - 1] === " ") {
        return makeIndent(source.slice(start, cursor));
      }
      return false;
    }
    function trim(text, re2) {
      return text.replace(re2, "");
    }
    function makeIndent(blank) {
      let value2 = blank.replace(RE_BLANK_LINES, "\n");
      let length = RE_INDENT.exec(blank)[1].length;
      return new Indent(value2, length);
    }
  }
};
var Indent = class {
  constructor(value2, length) {
    this.value = value2;
    this.length = length;
  }
};

// text/phrases.js
function phrases(source, language = "en") {
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(source));
  return (phrase, values2 = {}) => {
    const pattern = bundle.getMessage(phrase)?.value;
    if (!pattern) throw new Error(`phrase must stand in the phrase file, but got ${phrase}`);
    const errors = [];
    const text = bundle.formatPattern(pattern, values2, errors);
    if (errors.length) throw new Error(`values must fill the phrase ${phrase}: ${errors[0].message}`);
    return text;
  };
}

// lesson/coins.js
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 1831565813 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4294967296;
  };
}
function normal(random) {
  let kept = null;
  return () => {
    if (kept !== null) {
      const other = kept;
      kept = null;
      return other;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random())), angle = 2 * Math.PI * random();
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
function interval(right, count) {
  const z = 1.959964, share = right / count, centre = share + z * z / (2 * count);
  const half = z * Math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)), scale = 1 + z * z / count;
  return [(centre - half) / scale, (centre + half) / scale];
}
var Coins = class {
  flips = 0;
  /** @param {{snr: number, sizes: number[], seed: number}} of */
  constructor({ snr, sizes, seed }) {
    this.snr = snr;
    this.sizes = sizes;
    this.right = sizes.map(() => 0);
    this.draw = normal(uniform(seed));
  }
  /** Flip on until each coin has been flipped so often. @param {number} count */
  flipTo(count) {
    for (; this.flips < count; this.flips += 1) {
      this.sizes.forEach((size, i) => {
        let sum = size * this.snr;
        for (let example = 0; example < size; example += 1) sum += this.draw();
        if (sum > 0) this.right[i] += 1;
      });
    }
  }
  /** What is known of each coin. */
  shares() {
    return this.sizes.map((batch, i) => {
      const [low, high] = interval(this.right[i], this.flips);
      return { batch, share: this.right[i] / this.flips, low, high };
    });
  }
};

// text/numbers.js
var SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
var superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
function number(value2, digits = 3) {
  if (value2 === null || value2 === void 0 || Number.isNaN(value2)) return "–";
  if (!Number.isFinite(value2)) return value2 > 0 ? "∞" : "−∞";
  if (value2 === 0) return "0";
  const [mantissa, power] = value2.toExponential(digits - 1).split("e");
  const exponent2 = Number(power);
  const plain2 = exponent2 >= -2 && exponent2 < 5;
  const text = plain2 ? value2.toFixed(Math.max(digits - 1 - exponent2, 0)) : `${mantissa}e${exponent2}`;
  return value2 < 0 ? text.replace("-", "−") : text;
}
function examples(batch) {
  if (batch < 10 || batch >= 1e9) return number(batch, 2);
  return Number(batch.toPrecision(batch < 1e4 ? 3 : 2)).toLocaleString("en-US", { maximumFractionDigits: 0 });
}
var percent = (fraction) => `${number(100 * fraction, 2)} %`;

// lesson/score.js
var SPOT = 1.05;
var FORMS = {
  batch: examples,
  rate: number,
  times: (value2) => `${number(value2, 2)}×`,
  percent,
  plain: (value2) => number(value2, 2),
  loss: (value2) => value2.toFixed(3)
};
var said = (guess, value2) => FORMS[guess.form](value2);
function score({ truth, close, form }, log2, value2) {
  if (log2) {
    const factor = Math.max(value2 / truth, truth / value2);
    const off = factor < SPOT ? "exact" : "factor";
    return { close: factor <= close, off, size: number(factor, 2) };
  }
  const away = Math.abs(value2 - truth);
  if (form === "percent") return { close: away <= close, off: "points", size: number(100 * away, 2) };
  return { close: away <= close, off: "by", size: away.toFixed(3) };
}
function reached(steps, { guesses, answers }) {
  const close = steps.filter((step, i) => {
    const value2 = guesses[i];
    return value2 !== null && score(step.guess, logOf(step), value2).close;
  });
  const right = steps.filter((step, i) => step.options.some((option) => option.right && answers[i][0] === option.key));
  return { close: close.length, right: right.length };
}
var logOf = ({ figure, guess }) => figure.kind === "chart" || figure[guess.axis].log;

// lesson/guess.js
function createGuess(figure, { guess, figure: drawn }, events) {
  const layer = svg("g", { class: "guess-layer" }, figure.root), truth = svg("g", { class: "truth", "data-truth": guess.truth }, layer);
  const mark = svg(
    "g",
    { class: "guess", role: "slider", tabindex: 0, "aria-label": events.say("lesson-mark") },
    layer
  );
  const [low, high] = rangeOf(drawn, guess.axis);
  const log2 = drawn.kind === "chart" || drawn[guess.axis].log;
  let value2 = guess.start, fixed = false;
  const set = (to) => {
    if (fixed) return;
    value2 = clamp(to, low, high);
    events.moved(value2);
    draw();
  };
  const draw = () => {
    drawMark(mark, figure, guess, value2, fixed ? events.say("lesson-you", { guess: said(guess, value2) }) : "");
    attr(mark, {
      "aria-valuenow": value2,
      "aria-valuemin": low,
      "aria-valuemax": high,
      "aria-valuetext": said(guess, value2),
      "aria-disabled": String(fixed)
    });
    truth.replaceChildren();
    if (fixed)
      drawMark(
        truth,
        figure,
        guess,
        guess.truth,
        events.say("lesson-truth", { truth: said(guess, guess.truth) }),
        value2
      );
    layer.classList.toggle("fixed", fixed);
  };
  listen(figure, guess, { set, mark, isFixed: () => fixed });
  mark.addEventListener("keydown", (event) => {
    if (event.key === "Enter") events.commit();
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 4 : 1;
    set(log2 ? value2 * 2 ** (way * far / 8) : value2 + way * far * (high - low) / 100);
  });
  return {
    draw,
    focus: () => mark.focus(),
    fix: (at) => {
      value2 = at;
      fixed = true;
      draw();
    }
  };
}
function rangeOf(drawn, axis) {
  if (drawn.kind === "plot") return [drawn[axis].low, drawn[axis].high];
  const [low, high] = drawn.view[axis];
  return axis === "x" ? [2 ** low, 2 ** high] : [10 ** low, 10 ** high];
}
function listen({ root, box, fromPx }, guess, { set, mark, isFixed }) {
  let held = false;
  const place2 = (event) => {
    const rect = root.getBoundingClientRect(), { left, right, top, bottom } = box();
    const at = fromPx(clamp(event.clientX - rect.left, left, right), clamp(event.clientY - rect.top, top, bottom));
    set(at[guess.axis === "x" ? 0 : 1]);
  };
  const heard = {
    pointerdown: (event) => {
      held = true;
      root.setPointerCapture(event.pointerId);
      place2(event);
      mark.focus({ preventScroll: true });
      event.preventDefault();
    },
    pointermove: (event) => {
      if (held) place2(event);
    },
    pointerup: () => {
      held = false;
    },
    pointercancel: () => {
      held = false;
    }
  };
  for (const [name, hear] of Object.entries(heard)) {
    root.addEventListener(
      name,
      (event) => {
        if (isFixed()) return;
        event.stopImmediatePropagation();
        hear(
          /** @type {PointerEvent} */
          event
        );
      },
      { capture: true }
    );
  }
}
function drawMark(group, figure, guess, value2, label, other = 0) {
  const { left, right, top, bottom } = figure.box(), across = guess.axis === "x", truth = group.classList.contains("truth"), name = truth ? "truth" : "guess";
  const height = truth ? guess.at : figure.fromPx(left, (top + bottom) / 2)[1];
  const [x, y] = across ? figure.toPx(value2, height) : figure.toPx(guess.at, value2);
  group.replaceChildren();
  const line = across ? { x1: x, x2: x, y1: top, y2: bottom } : { x1: clamp(x - 46, left, right), x2: clamp(x + 46, left, right), y1: y, y2: y };
  svg("line", { class: `${name}-line`, ...line }, group);
  svg("circle", { class: "halo", cx: x, cy: y, r: 22 }, group);
  svg("circle", { class: "dot", cx: x, cy: y, r: truth ? 7 : 9 }, group);
  if (!label) return;
  const before2 = x > (left + right) / 2, beside = { x: before2 ? x - 10 : x + 10, y: truth ? top + 46 : top + 20, "text-anchor": before2 ? "end" : "start" };
  const above = truth ? guess.truth >= other : value2 > guess.truth;
  const free = above ? y - 14 > top + 12 : y + 26 > bottom - 6, over = { x: clamp(x, left + 46, right - 30), y: above === free ? y - 14 : y + 26, "text-anchor": "middle" };
  svg("text", { class: `peak-label ${name}-label`, ...across ? beside : over }, group, label);
}

// law/special.js
var ERF_CELLS = 256;
var ERF_END = 6;
var ERF_TABLE = (() => {
  const exact2 = (x) => {
    let term = x, sum = x;
    for (let n = 1; term > 1e-18 * sum; n += 1) sum += term *= 2 * x * x / (2 * n + 1);
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  };
  const slope = (x) => 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) / ERF_CELLS;
  const table = new Float64Array(4 * ERF_CELLS * ERF_END);
  for (let i = 0; i < ERF_CELLS * ERF_END; i += 1) {
    const a = i / ERF_CELLS, b = (i + 1) / ERF_CELLS;
    const rise = exact2(b) - exact2(a);
    table.set([exact2(a), slope(a), 3 * rise - 2 * slope(a) - slope(b), slope(a) + slope(b) - 2 * rise], 4 * i);
  }
  return table;
})();
function erf(x) {
  const size = Math.abs(x);
  if (size >= ERF_END) return Math.sign(x);
  const place2 = size * ERF_CELLS;
  const cell = place2 | 0;
  const u = place2 - cell;
  const k = 4 * cell;
  const value2 = ((ERF_TABLE[k + 3] * u + ERF_TABLE[k + 2]) * u + ERF_TABLE[k + 1]) * u + ERF_TABLE[k];
  return x < 0 ? -value2 : value2;
}
var polynomial = (coefficients, x) => coefficients.reduceRight((sum, c) => sum * x + c, 0);
function normalQuantile(p) {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r2 = 0.180625 - q * q;
    return q * polynomial(
      [
        3.3871328727963665,
        133.14166789178438,
        1971.5909503065513,
        13731.69376550946,
        45921.95393154987,
        67265.7709270087,
        33430.57558358813,
        2509.0809287301227
      ],
      r2
    ) / polynomial(
      [
        1,
        42.31333070160091,
        687.1870074920579,
        5394.196021424751,
        21213.794301586597,
        39307.89580009271,
        28729.085735721943,
        5226.495278852546
      ],
      r2
    );
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const tail = r <= 5 ? polynomial(
    [
      1.4234371107496835,
      4.630337846156546,
      5.769497221460691,
      3.6478483247632045,
      1.2704582524523684,
      0.2417807251774506,
      0.022723844989269184,
      7745450142783414e-19
    ],
    r - 1.6
  ) / polynomial(
    [
      1,
      2.053191626637759,
      1.6763848301838038,
      0.6897673349851,
      0.14810397642748008,
      0.015198666563616457,
      5475938084995345e-19,
      10507500716444169e-25
    ],
    r - 1.6
  ) : polynomial(
    [
      6.657904643501103,
      5.463784911164114,
      1.7848265399172913,
      0.29656057182850487,
      0.026532189526576124,
      0.0012426609473880784,
      27115555687434876e-21,
      20103343992922881e-23
    ],
    r - 5
  ) / polynomial(
    [
      1,
      0.599832206555888,
      0.1369298809227358,
      0.014875361290850615,
      7868691311456133e-19,
      18463183175100548e-21,
      1421511758316446e-22,
      20442631033899397e-31
    ],
    r - 5
  );
  return q < 0 ? -tail : tail;
}
var known = /* @__PURE__ */ new Map();
function quantiles(count) {
  let found = known.get(count);
  if (!found) {
    found = Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count));
    known.set(count, found);
  }
  return found;
}
function factorNodes(correlation, tolerance = 1e-11) {
  const digits = -Math.log(tolerance);
  const step = Math.PI / Math.sqrt(digits * (1 + correlation) / (2 * (1 - correlation)));
  const count = Math.ceil(Math.sqrt(2 * digits) / step);
  const nodes = Array.from({ length: 2 * count + 1 }, (_, i) => step * (i - count));
  const weights = nodes.map((x) => Math.exp(-0.5 * x * x));
  const total = weights.reduce((a, b) => a + b);
  return { nodes, weights: weights.map((w) => w / total) };
}

// law/model.js
var NODES = 256;
function blockSizes(count, blocks) {
  const sizes = new Array(blocks).fill(0);
  for (let i = 0; i < count; i += 1) sizes[Math.floor(i * blocks / count)] += 1;
  return sizes;
}
function compile(p, nodes = NODES) {
  const count = Math.min(nodes, p.n_parameters);
  const shrink = Math.sqrt((1 - p.momentum) / (1 + p.momentum));
  const q = quantiles(count);
  const z = [], weight = [], starts = [0];
  let index = 0, pairs = 0;
  for (const size of blockSizes(count, p.blocks)) {
    if (p.snr_spread === 0) {
      z.push(p.snr / shrink);
      weight.push(size);
    } else {
      for (let i = index; i < index + size; i += 1) {
        z.push(p.snr * Math.exp(p.snr_spread * q[i]) / shrink);
        weight.push(1);
      }
    }
    index += size;
    pairs += size * (size - 1);
    starts.push(z.length);
  }
  return {
    z: Float64Array.from(z),
    weight: Float64Array.from(weight),
    starts,
    count,
    mean: p.lr_scale / count,
    pair: pairs ? p.alignment / pairs : 0,
    lrScale: p.lr_scale,
    alignment: p.alignment,
    correlation: p.correlation,
    skewness: p.skewness,
    factor: p.correlation > 0 ? factorNodes(p.correlation) : null
  };
}
function skewTerms({ z, skewness }, root) {
  const skew = skewness / (3 * root * Math.sqrt(2 * Math.PI));
  return z.map((value2) => {
    const a2 = (root * value2) ** 2;
    return skew * Math.exp(-0.5 * a2) * (a2 - 1);
  });
}
function signSums({ z, weight, starts }, slope, moved, shift) {
  let signs = 0, pairs = 0;
  for (let b = 0; b + 1 < starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = starts[b]; i < starts[b + 1]; i += 1) {
      const sign = erf(slope * z[i] + moved) + (shift ? shift[i] : 0);
      sum += weight[i] * sign;
      squares += weight[i] * sign * sign;
    }
    signs += sum;
    pairs += sum * sum - squares;
  }
  return [signs, pairs];
}
function moments(model, batch, correlated) {
  const { mean, pair, factor, correlation } = model;
  const root = Math.sqrt(batch);
  const shift = model.skewness ? skewTerms(model, root) : null;
  const [signs, pairs] = signSums(model, root * Math.SQRT1_2, 0, shift);
  if (!correlated || !factor) return [mean * signs, 1 + pair * pairs];
  const rest = 1 / Math.sqrt(2 * (1 - correlation)), loading = Math.sqrt(correlation);
  let coupling = 0;
  for (let n = 0; n < factor.nodes.length; n += 1) {
    const [, given] = signSums(model, root * rest, loading * factor.nodes[n] * rest, shift);
    coupling += factor.weights[n] * given;
  }
  return [mean * signs, 1 + pair * coupling];
}
var plateauLr = (model) => model.lrScale / (1 + model.alignment);
function smallBatchLaw(model) {
  let coupling = 0, signal = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      sum += model.weight[i] * model.z[i];
      squares += model.weight[i] * model.z[i] ** 2;
    }
    coupling += model.pair * (sum * sum - squares);
    signal += model.mean * sum;
  }
  const small = { start: Math.sqrt(2 / Math.PI) * signal, lrMax: null, noiseScale: null, dropMax: null };
  if (coupling <= 0) return small;
  return {
    ...small,
    lrMax: signal / (2 * Math.sqrt(coupling)),
    noiseScale: Math.PI / (2 * coupling),
    dropMax: signal * signal / (2 * coupling)
  };
}
function sgdNoiseScale(model) {
  let noise = 0;
  for (let b = 0; b + 1 < model.starts.length; b += 1) {
    let sum = 0, squares = 0;
    for (let i = model.starts[b]; i < model.starts[b + 1]; i += 1) {
      const std = model.mean / model.z[i];
      sum += model.weight[i] * std;
      squares += model.weight[i] * std * std;
    }
    noise += squares / model.count + model.pair * model.correlation * (sum * sum - squares);
  }
  return noise / (model.mean ** 2 * (1 + model.alignment));
}

// law/peaks.js
var VISIBLE = 0.01;
var highest = (peaks) => peaks.reduce((best, peak) => best && best.lr >= peak.lr ? best : peak, null);
var visible = (peaks) => peaks.filter((peak) => peak.prominence >= VISIBLE);

// vendor/d3.js
function ascending(a, b) {
  return a == null || b == null ? NaN : a < b ? -1 : a > b ? 1 : a >= b ? 0 : NaN;
}
function descending(a, b) {
  return a == null || b == null ? NaN : b < a ? -1 : b > a ? 1 : b >= a ? 0 : NaN;
}
function bisector(f) {
  let compare1, compare2, delta;
  if (f.length !== 2) {
    compare1 = ascending;
    compare2 = (d, x) => ascending(f(d), x);
    delta = (d, x) => f(d) - x;
  } else {
    compare1 = f === ascending || f === descending ? f : zero;
    compare2 = f;
    delta = f;
  }
  function left(a, x, lo = 0, hi = a.length) {
    if (lo < hi) {
      if (compare1(x, x) !== 0) return hi;
      do {
        const mid = lo + hi >>> 1;
        if (compare2(a[mid], x) < 0) lo = mid + 1;
        else hi = mid;
      } while (lo < hi);
    }
    return lo;
  }
  function right(a, x, lo = 0, hi = a.length) {
    if (lo < hi) {
      if (compare1(x, x) !== 0) return hi;
      do {
        const mid = lo + hi >>> 1;
        if (compare2(a[mid], x) <= 0) lo = mid + 1;
        else hi = mid;
      } while (lo < hi);
    }
    return lo;
  }
  function center(a, x, lo = 0, hi = a.length) {
    const i = left(a, x, lo, hi - 1);
    return i > lo && delta(a[i - 1], x) > -delta(a[i], x) ? i - 1 : i;
  }
  return { left, center, right };
}
function zero() {
  return 0;
}
function number2(x) {
  return x === null ? NaN : +x;
}
var ascendingBisect = bisector(ascending);
var bisectRight = ascendingBisect.right;
var bisectLeft = ascendingBisect.left;
var bisectCenter = bisector(number2).center;
var bisect_default = bisectRight;
var e10 = Math.sqrt(50);
var e5 = Math.sqrt(10);
var e2 = Math.sqrt(2);
function tickSpec(start, stop, count) {
  const step = (stop - start) / Math.max(0, count), power = Math.floor(Math.log10(step)), error = step / Math.pow(10, power), factor = error >= e10 ? 10 : error >= e5 ? 5 : error >= e2 ? 2 : 1;
  let i1, i2, inc;
  if (power < 0) {
    inc = Math.pow(10, -power) / factor;
    i1 = Math.round(start * inc);
    i2 = Math.round(stop * inc);
    if (i1 / inc < start) ++i1;
    if (i2 / inc > stop) --i2;
    inc = -inc;
  } else {
    inc = Math.pow(10, power) * factor;
    i1 = Math.round(start / inc);
    i2 = Math.round(stop / inc);
    if (i1 * inc < start) ++i1;
    if (i2 * inc > stop) --i2;
  }
  if (i2 < i1 && 0.5 <= count && count < 2) return tickSpec(start, stop, count * 2);
  return [i1, i2, inc];
}
function ticks(start, stop, count) {
  stop = +stop, start = +start, count = +count;
  if (!(count > 0)) return [];
  if (start === stop) return [start];
  const reverse = stop < start, [i1, i2, inc] = reverse ? tickSpec(stop, start, count) : tickSpec(start, stop, count);
  if (!(i2 >= i1)) return [];
  const n = i2 - i1 + 1, ticks2 = new Array(n);
  if (reverse) {
    if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) / -inc;
    else for (let i = 0; i < n; ++i) ticks2[i] = (i2 - i) * inc;
  } else {
    if (inc < 0) for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) / -inc;
    else for (let i = 0; i < n; ++i) ticks2[i] = (i1 + i) * inc;
  }
  return ticks2;
}
function define(constructor, factory, prototype) {
  constructor.prototype = factory.prototype = prototype;
  prototype.constructor = constructor;
}
function extend(parent, definition) {
  var prototype = Object.create(parent.prototype);
  for (var key2 in definition) prototype[key2] = definition[key2];
  return prototype;
}
function Color() {
}
var darker = 0.7;
var brighter = 1 / darker;
var reI = "\\s*([+-]?\\d+)\\s*";
var reN = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*";
var reP = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*";
var reHex = /^#([0-9a-f]{3,8})$/;
var reRgbInteger = new RegExp(`^rgb\\(${reI},${reI},${reI}\\)$`);
var reRgbPercent = new RegExp(`^rgb\\(${reP},${reP},${reP}\\)$`);
var reRgbaInteger = new RegExp(`^rgba\\(${reI},${reI},${reI},${reN}\\)$`);
var reRgbaPercent = new RegExp(`^rgba\\(${reP},${reP},${reP},${reN}\\)$`);
var reHslPercent = new RegExp(`^hsl\\(${reN},${reP},${reP}\\)$`);
var reHslaPercent = new RegExp(`^hsla\\(${reN},${reP},${reP},${reN}\\)$`);
var named = {
  aliceblue: 15792383,
  antiquewhite: 16444375,
  aqua: 65535,
  aquamarine: 8388564,
  azure: 15794175,
  beige: 16119260,
  bisque: 16770244,
  black: 0,
  blanchedalmond: 16772045,
  blue: 255,
  blueviolet: 9055202,
  brown: 10824234,
  burlywood: 14596231,
  cadetblue: 6266528,
  chartreuse: 8388352,
  chocolate: 13789470,
  coral: 16744272,
  cornflowerblue: 6591981,
  cornsilk: 16775388,
  crimson: 14423100,
  cyan: 65535,
  darkblue: 139,
  darkcyan: 35723,
  darkgoldenrod: 12092939,
  darkgray: 11119017,
  darkgreen: 25600,
  darkgrey: 11119017,
  darkkhaki: 12433259,
  darkmagenta: 9109643,
  darkolivegreen: 5597999,
  darkorange: 16747520,
  darkorchid: 10040012,
  darkred: 9109504,
  darksalmon: 15308410,
  darkseagreen: 9419919,
  darkslateblue: 4734347,
  darkslategray: 3100495,
  darkslategrey: 3100495,
  darkturquoise: 52945,
  darkviolet: 9699539,
  deeppink: 16716947,
  deepskyblue: 49151,
  dimgray: 6908265,
  dimgrey: 6908265,
  dodgerblue: 2003199,
  firebrick: 11674146,
  floralwhite: 16775920,
  forestgreen: 2263842,
  fuchsia: 16711935,
  gainsboro: 14474460,
  ghostwhite: 16316671,
  gold: 16766720,
  goldenrod: 14329120,
  gray: 8421504,
  green: 32768,
  greenyellow: 11403055,
  grey: 8421504,
  honeydew: 15794160,
  hotpink: 16738740,
  indianred: 13458524,
  indigo: 4915330,
  ivory: 16777200,
  khaki: 15787660,
  lavender: 15132410,
  lavenderblush: 16773365,
  lawngreen: 8190976,
  lemonchiffon: 16775885,
  lightblue: 11393254,
  lightcoral: 15761536,
  lightcyan: 14745599,
  lightgoldenrodyellow: 16448210,
  lightgray: 13882323,
  lightgreen: 9498256,
  lightgrey: 13882323,
  lightpink: 16758465,
  lightsalmon: 16752762,
  lightseagreen: 2142890,
  lightskyblue: 8900346,
  lightslategray: 7833753,
  lightslategrey: 7833753,
  lightsteelblue: 11584734,
  lightyellow: 16777184,
  lime: 65280,
  limegreen: 3329330,
  linen: 16445670,
  magenta: 16711935,
  maroon: 8388608,
  mediumaquamarine: 6737322,
  mediumblue: 205,
  mediumorchid: 12211667,
  mediumpurple: 9662683,
  mediumseagreen: 3978097,
  mediumslateblue: 8087790,
  mediumspringgreen: 64154,
  mediumturquoise: 4772300,
  mediumvioletred: 13047173,
  midnightblue: 1644912,
  mintcream: 16121850,
  mistyrose: 16770273,
  moccasin: 16770229,
  navajowhite: 16768685,
  navy: 128,
  oldlace: 16643558,
  olive: 8421376,
  olivedrab: 7048739,
  orange: 16753920,
  orangered: 16729344,
  orchid: 14315734,
  palegoldenrod: 15657130,
  palegreen: 10025880,
  paleturquoise: 11529966,
  palevioletred: 14381203,
  papayawhip: 16773077,
  peachpuff: 16767673,
  peru: 13468991,
  pink: 16761035,
  plum: 14524637,
  powderblue: 11591910,
  purple: 8388736,
  rebeccapurple: 6697881,
  red: 16711680,
  rosybrown: 12357519,
  royalblue: 4286945,
  saddlebrown: 9127187,
  salmon: 16416882,
  sandybrown: 16032864,
  seagreen: 3050327,
  seashell: 16774638,
  sienna: 10506797,
  silver: 12632256,
  skyblue: 8900331,
  slateblue: 6970061,
  slategray: 7372944,
  slategrey: 7372944,
  snow: 16775930,
  springgreen: 65407,
  steelblue: 4620980,
  tan: 13808780,
  teal: 32896,
  thistle: 14204888,
  tomato: 16737095,
  turquoise: 4251856,
  violet: 15631086,
  wheat: 16113331,
  white: 16777215,
  whitesmoke: 16119285,
  yellow: 16776960,
  yellowgreen: 10145074
};
define(Color, color, {
  copy(channels) {
    return Object.assign(new this.constructor(), this, channels);
  },
  displayable() {
    return this.rgb().displayable();
  },
  hex: color_formatHex,
  // Deprecated! Use color.formatHex.
  formatHex: color_formatHex,
  formatHex8: color_formatHex8,
  formatHsl: color_formatHsl,
  formatRgb: color_formatRgb,
  toString: color_formatRgb
});
function color_formatHex() {
  return this.rgb().formatHex();
}
function color_formatHex8() {
  return this.rgb().formatHex8();
}
function color_formatHsl() {
  return hslConvert(this).formatHsl();
}
function color_formatRgb() {
  return this.rgb().formatRgb();
}
function color(format2) {
  var m, l;
  format2 = (format2 + "").trim().toLowerCase();
  return (m = reHex.exec(format2)) ? (l = m[1].length, m = parseInt(m[1], 16), l === 6 ? rgbn(m) : l === 3 ? new Rgb(m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, (m & 15) << 4 | m & 15, 1) : l === 8 ? rgba(m >> 24 & 255, m >> 16 & 255, m >> 8 & 255, (m & 255) / 255) : l === 4 ? rgba(m >> 12 & 15 | m >> 8 & 240, m >> 8 & 15 | m >> 4 & 240, m >> 4 & 15 | m & 240, ((m & 15) << 4 | m & 15) / 255) : null) : (m = reRgbInteger.exec(format2)) ? new Rgb(m[1], m[2], m[3], 1) : (m = reRgbPercent.exec(format2)) ? new Rgb(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, 1) : (m = reRgbaInteger.exec(format2)) ? rgba(m[1], m[2], m[3], m[4]) : (m = reRgbaPercent.exec(format2)) ? rgba(m[1] * 255 / 100, m[2] * 255 / 100, m[3] * 255 / 100, m[4]) : (m = reHslPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, 1) : (m = reHslaPercent.exec(format2)) ? hsla(m[1], m[2] / 100, m[3] / 100, m[4]) : named.hasOwnProperty(format2) ? rgbn(named[format2]) : format2 === "transparent" ? new Rgb(NaN, NaN, NaN, 0) : null;
}
function rgbn(n) {
  return new Rgb(n >> 16 & 255, n >> 8 & 255, n & 255, 1);
}
function rgba(r, g, b, a) {
  if (a <= 0) r = g = b = NaN;
  return new Rgb(r, g, b, a);
}
function rgbConvert(o) {
  if (!(o instanceof Color)) o = color(o);
  if (!o) return new Rgb();
  o = o.rgb();
  return new Rgb(o.r, o.g, o.b, o.opacity);
}
function rgb(r, g, b, opacity) {
  return arguments.length === 1 ? rgbConvert(r) : new Rgb(r, g, b, opacity == null ? 1 : opacity);
}
function Rgb(r, g, b, opacity) {
  this.r = +r;
  this.g = +g;
  this.b = +b;
  this.opacity = +opacity;
}
define(Rgb, rgb, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Rgb(this.r * k, this.g * k, this.b * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Rgb(this.r * k, this.g * k, this.b * k, this.opacity);
  },
  rgb() {
    return this;
  },
  clamp() {
    return new Rgb(clampi(this.r), clampi(this.g), clampi(this.b), clampa(this.opacity));
  },
  displayable() {
    return -0.5 <= this.r && this.r < 255.5 && (-0.5 <= this.g && this.g < 255.5) && (-0.5 <= this.b && this.b < 255.5) && (0 <= this.opacity && this.opacity <= 1);
  },
  hex: rgb_formatHex,
  // Deprecated! Use color.formatHex.
  formatHex: rgb_formatHex,
  formatHex8: rgb_formatHex8,
  formatRgb: rgb_formatRgb,
  toString: rgb_formatRgb
}));
function rgb_formatHex() {
  return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}`;
}
function rgb_formatHex8() {
  return `#${hex(this.r)}${hex(this.g)}${hex(this.b)}${hex((isNaN(this.opacity) ? 1 : this.opacity) * 255)}`;
}
function rgb_formatRgb() {
  const a = clampa(this.opacity);
  return `${a === 1 ? "rgb(" : "rgba("}${clampi(this.r)}, ${clampi(this.g)}, ${clampi(this.b)}${a === 1 ? ")" : `, ${a})`}`;
}
function clampa(opacity) {
  return isNaN(opacity) ? 1 : Math.max(0, Math.min(1, opacity));
}
function clampi(value2) {
  return Math.max(0, Math.min(255, Math.round(value2) || 0));
}
function hex(value2) {
  value2 = clampi(value2);
  return (value2 < 16 ? "0" : "") + value2.toString(16);
}
function hsla(h, s, l, a) {
  if (a <= 0) h = s = l = NaN;
  else if (l <= 0 || l >= 1) h = s = NaN;
  else if (s <= 0) h = NaN;
  return new Hsl(h, s, l, a);
}
function hslConvert(o) {
  if (o instanceof Hsl) return new Hsl(o.h, o.s, o.l, o.opacity);
  if (!(o instanceof Color)) o = color(o);
  if (!o) return new Hsl();
  if (o instanceof Hsl) return o;
  o = o.rgb();
  var r = o.r / 255, g = o.g / 255, b = o.b / 255, min = Math.min(r, g, b), max = Math.max(r, g, b), h = NaN, s = max - min, l = (max + min) / 2;
  if (s) {
    if (r === max) h = (g - b) / s + (g < b) * 6;
    else if (g === max) h = (b - r) / s + 2;
    else h = (r - g) / s + 4;
    s /= l < 0.5 ? max + min : 2 - max - min;
    h *= 60;
  } else {
    s = l > 0 && l < 1 ? 0 : h;
  }
  return new Hsl(h, s, l, o.opacity);
}
function hsl(h, s, l, opacity) {
  return arguments.length === 1 ? hslConvert(h) : new Hsl(h, s, l, opacity == null ? 1 : opacity);
}
function Hsl(h, s, l, opacity) {
  this.h = +h;
  this.s = +s;
  this.l = +l;
  this.opacity = +opacity;
}
define(Hsl, hsl, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Hsl(this.h, this.s, this.l * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Hsl(this.h, this.s, this.l * k, this.opacity);
  },
  rgb() {
    var h = this.h % 360 + (this.h < 0) * 360, s = isNaN(h) || isNaN(this.s) ? 0 : this.s, l = this.l, m2 = l + (l < 0.5 ? l : 1 - l) * s, m1 = 2 * l - m2;
    return new Rgb(
      hsl2rgb(h >= 240 ? h - 240 : h + 120, m1, m2),
      hsl2rgb(h, m1, m2),
      hsl2rgb(h < 120 ? h + 240 : h - 120, m1, m2),
      this.opacity
    );
  },
  clamp() {
    return new Hsl(clamph(this.h), clampt(this.s), clampt(this.l), clampa(this.opacity));
  },
  displayable() {
    return (0 <= this.s && this.s <= 1 || isNaN(this.s)) && (0 <= this.l && this.l <= 1) && (0 <= this.opacity && this.opacity <= 1);
  },
  formatHsl() {
    const a = clampa(this.opacity);
    return `${a === 1 ? "hsl(" : "hsla("}${clamph(this.h)}, ${clampt(this.s) * 100}%, ${clampt(this.l) * 100}%${a === 1 ? ")" : `, ${a})`}`;
  }
}));
function clamph(value2) {
  value2 = (value2 || 0) % 360;
  return value2 < 0 ? value2 + 360 : value2;
}
function clampt(value2) {
  return Math.max(0, Math.min(1, value2 || 0));
}
function hsl2rgb(h, m1, m2) {
  return (h < 60 ? m1 + (m2 - m1) * h / 60 : h < 180 ? m2 : h < 240 ? m1 + (m2 - m1) * (240 - h) / 60 : m1) * 255;
}
var radians = Math.PI / 180;
var degrees = 180 / Math.PI;
var K = 18;
var Xn = 0.96422;
var Yn = 1;
var Zn = 0.82521;
var t0 = 4 / 29;
var t1 = 6 / 29;
var t2 = 3 * t1 * t1;
var t3 = t1 * t1 * t1;
function labConvert(o) {
  if (o instanceof Lab) return new Lab(o.l, o.a, o.b, o.opacity);
  if (o instanceof Hcl) return hcl2lab(o);
  if (!(o instanceof Rgb)) o = rgbConvert(o);
  var r = rgb2lrgb(o.r), g = rgb2lrgb(o.g), b = rgb2lrgb(o.b), y = xyz2lab((0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / Yn), x, z;
  if (r === g && g === b) x = z = y;
  else {
    x = xyz2lab((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / Xn);
    z = xyz2lab((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / Zn);
  }
  return new Lab(116 * y - 16, 500 * (x - y), 200 * (y - z), o.opacity);
}
function lab(l, a, b, opacity) {
  return arguments.length === 1 ? labConvert(l) : new Lab(l, a, b, opacity == null ? 1 : opacity);
}
function Lab(l, a, b, opacity) {
  this.l = +l;
  this.a = +a;
  this.b = +b;
  this.opacity = +opacity;
}
define(Lab, lab, extend(Color, {
  brighter(k) {
    return new Lab(this.l + K * (k == null ? 1 : k), this.a, this.b, this.opacity);
  },
  darker(k) {
    return new Lab(this.l - K * (k == null ? 1 : k), this.a, this.b, this.opacity);
  },
  rgb() {
    var y = (this.l + 16) / 116, x = isNaN(this.a) ? y : y + this.a / 500, z = isNaN(this.b) ? y : y - this.b / 200;
    x = Xn * lab2xyz(x);
    y = Yn * lab2xyz(y);
    z = Zn * lab2xyz(z);
    return new Rgb(
      lrgb2rgb(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
      lrgb2rgb(-0.9787684 * x + 1.9161415 * y + 0.033454 * z),
      lrgb2rgb(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
      this.opacity
    );
  }
}));
function xyz2lab(t) {
  return t > t3 ? Math.pow(t, 1 / 3) : t / t2 + t0;
}
function lab2xyz(t) {
  return t > t1 ? t * t * t : t2 * (t - t0);
}
function lrgb2rgb(x) {
  return 255 * (x <= 31308e-7 ? 12.92 * x : 1.055 * Math.pow(x, 1 / 2.4) - 0.055);
}
function rgb2lrgb(x) {
  return (x /= 255) <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4);
}
function hclConvert(o) {
  if (o instanceof Hcl) return new Hcl(o.h, o.c, o.l, o.opacity);
  if (!(o instanceof Lab)) o = labConvert(o);
  if (o.a === 0 && o.b === 0) return new Hcl(NaN, 0 < o.l && o.l < 100 ? 0 : NaN, o.l, o.opacity);
  var h = Math.atan2(o.b, o.a) * degrees;
  return new Hcl(h < 0 ? h + 360 : h, Math.sqrt(o.a * o.a + o.b * o.b), o.l, o.opacity);
}
function hcl(h, c, l, opacity) {
  return arguments.length === 1 ? hclConvert(h) : new Hcl(h, c, l, opacity == null ? 1 : opacity);
}
function Hcl(h, c, l, opacity) {
  this.h = +h;
  this.c = +c;
  this.l = +l;
  this.opacity = +opacity;
}
function hcl2lab(o) {
  if (isNaN(o.h)) return new Lab(o.l, 0, 0, o.opacity);
  var h = o.h * radians;
  return new Lab(o.l, Math.cos(h) * o.c, Math.sin(h) * o.c, o.opacity);
}
define(Hcl, hcl, extend(Color, {
  brighter(k) {
    return new Hcl(this.h, this.c, this.l + K * (k == null ? 1 : k), this.opacity);
  },
  darker(k) {
    return new Hcl(this.h, this.c, this.l - K * (k == null ? 1 : k), this.opacity);
  },
  rgb() {
    return hcl2lab(this).rgb();
  }
}));
var A = -0.14861;
var B = 1.78277;
var C = -0.29227;
var D = -0.90649;
var E = 1.97294;
var ED = E * D;
var EB = E * B;
var BC_DA = B * C - D * A;
function cubehelixConvert(o) {
  if (o instanceof Cubehelix) return new Cubehelix(o.h, o.s, o.l, o.opacity);
  if (!(o instanceof Rgb)) o = rgbConvert(o);
  var r = o.r / 255, g = o.g / 255, b = o.b / 255, l = (BC_DA * b + ED * r - EB * g) / (BC_DA + ED - EB), bl = b - l, k = (E * (g - l) - C * bl) / D, s = Math.sqrt(k * k + bl * bl) / (E * l * (1 - l)), h = s ? Math.atan2(k, bl) * degrees - 120 : NaN;
  return new Cubehelix(h < 0 ? h + 360 : h, s, l, o.opacity);
}
function cubehelix(h, s, l, opacity) {
  return arguments.length === 1 ? cubehelixConvert(h) : new Cubehelix(h, s, l, opacity == null ? 1 : opacity);
}
function Cubehelix(h, s, l, opacity) {
  this.h = +h;
  this.s = +s;
  this.l = +l;
  this.opacity = +opacity;
}
define(Cubehelix, cubehelix, extend(Color, {
  brighter(k) {
    k = k == null ? brighter : Math.pow(brighter, k);
    return new Cubehelix(this.h, this.s, this.l * k, this.opacity);
  },
  darker(k) {
    k = k == null ? darker : Math.pow(darker, k);
    return new Cubehelix(this.h, this.s, this.l * k, this.opacity);
  },
  rgb() {
    var h = isNaN(this.h) ? 0 : (this.h + 120) * radians, l = +this.l, a = isNaN(this.s) ? 0 : this.s * l * (1 - l), cosh2 = Math.cos(h), sinh2 = Math.sin(h);
    return new Rgb(
      255 * (l + a * (A * cosh2 + B * sinh2)),
      255 * (l + a * (C * cosh2 + D * sinh2)),
      255 * (l + a * (E * cosh2)),
      this.opacity
    );
  }
}));
function basis(t12, v0, v1, v2, v3) {
  var t22 = t12 * t12, t32 = t22 * t12;
  return ((1 - 3 * t12 + 3 * t22 - t32) * v0 + (4 - 6 * t22 + 3 * t32) * v1 + (1 + 3 * t12 + 3 * t22 - 3 * t32) * v2 + t32 * v3) / 6;
}
function basis$1(values2) {
  var n = values2.length - 1;
  return function(t) {
    var i = t <= 0 ? t = 0 : t >= 1 ? (t = 1, n - 1) : Math.floor(t * n), v1 = values2[i], v2 = values2[i + 1], v0 = i > 0 ? values2[i - 1] : 2 * v1 - v2, v3 = i < n - 1 ? values2[i + 2] : 2 * v2 - v1;
    return basis((t - i / n) * n, v0, v1, v2, v3);
  };
}
function basisClosed(values2) {
  var n = values2.length;
  return function(t) {
    var i = Math.floor(((t %= 1) < 0 ? ++t : t) * n), v0 = values2[(i + n - 1) % n], v1 = values2[i % n], v2 = values2[(i + 1) % n], v3 = values2[(i + 2) % n];
    return basis((t - i / n) * n, v0, v1, v2, v3);
  };
}
var constant = (x) => () => x;
function linear(a, d) {
  return function(t) {
    return a + t * d;
  };
}
function exponential(a, b, y) {
  return a = Math.pow(a, y), b = Math.pow(b, y) - a, y = 1 / y, function(t) {
    return Math.pow(a + t * b, y);
  };
}
function hue$1(a, b) {
  var d = b - a;
  return d ? linear(a, d > 180 || d < -180 ? d - 360 * Math.round(d / 360) : d) : constant(isNaN(a) ? b : a);
}
function gamma(y) {
  return (y = +y) === 1 ? nogamma : function(a, b) {
    return b - a ? exponential(a, b, y) : constant(isNaN(a) ? b : a);
  };
}
function nogamma(a, b) {
  var d = b - a;
  return d ? linear(a, d) : constant(isNaN(a) ? b : a);
}
var rgb2 = (function rgbGamma(y) {
  var color2 = gamma(y);
  function rgb3(start, end) {
    var r = color2((start = rgb(start)).r, (end = rgb(end)).r), g = color2(start.g, end.g), b = color2(start.b, end.b), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.r = r(t);
      start.g = g(t);
      start.b = b(t);
      start.opacity = opacity(t);
      return start + "";
    };
  }
  rgb3.gamma = rgbGamma;
  return rgb3;
})(1);
function rgbSpline(spline) {
  return function(colors) {
    var n = colors.length, r = new Array(n), g = new Array(n), b = new Array(n), i, color2;
    for (i = 0; i < n; ++i) {
      color2 = rgb(colors[i]);
      r[i] = color2.r || 0;
      g[i] = color2.g || 0;
      b[i] = color2.b || 0;
    }
    r = spline(r);
    g = spline(g);
    b = spline(b);
    color2.opacity = 1;
    return function(t) {
      color2.r = r(t);
      color2.g = g(t);
      color2.b = b(t);
      return color2 + "";
    };
  };
}
var rgbBasis = rgbSpline(basis$1);
var rgbBasisClosed = rgbSpline(basisClosed);
function numberArray(a, b) {
  if (!b) b = [];
  var n = a ? Math.min(b.length, a.length) : 0, c = b.slice(), i;
  return function(t) {
    for (i = 0; i < n; ++i) c[i] = a[i] * (1 - t) + b[i] * t;
    return c;
  };
}
function isNumberArray(x) {
  return ArrayBuffer.isView(x) && !(x instanceof DataView);
}
function genericArray(a, b) {
  var nb = b ? b.length : 0, na = a ? Math.min(nb, a.length) : 0, x = new Array(na), c = new Array(nb), i;
  for (i = 0; i < na; ++i) x[i] = value(a[i], b[i]);
  for (; i < nb; ++i) c[i] = b[i];
  return function(t) {
    for (i = 0; i < na; ++i) c[i] = x[i](t);
    return c;
  };
}
function date(a, b) {
  var d = /* @__PURE__ */ new Date();
  return a = +a, b = +b, function(t) {
    return d.setTime(a * (1 - t) + b * t), d;
  };
}
function number22(a, b) {
  return a = +a, b = +b, function(t) {
    return a * (1 - t) + b * t;
  };
}
function object(a, b) {
  var i = {}, c = {}, k;
  if (a === null || typeof a !== "object") a = {};
  if (b === null || typeof b !== "object") b = {};
  for (k in b) {
    if (k in a) {
      i[k] = value(a[k], b[k]);
    } else {
      c[k] = b[k];
    }
  }
  return function(t) {
    for (k in i) c[k] = i[k](t);
    return c;
  };
}
var reA = /[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g;
var reB = new RegExp(reA.source, "g");
function zero2(b) {
  return function() {
    return b;
  };
}
function one(b) {
  return function(t) {
    return b(t) + "";
  };
}
function string(a, b) {
  var bi = reA.lastIndex = reB.lastIndex = 0, am, bm, bs, i = -1, s = [], q = [];
  a = a + "", b = b + "";
  while ((am = reA.exec(a)) && (bm = reB.exec(b))) {
    if ((bs = bm.index) > bi) {
      bs = b.slice(bi, bs);
      if (s[i]) s[i] += bs;
      else s[++i] = bs;
    }
    if ((am = am[0]) === (bm = bm[0])) {
      if (s[i]) s[i] += bm;
      else s[++i] = bm;
    } else {
      s[++i] = null;
      q.push({ i, x: number22(am, bm) });
    }
    bi = reB.lastIndex;
  }
  if (bi < b.length) {
    bs = b.slice(bi);
    if (s[i]) s[i] += bs;
    else s[++i] = bs;
  }
  return s.length < 2 ? q[0] ? one(q[0].x) : zero2(b) : (b = q.length, function(t) {
    for (var i2 = 0, o; i2 < b; ++i2) s[(o = q[i2]).i] = o.x(t);
    return s.join("");
  });
}
function value(a, b) {
  var t = typeof b, c;
  return b == null || t === "boolean" ? constant(b) : (t === "number" ? number22 : t === "string" ? (c = color(b)) ? (b = c, rgb2) : string : b instanceof color ? rgb2 : b instanceof Date ? date : isNumberArray(b) ? numberArray : Array.isArray(b) ? genericArray : typeof b.valueOf !== "function" && typeof b.toString !== "function" || isNaN(b) ? object : number22)(a, b);
}
function round(a, b) {
  return a = +a, b = +b, function(t) {
    return Math.round(a * (1 - t) + b * t);
  };
}
var degrees2 = 180 / Math.PI;
var identity = {
  translateX: 0,
  translateY: 0,
  rotate: 0,
  skewX: 0,
  scaleX: 1,
  scaleY: 1
};
function decompose(a, b, c, d, e, f) {
  var scaleX, scaleY, skewX;
  if (scaleX = Math.sqrt(a * a + b * b)) a /= scaleX, b /= scaleX;
  if (skewX = a * c + b * d) c -= a * skewX, d -= b * skewX;
  if (scaleY = Math.sqrt(c * c + d * d)) c /= scaleY, d /= scaleY, skewX /= scaleY;
  if (a * d < b * c) a = -a, b = -b, skewX = -skewX, scaleX = -scaleX;
  return {
    translateX: e,
    translateY: f,
    rotate: Math.atan2(b, a) * degrees2,
    skewX: Math.atan(skewX) * degrees2,
    scaleX,
    scaleY
  };
}
var svgNode;
function parseCss(value2) {
  const m = new (typeof DOMMatrix === "function" ? DOMMatrix : WebKitCSSMatrix)(value2 + "");
  return m.isIdentity ? identity : decompose(m.a, m.b, m.c, m.d, m.e, m.f);
}
function parseSvg(value2) {
  if (value2 == null) return identity;
  if (!svgNode) svgNode = document.createElementNS("http://www.w3.org/2000/svg", "g");
  svgNode.setAttribute("transform", value2);
  if (!(value2 = svgNode.transform.baseVal.consolidate())) return identity;
  value2 = value2.matrix;
  return decompose(value2.a, value2.b, value2.c, value2.d, value2.e, value2.f);
}
function interpolateTransform(parse, pxComma, pxParen, degParen) {
  function pop(s) {
    return s.length ? s.pop() + " " : "";
  }
  function translate(xa, ya, xb, yb, s, q) {
    if (xa !== xb || ya !== yb) {
      var i = s.push("translate(", null, pxComma, null, pxParen);
      q.push({ i: i - 4, x: number22(xa, xb) }, { i: i - 2, x: number22(ya, yb) });
    } else if (xb || yb) {
      s.push("translate(" + xb + pxComma + yb + pxParen);
    }
  }
  function rotate(a, b, s, q) {
    if (a !== b) {
      if (a - b > 180) b += 360;
      else if (b - a > 180) a += 360;
      q.push({ i: s.push(pop(s) + "rotate(", null, degParen) - 2, x: number22(a, b) });
    } else if (b) {
      s.push(pop(s) + "rotate(" + b + degParen);
    }
  }
  function skewX(a, b, s, q) {
    if (a !== b) {
      q.push({ i: s.push(pop(s) + "skewX(", null, degParen) - 2, x: number22(a, b) });
    } else if (b) {
      s.push(pop(s) + "skewX(" + b + degParen);
    }
  }
  function scale(xa, ya, xb, yb, s, q) {
    if (xa !== xb || ya !== yb) {
      var i = s.push(pop(s) + "scale(", null, ",", null, ")");
      q.push({ i: i - 4, x: number22(xa, xb) }, { i: i - 2, x: number22(ya, yb) });
    } else if (xb !== 1 || yb !== 1) {
      s.push(pop(s) + "scale(" + xb + "," + yb + ")");
    }
  }
  return function(a, b) {
    var s = [], q = [];
    a = parse(a), b = parse(b);
    translate(a.translateX, a.translateY, b.translateX, b.translateY, s, q);
    rotate(a.rotate, b.rotate, s, q);
    skewX(a.skewX, b.skewX, s, q);
    scale(a.scaleX, a.scaleY, b.scaleX, b.scaleY, s, q);
    a = b = null;
    return function(t) {
      var i = -1, n = q.length, o;
      while (++i < n) s[(o = q[i]).i] = o.x(t);
      return s.join("");
    };
  };
}
var interpolateTransformCss = interpolateTransform(parseCss, "px, ", "px)", "deg)");
var interpolateTransformSvg = interpolateTransform(parseSvg, ", ", ")", ")");
var epsilon2 = 1e-12;
function cosh(x) {
  return ((x = Math.exp(x)) + 1 / x) / 2;
}
function sinh(x) {
  return ((x = Math.exp(x)) - 1 / x) / 2;
}
function tanh(x) {
  return ((x = Math.exp(2 * x)) - 1) / (x + 1);
}
var zoom = (function zoomRho(rho, rho2, rho4) {
  function zoom2(p0, p1) {
    var ux0 = p0[0], uy0 = p0[1], w0 = p0[2], ux1 = p1[0], uy1 = p1[1], w1 = p1[2], dx = ux1 - ux0, dy = uy1 - uy0, d2 = dx * dx + dy * dy, i, S;
    if (d2 < epsilon2) {
      S = Math.log(w1 / w0) / rho;
      i = function(t) {
        return [
          ux0 + t * dx,
          uy0 + t * dy,
          w0 * Math.exp(rho * t * S)
        ];
      };
    } else {
      var d1 = Math.sqrt(d2), b0 = (w1 * w1 - w0 * w0 + rho4 * d2) / (2 * w0 * rho2 * d1), b1 = (w1 * w1 - w0 * w0 - rho4 * d2) / (2 * w1 * rho2 * d1), r0 = Math.log(Math.sqrt(b0 * b0 + 1) - b0), r1 = Math.log(Math.sqrt(b1 * b1 + 1) - b1);
      S = (r1 - r0) / rho;
      i = function(t) {
        var s = t * S, coshr0 = cosh(r0), u = w0 / (rho2 * d1) * (coshr0 * tanh(rho * s + r0) - sinh(r0));
        return [
          ux0 + u * dx,
          uy0 + u * dy,
          w0 * coshr0 / cosh(rho * s + r0)
        ];
      };
    }
    i.duration = Math.abs(S) * 1e3 * rho / Math.SQRT2;
    return i;
  }
  zoom2.rho = function(_) {
    var _1 = Math.max(1e-3, +_), _2 = _1 * _1, _4 = _2 * _2;
    return zoomRho(_1, _2, _4);
  };
  return zoom2;
})(Math.SQRT2, 2, 4);
function hsl2(hue) {
  return function(start, end) {
    var h = hue((start = hsl(start)).h, (end = hsl(end)).h), s = nogamma(start.s, end.s), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.h = h(t);
      start.s = s(t);
      start.l = l(t);
      start.opacity = opacity(t);
      return start + "";
    };
  };
}
var hsl_default = hsl2(hue$1);
var hslLong = hsl2(nogamma);
function hcl2(hue) {
  return function(start, end) {
    var h = hue((start = hcl(start)).h, (end = hcl(end)).h), c = nogamma(start.c, end.c), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
    return function(t) {
      start.h = h(t);
      start.c = c(t);
      start.l = l(t);
      start.opacity = opacity(t);
      return start + "";
    };
  };
}
var hcl_default = hcl2(hue$1);
var hclLong = hcl2(nogamma);
function cubehelix2(hue) {
  return (function cubehelixGamma(y) {
    y = +y;
    function cubehelix3(start, end) {
      var h = hue((start = cubehelix(start)).h, (end = cubehelix(end)).h), s = nogamma(start.s, end.s), l = nogamma(start.l, end.l), opacity = nogamma(start.opacity, end.opacity);
      return function(t) {
        start.h = h(t);
        start.s = s(t);
        start.l = l(Math.pow(t, y));
        start.opacity = opacity(t);
        return start + "";
      };
    }
    cubehelix3.gamma = cubehelixGamma;
    return cubehelix3;
  })(1);
}
var cubehelix_default = cubehelix2(hue$1);
var cubehelixLong = cubehelix2(nogamma);
function formatDecimal(x) {
  return Math.abs(x = Math.round(x)) >= 1e21 ? x.toLocaleString("en").replace(/,/g, "") : x.toString(10);
}
function formatDecimalParts(x, p) {
  if (!isFinite(x) || x === 0) return null;
  var i = (x = p ? x.toExponential(p - 1) : x.toExponential()).indexOf("e"), coefficient = x.slice(0, i);
  return [
    coefficient.length > 1 ? coefficient[0] + coefficient.slice(2) : coefficient,
    +x.slice(i + 1)
  ];
}
function exponent(x) {
  return x = formatDecimalParts(Math.abs(x)), x ? x[1] : NaN;
}
function formatGroup(grouping, thousands) {
  return function(value2, width) {
    var i = value2.length, t = [], j = 0, g = grouping[0], length = 0;
    while (i > 0 && g > 0) {
      if (length + g + 1 > width) g = Math.max(1, width - length);
      t.push(value2.substring(i -= g, i + g));
      if ((length += g + 1) > width) break;
      g = grouping[j = (j + 1) % grouping.length];
    }
    return t.reverse().join(thousands);
  };
}
function formatNumerals(numerals) {
  return function(value2) {
    return value2.replace(/[0-9]/g, function(i) {
      return numerals[+i];
    });
  };
}
var re = /^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;
function formatSpecifier(specifier) {
  if (!(match2 = re.exec(specifier))) throw new Error("invalid format: " + specifier);
  var match2;
  return new FormatSpecifier({
    fill: match2[1],
    align: match2[2],
    sign: match2[3],
    symbol: match2[4],
    zero: match2[5],
    width: match2[6],
    comma: match2[7],
    precision: match2[8] && match2[8].slice(1),
    trim: match2[9],
    type: match2[10]
  });
}
formatSpecifier.prototype = FormatSpecifier.prototype;
function FormatSpecifier(specifier) {
  this.fill = specifier.fill === void 0 ? " " : specifier.fill + "";
  this.align = specifier.align === void 0 ? ">" : specifier.align + "";
  this.sign = specifier.sign === void 0 ? "-" : specifier.sign + "";
  this.symbol = specifier.symbol === void 0 ? "" : specifier.symbol + "";
  this.zero = !!specifier.zero;
  this.width = specifier.width === void 0 ? void 0 : +specifier.width;
  this.comma = !!specifier.comma;
  this.precision = specifier.precision === void 0 ? void 0 : +specifier.precision;
  this.trim = !!specifier.trim;
  this.type = specifier.type === void 0 ? "" : specifier.type + "";
}
FormatSpecifier.prototype.toString = function() {
  return this.fill + this.align + this.sign + this.symbol + (this.zero ? "0" : "") + (this.width === void 0 ? "" : Math.max(1, this.width | 0)) + (this.comma ? "," : "") + (this.precision === void 0 ? "" : "." + Math.max(0, this.precision | 0)) + (this.trim ? "~" : "") + this.type;
};
function formatTrim(s) {
  out: for (var n = s.length, i = 1, i0 = -1, i1; i < n; ++i) {
    switch (s[i]) {
      case ".":
        i0 = i1 = i;
        break;
      case "0":
        if (i0 === 0) i0 = i;
        i1 = i;
        break;
      default:
        if (!+s[i]) break out;
        if (i0 > 0) i0 = 0;
        break;
    }
  }
  return i0 > 0 ? s.slice(0, i0) + s.slice(i1 + 1) : s;
}
var prefixExponent;
function formatPrefixAuto(x, p) {
  var d = formatDecimalParts(x, p);
  if (!d) return prefixExponent = void 0, x.toPrecision(p);
  var coefficient = d[0], exponent2 = d[1], i = exponent2 - (prefixExponent = Math.max(-8, Math.min(8, Math.floor(exponent2 / 3))) * 3) + 1, n = coefficient.length;
  return i === n ? coefficient : i > n ? coefficient + new Array(i - n + 1).join("0") : i > 0 ? coefficient.slice(0, i) + "." + coefficient.slice(i) : "0." + new Array(1 - i).join("0") + formatDecimalParts(x, Math.max(0, p + i - 1))[0];
}
function formatRounded(x, p) {
  var d = formatDecimalParts(x, p);
  if (!d) return x + "";
  var coefficient = d[0], exponent2 = d[1];
  return exponent2 < 0 ? "0." + new Array(-exponent2).join("0") + coefficient : coefficient.length > exponent2 + 1 ? coefficient.slice(0, exponent2 + 1) + "." + coefficient.slice(exponent2 + 1) : coefficient + new Array(exponent2 - coefficient.length + 2).join("0");
}
var formatTypes = {
  "%": (x, p) => (x * 100).toFixed(p),
  "b": (x) => Math.round(x).toString(2),
  "c": (x) => x + "",
  "d": formatDecimal,
  "e": (x, p) => x.toExponential(p),
  "f": (x, p) => x.toFixed(p),
  "g": (x, p) => x.toPrecision(p),
  "o": (x) => Math.round(x).toString(8),
  "p": (x, p) => formatRounded(x * 100, p),
  "r": formatRounded,
  "s": formatPrefixAuto,
  "X": (x) => Math.round(x).toString(16).toUpperCase(),
  "x": (x) => Math.round(x).toString(16)
};
function identity2(x) {
  return x;
}
var map = Array.prototype.map;
var prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y"];
function formatLocale(locale2) {
  var group = locale2.grouping === void 0 || locale2.thousands === void 0 ? identity2 : formatGroup(map.call(locale2.grouping, Number), locale2.thousands + ""), currencyPrefix = locale2.currency === void 0 ? "" : locale2.currency[0] + "", currencySuffix = locale2.currency === void 0 ? "" : locale2.currency[1] + "", decimal = locale2.decimal === void 0 ? "." : locale2.decimal + "", numerals = locale2.numerals === void 0 ? identity2 : formatNumerals(map.call(locale2.numerals, String)), percent2 = locale2.percent === void 0 ? "%" : locale2.percent + "", minus = locale2.minus === void 0 ? "−" : locale2.minus + "", nan = locale2.nan === void 0 ? "NaN" : locale2.nan + "";
  function newFormat(specifier, options) {
    specifier = formatSpecifier(specifier);
    var fill = specifier.fill, align = specifier.align, sign = specifier.sign, symbol = specifier.symbol, zero3 = specifier.zero, width = specifier.width, comma = specifier.comma, precision = specifier.precision, trim = specifier.trim, type = specifier.type;
    if (type === "n") comma = true, type = "g";
    else if (!formatTypes[type]) precision === void 0 && (precision = 12), trim = true, type = "g";
    if (zero3 || fill === "0" && align === "=") zero3 = true, fill = "0", align = "=";
    var prefix = (options && options.prefix !== void 0 ? options.prefix : "") + (symbol === "$" ? currencyPrefix : symbol === "#" && /[boxX]/.test(type) ? "0" + type.toLowerCase() : ""), suffix = (symbol === "$" ? currencySuffix : /[%p]/.test(type) ? percent2 : "") + (options && options.suffix !== void 0 ? options.suffix : "");
    var formatType = formatTypes[type], maybeSuffix = /[defgprs%]/.test(type);
    precision = precision === void 0 ? 6 : /[gprs]/.test(type) ? Math.max(1, Math.min(21, precision)) : Math.max(0, Math.min(20, precision));
    function format2(value2) {
      var valuePrefix = prefix, valueSuffix = suffix, i, n, c;
      if (type === "c") {
        valueSuffix = formatType(value2) + valueSuffix;
        value2 = "";
      } else {
        value2 = +value2;
        var valueNegative = value2 < 0 || 1 / value2 < 0;
        value2 = isNaN(value2) ? nan : formatType(Math.abs(value2), precision);
        if (trim) value2 = formatTrim(value2);
        if (valueNegative && +value2 === 0 && sign !== "+") valueNegative = false;
        valuePrefix = (valueNegative ? sign === "(" ? sign : minus : sign === "-" || sign === "(" ? "" : sign) + valuePrefix;
        valueSuffix = (type === "s" && !isNaN(value2) && prefixExponent !== void 0 ? prefixes[8 + prefixExponent / 3] : "") + valueSuffix + (valueNegative && sign === "(" ? ")" : "");
        if (maybeSuffix) {
          i = -1, n = value2.length;
          while (++i < n) {
            if (c = value2.charCodeAt(i), 48 > c || c > 57) {
              valueSuffix = (c === 46 ? decimal + value2.slice(i + 1) : value2.slice(i)) + valueSuffix;
              value2 = value2.slice(0, i);
              break;
            }
          }
        }
      }
      if (comma && !zero3) value2 = group(value2, Infinity);
      var length = valuePrefix.length + value2.length + valueSuffix.length, padding = length < width ? new Array(width - length + 1).join(fill) : "";
      if (comma && zero3) value2 = group(padding + value2, padding.length ? width - valueSuffix.length : Infinity), padding = "";
      switch (align) {
        case "<":
          value2 = valuePrefix + value2 + valueSuffix + padding;
          break;
        case "=":
          value2 = valuePrefix + padding + value2 + valueSuffix;
          break;
        case "^":
          value2 = padding.slice(0, length = padding.length >> 1) + valuePrefix + value2 + valueSuffix + padding.slice(length);
          break;
        default:
          value2 = padding + valuePrefix + value2 + valueSuffix;
          break;
      }
      return numerals(value2);
    }
    format2.toString = function() {
      return specifier + "";
    };
    return format2;
  }
  function formatPrefix2(specifier, value2) {
    var e = Math.max(-8, Math.min(8, Math.floor(exponent(value2) / 3))) * 3, k = Math.pow(10, -e), f = newFormat((specifier = formatSpecifier(specifier), specifier.type = "f", specifier), { suffix: prefixes[8 + e / 3] });
    return function(value3) {
      return f(k * value3);
    };
  }
  return {
    format: newFormat,
    formatPrefix: formatPrefix2
  };
}
var locale;
var format;
var formatPrefix;
defaultLocale({
  thousands: ",",
  grouping: [3],
  currency: ["$", ""]
});
function defaultLocale(definition) {
  locale = formatLocale(definition);
  format = locale.format;
  formatPrefix = locale.formatPrefix;
  return locale;
}
function initRange(domain, range2) {
  switch (arguments.length) {
    case 0:
      break;
    case 1:
      this.range(domain);
      break;
    default:
      this.range(range2).domain(domain);
      break;
  }
  return this;
}
function constants(x) {
  return function() {
    return x;
  };
}
function number$1(x) {
  return +x;
}
var unit = [0, 1];
function identity$1(x) {
  return x;
}
function normalize(a, b) {
  return (b -= a = +a) ? function(x) {
    return (x - a) / b;
  } : constants(isNaN(b) ? NaN : 0.5);
}
function clamper(a, b) {
  var t;
  if (a > b) t = a, a = b, b = t;
  return function(x) {
    return Math.max(a, Math.min(b, x));
  };
}
function bimap(domain, range2, interpolate) {
  var d0 = domain[0], d1 = domain[1], r0 = range2[0], r1 = range2[1];
  if (d1 < d0) d0 = normalize(d1, d0), r0 = interpolate(r1, r0);
  else d0 = normalize(d0, d1), r0 = interpolate(r0, r1);
  return function(x) {
    return r0(d0(x));
  };
}
function polymap(domain, range2, interpolate) {
  var j = Math.min(domain.length, range2.length) - 1, d = new Array(j), r = new Array(j), i = -1;
  if (domain[j] < domain[0]) {
    domain = domain.slice().reverse();
    range2 = range2.slice().reverse();
  }
  while (++i < j) {
    d[i] = normalize(domain[i], domain[i + 1]);
    r[i] = interpolate(range2[i], range2[i + 1]);
  }
  return function(x) {
    var i2 = bisect_default(domain, x, 1, j) - 1;
    return r[i2](d[i2](x));
  };
}
function copy$1(source, target) {
  return target.domain(source.domain()).range(source.range()).interpolate(source.interpolate()).clamp(source.clamp()).unknown(source.unknown());
}
function transformer$2() {
  var domain = unit, range2 = unit, interpolate$1 = value, transform, untransform, unknown, clamp2 = identity$1, piecewise2, output, input;
  function rescale() {
    var n = Math.min(domain.length, range2.length);
    if (clamp2 !== identity$1) clamp2 = clamper(domain[0], domain[n - 1]);
    piecewise2 = n > 2 ? polymap : bimap;
    output = input = null;
    return scale;
  }
  function scale(x) {
    return x == null || isNaN(x = +x) ? unknown : (output || (output = piecewise2(domain.map(transform), range2, interpolate$1)))(transform(clamp2(x)));
  }
  scale.invert = function(y) {
    return clamp2(untransform((input || (input = piecewise2(range2, domain.map(transform), number22)))(y)));
  };
  scale.domain = function(_) {
    return arguments.length ? (domain = Array.from(_, number$1), rescale()) : domain.slice();
  };
  scale.range = function(_) {
    return arguments.length ? (range2 = Array.from(_), rescale()) : range2.slice();
  };
  scale.rangeRound = function(_) {
    return range2 = Array.from(_), interpolate$1 = round, rescale();
  };
  scale.clamp = function(_) {
    return arguments.length ? (clamp2 = _ ? true : identity$1, rescale()) : clamp2 !== identity$1;
  };
  scale.interpolate = function(_) {
    return arguments.length ? (interpolate$1 = _, rescale()) : interpolate$1;
  };
  scale.unknown = function(_) {
    return arguments.length ? (unknown = _, scale) : unknown;
  };
  return function(t, u) {
    transform = t, untransform = u;
    return rescale();
  };
}
function nice(domain, interval2) {
  domain = domain.slice();
  var i0 = 0, i1 = domain.length - 1, x0 = domain[i0], x1 = domain[i1], t;
  if (x1 < x0) {
    t = i0, i0 = i1, i1 = t;
    t = x0, x0 = x1, x1 = t;
  }
  domain[i0] = interval2.floor(x0);
  domain[i1] = interval2.ceil(x1);
  return domain;
}
function transformLog(x) {
  return Math.log(x);
}
function transformExp(x) {
  return Math.exp(x);
}
function transformLogn(x) {
  return -Math.log(-x);
}
function transformExpn(x) {
  return -Math.exp(-x);
}
function pow10(x) {
  return isFinite(x) ? +("1e" + x) : x < 0 ? 0 : x;
}
function powp(base) {
  return base === 10 ? pow10 : base === Math.E ? Math.exp : (x) => Math.pow(base, x);
}
function logp(base) {
  return base === Math.E ? Math.log : base === 10 && Math.log10 || base === 2 && Math.log2 || (base = Math.log(base), (x) => Math.log(x) / base);
}
function reflect(f) {
  return (x, k) => -f(-x, k);
}
function loggish(transform) {
  const scale = transform(transformLog, transformExp);
  const domain = scale.domain;
  let base = 10;
  let logs;
  let pows;
  function rescale() {
    logs = logp(base), pows = powp(base);
    if (domain()[0] < 0) {
      logs = reflect(logs), pows = reflect(pows);
      transform(transformLogn, transformExpn);
    } else {
      transform(transformLog, transformExp);
    }
    return scale;
  }
  scale.base = function(_) {
    return arguments.length ? (base = +_, rescale()) : base;
  };
  scale.domain = function(_) {
    return arguments.length ? (domain(_), rescale()) : domain();
  };
  scale.ticks = (count) => {
    const d = domain();
    let u = d[0];
    let v = d[d.length - 1];
    const r = v < u;
    if (r) [u, v] = [v, u];
    let i = logs(u);
    let j = logs(v);
    let k;
    let t;
    const n = count == null ? 10 : +count;
    let z = [];
    if (!(base % 1) && j - i < n) {
      i = Math.floor(i), j = Math.ceil(j);
      if (u > 0) for (; i <= j; ++i) {
        for (k = 1; k < base; ++k) {
          t = i < 0 ? k / pows(-i) : k * pows(i);
          if (t < u) continue;
          if (t > v) break;
          z.push(t);
        }
      }
      else for (; i <= j; ++i) {
        for (k = base - 1; k >= 1; --k) {
          t = i > 0 ? k / pows(-i) : k * pows(i);
          if (t < u) continue;
          if (t > v) break;
          z.push(t);
        }
      }
      if (z.length * 2 < n) z = ticks(u, v, n);
    } else {
      z = ticks(i, j, Math.min(j - i, n)).map(pows);
    }
    return r ? z.reverse() : z;
  };
  scale.tickFormat = (count, specifier) => {
    if (count == null) count = 10;
    if (specifier == null) specifier = base === 10 ? "s" : ",";
    if (typeof specifier !== "function") {
      if (!(base % 1) && (specifier = formatSpecifier(specifier)).precision == null) specifier.trim = true;
      specifier = format(specifier);
    }
    if (count === Infinity) return specifier;
    const k = Math.max(1, base * count / scale.ticks().length);
    return (d) => {
      let i = d / pows(Math.round(logs(d)));
      if (i * base < base - 0.5) i *= base;
      return i <= k ? specifier(d) : "";
    };
  };
  scale.nice = () => {
    return domain(nice(domain(), {
      floor: (x) => pows(Math.floor(logs(x))),
      ceil: (x) => pows(Math.ceil(logs(x)))
    }));
  };
  return scale;
}
function log() {
  const scale = loggish(transformer$2()).domain([1, 10]);
  scale.copy = () => copy$1(scale, log()).base(scale.base());
  initRange.apply(scale, arguments);
  return scale;
}

// chart/frame.js
function frameOf(width, options) {
  const narrow = width < 520, height = options.height(width), larger = Math.max(1, options.font / 15);
  const left = larger * (narrow ? 54 : 64), right = larger * (narrow ? options.direct ? 22 : 12 : options.direct ? 184 : 20), gap = 48, bottom = larger * 48, head = larger * 30;
  const inner = height - head - bottom;
  const split = options.drop ? Math.round((inner - gap) * 0.68) : inner;
  const top = [head, head + split];
  return {
    size: { width, height },
    box: { left, right: width - right, top, low: options.drop ? [head + split + gap, height - bottom] : top }
  };
}
function scalesOf(view, box) {
  const x = log().base(2).domain(view.x.map((v) => 2 ** v)).range([box.left, box.right]);
  const y = log().domain(view.y.map((v) => 10 ** v)).range([box.top[1], box.top[0]]);
  const d = log().domain(view.d.map((v) => 10 ** v)).range([box.low[1], box.low[0]]);
  return { x, y, d, batch: (value2) => x.invert(value2), lr: (value2) => y.invert(value2) };
}
function inside(view, p) {
  const bx = Math.log2(p.batch), ly = Math.log10(p.lr);
  return bx >= view.x[0] && bx <= view.x[1] && ly >= view.y[0] && ly <= view.y[1];
}

// chart/ticks.js
function batchTicks(range, most) {
  const span = range[1] - range[0];
  let every = 1;
  while (span / every > most) every *= 2;
  const scale = log().base(2).domain(range.map((end) => 2 ** end));
  const values2 = scale.ticks(span + 2).filter((value2) => Math.log2(value2) % every === 0);
  return values2.map((value2) => ({ value: value2, text: batchText(Math.log2(value2)), major: true }));
}
var batchText = (exponent2) => exponent2 >= 0 && exponent2 <= 13 ? String(2 ** exponent2) : `2${superscript(exponent2)}`;
function decimalTicks(range, most) {
  const decades = range[1] - range[0], ends = range.map((end) => 10 ** end);
  if (decades < 0.6)
    return ticks(ends[0], ends[1], Math.max(2, most / 2)).map((value2) => ({ value: value2, text: plain(value2), major: true }));
  const steps = stepsFor(most / decades), scale = log().domain(ends);
  const count = steps.length > 1 ? 1e3 : Math.max(1, Math.min(most, Math.ceil(decades)));
  const parts = scale.ticks(count).map(parted).filter(({ digit, left }) => left < 1e-9 && steps.includes(digit));
  return parts.map(({ value: value2, digit, power }) => ({ value: value2, text: decimalText(digit, power), major: digit === 1 }));
}
function stepsFor(room2) {
  if (room2 >= 5) return [1, 2, 3, 5];
  if (room2 >= 3.2) return [1, 2, 5];
  return room2 >= 2 ? [1, 3] : [1];
}
var plain = (value2) => value2.toLocaleString("en-US", { maximumSignificantDigits: 6 });
function parted(value2) {
  const power = Math.floor(Math.log10(value2) + 1e-9), digit = Math.round(value2 / 10 ** power);
  return { value: value2, digit, power, left: Math.abs(value2 / 10 ** power - digit) };
}
function decimalText(digit, power) {
  if (power >= -4 && power <= 4)
    return Number(`${digit}e${power}`).toLocaleString("en-US", { maximumFractionDigits: 4 });
  return digit === 1 ? `10${superscript(power)}` : `${digit}·10${superscript(power)}`;
}

// chart/marks.js
function pathOf(points, value2, place2) {
  let d = "", drawing = false;
  for (const point of points) {
    const v = value2(point);
    if (v === null || !(v > 0)) {
      drawing = false;
      continue;
    }
    d += `${drawing ? "L" : "M"}${round1(point.x)} ${round1(clamp(place2(v), -2e3, 4e3))}`;
    drawing = true;
  }
  return d;
}
function sample({ scene: { view }, box }, curve, count) {
  const [x0, x1] = [Math.max(view.x[0], Math.min(0, view.x[1])), view.x[1]];
  const left = box.left + (x0 - view.x[0]) / (x1 - view.x[0]) * (box.right - box.left);
  return Array.from({ length: count }, (_, i) => {
    const batch = 2 ** (x0 + (x1 - x0) * i / (count - 1));
    const [lr, drop] = curve(batch);
    return { batch, x: left + (box.right - left) * i / (count - 1), lr, drop };
  });
}
function path({ paths }, key2, layer, attributes) {
  let element = paths.get(key2);
  if (!element) paths.set(key2, element = svg("path", {}, layer));
  attr(element, attributes);
}
function drawLaws(c) {
  const { scene, scales, layers, options } = c, used = /* @__PURE__ */ new Set();
  const both = (key2, points, [upper, lower], look) => {
    path(c, key2, layers[upper], { ...look, d: pathOf(points, (p) => p.lr, scales.y) });
    used.add(key2);
    if (!options.drop) return;
    path(c, `${key2}/low`, layers[lower], { ...look, d: pathOf(points, (p) => p.drop, scales.d) });
    used.add(`${key2}/low`);
  };
  c.samples = {};
  for (const key2 of scene.order) {
    const curve = scene.curves[key2];
    if (!curve) continue;
    const points = c.samples[key2] = sample(c, curve, key2 === "correlated" ? scene.correlatedPoints : 300);
    both(key2, points, ["laws", "lowLaws"], {
      class: `law law-${key2}`,
      "data-law": key2,
      ...strokeOf(scene.styles[key2])
    });
  }
  scene.ghosts.forEach((curve, i) => {
    const look = { class: "ghost", "stroke-dasharray": ["1 0", "7 4", "2 4"][i % 3] };
    both(`ghost${i}`, sample(c, curve, 150), ["ghosts", "lowLaws"], look);
  });
  for (const [key2, element] of c.paths)
    if (!used.has(key2)) {
      element.remove();
      c.paths.delete(key2);
    }
}
function drawGrid(c) {
  const {
    scene: { view },
    box,
    scales,
    options,
    layers: { grid },
    say
  } = c;
  grid.replaceChildren();
  const wide = box.right - box.left, plots = options.drop ? [box.top, box.low] : [box.top];
  for (const { value: value2, text } of batchTicks(view.x, wide / (4.6 * options.font))) {
    const x = scales.x(value2);
    for (const [y0, y1] of plots) svg("line", { class: "grid", x1: x, x2: x, y1: y0, y2: y1 }, grid);
    svg("text", { x, y: box.low[1] + options.font + 5, "text-anchor": "middle" }, grid, text);
  }
  horizontal(c, view.y, scales.y, box.top);
  if (options.drop) horizontal(c, view.d, scales.d, box.low);
  svg("text", { class: "title", x: box.left, y: box.top[0] - 11 }, grid, say("chart-rate"));
  if (options.drop) svg("text", { class: "title", x: box.left, y: box.low[0] - 11 }, grid, say("chart-drop"));
  const middle = { x: (box.left + box.right) / 2, y: box.low[1] + 2.7 * options.font, "text-anchor": "middle" };
  svg("text", { class: "title", ...middle }, grid, say("chart-batch"));
}
function horizontal({ box, options, layers: { grid } }, range, place2, [y0, y1]) {
  for (const { value: value2, text, major } of decimalTicks(range, (y1 - y0) / (2.3 * options.font))) {
    const y = place2(value2);
    svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y, y2: y, opacity: major ? 1 : 0.55 }, grid);
    svg("text", { x: box.left - 8, y: y + options.font / 3, "text-anchor": "end" }, grid, text);
  }
  svg("rect", { class: "frame", x: box.left, y: y0, width: box.right - box.left, height: y1 - y0 }, grid);
}
function drawShade({ scene, box, scales, layers: { shades, grid }, say }) {
  shades.replaceChildren();
  if (!scene.failing || !scene.order.includes("surge") || !scene.curves.surge) return;
  const stripes = 32, width = (box.right - box.left) / stripes, height = box.top[1] - box.top[0];
  let half = null;
  for (let i = 0; i < stripes; i += 1) {
    const x2 = box.left + i * width, share = scene.failing(scales.batch(x2 + width / 2));
    if (share > 0.5) half ??= x2;
    const look = { class: "shade", x: round1(x2), y: box.top[0], width: width + 0.3, height };
    if (share > 0.01) svg("rect", { ...look, opacity: (0.13 * share).toFixed(3) }, shades);
  }
  if (half === null) return;
  const right = half > box.right - 250, x = right ? box.right : half;
  svg(
    "text",
    { class: "shade-label", x, y: box.top[1] + 19, "text-anchor": right ? "end" : "start" },
    grid,
    say("chart-shaded")
  );
}
function drawMeasured({ scene, scales, layers: { measured } }) {
  measured.replaceChildren();
  for (const point of scene.measured) {
    const x = round1(scales.x(point.batch)), y = round1(scales.y(point.lr));
    if (point.low && point.high)
      svg("line", { x1: x, x2: x, y1: round1(scales.y(point.low)), y2: round1(scales.y(point.high)) }, measured);
    if (point.edge) {
      const up = point.edge === "high" ? -1 : 1;
      svg("path", { d: `M${x - 6} ${y - up * 5}h12L${x} ${y + up * 7}z` }, measured);
    } else svg("circle", { cx: x, cy: y, r: 4.5 }, measured);
  }
}
function drawTrail({ scene, scales, layers: { trail }, say, box }) {
  trail.replaceChildren();
  const shown = scene.trail.filter((peak) => peak !== null);
  const at = shown.map((p) => [round1(scales.x(p.batch)), round1(scales.y(p.lr))]);
  if (at.length > 1) {
    svg("path", { class: "trail", d: at.map(([x2, y2], i) => `${i ? "L" : "M"}${x2} ${y2}`).join("") }, trail);
    for (const [cx, cy] of at) svg("circle", { class: "trail-dot", cx, cy, r: 2.4 }, trail);
    const [x, y] = at[at.length - 1];
    svg("text", { class: "trail-label", x: clamp(x, box.left, box.right - 90), y: y + 20 }, trail, say("chart-trail"));
  }
  for (const p of scene.logged) {
    const place2 = Math.round(p.part * (scene.trail.length - 1));
    const beside = scene.trail.slice(0, place2 + 1).reverse().find(Boolean) ?? shown[0];
    if (!beside) continue;
    svg(
      "path",
      { class: "logged", d: `M${round1(scales.x(p.batch))} ${round1(scales.y(beside.lr))}m0 -6l5.5 10h-11z` },
      trail
    );
  }
}
function drawMinorPeaks({ scene: { reading, view }, scales, layers: { minor } }) {
  const tallest = highest(visible(reading.peaks));
  minor.replaceChildren();
  for (const other of reading.peaks) {
    if (other === tallest || Math.abs(other.prominence) < VISIBLE || !inside(view, other)) continue;
    svg("circle", { class: "minor-peak", cx: scales.x(other.batch), cy: scales.y(other.lr), r: 5 }, minor);
  }
}
function drawNames(c) {
  const { scene, samples, box, options, size } = c;
  c.layers.names.replaceChildren();
  const drawn = scene.order.filter((key2) => samples[key2]);
  if (size.width - box.right < 100) {
    drawn.forEach(
      (key2, i) => nameBefore(c, key2, box.right - 10, box.top[1] - 12 - 1.5 * options.font * (drawn.length - 1 - i))
    );
    return;
  }
  let lowest = -Infinity;
  for (const { key: key2, x, y } of drawn.map((key3) => ({ key: key3, ...endOf(c, samples[key3]) })).sort((a, b) => a.y - b.y)) {
    if (x < box.right - 4) {
      if (y < box.top[0] + 20)
        nameBefore(c, key2, x - 26, y + 26);
      else {
        nameAt(c, key2, x - 22, y + options.font / 3).nextElementSibling?.remove();
      }
      continue;
    }
    lowest = Math.max(y + options.font / 3, lowest + 1.4 * options.font);
    nameAt(c, key2, box.right + 8, lowest);
  }
}
function endOf({ scales, box }, points) {
  const seen = points.filter((p) => p.lr > 0 && scales.y(p.lr) >= box.top[0] - 1 && scales.y(p.lr) <= box.top[1]);
  const last = seen.at(-1);
  return last ? { x: last.x, y: scales.y(last.lr) } : { x: box.left, y: box.top[0] };
}
function nameBefore(c, key2, x, y) {
  const text = nameAt(c, key2, 0, y);
  const start = x - text.getComputedTextLength() - 34;
  text.setAttribute("x", String(start + 34));
  attr(
    /** @type {Element} */
    text.nextElementSibling,
    { x1: start, x2: start + 26 }
  );
}
function nameAt({ scene, options, layers: { names } }, key2, x, y) {
  const style = scene.styles[key2], line = y - options.font / 3;
  const text = svg("text", { class: "name", x: x + 34, y }, names, style.label);
  svg("line", { x1: x, x2: x + 26, y1: line, y2: line, ...strokeOf(style) }, names);
  return (
    /** @type {SVGTextElement} */
    text
  );
}

// chart/style.js
var chartCss = (font) => `
  text { font: ${font}px var(--font); fill: var(--muted); }
  .title { fill: var(--ink); }
  .heading { font-size: 17px; font-weight: 600; }
  .grid { stroke: var(--grid); stroke-width: 1; fill: none; }
  .frame { stroke: var(--line); fill: none; }
  .law { fill: none; stroke-linejoin: round; }
  .ghost { fill: none; stroke: var(--muted); stroke-width: 1.6; opacity: .75; }
  .shade { fill: var(--muted); }
  .trail { fill: none; stroke: var(--ink); stroke-width: 1.2; opacity: .75; }
  .trail-dot { fill: var(--ink); stroke: none; }
  .trail-label { stroke: var(--paper); stroke-width: 4; paint-order: stroke; opacity: 1; }
  .logged { stroke: var(--ink); stroke-width: 1.4; fill: var(--paper); }
  .measured circle, .measured path { fill: #ffffff; stroke: #1d2127; stroke-width: 2.2; }
  .measured line { stroke: var(--muted); stroke-width: 2; }
  .target { fill: transparent; cursor: grab; }
  .handle { fill: var(--paper); stroke: var(--primary); stroke-width: 3; cursor: grab; }
  .peak .dot, .bead .dot { fill: var(--primary); stroke: var(--paper); stroke-width: 2.5; cursor: grab; }
  .peak .halo, .bead .halo { fill: var(--primary); opacity: .18; cursor: grab; }
  .peak-label, .name { font-weight: 600; fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 5; }
  .name { stroke-linejoin: round; }
  .bracket path { fill: none; stroke: var(--ink); stroke-width: 1.6; }
  .bracket .bracket-guide { stroke-dasharray: 2 4; opacity: .6; }
  .minor-peak { fill: var(--paper); stroke: var(--primary); stroke-width: 2.5; }
  .cross { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; }
`;

// lesson/axes.js
function scaleOf({ low, high, log: log2 }, start, end) {
  const of = log2 ? Math.log : (value2) => value2;
  const [a, b] = [of(low), of(high)];
  return {
    place: (value2) => start + (of(value2) - a) / (b - a) * (end - start),
    value: (place2) => {
      const at = a + (place2 - start) / (end - start) * (b - a);
      return log2 ? Math.exp(at) : at;
    }
  };
}
function drawAxes(grid, { x, y }, { left, right, top, bottom }, scales, font) {
  grid.replaceChildren();
  const every = Math.ceil(x.ticks.length * 4 * font / (right - left));
  x.ticks.forEach(([value2, text], i) => {
    const at = scales.x.place(value2);
    svg("line", { class: "grid", x1: at, x2: at, y1: top, y2: bottom }, grid);
    if (i % every === 0) svg("text", { x: at, y: bottom + font + 5, "text-anchor": "middle" }, grid, text);
  });
  for (const [value2, text] of y.ticks) {
    const at = scales.y.place(value2);
    svg("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }, grid);
    svg("text", { x: left - 8, y: at + font / 3, "text-anchor": "end" }, grid, text);
  }
  svg("rect", { class: "frame", x: left, y: top, width: right - left, height: bottom - top }, grid);
  svg("text", { class: "title", x: left, y: top - 11 }, grid, y.title);
  const middle = { x: (left + right) / 2, y: bottom + 2.7 * font, "text-anchor": "middle" };
  svg("text", { class: "title", ...middle }, grid, x.title);
}

// lesson/plot.js
var FONT = 15;
function createPlot(host, figure, { say, styles, height }) {
  const alt = say("lesson-figure", { title: figure.y.title, over: figure.x.title });
  const root = (
    /** @type {SVGSVGElement} */
    svg("svg", { class: "chart", role: "group", "aria-label": alt }, host)
  );
  svg("style", {}, root, chartCss(FONT));
  svg("rect", { class: "back", fill: "transparent" }, root);
  const [grid, lines, names, marks] = ["grid-lines", "curves", "names", "measured"].map(
    (name) => svg("g", { class: name }, root)
  );
  let box = { left: 0, right: 1, top: 0, bottom: 1 };
  let x = scaleOf(figure.x, 0, 1), y = scaleOf(figure.y, 1, 0);
  const draw = (shown) => {
    const width = Math.max(280, host.clientWidth), tall = height(width), narrow = width < 520;
    box = { left: narrow ? 54 : 64, right: width - (narrow ? 22 : 176), top: 30, bottom: tall - 48 };
    attr(root, { width, height: tall, viewBox: `0 0 ${width} ${tall}` });
    const area = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
    attr(
      /** @type {Element} */
      root.querySelector(".back"),
      area
    );
    x = scaleOf(figure.x, box.left, box.right);
    y = scaleOf(figure.y, box.bottom, box.top);
    drawAxes(grid, figure, box, { x, y }, FONT);
    const drawn = shown ? figure.after : figure.before;
    lines.replaceChildren(...drawn.map((line) => lineOf(line, styles[line.style], x, y)));
    drawNames2(names, drawn, styles, { x, y, box, narrow });
    marks.replaceChildren(
      ...figure.marks.filter((mark) => shown || !mark.hidden).flatMap((mark) => markOf(mark.x, mark.y, mark.error, x, y, figure.y))
    );
  };
  const coins = (of) => {
    const dots = of.shares().map(({ batch, share, low, high }) => {
      const at = x.place(batch), label = say("lesson-coin-alt", { batch, share: percent(share), flips: of.flips });
      const dot = svg("g", {
        class: "coin",
        role: "img",
        "aria-label": label,
        "data-batch": batch,
        "data-share": share
      });
      const ends = [low, high].map((end) => round1(y.place(Math.max(end, figure.y.low))));
      svg("line", { x1: at, x2: at, y1: ends[0], y2: ends[1] }, dot);
      svg("circle", { cx: at, cy: round1(y.place(Math.max(share, figure.y.low))), r: 6 }, dot);
      return dot;
    });
    marks.replaceChildren(...dots);
  };
  return {
    root,
    draw,
    coins,
    box: () => box,
    toPx: (a, b) => [x.place(a), y.place(b)],
    fromPx: (a, b) => [x.value(a), y.value(b)],
    destroy: () => root.remove()
  };
}
function lineOf({ style: key2, points }, style, x, y) {
  const placed = points.map(([a, b]) => ({ batch: a, x: x.place(a), lr: b + 1, drop: null }));
  const d = pathOf(
    placed,
    (p) => p.lr,
    (value2) => y.place(value2 - 1)
  );
  return svg("path", { class: `law law-${key2}`, "data-line": key2, ...strokeOf(style), d });
}
function markOf(a, b, error, x, y, axis) {
  if (b > axis.high) return [];
  const at = round1(x.place(a));
  const bar = svg("line", { x1: at, x2: at, y1: round1(y.place(b - error)), y2: round1(y.place(b + error)) });
  return [bar, svg("circle", { cx: at, cy: round1(y.place(b)), r: 5 })];
}
function drawNames2(names, drawn, styles, { x, y, box, narrow }) {
  names.replaceChildren();
  let lowest = -Infinity;
  const ends = drawn.map((line) => ({ line, end: line.points[line.points.length - 1] }));
  ends.sort((a, b) => b.end[1] - a.end[1]);
  ends.forEach(({ line, end: [a, b] }, i) => {
    const height = Math.max(y.place(b) + FONT / 3, lowest + 1.4 * FONT);
    lowest = height;
    const beside = narrow ? box.left + 8 : Math.min(x.place(a), box.right) + 8, level = narrow ? box.top + 1.5 * FONT * (i + 1) : height;
    if (!narrow && x.place(a) < box.right - 4) {
      svg("text", { class: "name", x: beside + 4, y: level }, names, line.label);
      return;
    }
    const sample2 = { x1: beside, x2: beside + 18, y1: level - FONT / 3, y2: level - FONT / 3 };
    svg("line", { ...strokeOf(styles[line.style]), ...sample2, "stroke-width": 3 }, names);
    svg("text", { class: "name", x: beside + 24, y: level }, names, line.label);
  });
}

// chart/readout.js
function drawCross(c) {
  const {
    scene,
    scales,
    box,
    readout,
    layers: { cross }
  } = c;
  cross.replaceChildren();
  readout.hidden = c.crossAt === null;
  if (c.crossAt === null) return;
  c.crossAt = clamp(c.crossAt, 2 ** Math.max(scene.view.x[0], 0), 2 ** scene.view.x[1]);
  const x = scales.x(c.crossAt);
  svg("line", { class: "cross", x1: x, x2: x, y1: box.top[0], y2: box.low[1] }, cross);
  readout.replaceChildren(
    ...rowsAt(c, c.crossAt).map(([style, text]) => {
      const row = document.createElement("div");
      if (style) row.append(lineSample(style));
      row.append(text);
      return row;
    })
  );
  place(c, x);
}
function rowsAt({ scene, say }, batch) {
  const rows = [[null, say("chart-read-batch", { batch: examples(batch) })]];
  for (const key2 of scene.order) {
    const values2 = scene.curves[key2]?.(batch);
    if (!values2) continue;
    const [lr, drop] = values2, { label } = scene.styles[key2];
    const rate = lr > 0 ? number(lr) : say("chart-read-none");
    rows.push([
      scene.styles[key2],
      say(drop === null ? "chart-read" : "chart-read-drop", { label, rate, drop: number(drop) })
    ]);
  }
  const near = scene.measured.find((p) => Math.abs(Math.log2(p.batch / batch)) < 0.12);
  if (near?.low)
    rows.push([
      null,
      say("chart-read-measured", { rate: number(near.lr), low: number(near.low), high: number(near.high) })
    ]);
  else if (near) rows.push([null, say("chart-read-measured-alone", { rate: number(near.lr) })]);
  return rows;
}
function place({ readout, box, size, scene, scales, pointer }, x) {
  const width = readout.offsetWidth || 260, height = readout.offsetHeight || 120;
  const top = highest(visible(scene.reading.peaks));
  const spots = [[x, pointer?.[1] ?? box.top[1]]];
  if (top) for (const dx of [-90, 0, 90]) spots.push([scales.x(top.batch) + dx, scales.y(top.lr) - 20]);
  for (const p of scene.measured) spots.push([scales.x(p.batch), scales.y(p.lr)]);
  const corners = [box.left + 8, box.right - width - 8].flatMap(
    (left2) => [box.top[0] + 8, box.top[1] - height - 8, box.low[1] - height - 8].map((up2) => [left2, up2])
  );
  const covered = corners.map(
    ([left2, up2]) => spots.reduce(
      (sum, [sx, sy], i) => sum + Number(sx > left2 - 14 && sx < left2 + width + 14 && sy > up2 - 14 && sy < up2 + height + 14) * (i < 4 ? 20 : 1),
      0
    )
  );
  const [left, up] = corners[covered.indexOf(Math.min(...covered))];
  readout.style.left = `${clamp(left, 0, Math.max(0, size.width - width))}px`;
  readout.style.top = `${Math.max(up, 0)}px`;
}

// law/curves.js
var exact = (correlated) => ({ model }) => (batch) => {
  const [signal, along] = moments(model, batch, correlated);
  return [signal / along, 0.5 * signal * signal / along];
};
var rule = (exponent2) => ({ small }) => (batch) => [small.start * batch ** exponent2, null];
var CURVES = {
  exact: exact(false),
  correlated: (parts) => parts.p.correlation > 0 ? exact(true)(parts) : null,
  surge: ({ small: { lrMax, noiseScale, dropMax } }) => {
    if (lrMax === null || noiseScale === null || dropMax === null) return null;
    return (batch) => [
      2 * lrMax / (Math.sqrt(noiseScale / batch) + Math.sqrt(batch / noiseScale)),
      dropMax / (1 + noiseScale / batch)
    ];
  },
  plateau: ({ p, plateau }) => () => [plateau, 0.5 * plateau * p.lr_scale],
  sgd: ({ p, plateau, sgd }) => (batch) => [plateau / (1 + sgd / batch), 0.5 * plateau * p.lr_scale / (1 + sgd / batch)],
  saturating_half: ({ plateau, sgd }) => (batch) => [plateau / Math.sqrt(1 + sgd / batch), null],
  linear: rule(1),
  square_root: rule(0.5)
};
function lawCurves(p, nodes = NODES) {
  const model = compile(p, nodes);
  const parts = { p, model, small: smallBatchLaw(model), plateau: plateauLr(model), sgd: sgdNoiseScale(model) };
  const made = Object.entries(CURVES).map(([key2, make]) => [key2, make(parts)]);
  return { ...parts, curves: Object.fromEntries(made.filter(([, curve]) => curve !== null)) };
}

// chart/view.js
var SMALLEST = -0.3;
function shifted(view, box, dx, dy) {
  const px = (view.x[1] - view.x[0]) / (box.right - box.left), py = (view.y[1] - view.y[0]) / (box.top[1] - box.top[0]);
  const left = Math.max(-dx * px, Math.min(SMALLEST - view.x[0], 0));
  return { x: view.x.map((v) => v + left), y: view.y.map((v) => v + dy * py), d: view.d.map((v) => v + dy * py) };
}
function zoomed(view, factor, batch, lr) {
  const around = (range, centre) => range.map((v) => centre + (v - centre) * factor);
  const [low, high] = around(view.x, Math.log2(batch));
  if (high - low < 1 || high - low > 60) return view;
  const middle = (view.d[0] + view.d[1]) / 2;
  return {
    x: [Math.max(low, Math.min(SMALLEST, view.x[0])), high],
    y: around(view.y, Math.log10(lr)),
    d: around(view.d, middle)
  };
}

// chart/gestures.js
function listen2(c, events) {
  const hand = { c, events, pointers: /* @__PURE__ */ new Map(), mode: null };
  const { root } = c;
  root.addEventListener("pointerdown", (event) => press(hand, event));
  root.addEventListener("pointermove", (event) => move(hand, event));
  for (
    const name of
    /** @type {const} */
    ["pointerup", "pointercancel"]
  )
    root.addEventListener(name, (event) => release(hand, event));
  root.addEventListener("pointerleave", () => {
    if (!hand.mode) hide(c);
  });
  root.addEventListener("dblclick", (event) => {
    event.preventDefault();
    events.resetView();
  });
  root.addEventListener("wheel", (event) => wheel(hand, event), { passive: false });
  root.addEventListener("keydown", (event) => key(hand, event));
  root.addEventListener("blur", () => hide(c));
}
function hide(c) {
  c.crossAt = null;
  if (c.scene) drawCross(c);
}
function local({ root }, event) {
  const rect = root.getBoundingClientRect();
  return [event.clientX - rect.left, event.clientY - rect.top];
}
function spread(pointers) {
  const [[x0, y0], [x1, y1]] = [...pointers.values()];
  return { distance: Math.max(20, Math.hypot(x1 - x0, y1 - y0)), x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
}
function press(hand, event) {
  if (event.button > 0) return;
  const { c, events, pointers } = hand, at = local(c, event);
  const handle2 = (
    /** @type {SVGElement | null} */
    /** @type {Element} */
    event.target.closest("[data-handle]")
  );
  c.root.classList.add("by-pointer");
  pointers.set(event.pointerId, at);
  c.root.setPointerCapture(event.pointerId);
  if (pointers.size === 2) hand.mode = { kind: "pinch", view: c.scene.view, start: spread(pointers) };
  else if (handle2) hand.mode = { kind: String(handle2.dataset.handle), grab: events.grab() };
  else hand.mode = { kind: "pan", view: c.scene.view, from: at, moved: false };
  c.crossAt = null;
  event.preventDefault();
  (handle2 ?? c.root).focus({ preventScroll: true });
}
function move(hand, event) {
  const { c, events, pointers, mode } = hand, { box, scales } = c, [x, y] = local(c, event);
  if (!mode) {
    hover(c, x, y, event.pointerType);
    return;
  }
  if (!pointers.has(event.pointerId)) return;
  pointers.set(event.pointerId, [x, y]);
  const batch = scales.batch(clamp(x, box.left, box.right)), lr = scales.lr(clamp(y, box.top[0], box.top[1]));
  if (mode.kind === "pan") pan(hand, mode, x, y);
  else if (mode.kind === "pinch" && pointers.size === 2) pinch(hand, mode);
  else if (mode.kind === "peak" && mode.grab) events.movePeak(mode.grab, batch, lr);
  else if (mode.kind === "plateau" && mode.grab) events.movePlateau(mode.grab, lr);
  else if (mode.kind === "bead") events.moveBead(Math.max(batch, 1));
}
function hover(c, x, y, type) {
  const { box } = c;
  const over = x >= box.left && x <= box.right && y >= box.top[0] && y <= box.low[1] && type !== "touch";
  c.crossAt = over ? c.scales.batch(x) : null;
  c.pointer = over ? [x, y] : null;
  drawCross(c);
}
function pan({ c, events }, mode, x, y) {
  if (!mode.from || !mode.view) return;
  const [dx, dy] = [x - mode.from[0], y - mode.from[1]];
  if (!mode.moved && Math.hypot(dx, dy) < 3) return;
  mode.moved = true;
  events.view(shifted(mode.view, c.box, dx, dy));
}
function pinch({ c, events, pointers }, mode) {
  if (!mode.start || !mode.view) return;
  const { start } = mode, now = spread(pointers);
  events.view(zoomed(mode.view, start.distance / now.distance, c.scales.batch(start.x), c.scales.lr(start.y)));
}
function release(hand, event) {
  if (!hand.pointers.delete(event.pointerId) || !hand.mode || hand.pointers.size) return;
  const touched = hand.mode.kind !== "pan" || hand.mode.moved;
  hand.mode = null;
  if (touched) hand.events.commit();
}
function wheel({ c, events }, event) {
  const [x, y] = local(c, event), { box, scales, scene } = c;
  if (!(event.ctrlKey || event.metaKey) || x < box.left || x > box.right || y < box.top[0] || y > box.low[1]) return;
  event.preventDefault();
  const factor = Math.exp(clamp(event.deltaY, -120, 120) / 500), lr = scales.lr(clamp(y, box.top[0], box.top[1]));
  events.view(zoomed(scene.view, factor, scales.batch(x), lr));
  events.commitSoon();
}
var ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
function key(hand, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  hand.c.root.classList.remove("by-pointer");
  const step = ARROWS[event.key], { handle: handle2 } = (
    /** @type {SVGElement} */
    event.target.dataset
  );
  let changed = true;
  if (step && handle2) changed = pushHandle(hand, handle2, step, event.shiftKey);
  else if (step && event.shiftKey)
    hand.events.view(shifted(hand.c.scene.view, hand.c.box, -24 * step[0], 24 * step[1]));
  else if (step && step[0]) {
    read(hand, step[0]);
    changed = false;
  } else if (event.key === "Escape") {
    hide(hand.c);
    changed = false;
  } else if (!zoomByKey(hand, event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (changed) hand.events.commitSoon();
}
function pushHandle({ c, events }, handle2, step, far) {
  const grab = events.grab(), size = far ? 1 : 0.125, { bead } = c.scene;
  if (handle2 === "peak" && grab.peak)
    events.movePeak(grab, grab.peak.batch * 2 ** (size * step[0]), grab.peak.lr * 2 ** (size * step[1]));
  if (handle2 === "plateau") events.movePlateau(grab, grab.plateau * 2 ** (size * step[1]));
  if (handle2 === "bead" && bead)
    events.moveBead(clamp(bead.batch * 2 ** ((far ? 2 : 0.5) * (step[0] + step[1])), 1, 2 ** c.scene.view.x[1]));
  return true;
}
function read({ c, events }, way) {
  const { x } = c.scene.view;
  c.crossAt = (c.crossAt ?? 2 ** ((x[0] + x[1]) / 2)) * 2 ** (way / 4);
  c.pointer = null;
  drawCross(c);
  events.speak(c.readout.innerText);
}
function zoomByKey({ c, events }, pressed) {
  const { view } = c.scene, factor = { "+": 0.85, "=": 0.85, "-": 1 / 0.85 }[pressed];
  if (pressed === "0") events.resetView();
  else if (factor)
    events.view(zoomed(view, factor, 2 ** ((view.x[0] + view.x[1]) / 2), 10 ** ((view.y[0] + view.y[1]) / 2)));
  else return false;
  return true;
}

// text/headline.js
var fallOf = (peak) => peak.prominence / (1 + peak.prominence);

// chart/handles.js
function handle(parent, name, role) {
  const element = svg(
    "g",
    { class: name, tabindex: 0, role: "slider", "aria-roledescription": role, "data-handle": name },
    parent
  );
  element.style.touchAction = "none";
  return element;
}
function makeHandles(parent, say) {
  const peak = handle(parent, "peak", say("chart-peak-role"));
  svg("circle", { class: "halo", r: 22 }, peak);
  svg("circle", { class: "dot", r: 7.5 }, peak);
  const plateau = handle(parent, "plateau", say("chart-plateau-role"));
  svg("rect", { class: "target", width: 44, height: 44 }, plateau);
  svg("rect", { class: "handle", width: 16, height: 16, rx: 4 }, plateau);
  const bead = handle(parent, "bead", say("chart-bead-role"));
  svg("circle", { class: "halo", r: 22 }, bead);
  svg("circle", { class: "dot", r: 9 }, bead);
  const label = svg("text", { class: "peak-label", "text-anchor": "middle" }, parent);
  const bracket = svg("g", { class: "bracket" }, parent);
  return { peak, plateau, bead, label, bracket };
}
function drawHandles(c, parts) {
  drawPlateau(c, parts.plateau);
  drawPeak(c, parts);
  drawBead(c, parts.bead);
}
function drawPlateau({ scene: { reading, view, handles }, scales, box, say }, plateau) {
  plateau.style.display = handles ? "" : "none";
  const y = clamp(scales.y(reading.plateau), box.top[0], box.top[1]);
  attr(plateau.children[0], { x: box.right - 32, y: y - 22 });
  attr(plateau.children[1], { x: box.right - 18, y: y - 8 });
  attr(plateau, {
    "aria-label": say("chart-plateau-label"),
    "aria-valuetext": say("chart-plateau-value", { rate: number(reading.plateau) }),
    "aria-valuenow": Math.log10(reading.plateau).toFixed(3),
    "aria-valuemin": view.y[0],
    "aria-valuemax": view.y[1]
  });
}
function drawPeak({ scene: { reading, view, handles, bead }, scales, box, say, options }, { peak, label, bracket }) {
  const top = highest(visible(reading.peaks)), seen = top !== null && inside(view, top);
  const shown = seen && (handles || !bead);
  peak.style.display = label.style.display = shown ? "" : "none";
  bracket.replaceChildren();
  if (!seen) return;
  const px = scales.x(top.batch), py = scales.y(top.lr), batch = examples(top.batch);
  attr(peak, {
    transform: `translate(${px} ${py})`,
    "data-batch": top.batch,
    "data-lr": top.lr,
    "aria-label": say("chart-peak-label"),
    "aria-valuetext": say("chart-peak-value", { batch, rate: number(top.lr) }),
    "aria-valuenow": Math.log2(top.batch).toFixed(3),
    "aria-valuemin": view.x[0],
    "aria-valuemax": view.x[1]
  });
  const low = py - 18 < box.top[0] + 6;
  attr(label, { x: clamp(px, box.left + 104, box.right - 104), y: low ? py + 34 : py - 18 });
  label.textContent = say("chart-peak-text", { batch, fall: percent(fallOf(top)) });
  if (options.direct && shown) drawBracket(bracket, px, py, scales.y(reading.plateau), box);
}
function drawBracket(bracket, px, py, end, box) {
  const x = box.right - 14;
  if (x - px < 60 || end - py < 8) return;
  svg("path", { d: `M${px + 14} ${py}H${x}`, class: "bracket-guide" }, bracket);
  svg("path", { d: `M${x - 5} ${py}h10M${x} ${py}V${end}M${x - 5} ${end - 6}l5 6l5 -6` }, bracket);
}
function drawBead({ scene, scales, say }, bead) {
  const curve = scene.bead && scene.curves[scene.bead.key];
  bead.style.display = curve ? "" : "none";
  if (!curve || !scene.bead) return;
  const [lr] = curve(scene.bead.batch), { x } = scene.view;
  attr(bead, {
    transform: `translate(${scales.x(scene.bead.batch)} ${scales.y(lr)})`,
    "data-batch": scene.bead.batch,
    "data-lr": lr,
    "aria-label": say("chart-bead-label"),
    "aria-valuenow": Math.log2(scene.bead.batch).toFixed(3),
    "aria-valuetext": say("chart-peak-value", { batch: examples(scene.bead.batch), rate: number(lr) }),
    "aria-valuemin": Math.max(x[0], 0),
    "aria-valuemax": x[1]
  });
}

// chart/chart.js
var UPPER = { shades: "shades", ghosts: "ghosts", laws: "curves", trail: "run", measured: "measured" };
function createChart(host, events, { say, options }) {
  const c = canvas(host, say, options);
  const parts = makeHandles(c.layers.handles, say);
  let width = host.clientWidth;
  const draw = (scene = c.scene) => {
    c.scene = scene;
    resize(c, width);
    c.scales = scalesOf(scene.view, c.box);
    for (const mark of [drawGrid, drawShade, drawLaws, drawTrail, drawMeasured, drawMinorPeaks]) mark(c);
    if (options.direct) drawNames(c);
    drawHandles(c, parts);
    drawCross(c);
    attr(c.root, { "aria-label": say(options.drop ? "chart-alt" : "chart-alt-rate", { said: scene.said.join(" ") }) });
  };
  listen2(c, events);
  const observer = new ResizeObserver(([entry]) => {
    if (width === entry.contentRect.width) return;
    width = entry.contentRect.width;
    if (c.scene) draw();
  });
  observer.observe(host);
  const resized = () => {
    c.size = { width: 0, height: 0 };
    if (c.scene) draw();
  };
  return { draw, canvas: c, resize: resized, destroy: () => observer.disconnect() };
}
function canvas(host, say, options) {
  const id = `surge-${Math.random().toString(36).slice(2, 8)}`;
  const root = (
    /** @type {SVGSVGElement} */
    svg("svg", { class: "chart", tabindex: 0, role: "application", "aria-roledescription": say("chart-role") }, host)
  );
  const readout = Object.assign(document.createElement("div"), { className: "readout", hidden: true });
  host.append(readout);
  svg("style", {}, root, chartCss(options.font));
  const defs = svg("defs", {}, root);
  for (const name of ["top", "low"])
    svg("rect", { class: `clip-${name}` }, svg("clipPath", { id: `${id}-${name}` }, defs));
  svg("rect", { class: "back", fill: "transparent" }, root);
  const layers = { grid: svg("g", {}, root) };
  const [top, low] = ["top", "low"].map((name) => svg("g", { "clip-path": `url(#${id}-${name})` }, root));
  for (const [name, look] of Object.entries(UPPER)) layers[name] = svg("g", { class: look }, top);
  layers.lowLaws = svg("g", {}, low);
  for (const name of ["cross", "names", "handles"]) layers[name] = svg("g", { class: name }, root);
  layers.minor = svg("g", {}, layers.handles);
  const nothing = (
    /** @type {any} */
    null
  );
  return {
    root,
    host,
    readout,
    layers,
    options,
    say,
    paths: /* @__PURE__ */ new Map(),
    samples: {},
    size: { width: 0, height: 0 },
    box: nothing,
    scales: nothing,
    scene: nothing,
    crossAt: null,
    pointer: null
  };
}
function resize(c, wanted) {
  const { size, box } = frameOf(Math.max(280, wanted), c.options);
  if (size.width === c.size.width && size.height === c.size.height) return;
  Object.assign(c, { size, box });
  const wide = { x: box.left, width: box.right - box.left };
  attr(c.root, { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
  const find = (name) => (
    /** @type {Element} */
    c.root.querySelector(name)
  );
  attr(find(".back"), { ...wide, y: box.top[0], height: box.low[1] - box.top[0] });
  attr(find(".clip-top"), { ...wide, y: box.top[0], height: box.top[1] - box.top[0] });
  attr(find(".clip-low"), { ...wide, y: box.low[0], height: box.low[1] - box.low[0] });
}

// lesson/rates.js
var NOTHING = () => {
};
function createRates(host, figure, { say, styles, height, speak }) {
  const grab = () => (
    /** @type {any} */
    { peak: null }
  );
  const deeds = { movePeak: NOTHING, movePlateau: NOTHING, moveBead: NOTHING, view: NOTHING, resetView: NOTHING };
  const events = { grab, speak, commit: NOTHING, commitSoon: NOTHING, ...deeds };
  const chart = createChart(host, events, { say, options: { drop: false, direct: true, font: 15, height } });
  const { canvas: canvas2 } = chart;
  const draw = (shown) => {
    const drawn = lawCurves(shown ? figure.after_model : figure.model);
    const { curves } = drawn;
    const until = shown ? Infinity : figure.until;
    const order = shown ? figure.after : figure.before;
    chart.draw({
      view: figure.view,
      order,
      curves: Object.fromEntries(order.map((key2) => [key2, cut(
        /** @type {Curve} */
        curves[key2],
        until
      )])),
      styles,
      reading: { peaks: [], independent: [], plateau: drawn.plateau, noiseScale: null, ...NONE },
      said: [],
      measured: figure.measured.filter(({ batch }) => batch <= until),
      ghosts: shown && figure.model !== figure.after_model ? before(figure) : [],
      trail: [],
      logged: [],
      failing: null,
      correlatedPoints: 120,
      bead: null,
      handles: false
    });
  };
  return {
    root: canvas2.root,
    draw,
    coins: NOTHING,
    box: () => ({ left: canvas2.box.left, right: canvas2.box.right, top: canvas2.box.top[0], bottom: canvas2.box.top[1] }),
    toPx: (batch, lr) => [canvas2.scales.x(batch), canvas2.scales.y(lr)],
    fromPx: (x, y) => [canvas2.scales.batch(x), canvas2.scales.lr(y)],
    destroy: () => {
      chart.destroy();
      canvas2.root.remove();
      canvas2.readout.remove();
    }
  };
}
var NONE = { alignment: 0, correlation: 0, blocks: 1, turning: 0 };
var cut = (curve, until) => (batch) => batch <= until ? curve(batch) : [NaN, null];
function before(figure) {
  if (JSON.stringify(figure.model) === JSON.stringify(figure.after_model)) return [];
  const { curves } = lawCurves(figure.model);
  return figure.before.map((key2) => (
    /** @type {Curve} */
    curves[key2]
  ));
}

// text/terms.js
var literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
var known2 = /* @__PURE__ */ new WeakMap();
function sought(terms) {
  let found = known2.get(terms);
  if (!found) {
    const byForm = new Map(terms.flatMap((term) => term.forms.map((form) => [form.toLowerCase(), term])));
    const forms = [...byForm.keys()].sort((a, b) => b.length - a.length).map(literal);
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${forms.join("|")})(?![\\p{L}\\p{N}_-])`, "giu");
    known2.set(terms, found = { byForm, pattern });
  }
  return found;
}
function parted2(text, terms) {
  const { byForm, pattern } = sought(terms), met = /* @__PURE__ */ new Set();
  if (!byForm.size) return [{ text, term: null }];
  const parts = [];
  let at = 0;
  for (const match2 of text.matchAll(pattern)) {
    const term = (
      /** @type {Term} */
      byForm.get(match2[0].toLowerCase())
    );
    if (met.has(term)) continue;
    met.add(term);
    if (match2.index > at) parts.push({ text: text.slice(at, match2.index), term: null });
    parts.push({ text: match2[0], term });
    at = match2.index + match2[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), term: null });
  return parts;
}
function explained(text, terms) {
  return parted2(text, terms).map(({ text: part, term }) => {
    if (!term) return part.replace(/(\d) %/g, "$1 %");
    const span = document.createElement("span");
    span.className = "term";
    span.tabIndex = 0;
    span.dataset.about = term.about;
    span.setAttribute("aria-description", term.about);
    span.textContent = part;
    return span;
  });
}
function explain(box, text, terms) {
  if (box.textContent?.replaceAll(" ", " ") !== text) box.replaceChildren(...explained(text, terms));
}

// lesson/sections.js
function section(at, step) {
  const { say } = at, of = at.data.steps.length;
  const heading = el("h1", { className: "sentence", tabIndex: -1 }, ...explained(step.idea, at.data.terms));
  const predict = el("p", { className: "predict" }, ...explained(step.predict, at.data.terms));
  const show = el("button", { type: "button", className: "next show" }, say("lesson-show"));
  show.addEventListener("click", () => at.commit());
  const hint = el("p", { className: "hint" }, say("lesson-hint"));
  const off = el("span"), told = el("small");
  const number3 = el("p", { className: "number", tabIndex: -1 }, off, told);
  const reveal = el(
    "div",
    { className: "reveal" },
    number3,
    el("p", { className: "found" }, ...explained(step.reveal, at.data.terms))
  );
  if (step.figure.kind === "plot" && step.figure.coins) reveal.append(flipButton(at, step.figure.coins.flips));
  const check = checkOf(at, step);
  const box = el(
    "section",
    { className: "step", "aria-label": say("lesson-step", { step: at.step, of }) },
    heading,
    predict,
    el("div", { className: "ask" }, show, hint),
    reveal,
    check.box
  );
  const ask = (
    /** @type {HTMLElement} */
    box.querySelector(".ask")
  );
  const update = () => {
    const value2 = at.guess, open = value2 === null;
    ask.hidden = predict.hidden = !open;
    if (!open) predict.hidden = true;
    reveal.hidden = check.box.hidden = open;
    if (value2 !== null) [off.textContent, told.textContent] = verdict(say, step, value2);
    check.update();
  };
  return { box, update, heading, number: number3 };
}
function verdict(say, step, value2) {
  const { close, off, size } = score(step.guess, logOf(step), value2);
  const values2 = { guess: said(step.guess, value2), truth: said(step.guess, step.guess.truth) };
  const large = say(`lesson-off-${off}`, { factor: size, points: size, off: size });
  return [large, say(close ? "lesson-said-close" : "lesson-said", values2)];
}
function flipButton(at, flips) {
  const button = el("button", { type: "button", className: "flip" }, at.say("lesson-flip", { flips }));
  button.addEventListener("click", () => at.flipMore());
  return button;
}
function checkOf(at, step) {
  const feedback = el("p", { className: "feedback" });
  const buttons = step.options.map((option) => {
    const button = el("button", { type: "button", className: "option", "data-option": option.key }, option.text);
    button.addEventListener("click", () => at.choose(option.key));
    return button;
  });
  const title = `question-${step.key}`;
  const box = el(
    "div",
    { className: "check", role: "group", "aria-labelledby": title },
    el("p", { id: title, className: "question" }, ...explained(step.question, at.data.terms)),
    ...buttons,
    feedback
  );
  const update = () => {
    const chosen = at.answers.at(-1);
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.option === chosen));
      button.classList.toggle("right", at.solved && button.dataset.option === chosen);
    }
    const option = step.options.find(({ key: key2 }) => key2 === chosen);
    const why = option ? option.right ? option.why : `${option.why} ${at.say("lesson-again")}` : "";
    explain(feedback, why, at.data.terms);
    feedback.classList.toggle("good", Boolean(option?.right));
  };
  return { box, update };
}

// lesson/walk.js
function createWalk(box, at) {
  const { say } = at, of = at.data.steps.length;
  box.setAttribute("aria-label", say("lesson-walk"));
  const dots = at.data.steps.map((_, i) => {
    const dot = el("button", {
      type: "button",
      className: "pip",
      "aria-label": say("lesson-step", { step: i + 1, of })
    });
    dot.addEventListener("click", () => at.go(i + 1));
    return dot;
  });
  const back = el("button", { type: "button", className: "previous" }, say("lesson-previous"));
  const next = el("button", { type: "button", className: "next forward" }, say("lesson-next"));
  back.addEventListener("click", () => at.go(at.step - 1));
  next.addEventListener("click", () => at.go(at.step + 1));
  const count = el("span", { className: "count", "aria-hidden": "true" });
  box.append(back, ...dots, count, next);
  const update = () => {
    count.textContent = `${at.step} / ${of}`;
    dots.forEach((dot, i) => {
      dot.setAttribute("aria-current", i + 1 === at.step ? "step" : "false");
      dot.classList.toggle("done", at.solvedAt(i + 1));
    });
    back.disabled = at.step === 1;
    next.disabled = at.step === of;
    next.classList.toggle("ready", at.solved);
  };
  return { update };
}

// lesson/lesson.js
var NARROW = 900;
var FLIPPING = 5e3;
var room = () => window.innerWidth <= NARROW ? clamp(window.innerHeight * 0.42, 250, 430) : clamp(window.innerHeight - 250, 300, 620);
var Lesson = class {
  motion = new Motion();
  #abort = new AbortController();
  #told = "";
  #place = 0;
  #moved = false;
  /** @type {Coins | null} */
  #coins = null;
  /**
   * @param {HTMLElement} host
   * @param {LessonData} data
   * @param {{state: (value: object) => void, open: (value: object) => void}} send
   */
  constructor(host, data, send) {
    this.host = host;
    this.data = data;
    this.send = send;
    this.say = phrases(data.phrases);
    this.state = structuredClone(data.state);
    const find = (name) => (
      /** @type {HTMLElement} */
      host.querySelector(name)
    );
    this.plot = find(".plot");
    this.text = find(".text");
    this.live = find(".live");
    this.walk = createWalk(find(".walk"), this);
    const { signal } = this.#abort;
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    window.addEventListener("resize", () => this.draw(), { signal });
    let width = this.plot.clientWidth;
    const seen = new ResizeObserver(() => {
      if (width === this.plot.clientWidth) return;
      width = this.plot.clientWidth;
      this.draw();
    });
    seen.observe(this.plot);
    signal.addEventListener("abort", () => seen.disconnect());
    this.#told = JSON.stringify(this.state);
    this.#enter();
  }
  // --- where the learner is -------------------------------------------------------------------------------------
  get step() {
    return this.state.step;
  }
  get now() {
    return this.data.steps[this.step - 1];
  }
  get guess() {
    return this.state.guesses[this.step - 1];
  }
  get answers() {
    return this.state.answers[this.step - 1];
  }
  get solved() {
    return this.solvedAt(this.step);
  }
  /** @param {number} step */
  solvedAt(step) {
    const chosen = this.state.answers[step - 1].at(-1);
    return this.data.steps[step - 1].options.some(({ key: key2, right }) => right && key2 === chosen);
  }
  // --- one step -------------------------------------------------------------------------------------------------
  /** Build the figure and the text of the step. */
  #enter() {
    this.motion.stop();
    this.figure?.destroy();
    this.plot.replaceChildren();
    const { say, now } = this, settings = { say, styles: this.data.styles, height: room };
    const speak = (text) => this.#speak(text);
    const { figure } = now;
    this.figure = figure.kind === "plot" ? createPlot(this.plot, figure, settings) : createRates(this.plot, figure, { ...settings, speak });
    this.#coins = figure.kind === "plot" && figure.coins ? new Coins(figure.coins) : null;
    this.#place = now.guess.start;
    this.#moved = false;
    this.section = section(this, now);
    this.text.replaceChildren(this.section.box);
    this.mark = null;
    this.draw();
    this.mark = createGuess(this.figure, now, {
      say,
      moved: (value2) => {
        this.#place = value2;
        this.#moved = true;
      },
      commit: () => this.commit()
    });
    if (this.guess !== null) this.#reveal(this.guess, true);
    this.draw();
  }
  draw() {
    const shown = this.guess !== null;
    this.figure?.draw(shown);
    if (shown && this.#coins?.flips) this.figure?.coins(this.#coins);
    this.mark?.draw();
    this.section?.update();
    this.walk.update();
    this.#drawEnd();
    this.host.dataset.step = String(this.step);
    this.host.dataset.phase = shown ? this.solved ? "solved" : "shown" : "predict";
  }
  /** The prediction is made: the answer appears. */
  commit() {
    if (this.guess !== null) return;
    if (!this.#moved) {
      this.#speak(this.say("lesson-place"));
      this.mark?.focus();
      return;
    }
    this.state.guesses[this.step - 1] = Number(this.#place.toPrecision(4));
    this.#reveal(this.#place, reducedMotion());
    this.draw();
    this.section?.number.focus({ preventScroll: window.innerWidth > NARROW });
    this.#speak(this.now.reveal);
    this.#tell();
  }
  /** @param {number} value @param {boolean} atOnce */
  #reveal(value2, atOnce) {
    this.mark?.fix(value2);
    if (this.#coins) this.#flip(atOnce);
  }
  /** Flip the coins a round further, before one's eyes or at once. @param {boolean} atOnce */
  #flip(atOnce) {
    const coins = this.#coins, { figure } = this.now;
    if (!coins || figure.kind !== "plot" || !figure.coins) return;
    const from = coins.flips, to = from + figure.coins.flips;
    const done = () => {
      coins.flipTo(to);
      this.draw();
    };
    if (atOnce) {
      done();
      return;
    }
    this.motion.glide(
      (part) => {
        coins.flipTo(Math.max(from + Math.round(part * (to - from)), 1));
        this.figure?.coins(coins);
      },
      done,
      FLIPPING
    );
  }
  flipMore() {
    if (!this.motion.moving) this.#flip(reducedMotion());
  }
  /** @param {string} option */
  choose(option) {
    if (this.solved) return;
    this.state.answers[this.step - 1] = (this.answers + option).slice(-9);
    this.draw();
    this.#speak(this.section?.box.querySelector(".feedback")?.textContent ?? "");
    this.#tell();
  }
  // --- walking --------------------------------------------------------------------------------------------------
  /** @param {number} step */
  go(step) {
    const to = clamp(step, 1, this.data.steps.length);
    if (to === this.step) return;
    this.state.step = to;
    this.#enter();
    this.section?.heading.focus({ preventScroll: true });
    this.host.scrollIntoView({ block: "start" });
    this.#tell();
  }
  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = (
      /** @type {Element} */
      event.composedPath()[0]
    );
    if (target.closest?.("input, textarea, select, [role=slider], [role=application], [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!way || this.step + way < 1 || this.step + way > this.data.steps.length) return;
    event.preventDefault();
    this.go(this.step + way);
  }
  /** What was reached, and where to go on, below the last step. */
  #drawEnd() {
    this.text.querySelector(".end")?.remove();
    if (this.step !== this.data.steps.length || !this.solved) return;
    const { say } = this, { close, right } = reached(this.data.steps, this.state), count = this.data.steps.length;
    const doors = ["sweep", "explore", "derivation"].map((page, i) => {
      const door = el("button", { type: "button", className: i ? "door" : "door next", "data-page": page });
      door.textContent = say(`lesson-door-${page}`);
      door.addEventListener("click", () => this.send.open({ page }));
      return door;
    });
    const again = el("button", { type: "button", className: "again" }, say("lesson-start"));
    again.addEventListener("click", () => {
      this.state = { step: 1, guesses: this.state.guesses.map(() => null), answers: this.state.answers.map(() => "") };
      this.#enter();
      this.#tell();
    });
    const end = el("div", { className: "end" }, el("p", {}, say("lesson-score", { close, right, count })));
    end.append(el("div", { className: "doors" }, ...doors, again));
    this.text.append(end);
  }
  /** @param {string} text */
  #speak(text) {
    this.live.textContent = text;
  }
  /** Python and the address hear how far the learner is. */
  #tell() {
    const now = JSON.stringify(this.state);
    if (now === this.#told) return;
    this.#told = now;
    this.send.state(JSON.parse(now));
  }
  destroy() {
    this.motion.stop();
    this.#abort.abort();
    this.figure?.destroy();
  }
};

// lesson/index.js
var lessons = /* @__PURE__ */ new WeakMap();
function index_default({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = (
    /** @type {HTMLElement} */
    parentElement.querySelector(".lesson")
  );
  const send = {
    state: (value2) => setStateValue("state", value2),
    open: (value2) => setTriggerValue("open", value2)
  };
  const known3 = lessons.get(host);
  if (known3) known3.send = send;
  else lessons.set(host, new Lesson(host, data, send));
  host.dataset.ready = "true";
  return () => {
    lessons.get(host)?.destroy();
    lessons.delete(host);
  };
}
export {
  index_default as default
};
