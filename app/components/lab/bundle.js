// Made by `make components` from the modules beside it; sha256 c94deb7936ce0d3c80cbc0b3863d438435dc0d603ed906cb8ff5cd1668d4eef0
// vendor/fluent.js
var FluentType = class {
  /**
   * Create a `FluentType` instance.
   *
   * @param value The JavaScript value to wrap.
   */
  constructor(value) {
    this.value = value;
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
  constructor(value = "???") {
    super(value);
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
  constructor(value, opts = {}) {
    super(value);
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
  static supportsValue(value) {
    if (typeof value === "number")
      return true;
    if (value instanceof Date)
      return true;
    if (value instanceof FluentType)
      return _FluentDateTime.supportsValue(value.valueOf());
    if ("Temporal" in globalThis) {
      const _Temporal = globalThis.Temporal;
      if (value instanceof _Temporal.Instant || value instanceof _Temporal.PlainDateTime || value instanceof _Temporal.PlainDate || value instanceof _Temporal.PlainMonthDay || value instanceof _Temporal.PlainTime || value instanceof _Temporal.PlainYearMonth) {
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
  constructor(value, opts = {}) {
    if (value instanceof _FluentDateTime) {
      opts = { ...value.opts, ...opts };
      value = value.value;
    } else if (value instanceof FluentType) {
      value = value.valueOf();
    }
    if (typeof value === "object" && "calendarId" in value && opts.calendar === void 0) {
      opts = { ...opts, calendar: value.calendarId };
    }
    super(value);
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
    const value = this.value;
    if (typeof value === "number")
      return value;
    if (value instanceof Date)
      return value.getTime();
    if ("epochMilliseconds" in value) {
      return value.epochMilliseconds;
    }
    if ("toZonedDateTime" in value) {
      return value.toZonedDateTime("UTC").epochMilliseconds;
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
function match(scope, selector, key) {
  if (key === selector) {
    return true;
  }
  if (key instanceof FluentNumber && selector instanceof FluentNumber && key.value === selector.value) {
    return true;
  }
  if (selector instanceof FluentNumber && typeof key === "string") {
    let category = scope.memoizeIntlObject(Intl.PluralRules, selector.opts).select(selector.value);
    if (key === category) {
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
  const named = /* @__PURE__ */ Object.create(null);
  for (const arg of args) {
    if (arg.type === "narg") {
      named[arg.name] = resolveExpression(scope, arg.value);
    } else {
      positional.push(resolveExpression(scope, arg));
    }
  }
  return { positional, named };
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
    const key = resolveExpression(scope, variant.key);
    if (match(scope, sel, key)) {
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
function resolvePattern(scope, value) {
  if (typeof value === "string") {
    return scope.bundle._transform(value);
  }
  return resolveComplexPattern(scope, value);
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
  reportError(error2) {
    if (!this.errors || !(error2 instanceof Error)) {
      throw error2;
    }
    this.errors.push(error2);
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
      let value = resolveComplexPattern(scope, pattern);
      return value.toString(scope);
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
    function test(re) {
      re.lastIndex = cursor;
      return re.test(source);
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
    function consumeToken(re, errorClass) {
      if (test(re)) {
        cursor = re.lastIndex;
        return true;
      }
      if (errorClass) {
        throw new errorClass(`Expected ${re.toString()}`);
      }
      return false;
    }
    function match2(re) {
      re.lastIndex = cursor;
      let result = re.exec(source);
      if (result === null) {
        throw new SyntaxError(`Expected ${re.toString()}`);
      }
      cursor = re.lastIndex;
      return result;
    }
    function match1(re) {
      return match2(re)[1];
    }
    function parseMessage(id) {
      let value = parsePattern();
      let attributes = parseAttributes();
      if (value === null && Object.keys(attributes).length === 0) {
        throw new SyntaxError("Expected message value or attributes");
      }
      return { id, value, attributes };
    }
    function parseAttributes() {
      let attrs = /* @__PURE__ */ Object.create(null);
      while (test(RE_ATTRIBUTE_START)) {
        let name = match1(RE_ATTRIBUTE_START);
        let value = parsePattern();
        if (value === null) {
          throw new SyntaxError("Expected attribute value");
        }
        attrs[name] = value;
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
        let key = parseVariantKey();
        let value = parsePattern();
        if (value === null) {
          throw new SyntaxError("Expected variant value");
        }
        variants[count++] = { key, value };
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
      let key;
      if (test(RE_NUMBER_LITERAL)) {
        key = parseNumberLiteral();
      } else {
        key = {
          type: "str",
          value: match1(RE_IDENTIFIER)
        };
      }
      consumeToken(TOKEN_BRACKET_CLOSE, SyntaxError);
      return key;
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
      let [, value, fraction = ""] = match2(RE_NUMBER_LITERAL);
      let precision = fraction.length;
      return {
        type: "num",
        value: parseFloat(value),
        precision
      };
    }
    function parseStringLiteral() {
      consumeChar('"', SyntaxError);
      let value = "";
      while (true) {
        value += match1(RE_STRING_RUN);
        if (source[cursor] === "\\") {
          value += parseEscapeSequence();
          continue;
        }
        if (consumeChar('"')) {
          return { type: "str", value };
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
    function trim(text, re) {
      return text.replace(re, "");
    }
    function makeIndent(blank) {
      let value = blank.replace(RE_BLANK_LINES, "\n");
      let length = RE_INDENT.exec(blank)[1].length;
      return new Indent(value, length);
    }
  }
};
var Indent = class {
  constructor(value, length) {
    this.value = value;
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

// chart/dom.js
var SVG_NS = "http://www.w3.org/2000/svg";
function attr(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
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
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, String(value));
    else Object.assign(element, { [key]: value });
  }
  element.append(...children);
  return element;
}
var clamp = (x, low, high) => Math.min(Math.max(x, low), high);

// text/numbers.js
function number(value, digits = 3) {
  if (value === null || value === void 0 || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const plain = exponent >= -2 && exponent < 5;
  const text = plain ? value.toFixed(Math.max(digits - 1 - exponent, 0)) : `${mantissa}e${exponent}`;
  return value < 0 ? text.replace("-", "−") : text;
}

// text/terms.js
var literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
var known = /* @__PURE__ */ new WeakMap();
function sought(terms) {
  let found = known.get(terms);
  if (!found) {
    const byForm = new Map(terms.flatMap((term) => term.forms.map((form) => [form.toLowerCase(), term])));
    const forms = [...byForm.keys()].sort((a, b) => b.length - a.length).map(literal);
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${forms.join("|")})(?![\\p{L}\\p{N}_-])`, "giu");
    known.set(terms, found = { byForm, pattern });
  }
  return found;
}
function parted(text, terms) {
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
  return parted(text, terms).map(({ text: part, term }) => {
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

// lab/bet.js
var STEPS = 240;
function betForm(lab) {
  const { data, say } = lab, low = data.rates[0], high = (
    /** @type {number} */
    data.rates.at(-1)
  ), octaves = Math.log2(high / low);
  const middle = Math.sqrt(low * high);
  lab.bet ??= [middle, Math.max(middle / 4, low), Math.min(middle * 4, high)];
  const bet = lab.bet;
  const width = el("p", { className: "width" });
  const names = ["rate", "low", "high"].map((name) => say(`lab-${name}-of-bet`));
  const rows = [0, 1, 2].map((i) => {
    const input = el("input", { type: "range", min: "0", max: String(STEPS), step: "1", "aria-label": names[i] });
    const output = el("output");
    input.addEventListener("input", () => {
      move(bet, i, low * 2 ** (octaves * Number(input.value) / STEPS));
      update();
      lab.board.draw();
    });
    return { box: el("label", { className: "control" }, el("span", {}, names[i]), output, input), input, output };
  });
  function update() {
    rows.forEach(({ input, output }, i) => {
      input.value = String(clamp(Math.round(STEPS * Math.log2(bet[i] / low) / octaves), 0, STEPS));
      output.textContent = number(bet[i]);
      input.setAttribute("aria-valuetext", number(bet[i]));
    });
    const wide = Math.log2(bet[2] / bet[1]);
    explain(width, say("lab-width", { octaves: number(wide, 2), cost: number(wide / 2, 2) }), data.terms);
  }
  update();
  lab.board.draw();
  const place = el("button", { type: "button", className: "place forward" }, say("lab-place"));
  place.addEventListener("click", () => lab.send({ bet }));
  return [
    el("h2", {}, say("lab-bet-title", { target: String(data.target) })),
    el("p", {}, ...explained(say("lab-bet-how"), data.terms)),
    ...rows.map(({ box }) => box),
    width,
    el("div", { className: "buttons" }, place)
  ];
}
function move(bet, i, to) {
  if (i === 0) {
    bet[1] = Math.min(bet[1], to);
    bet[2] = Math.max(bet[2], to);
  }
  bet[i] = i === 1 ? Math.min(to, bet[0]) : i === 2 ? Math.max(to, bet[0]) : to;
}

// lab/board.js
var MOVES = (
  /** @type {Record<string, [number, number]>} */
  {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, 1],
    ArrowDown: [0, -1]
  }
);
var Board = class {
  /** Which cell is in the tab order. */
  #at = { column: 0, rate: 0 };
  /** @type {HTMLButtonElement[][]} */
  #cells = [];
  #target = svg("svg", { role: "img" });
  /** @param {HTMLElement} host @param {Lab} lab */
  constructor(host, lab) {
    this.host = host;
    this.lab = lab;
    this.#at.rate = Math.floor(lab.data.rates.length / 2);
  }
  build() {
    const { data, say } = this.lab, down = data.rates.map((_, i) => data.rates.length - 1 - i);
    this.#at.rate = Math.min(this.#at.rate, data.rates.length - 1);
    this.#cells = data.columns.map((column, x) => data.rates.map((_, rate) => this.#cell(column, x, rate)));
    const target = el("td", { className: "target", rowSpan: data.rates.length }, this.#target);
    const head = el(
      "tr",
      {},
      el("th", { scope: "col", className: "corner" }, say("lab-rate")),
      ...data.columns.map(({ size }) => el("th", { scope: "col" }, String(size))),
      el("th", { scope: "col", className: "target" }, String(data.target))
    );
    const rows = down.map(
      (rate, i) => el(
        "tr",
        {},
        el("th", { scope: "row" }, number(data.rates[rate])),
        ...this.#cells.map((cells) => el("td", {}, cells[rate])),
        ...i ? [] : [target]
      )
    );
    const caption = el("caption", {}, say("lab-board", { target: String(data.target) }));
    this.host.replaceChildren(el("table", {}, caption, el("thead", {}, head), el("tbody", {}, ...rows)));
  }
  /** @param {LabColumn} column @param {number} x @param {number} rate */
  #cell(column, x, rate) {
    const { lab } = this;
    const cell = el("button", { type: "button", className: "cell", "data-cell": `${column.size}.${rate}` });
    cell.addEventListener("click", () => {
      this.#move(x, rate);
      lab.choose(column, rate, 1);
    });
    cell.addEventListener("keydown", (event) => {
      const step = MOVES[event.key];
      if (step) this.#move(x + step[0], rate + step[1], true);
      else if (["Backspace", "Delete", "-"].includes(event.key)) lab.choose(column, rate, -1);
      else return;
      event.preventDefault();
    });
    return cell;
  }
  /** @param {number} column @param {number} rate @param {boolean} [focus] */
  #move(column, rate, focus = false) {
    const { columns, rates } = this.lab.data;
    if (column < 0 || column >= columns.length || rate < 0 || rate >= rates.length) return;
    this.#cells[this.#at.column][this.#at.rate].tabIndex = -1;
    this.#at = { column, rate };
    this.#cells[column][rate].tabIndex = 0;
    if (focus) this.focus();
  }
  focus() {
    this.#cells[this.#at.column][this.#at.rate].focus();
  }
  draw() {
    const { data } = this.lab;
    data.columns.forEach((column, x) => {
      const means = data.rates.map((_, rate) => mean(this.lab.seen(column.size, rate)));
      const known2 = means.filter((value) => value !== null && Number.isFinite(value));
      const best = Math.min(.../** @type {number[]} */
      known2), worst = Math.max(.../** @type {number[]} */
      known2);
      data.rates.forEach((_, rate) => {
        const value = means[rate];
        const good = value === null || !Number.isFinite(value) ? 0 : worst > best ? (worst - value) / (worst - best) : 1;
        this.#drawCell(column, x, rate, good, value !== null && value === best);
      });
    });
    this.#drawTarget();
  }
  /** @param {LabColumn} column @param {number} x @param {number} rate @param {number} good @param {boolean} best */
  #drawCell(column, x, rate, good, best) {
    const { lab } = this, cell = this.#cells[x][rate], losses = lab.seen(column.size, rate), more = lab.chosen.get(`${column.size}.${rate}`) ?? 0;
    const value = mean(losses), said = value === null ? "" : Number.isFinite(value) ? number(value) : lab.say("lab-diverged");
    cell.tabIndex = x === this.#at.column && rate === this.#at.rate ? 0 : -1;
    cell.replaceChildren(said, ...more ? [el("span", { className: "more" }, `+${more}`)] : []);
    cell.style.setProperty("--good", `${Math.round(32 * good)}%`);
    cell.classList.toggle("seen", losses.length > 0);
    cell.classList.toggle("best", best);
    cell.classList.toggle("chosen", more > 0);
    cell.setAttribute("aria-disabled", String(!lab.canAdd(column, rate)));
    const facts = { batch: column.size, rate: number(lab.data.rates[rate]), count: losses.length, loss: said };
    const name = lab.say(losses.length ? "lab-cell-seen" : "lab-cell", facts);
    cell.setAttribute("aria-label", more ? `${name} ${lab.say("lab-cell-more", { count: more })}` : name);
    if (losses.length > 1 && Number.isFinite(value))
      cell.title = lab.say("lab-cell-error", { loss: said, error: number(error(losses), 2), count: losses.length });
    else cell.removeAttribute("title");
  }
  /** Height of a rate on the board, as a share of it; rows are not quite even in the rate. @param {number} rate */
  #height(rate) {
    const { rates } = this.lab.data;
    let i = rates.findIndex((other) => other >= rate);
    if (i === -1) i = rates.length - 1;
    const low = Math.max(i - 1, 0), part = i === low ? 0 : Math.log(rate / rates[low]) / Math.log(rates[i] / rates[low]);
    return 1 - (low + Math.min(Math.max(part, -0.5), 1.5) + 0.5) / rates.length;
  }
  /** The bet as a bar, and once it is placed, the truth beside it. */
  #drawTarget() {
    const { data, bet, say } = this.lab, at = (rate) => `${100 * this.#height(rate)}%`;
    this.#target.replaceChildren();
    this.#target.setAttribute(
      "aria-label",
      bet ? say("lab-target-bet", { rate: number(bet[0]), low: number(bet[1]), high: number(bet[2]) }) : say("lab-hidden")
    );
    if (!bet) svg("text", { x: "50%", y: "50%", "text-anchor": "middle" }, this.#target, "?");
    else {
      svg("line", { class: "bet", x1: "32%", x2: "32%", y1: at(bet[1]), y2: at(bet[2]) }, this.#target);
      svg("circle", { class: "bet", cx: "32%", cy: at(bet[0]), r: 7 }, this.#target);
    }
    if (data.result) {
      const [best, low, high] = data.result.truth;
      svg("line", { class: "truth", x1: "68%", x2: "68%", y1: at(low), y2: at(high) }, this.#target);
      svg("circle", { class: "truth", cx: "68%", cy: at(best), r: 7 }, this.#target);
    }
  }
};
function mean(losses) {
  if (!losses.length) return null;
  return losses.reduce((sum, loss) => sum + (loss ?? Infinity), 0) / losses.length;
}
function error(losses) {
  const middle = (
    /** @type {number} */
    mean(losses)
  ), n = losses.length;
  return Math.sqrt(losses.reduce((sum, loss) => sum + (Number(loss) - middle) ** 2, 0) / (n - 1) / n);
}

// lab/outcome.js
function outcome(lab) {
  const { data, say } = lab, result = (
    /** @type {LabResult} */
    data.result
  );
  const next = el(
    "button",
    { type: "button", className: "again forward" },
    say("lab-again", { next: data.instance + 1 })
  );
  next.addEventListener("click", () => lab.send({ instance: data.instance + 1 }));
  const line = el("input", {
    type: "text",
    className: "line",
    readOnly: true,
    value: result.line,
    "aria-label": say("lab-line")
  });
  line.addEventListener("focus", () => line.select());
  const rows = result.rows.map(
    ([name, value]) => el("tr", {}, el("th", { scope: "row" }, ...explained(name, data.terms)), el("td", {}, value))
  );
  return [
    el("h2", { tabIndex: -1 }, say("lab-cost", { cost: result.cost })),
    el(
      "p",
      { className: "key" },
      el("span", { className: "mark bet" }),
      el("span", {}, ...explained(say("lab-key-bet"), data.terms))
    ),
    el(
      "p",
      { className: "key" },
      el("span", { className: "mark truth" }),
      el("span", {}, ...explained(say("lab-key-truth"), data.terms))
    ),
    ...result.sentences.map(
      (text, i) => el("p", { className: i === 2 ? "point" : "" }, ...explained(text, data.terms))
    ),
    el("table", { className: "costs" }, el("caption", {}, say("lab-costs")), el("tbody", {}, ...rows)),
    el("label", { className: "paste" }, el("span", {}, say("lab-paste")), line),
    el("div", { className: "buttons" }, next)
  ];
}

// lab/round.js
function round(lab) {
  const { data, say } = lab;
  const meter = el("meter", { min: 0, max: data.budget, value: lab.left, "aria-label": say("lab-budget") });
  const chips = [...lab.chosen].map(([key, count]) => chip(lab, key, count));
  const look = el("button", { type: "button", className: "look forward" }, say("lab-look", { price: lab.price }));
  look.disabled = lab.chosen.size === 0;
  look.addEventListener("click", () => lab.look());
  const bet = el("button", { type: "button", className: "go-bet" }, say("lab-bet-now"));
  bet.addEventListener("click", () => lab.startBetting());
  return [
    el("h2", {}, say("lab-round", { round: data.round + 1, of: data.rounds })),
    el(
      "p",
      { className: "money" },
      el("strong", {}, String(lab.left)),
      " ",
      say("lab-left", { of: String(data.budget) })
    ),
    meter,
    el("p", {}, ...explained(say(chips.length ? "lab-this-round" : "lab-choose"), data.terms)),
    ...chips.length ? [el("ul", { className: "chips" }, ...chips)] : [],
    el("div", { className: "buttons" }, look, ...data.round ? [bet] : [])
  ];
}
function chip(lab, key, count) {
  const [size, rate] = key.split(".").map(Number), column = (
    /** @type {LabColumn} */
    lab.data.columns.find((other) => other.size === size)
  );
  const facts = { batch: size, rate: number(lab.data.rates[rate]), count };
  const less = el("button", { type: "button", "aria-label": lab.say("lab-less", facts) }, "−");
  less.addEventListener("click", () => {
    lab.choose(column, rate, -1);
    (lab.side.querySelector(".chips button") ?? null)?.focus();
  });
  return el("li", {}, lab.say("lab-chip", facts), less);
}

// lab/lab.js
var Lab = class {
  /** Cells of this round: how many runs of each. @type {Map<string, number>} */
  chosen = /* @__PURE__ */ new Map();
  /** What the form of the bet says now. @type {[number, number, number] | null} */
  bet = null;
  betting = false;
  #at = "";
  /** @param {HTMLElement} host @param {LabData} data @param {(deed: object) => void} send */
  constructor(host, data, send) {
    this.host = host;
    this.say = phrases(data.phrases);
    this.live = /** @type {HTMLElement} */
    host.querySelector(".live");
    this.side = /** @type {HTMLElement} */
    host.querySelector(".side");
    this.data = data;
    this.send = send;
    this.board = new Board(
      /** @type {HTMLElement} */
      host.querySelector(".board"),
      this
    );
    this.update(data, send);
  }
  /** @param {LabData} data @param {(deed: object) => void} send */
  update(data, send) {
    const fresh = this.#at !== JSON.stringify([data.instance, data.round, data.bet]), first = this.#at === "";
    Object.assign(this, { data, send });
    if (!fresh) return;
    this.#at = JSON.stringify([data.instance, data.round, data.bet]);
    this.chosen.clear();
    this.bet = data.bet;
    this.betting = data.bet === null && (data.round >= data.rounds || data.left < data.columns[0].size);
    this.board.build();
    this.draw();
    if (!first) this.#tell();
  }
  get price() {
    return [...this.chosen].reduce((sum, [key, count]) => sum + count * Number(key.split(".")[0]), 0);
  }
  /** What is left when this round is paid. */
  get left() {
    return this.data.left - this.price;
  }
  get playing() {
    return this.data.bet === null && !this.betting;
  }
  /** @param {number} size @param {number} rate */
  seen(size, rate) {
    return this.data.looks.find((look) => look.size === size && look.rate === rate)?.losses ?? [];
  }
  /** Whether one more run of a cell can be had. @param {LabColumn} column @param {number} rate */
  canAdd({ size, runs }, rate) {
    const taken = this.seen(size, rate).length + (this.chosen.get(`${size}.${rate}`) ?? 0);
    return this.playing && size <= this.left && taken < runs[rate];
  }
  /** @param {LabColumn} column @param {number} rate @param {number} by */
  choose(column, rate, by) {
    const key = `${column.size}.${rate}`, count = this.chosen.get(key) ?? 0;
    if (by > 0 && !this.canAdd(column, rate)) {
      this.live.textContent = this.say(this.playing && column.size > this.left ? "lab-too-dear" : "lab-no-more-runs", {
        left: this.left
      });
      return;
    }
    if (by < 0 && count === 0) return;
    if (count + by) this.chosen.set(key, count + by);
    else this.chosen.delete(key);
    this.draw();
    this.live.textContent = this.say("lab-chosen", { price: this.price, left: this.left });
  }
  /** Pay for the chosen cells and see them. */
  look() {
    const look = [...this.chosen].flatMap(
      ([key, count]) => Array.from({ length: count }, () => key.split(".").map(Number))
    );
    if (look.length) this.send({ look });
  }
  startBetting() {
    this.betting = true;
    this.chosen.clear();
    this.draw();
    this.side.querySelector("input")?.focus();
  }
  /** A round was seen or a bet was scored: say it, and go where it goes on. */
  #tell() {
    const { data, say } = this;
    if (data.result) {
      this.side.querySelector("h2")?.focus();
      this.live.textContent = [say("lab-cost", { cost: data.result.cost }), ...data.result.sentences].join(" ");
    } else if (this.betting) this.side.querySelector("input")?.focus();
    else {
      this.live.textContent = say("lab-round-seen", { round: data.round, left: data.left });
      this.board.focus();
    }
  }
  draw() {
    this.board.draw();
    const part = this.data.result ? outcome : this.betting ? betForm : round;
    this.side.replaceChildren(...part(this));
    this.host.dataset.phase = this.data.result ? "done" : this.betting ? "bet" : "look";
    this.host.dataset.round = String(this.data.round);
    this.host.dataset.left = String(this.left);
  }
};

// lab/index.js
var labs = /* @__PURE__ */ new WeakMap();
function index_default({ data, parentElement, setTriggerValue }) {
  const host = (
    /** @type {HTMLElement} */
    parentElement.querySelector(".lab")
  );
  const send = (deed) => setTriggerValue("deed", deed);
  const known2 = labs.get(host);
  if (known2) known2.update(data, send);
  else labs.set(host, new Lab(host, data, send));
  host.dataset.ready = "true";
  return () => {
    labs.delete(host);
  };
}
export {
  index_default as default
};
