/** What can be undone and redone: texts of states. */

export class History {
  /** @type {string[]} */
  #past = [];
  /** @type {string[]} */
  #future = [];
  now = "";

  /** @param {string} text */
  start(text) {
    this.now = text;
    this.#past = [];
    this.#future = [];
  }

  /** @param {string} text */
  keep(text) {
    if (text === this.now) return;
    this.#past.push(this.now);
    this.#future = [];
    this.now = text;
  }

  back() {
    return this.#step(this.#past, this.#future);
  }

  forth() {
    return this.#step(this.#future, this.#past);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {string[]} from @param {string[]} to */
  #step(from, to) {
    const text = from.pop();
    if (text === undefined) return null;
    to.push(this.now);
    this.now = text;
    return text;
  }
}
