// @ts-check
/**
 * Connects to the server and asks for the page while Streamlit's code is still on its way: in the page's text, no module.
 *
 * Streamlit's code connects when all of it has run, and sends the same request. It is given this connection, what the
 * server said on it so far, and its own request is left out where it is the same to the byte; where it is another, the
 * server answers that too, as to a visitor who changed something. Of what the server said, it gets all up to the first
 * chart, and the rest when that is drawn: boxes and folds take longer than a chart. So do the links in the rows at the
 * top: where the chart is there already, all but the first of each row, which keeps its room, come with the rest.
 */

(() => {
  const Socket = window.WebSocket;
  const base = new URL(".", location.href);
  const url = `${base.protocol === "https:" ? "wss" : "ws"}://${base.host}${base.pathname}_stcore/stream`;
  const token = document.cookie.match(/\b_streamlit_xsrf=([^;]*)\b/)?.[1] ?? "PLACEHOLDER_AUTH_TOKEN";

  /** How long the rest of the page waits for the first chart at most [ms]. */
  const PATIENCE = 2000;
  /** Of the derivation, whose first chart is a formula. */
  const isDerivation = location.pathname.replace(/\/+$/, "").endsWith("/derivation");
  /** A formula in a line of its own, as `st.latex` writes it. @param {ArrayBuffer} data */
  const isFormula = (data) => isDerivation && new TextDecoder().decode(data).includes("$$\n");
  /** A chart brings its code along, which says when it is drawn; a card is shorter. @param {ArrayBuffer} data */
  const isChart = (data) =>
    data.byteLength > 8000 ? new TextDecoder().decode(data).includes("drawn") : isFormula(data);

  /** A `ForwardMsg` with the session's new state, in which nothing is set: no script runs any more. @param {ArrayBuffer} data */
  const isTheEnd = (data) => data.byteLength === 2 && new Uint8Array(data)[0] === ((9 << 3) | 2);

  /** Says that a formula is drawn, which brings no code of ours along. @param {number} until */
  function awaitFormula(until) {
    if (document.querySelector("#root .katex-html")) dispatchEvent(new Event("drawn"));
    else if (performance.now() < until) requestAnimationFrame(() => awaitFormula(until));
  }

  /** How many rows of links there are above everything else. */
  const rows = Number(document.querySelector("meta[name=surge-rows]")?.getAttribute("content") ?? 0);

  /** @param {Uint8Array} bytes @param {number} wanted the number of a field with a length @returns {Uint8Array} */
  function field(bytes, wanted) {
    let at = 0;
    const varint = () => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        value += (bytes[at] & 127) * 2 ** shift;
        if (!(bytes[at++] >= 128)) return value;
      }
    };
    while (at < bytes.length) {
      const tag = varint(),
        size = varint(); // of another kind of field the value itself, which is read then
      if ((tag & 7) !== 2) continue;
      if (tag >> 3 === wanted) return bytes.subarray(at, at + size);
      at += size;
    }
    return new Uint8Array();
  }

  /** Whether a `ForwardMsg` brings a link that can wait: its delta goes to a row, behind the first link. @param {ArrayBuffer} data */
  function canWait(data) {
    const [root, row, place] = field(field(new Uint8Array(data), 2), 2); // metadata, delta_path
    return root === 0 && row < rows && place > 0;
  }

  /** @param {bigint} value @returns {number[]} */
  const varint = (value) => (value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)]);
  /** @param {number} tag @param {number[]} bytes */
  const part = (tag, bytes) => [(tag << 3) | 2, ...varint(BigInt(bytes.length)), ...bytes];
  /** @param {number} tag @param {string} text */
  const text = (tag, text) => part(tag, [...new TextEncoder().encode(text)]);
  /** @param {number} tag @param {number} value */
  const number = (tag, value) => [tag << 3, ...varint(BigInt.asUintN(64, BigInt(value)))];

  function isDark() {
    const known = localStorage.getItem(`stActiveTheme-${location.pathname}-v2`) ?? "";
    return known === '"Dark"' || (known !== '"Light"' && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  /** A `BackMsg` with a `rerun_script`, as Streamlit's code sends it first. */
  function request() {
    const query = location.search.slice(1),
      page = location.pathname.slice(base.pathname.length).replace(/\/+$/, "");
    const context = [
      ...text(1, Intl.DateTimeFormat().resolvedOptions().timeZone),
      ...number(2, new Date().getTimezoneOffset()),
      ...text(3, navigator.language),
      ...text(4, location.origin + location.pathname),
      ...number(5, Number(new URLSearchParams(query).get("embed")?.toLowerCase() === "true")),
      ...text(6, isDark() ? "dark" : "light"),
    ];
    const state = [...(query ? text(1, query) : []), ...part(2, []), ...(page ? text(4, page) : [])];
    return new Uint8Array(part(11, [...state, ...part(8, context)]));
  }

  const asked = request(),
    early = new Socket(url, ["streamlit", token]);
  early.binaryType = "arraybuffer";
  /** @type {ArrayBuffer[]} */
  const said = [];
  /** Whether what the server says is kept, or goes on until the first chart has. @type {"kept" | "until a chart"} */
  let now = "kept";
  const take = (/** @type {MessageEvent} */ event) => {
    if (!event.isTrusted) return; // it goes on
    event.stopImmediatePropagation();
    said.push(event.data);
    if (now === "until a chart") pass();
  };
  early.addEventListener("message", take);
  early.addEventListener("open", () => early.send(asked), { once: true });

  const goOn = (/** @type {ArrayBuffer} */ data) => early.dispatchEvent(new MessageEvent("message", { data }));

  function begin() {
    if (said.some(isChart)) {
      const links = said.filter(canWait);
      said.splice(0, said.length, ...said.filter((data) => !links.includes(data)));
      said.splice(said.findIndex(isChart) + 1, 0, ...links);
    }
    pass();
  }

  function pass() {
    now = "until a chart";
    for (let data = said.shift(); data; data = said.shift()) {
      goOn(data);
      if (isTheEnd(data)) window.surgeFirst?.giveWay();
      if (isChart(data)) {
        now = "kept";
        if (isFormula(data)) awaitFormula(performance.now() + PATIENCE);
        afterDrawing(async () => {
          await window.bringBoxes?.().catch(() => undefined); // Streamlit then asks for what is missing, and says so
          early.removeEventListener("message", take);
          said.forEach(goOn);
          window.surgeFirst?.giveWay();
        });
        return;
      }
    }
  }

  /** @param {() => void} rest */
  function afterDrawing(rest) {
    const drawn = new AbortController();
    const next = () => {
      drawn.abort();
      clearTimeout(timer);
      if (document.hidden) setTimeout(rest);
      else requestAnimationFrame(() => setTimeout(rest));
    };
    const timer = setTimeout(next, PATIENCE);
    addEventListener("drawn", next, { signal: drawn.signal });
  }

  function handOver() {
    early.send = (/** @type {Uint8Array<ArrayBuffer>} */ data) => {
      Reflect.deleteProperty(early, "send");
      if (data.length !== asked.length || data.some((byte, i) => byte !== asked[i])) early.send(data);
    };
    const isOpen = early.readyState === Socket.OPEN;
    // once Streamlit's code listens, which it does as soon as it has the connection
    queueMicrotask(() => {
      if (isOpen) early.dispatchEvent(new Event("open"));
      begin();
    });
    return early;
  }

  window.WebSocket = new Proxy(Socket, {
    construct(target, [address, protocols]) {
      window.WebSocket = Socket;
      // a third one is a session to go on with
      if (address === url && protocols?.length === 2 && early.readyState <= Socket.OPEN) return handOver();
      early.close();
      return new target(address, protocols);
    },
  });
})();
