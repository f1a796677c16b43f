/** The look inside the SVG, so that an exported file looks the same; its variables are resolved on export. */

/** @param {number} font size of the smallest text [px] */
export const chartCss = (font) => `
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
