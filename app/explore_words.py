"""What the curve of a noise model does, in words: is there a peak, where, how prominent, what decides it.

`components/surge_chart/law.js` says the same while a control moves; a browser test compares the two.
"""

from __future__ import annotations

from noise_reading import Reading, highest, visible
from words import number

from surgecore import Peak


def sentences(reading: Reading) -> list[str]:
    model, top = reading.model, reading.top
    said = _with_peak(reading, top) if top else _without_peak(reading)
    if model.skewness > 0:
        turning = model.skewness / (6 * model.snr)
        said.append(f"Skewness turns the mean sign around below B = {number(turning)}.")
    return said


def _with_peak(reading: Reading, top: Peak) -> list[str]:
    model, plateau = reading.model, reading.noise.plateau_lr
    said = [
        f"Peak at B = {number(top.batch_size)}: learning rate {number(top.lr)}, "
        f"{_percent(top.prominence)} above the plateau of {number(plateau)}."
    ]
    said += [
        f"Another peak at B = {number(peak.batch_size)}, {_percent(peak.prominence)} above the plateau."
        for peak in visible(reading.peaks)
        if peak is not top
    ]
    before = highest(visible(reading.independent_peaks))
    if model.correlation > 0 and before:
        said.append(
            f"Correlation ρ = {number(model.correlation)} lowers it from {_percent(before.prominence)} "
            f"at B = {number(before.batch_size)}."
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
    theorem = f" although Theorem 3 draws one at B = {number(scale)}" if scale else ""
    said = [f"No peak: the learning rate levels off at {number(reading.noise.plateau_lr)}."]
    before = highest(visible(reading.independent_peaks))
    if model.correlation > 0 and before:
        said.append(
            f"Correlation ρ = {number(model.correlation)} decides it: independent gradients would peak "
            f"{_percent(before.prominence)} above the plateau."
        )
    elif model.alignment <= 1:
        relation = "<" if model.alignment < 1 else "="
        said.append(f"R = {number(model.alignment)} {relation} 1 decides it: no surge{theorem}.")
    elif model.blocks > 1:
        said.append(
            f"R = {number(model.alignment)} is shared by {model.blocks} blocks, too little in each: no surge{theorem}."
        )
    else:
        said.append(f"R = {number(model.alignment)} is hardly above 1: no visible surge{theorem}.")
    faint = highest(reading.peaks)
    if faint and faint.prominence > 0:
        said.append(f"A bump of {_percent(faint.prominence)} at B = {number(faint.batch_size)} is below 1 %.")
    if faint and faint.prominence < 0:
        said.append(f"A local peak at B = {number(faint.batch_size)} stays below the plateau.")
    return said


def _percent(fraction: float) -> str:
    return f"{number(100 * fraction, 2)} %"
