// Shapes that the modules share. Ambient: no import is needed in the JavaScript files.

/** The nine numbers of surgecore.NoiseModel. */
interface NoiseParams {
  lr_scale: number;
  snr: number;
  snr_spread: number;
  alignment: number;
  correlation: number;
  momentum: number;
  skewness: number;
  n_parameters: number;
  blocks: number;
}
type ParamName = keyof NoiseParams;

/** What surgecore.Param says of one number, for sliders and bounds. */
interface Spec {
  name: ParamName;
  label: string;
  unit: string;
  description: string;
  default: number;
  low: number;
  high: number;
  log: boolean;
  whole: boolean;
}

/** A noise model on its nodes: all that does not depend on the batch size. */
interface Compiled {
  z: Float64Array;
  weight: Float64Array;
  starts: number[];
  count: number;
  mean: number;
  pair: number;
  lrScale: number;
  alignment: number;
  correlation: number;
  skewness: number;
  factor: { nodes: number[]; weights: number[] } | null;
}

interface Peak {
  batch: number;
  lr: number;
  prominence: number;
}

type CurveKey = "exact" | "correlated" | "surge" | "plateau" | "sgd" | "saturating_half" | "linear" | "square_root";
/** Optimal learning rate and loss drop (null where a curve has none) at one batch size. */
type Curve = (batch: number) => [number, number | null];

interface Drawn {
  curves: Partial<Record<CurveKey, Curve>>;
  model: Compiled;
  small: SmallBatch;
  plateau: number;
  sgd: number;
}

interface SmallBatch {
  start: number;
  lrMax: number | null;
  noiseScale: number | null;
  dropMax: number | null;
}

interface Reading {
  peaks: Peak[];
  independent: Peak[];
  plateau: number;
  noiseScale: number | null;
  alignment: number;
  correlation: number;
  blocks: number;
  turning: number;
}

/** Limits of the axes: log2 of the batch size, log10 of the learning rate, log10 of the loss drop. */
interface View {
  x: number[];
  y: number[];
  d: number[];
}

interface Measured {
  batch: number;
  lr: number;
  low?: number | null;
  high?: number | null;
  edge?: "low" | "high" | null;
}

interface LineStyle {
  label: string;
  colour: string;
  dash: string;
  width: number;
}

/** What the visitor has set: the same keys in Python, in the address and here. */
interface State extends Record<string, unknown> {
  model: NoiseParams;
  curves: CurveKey[];
  t: number;
  noise: string;
  ghosts: NoiseParams[];
  view: View;
  auto: boolean;
  points: boolean;
  lesson: string;
}

type Say = (phrase: string, values?: Record<string, string | number>) => string;

declare module "worker:*" {
  const source: string;
  export default source;
}

/** What one drawing of the chart shows. */
interface Scene {
  view: View;
  order: CurveKey[];
  curves: Partial<Record<CurveKey, Curve>>;
  styles: Record<string, LineStyle>;
  reading: Reading;
  /** The sentences of the headline, for the label of the chart. */
  said: string[];
  measured: Measured[];
  ghosts: Curve[];
  trail: (Peak | null)[];
  logged: { part: number; batch: number }[];
  /** Share of the parameters for which Theorem 3 is off. */
  failing: ((batch: number) => number) | null;
  correlatedPoints: number;
  /** A point on a curve that is moved along the batch sizes. */
  bead: { key: CurveKey; batch: number } | null;
  /** Whether the peak can be taken hold of, and the plateau. */
  handles: boolean;
}

interface Options {
  /** Whether the loss drop has a plot of its own. */
  drop: boolean;
  /** Whether lines carry their names at their ends. */
  direct: boolean;
  /** Size of the smallest text [px]. */
  font: number;
  height: (width: number) => number;
}

interface Box {
  left: number;
  right: number;
  top: [number, number];
  low: [number, number];
}

interface Scales {
  x: (batch: number) => number;
  y: (lr: number) => number;
  d: (drop: number) => number;
  batch: (x: number) => number;
  lr: (y: number) => number;
}

interface Point {
  batch: number;
  x: number;
  lr: number;
  drop: number | null;
}

