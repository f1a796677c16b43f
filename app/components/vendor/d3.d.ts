export { scaleLog } from "d3-scale";
export { ticks } from "d3-array";
