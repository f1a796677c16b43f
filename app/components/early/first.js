// @ts-check
/**
 * Draws a page's first charts at once where this tab had the page before: in the page's text, no module.
 *
 * Of each component in the first view the tab keeps what the server handed to it, and the place that it had. When the
 * page is loaded again, the same code draws the same data in that place, to be looked at, before Streamlit's code has
 * come. It gives way to the session's own as soon as that is drawn and stands there, and goes where there is none.
 */

(() => {
  const KEY = "surge-first",
    FORMULA = "#root .katex-display",
    DERIVATION = "derivation";
  /** How long a chart stays at most without an answer; without its like when all has come; where that stands elsewhere;
   * and how long after the last one they are kept [ms]. */
  const PATIENCE = 5000,
    REST = 500,
    STILL = 500,
    SOON = 400;
  /** Where what is drawn is not the address's alone: a visitor's own table, a training, what is opened once. */
  const OWN = /[?&](sweep=own|kept=|job=|measured=)/;
  const start = document.querySelector("meta[name=surge-start]")?.getAttribute("content");

  /** What has to be the same: this start of the server, the address, the window, the theme. */
  function circumstances() {
    const { pathname, search } = location,
      theme = localStorage.getItem(`stActiveTheme-${pathname}-v2`);
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    return JSON.stringify([start, pathname, search, innerWidth, innerHeight, theme, isDark]);
  }

  /** @type {Map<string, FirstShown>} */
  const shown = new Map();
  const sheet = Object.assign(document.createElement("div"), { inert: true, ariaHidden: "true" });
  sheet.dataset.surge = "first";
  sheet.style.cssText = "position: fixed; inset: 0; overflow: hidden; pointer-events: none; z-index: 999999";
  // for a chart that is drawn here the rest of the page does not come: it waits for the session's
  sheet.addEventListener("drawn", (event) => event.stopPropagation());

  /** @param {FirstBox} box */
  function show({ key, code, html, data, text, look, place }) {
    const host = document.createElement("div");
    host.style.cssText = look;
    // a formula has its style and its fonts from the page
    const root = code ? host.attachShadow({ mode: "closed" }) : host;
    root.innerHTML = html;
    sheet.append(host);
    /** @type {FirstShown} */
    const mine = { place, own: null, since: 0, at: "", end: () => host.remove() };
    shown.set(key, mine);
    if (!code) return;
    const nobody = () => undefined,
      given = text === undefined ? data : new TextEncoder().encode(text);
    import(code)
      .then(({ default: draw }) => {
        if (!host.isConnected) return;
        const end = draw({ data: given, parentElement: root, setStateValue: nobody, setTriggerValue: nobody });
        // it stands still from its second frame on: what moves would take its time from Streamlit's code
        requestAnimationFrame(() => requestAnimationFrame(() => still(root, end)));
      })
      .catch(() => end(key));
  }

  /** End a component, and leave what it has drawn. @param {Element | ShadowRoot} root @param {unknown} end */
  function still(root, end) {
    if (typeof end !== "function") return;
    const drawn = [...root.childNodes].map((node) => node.cloneNode(true));
    root.replaceChildren(...drawn);
    end();
  }

  function begin() {
    const kept = sessionStorage.getItem(KEY),
      same = circumstances();
    if (!kept?.startsWith(same)) return;
    const { boxes, paper } = JSON.parse(kept.slice(same.length));
    if (!boxes.length) return;
    document.documentElement.style.background = paper;
    document.documentElement.append(sheet);
    boxes.forEach(show);
    setTimeout(clear, PATIENCE);
  }

  /** @param {string} key */
  function end(key) {
    const mine = shown.get(key);
    if (!mine) return;
    shown.delete(key);
    if (mine.own) mine.own.style.opacity = "";
    mine.end();
    if (shown.size) return;
    sheet.remove();
    document.documentElement.style.background = "";
  }

  function clear() {
    for (const key of [...shown.keys()]) end(key);
  }

  /** The session's own is drawn. @param {string} key @param {Element} own */
  function drawn(key, own) {
    const mine = shown.get(key);
    if (!mine || mine.own === own) return;
    mine.own = /** @type {HTMLElement} */ (own);
    mine.own.style.opacity = "0"; // until it stands where it is seen already
    follow(key, mine);
  }

  /** @param {string} key @param {FirstShown} mine */
  function follow(key, mine) {
    if (shown.get(key) !== mine || !mine.own) return;
    const now = performance.now(),
      at = placeOf(mine.own),
      isSeen = mine.own.checkVisibility({ visibilityProperty: true });
    if (at !== mine.at || !isSeen) Object.assign(mine, { at, since: now });
    if (isTouched || (isSeen && at === mine.place) || now - mine.since > STILL) end(key);
    else requestAnimationFrame(() => follow(key, mine));
  }

  /** @param {Element} element */
  function placeOf(element) {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left, top, width, height].map(Math.round).join(" ");
  }

  /** What the components were handed before the visitor did anything. @type {Map<Element, Omit<FirstBox, "look" | "place">>} */
  const handed = new Map();
  let isTouched = false,
    isWhole = false,
    timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  const touch = () => {
    isTouched = true;
    for (const [key, { own }] of [...shown]) if (own) end(key);
  };
  for (const name of ["pointerdown", "keydown", "wheel", "touchstart", "popstate"])
    addEventListener(name, touch, { once: true, capture: true, passive: true });

  function keepSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => requestIdleCallback(keep), SOON);
  }

  addEventListener("drawn", () => {
    const formula = document.querySelector(FORMULA);
    if (formula) drawn(DERIVATION, formula);
  });

  /** A component's own function, which also keeps what it is handed. @param {string} code @param {FirstDraw} draw @returns {FirstDraw} */
  function watched(code, draw) {
    return (given) => {
      const { parentElement: root, data } = given,
        host = root instanceof ShadowRoot ? root.host : null,
        key = host?.closest("[class*=st-key-]")?.className.match(/st-key-[\w-]+/)?.[0];
      if (!host || !key) return draw(given);
      const html = handed.get(host)?.html ?? root.innerHTML,
        end = draw(given);
      drawn(key, host);
      if (isTouched) return end;
      handed.set(host, {
        key,
        code,
        html,
        ...(data instanceof Uint8Array ? { text: new TextDecoder().decode(data) } : { data }),
      });
      keepSoon();
      return end;
    };
  }

  const paper = () => getComputedStyle(/** @type {Element} */ (document.querySelector(".stApp"))).backgroundColor;

  /** What is drawn in an element, with its place and its look; nothing where it is not in the first view.
   * @param {Element} element @param {Omit<FirstBox, "look" | "place">} box @returns {FirstBox[]} */
  function placed(element, box) {
    const { left, top, width, height } = element.getBoundingClientRect(),
      style = getComputedStyle(element);
    const isThere = element.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
    if (!isThere || width * height === 0 || top >= innerHeight) return [];
    const inherited = ["color", "font", "letter-spacing", "text-align", "color-scheme", "-webkit-font-smoothing"];
    const look = [
      `position: absolute; left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`,
      `background: ${paper()}`,
      ...inherited.map((name) => `${name}: ${style.getPropertyValue(name)}`),
      ...variables(element),
    ];
    return [{ ...box, look: look.join("; "), place: placeOf(element) }];
  }

  /** Streamlit's names for the theme's colours, which components use. @param {Element} element */
  const variables = (element) =>
    [...element.computedStyleMap()].flatMap(([name, value]) => (name.startsWith("--st-") ? [`${name}: ${value}`] : []));

  /** @param {Element} formula */
  function alone(formula) {
    const copy = /** @type {HTMLElement} */ (formula.cloneNode(true));
    copy.style.margin = "0";
    copy.style.fontSize = getComputedStyle(formula).fontSize;
    for (const [i, part] of [...formula.children].entries())
      /** @type {HTMLElement} */ (copy.children[i]).style.fontSize = getComputedStyle(part).fontSize;
    return copy.outerHTML;
  }

  function keep() {
    if (isTouched || !isWhole || OWN.test(location.search) || document.querySelector(".stMain")?.scrollTop) return;
    if (document.querySelector("[data-testid=stSkeleton], [data-testid=stStatusWidget]")) {
      keepSoon(); // something is still to come, and may move what is there
      return;
    }
    const boxes = [...handed].flatMap(([host, box]) => (host.isConnected ? placed(host, box) : [])),
      formula = document.querySelector(FORMULA);
    if (formula) boxes.push(...placed(formula, { key: DERIVATION, code: "", html: alone(formula) }));
    try {
      sessionStorage.setItem(KEY, circumstances() + JSON.stringify({ boxes, paper: paper() }));
    } catch {
      sessionStorage.removeItem(KEY); // more than a browser keeps
    }
  }

  /** All that the page has has come: what has no like there goes. */
  function giveWay() {
    isWhole = true;
    keepSoon();
    setTimeout(() => {
      for (const [key, { own }] of [...shown]) if (!own) end(key);
    }, REST);
  }

  window.surgeFirst = { watched, giveWay };
  try {
    begin();
  } catch {
    clear(); // a browser that keeps nothing
  }
})();