/** What the drawing functions share. */
interface Canvas {
  root: SVGSVGElement;
  host: HTMLElement;
  readout: HTMLElement;
  layers: Record<string, SVGElement>;
  paths: Map<string, SVGElement>;
  samples: Record<string, Point[]>;
  options: Options;
  say: Say;
  size: { width: number; height: number };
  box: Box;
  scales: Scales;
  scene: Scene;
  /** Batch size at which values are read, and whether the pointer is in the upper half. */
  crossAt: number | null;
  pointer: [number, number] | null;
}

interface Grab {
  model: NoiseParams;
  shown: NoiseParams;
  peak: Peak | null;
  plateau: number;
}

interface ChartEvents {
  grab: () => Grab;
  movePeak: (grab: Grab, batch: number, lr: number) => void;
  movePlateau: (grab: Grab, lr: number) => void;
  moveBead: (batch: number) => void;
  view: (view: View) => void;
  resetView: () => void;
  commit: () => void;
  commitSoon: () => void;
  speak: (text: string) => void;
}

/** What Python hands to the instrument of the Explore page. */
interface ExploreData {
  terms: import("./text/terms.js").Term[];
  token: string;
  state: State & { view: View | null };
  defaults: State;
  specs: Spec[];
  styles: Record<CurveKey, LineStyle>;
  lessons: Lesson[];
  measured: Measured[];
  measured_name: string;
  caution: string;
  decision: string;
  fit: { model: NoiseParams | null; sentence: string; opening: string; digits: Partial<Record<ParamName, number>> };
  described: { model: NoiseParams | null; opening: string };
  progress: Record<string, ProgressRow[]>;
  logged: { part: number; batch: number }[];
  hide: string[];
  phrases: string;
}

interface ProgressRow {
  loss: number;
  loss_stderr: number;
  snr: number;
  alignment: number;
  lr_scale: number;
}

interface Lesson {
  key: string;
  label: string;
  teaches: string;
  model: NoiseParams;
  curves: CurveKey[];
  t: number;
}

/** What Python hands to the loss surface of the Train page, places in fractions of the plot. */
interface SurfaceData {
  cells: SurfaceCell[];
  marks: SurfaceMark[];
  xticks: { at: number; text: string }[];
  yticks: { at: number; text: string }[];
  xtitle: string;
  ytitle: string;
  alt: string;
  final: boolean;
  labels: { best: string; diverged: string; planned: string; above: string };
  scale: { title: string; low: string; high: string; colours: string[] } | null;
}

interface SurfaceCell {
  key: string;
  x: number;
  y: number;
  w: number;
  h: number;
  state: string;
  fill?: string;
  text: string;
}

interface SurfaceMark {
  batch: number;
  x: number;
  y: number;
  top?: number;
  bottom?: number;
  text: string;
}

/** A drawing as a file. */
interface Sheet {
  text: string;
  width: number;
  height: number;
}

/** What Python hands to a drawing: its SVG for each width, and what is said around it. */
interface DrawingData {
  sizes: Record<string, string>;
  name: string;
  title: string;
  labels: Record<string, string>;
  hint: string;
}

/** What Python hands to the buttons below the loss map. */
interface MapExportsData {
  name: string;
  title: string;
  labels: Record<string, string>;
}

/** What Python hands to the story of the Learn page. */
interface StoryData {
  terms: import("./text/terms.js").Term[];
  present: boolean;
  room: StoryRoom;
  token: string;
  state: StoryState;
  steps: StoryStep[];
  view: View;
  styles: Record<CurveKey, LineStyle>;
  specs: Spec[];
  panels: StoryPanel[];
  phrases: string;
}

interface StoryState {
  step: number;
  model: NoiseParams;
}

interface StoryStep {
  key: string;
  sentence: string;
  sub: string;
  limit: string;
  model: NoiseParams;
  curves: CurveKey[];
  /** Batch size of the point that is dragged along the square-root rule, or null. */
  bead: number | null;
  sliders: ParamName[];
  switches: { name: ParamName; label: string; off: number; on: number }[];
  doors: { page: string; label: string }[];
}

interface StoryPanel {
  title: string;
  verdict: string;
  /** Share of the fall where there is one. */
  fall: string;
  /** What was measured, with its interval. */
  known: string;
  alt: string;
  /** Best rates over the highest of them, with their 95 % intervals. */
  points: { batch: number; share: number; low: number | null; high: number | null }[];
}

