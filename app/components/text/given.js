/** What Python wrote for a component (`payload.py`). */

/** @template T @param {{written: T}} data a Uint8Array, which the type only stands for @returns {T} */
export const given = (data) => JSON.parse(new TextDecoder().decode(/** @type {any} */ (data)));
