/** Coins that are loaded by a batch: each flip averages fresh Gaussian examples and keeps the sign. Pure, seeded. */

/** Uniform numbers in [0, 1) from a seed (mulberry32). @param {number} seed */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal numbers, by Box and Muller. @param {() => number} random */
export function normal(random) {
  /** @type {number | null} */
  let kept = null;
  return () => {
    if (kept !== null) {
      const other = kept;
      kept = null;
      return other;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random())),
      angle = 2 * Math.PI * random();
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** 95 % interval of a share (Wilson 1927). @param {number} right @param {number} count @returns {[number, number]} */
export function interval(right, count) {
  const z = 1.959964,
    share = right / count,
    centre = share + (z * z) / (2 * count);
  const half = z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count)),
    scale = 1 + (z * z) / count;
  return [(centre - half) / scale, (centre + half) / scale];
}

export class Coins {
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
}