/** The lab: what of a hidden sweep was paid for. */
interface LabColumn {
  size: number;
  runs: number[];
}
interface LabResult {
  truth: [number, number, number];
  cost: string;
  rows: [string, string][];
  sentences: string[];
  line: string;
}
interface LabData {
  terms: import("./text/terms.js").Term[];
  instance: number;
  round: number;
  rounds: number;
  target: number;
  budget: number;
  left: number;
  rates: number[];
  columns: LabColumn[];
  looks: { size: number; rate: number; losses: (number | null)[] }[];
  bet: [number, number, number] | null;
  result: LabResult | null;
  phrases: string;
}

/** What Python hands to the lesson. */
interface LessonData {
  token: string;
  terms: import("./text/terms.js").Term[];
  state: LessonState;
  steps: LessonStep[];
  styles: Record<string, LineStyle>;
  specs: Spec[];
  phrases: string;
}

interface LessonState {
  step: number;
  /** What was predicted at each step; null before. */
  guesses: (number | null)[];
  /** The options chosen at each step, in order. */
  answers: string[];
}

interface LessonStep {
  key: string;
  idea: string;
  predict: string;
  reveal: string;
  question: string;
  options: { key: string; text: string; why: string; right: boolean }[];
  guess: LessonGuess;
  figure: ChartFigure | PlotFigure;
}

interface LessonGuess {
  /** Along which axis the mark moves, and where the truth stands on the other. */
  axis: "x" | "y";
  at: number;
  start: number;
  truth: number;
  /** Factor, or distance on a linear axis, within which a prediction is close. */
  close: number;
  form: "batch" | "rate" | "times" | "percent" | "plain" | "loss";
}

/** The chart of rates: what is drawn up to a batch size, and after the reveal. */
interface ChartFigure {
  kind: "chart";
  model: NoiseParams;
  after_model: NoiseParams;
  before: CurveKey[];
  after: CurveKey[];
  until: number;
  view: View;
  measured: Measured[];
}

interface PlotFigure {
  kind: "plot";
  x: PlotAxis;
  y: PlotAxis;
  before: PlotLine[];
  after: PlotLine[];
  /** Runs that were measured, with the half width of their 95 % intervals. */
  marks: { x: number; y: number; error: number; hidden: boolean }[];
  coins: { snr: number; sizes: number[]; flips: number; seed: number } | null;
}

interface PlotAxis {
  title: string;
  low: number;
  high: number;
  log: boolean;
  ticks: [number, string][];
}

interface PlotLine {
  style: string;
  label: string;
  points: [number, number][];
}

interface FigureBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A figure of the lesson, whichever draws it. */
interface LessonFigure {
  root: SVGSVGElement;
  draw: (shown: boolean) => void;
  coins: (of: import("./lesson/coins.js").Coins) => void;
  box: () => FigureBox;
  toPx: (x: number, y: number) => [number, number];
  fromPx: (x: number, y: number) => [number, number];
  destroy: () => void;
}

/** How a room comes to the story: its link and QR code, or what to do where no phone can reach it. */
interface StoryRoom {
  link: string;
  code: string;
  how: string;
}

/** A component's function, as Streamlit calls it. */
type FirstDraw = (given: { data: unknown; parentElement: ParentNode & InnerHTML; [name: string]: unknown }) => unknown;

/** What is kept of a component in the first view, or of a formula, which has no code: where its code is, its frame, its data. */
interface FirstBox {
  key: string;
  code: string;
  html: string;
  data?: unknown;
  /** Data that came as bytes, which are text. */
  text?: string;
  look: string;
  place: string;
}

/** What stands in for a component: the place that it has; the session's own, where that is, and since when. */
interface FirstShown {
  place: string;
  own: HTMLElement | null;
  at: string;
  since: number;
  end: () => void;
}

interface Window {
  /** Draws first charts before the session does (`early/first.js`). */
  surgeFirst?: {
    watched: (code: string, draw: FirstDraw) => FirstDraw;
    giveWay: () => void;
  };
  /** Brings the code of what a page shows after its first chart (`serve/foot.html`). */
  bringBoxes?: () => Promise<unknown>;
}
