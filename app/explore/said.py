"""What the curve of a noise model does, in words: is there a peak, where, how prominent, what decides it.

`components/surge_chart/law.js` says the same while a control moves; a browser test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from explore.curves import Reading, highest, visible
from surgecore import Analysis, Peak, Sweep
from surgecore.words import count, number


@dataclass(frozen=True)
class Around:
    """What is said around the controls' own curve; empty where there is nothing to say.

    `sweep` is the decision on the visitor's own sweep, `opening` and `caveat` belong to controls that were
    fitted, `moved` is where training has moved them; `bare` leaves out what decides
    it, where the controls describe a curve and are not known to have made it.
    """

    sweep: str = ""
    opening: str = ""
    caveat: str = ""
    moved: str = ""
    bare: bool = False


def sentences(reading: Reading, around: Around | None = None) -> list[str]:
    model, top = reading.model, reading.top
    around = around or Around()
    said = _with_peak(reading, top) if top else _without_peak(reading)
    said = said[:1] if around.bare else said
    if around.sweep or around.opening:
        said[0] = said[0].replace("No peak", "the controls have no peak").replace("Peak", "the controls peak")
        said[0] = f"{around.opening}, {said[0]}" if around.opening else f"T{said[0][1:]}"
        said[0] = f"{said[0][:-1]}; {around.caveat}." if around.caveat else said[0]
    said[1:1] = [sentence for sentence in (around.sweep, around.moved) if sentence]
    if model.skewness > 0:
        said.append(f"Skewness turns the mean sign around below B = {examples(reading.turning)}.")
    return said


def _with_peak(reading: Reading, top: Peak) -> list[str]:
    model, plateau = reading.model, reading.noise.plateau_lr
    said = [
        f"Peak at B = {examples(top.batch_size)}: learning rate {number(top.lr)}, "
        f"{_percent(top.prominence)} above the plateau of {number(plateau)}."
    ]
    said += [
        f"Another peak at B = {examples(peak.batch_size)}, {_percent(peak.prominence)} above the plateau."
        for peak in visible(reading.peaks)
        if peak is not top
    ]
    before = highest(visible(reading.independent_peaks))
    if model.correlation > 0 and before:
        said.append(
            f"Correlation ρ = {number(model.correlation)} lowers it from {_percent(before.prominence)} "
            f"at B = {examples(before.batch_size)}."
        )
    elif model.alignment > 1:
        said.append(f"Curvature alignment R = {number(model.alignment)} > 1 makes it.")
    else:
        maker = "skewness makes it" if model.skewness > 0 else "differing signal-to-noise ratios make it"
        said.append(f"R = {number(model.alignment)} is not above 1: {maker}.")
    return said


def _without_peak(reading: Reading) -> list[str]:
    model = reading.model
    scale = reading.noise_scale
    theorem = f" although Theorem 3 draws one at B = {examples(scale)}" if scale else ""
    said = [f"No peak: the learning rate levels off at {number(reading.noise.plateau_lr)}."]
    before = highest(visible(reading.independent_peaks))
    if model.correlation > 0 and before:
        said.append(
            f"Correlation ρ = {number(model.correlation)} decides it: independent gradients would peak "
            f"{_percent(before.prominence)} above the plateau."
        )
    elif model.alignment <= 1:
        value = f"{number(model.alignment)} < 1" if model.alignment < 1 else "1"
        said.append(f"R = {value} decides it: no surge{theorem}.")
    elif model.blocks > 1:
        said.append(
            f"R = {number(model.alignment)} is shared by {model.blocks} blocks, too little in each: no surge{theorem}."
        )
    else:
        said.append(f"R = {number(model.alignment)} is hardly above 1: no visible surge{theorem}.")
    faint = highest(reading.peaks)
    if faint and faint.prominence > 0:
        said.append(f"A bump of {_percent(faint.prominence)} at B = {examples(faint.batch_size)} is below 1 %.")
    if faint and faint.prominence < 0:
        said.append(f"A local peak at B = {examples(faint.batch_size)} stays below the plateau.")
    return said


def examples(batch_size: float) -> str:
    """A batch size: `98.1`, and `2^17.2 ≈ 1.5e5` from ten thousand on."""
    return number(batch_size) if batch_size < 1e4 else f"2^{log2(batch_size):.1f} ≈ {_scientific(batch_size)}"


def _scientific(value: float) -> str:
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(power)}"


def moved(loss: float, before: float, after: float) -> str:
    """What training has done to R."""
    what = f"R is still {number(after)}"
    if number(before) != number(after):
        what = f"R has {'fallen' if after < before else 'risen'} from {number(before)} to {number(after)}"
    return f"Training progress: at a loss of {number(loss, 2)} of its start, {what}."


def decision(analysis: Analysis) -> str:
    """Whether the optima of the visitor's own sweep fall, in a few words."""
    verdict, sweep = analysis.verdict, analysis.sweep
    after = f" (after {count(sweep.steps, 'step')})" if sweep.steps else ""
    name = f"Your sweep {sweep.name}{after}"
    if verdict.decision == "fall" and verdict.fall_octaves is not None:
        return f"{name}: its optimum falls after its peak, by {number(verdict.fall_octaves, 2)} octaves."
    if verdict.decision == "no_fall":
        return f"{name}: no fall within its batch sizes."
    if verdict.fall_octaves is None:
        return f"{name}: undecided, with optima at too few batch sizes."
    why = ", as its optima have no errors" if verdict.p_value is None else " whether its optimum falls"
    return f"{name}: undecided{why}."


def caution(sweep: Sweep) -> str:
    """What the points of a sweep cannot show about a law for one step; "" after one step."""
    no_evidence = "a peak here is no evidence for the one-step law"
    steps = sweep.trials["steps"].dropna().unique() if "steps" in sweep.trials else ()
    if not len(steps):
        return "number of steps unknown: a peak here is evidence for the one-step law only if it was one"
    if sweep.steps is None:
        return f"after differing numbers of steps: {no_evidence}"
    return f"after {sweep.steps:,} steps: {no_evidence}" if sweep.steps > 1 else ""


def _percent(fraction: float) -> str:
    return f"{number(100 * fraction, 2)} %"
