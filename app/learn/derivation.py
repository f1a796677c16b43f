"""The derivation from Lemma 1 to Theorem 5: formulas, symbols with their measured values, errors, counterexamples."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import erf

from learn.story import CORRELATION, STORY, fall
from surgecore import GradientNoise, NoiseModel
from surgecore.why.explanation import Explanation
from surgecore.why.measurement import Estimate
from surgecore.words import number, param, say, why

#: Counterexamples as noise models of Explore.
WEAK = replace(STORY, alignment=0.6)
BARELY = replace(STORY, alignment=1.5)
SHARED = replace(STORY, correlation=CORRELATION)
SPREAD = replace(STORY, snr_spread=3.0)
WARM = replace(STORY, momentum=0.9)
LARGE = 4096.0


@dataclass(frozen=True)
class Symbol:
    """A symbol of a formula: TeX, the phrase of its meaning, its slider, how it is measured, and its unit's key."""

    tex: str
    phrase: str
    slider: str = ""
    value: Callable[[Explanation], Estimate] | None = None
    unit: str = ""

    @property
    def meaning(self) -> str:
        name = say(self.phrase)
        return say("with-unit", name=name, unit=say(f"unit-{self.unit}")) if self.unit else name


@dataclass(frozen=True)
class Stage:
    """One step: formulas, symbols, what its "approximately" costs, and where the paper is imprecise."""

    key: str
    formulas: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    errors: Callable[[Explanation], list[str]]
    imprecise: Callable[[], Mapping[str, str]]
    model: NoiseModel
    curves: tuple[str, ...]

    def link(self) -> dict[str, str]:
        """Explore's address of the counterexample."""
        return {name: repr(value) for name, value in vars(self.model).items()} | {"curves": ",".join(self.curves)}


# --- what was measured --------------------------------------------------------------------------------------


def estimate(key: str) -> Callable[[Explanation], Estimate]:
    return lambda of: of.measurement.numbers[key]


def made_of(keys: tuple[str, ...], formula: Callable[..., float]) -> Callable[[Explanation], Estimate]:
    """A number made of measured ones; errors of logarithms add up in squares, each by its power in the formula."""

    def value(of: Explanation) -> Estimate:
        parts = [of.measurement.numbers[key] for key in keys]
        at = [part.value for part in parts]
        found = formula(*at)
        powers = [
            math.log(formula(*(v * (1.01 if i == k else 1.0) for i, v in enumerate(at))) / found) / math.log(1.01)
            for k in range(len(at))
        ]
        spread = math.hypot(*(power * part.log_error for power, part in zip(powers, parts, strict=True)))
        if spread == 0.0:
            return Estimate(found)
        return Estimate(found, None, found * math.exp(-spread), found * math.exp(spread))

    return value


scale = made_of(("gradient_l1", "trace"), lambda signal, trace: signal / trace)
mean_snr = made_of(("l1_noise_scale",), lambda batch: 1 / math.sqrt(batch))
plateau = made_of(("gradient_l1", "trace", "alignment"), lambda signal, trace, r: signal / trace / (1 + r))
short_top = made_of(("signal", "coupling", "trace"), lambda m, s, t: m / (2 * math.sqrt(s * t)))
short_drop = made_of(("signal", "coupling"), lambda m, s: m * m / (2 * s))


def gap(of: Explanation, first: str, then: str) -> tuple[Estimate, int]:
    """Largest factor between two predictions of a sign step, with its 95 % interval, and the batch size it is at."""
    known = {p.batch_size: p.lr for p in of.measurement.curve(then, "sign") if p.lr.value > 0}
    best, at = Estimate(1.0), 0
    for found in of.measurement.curve(first, "sign"):
        other = known.get(found.batch_size)
        if other is None or not found.lr.value > 0:
            continue
        factor = max(found.lr.value / other.value, other.value / found.lr.value)
        if factor > best.value or not at:
            spread = math.hypot(found.lr.log_error, other.log_error)
            ends = (factor * math.exp(-spread), factor * math.exp(spread)) if spread else (None, None)
            best, at = Estimate(factor, None, *ends), found.batch_size
    return best, at


def _gap(key: str, of: Explanation, first: str, then: str) -> str:
    factor, batch = gap(of, first, then)
    return say(f"derive-error-{key}", factor=why.number(factor), batch=str(batch))


def quadratic(of: Explanation) -> list[str]:
    return [_gap("quadratic", of, "sampled", "line_search")]


@cache
def sigmoid_error() -> tuple[float, float]:
    """Largest error of eq. 10, a / sqrt(pi/2 + a^2) for erf(a / sqrt 2), and where: over pi sigma^2 / (2 mu^2)."""

    def miss(a: float) -> float:
        return float(erf(a / math.sqrt(2.0)) - a / math.sqrt(0.5 * math.pi + a * a))

    worst = minimize_scalar(lambda a: -miss(a), bounds=(0.5, 4.0), method="bounded", options={"xatol": 1e-9})
    return miss(worst.x), worst.x**2 / (0.5 * math.pi)


def signs(of: Explanation) -> list[str]:
    error, at = sigmoid_error()
    shape = say("derive-error-sigmoid", error=number(error), at=number(at))
    return [shape, _gap("independent", of, "independent", "correlated"), _gap("gaussian", of, "correlated", "sampled")]


def line(of: Explanation) -> list[str]:
    peak, law = of.predicted_peak("independent"), of.measurement.numbers["noise_scale"]
    said = [_gap("line", of, "surge", "independent")]
    if peak.batch_size is not None:
        said.append(say("derive-error-peak", short=why.size(law), exact=why.size(peak.batch_size)))
    return said


def settled(of: Explanation) -> list[str]:
    last = of.measurement.curve("independent", "sign")[-1]
    ratio = last.lr.value / plateau(of).value
    return [say("derive-error-plateau", batch=str(last.batch_size), ratio=number(ratio))]


def drop(of: Explanation) -> list[str]:
    noise = of.measurement.gradient_noise(correlated=False)
    short = noise.small_batch_loss_drop()
    if short is None:
        return []
    sizes = 2.0 ** np.arange(0, 24)
    exact = noise.loss_drop(sizes)
    top = int(np.argmax(exact))
    said = [say("derive-error-drop", ratio=number(short.limit / float(exact[-1])))]
    if exact[top] > 1.01 * exact[-1]:
        most, end = number(float(exact[top])), number(float(exact[-1]))
        said.append(say("derive-error-falls", batch=f"{sizes[top]:.0f}", most=most, end=end))
    return said


def nothing(_: Explanation) -> list[str]:
    return [say("derive-error-adam")]


# --- where the paper is imprecise ---------------------------------------------------------------------------


def _peak(model: NoiseModel) -> float:
    return model.gradient_noise().peaks()[0].batch_size


def _lemma() -> dict[str, str]:
    return {}


def _independent() -> dict[str, str]:
    before, after = (number(100 * fall(model), 2) for model in (STORY, SHARED))
    return {"correlation": number(CORRELATION, 1), "fall": before, "left": after}


def _line() -> dict[str, str]:
    short = BARELY.gradient_noise().small_batch_law()
    none = WEAK.gradient_noise().small_batch_law()
    assert short is not None
    assert none is not None
    ratio = number(_peak(BARELY) / short.noise_scale, 2)
    drawn, weak, barely = number(none.noise_scale), number(WEAK.alignment, 1), number(BARELY.alignment, 2)
    return {"drawn": drawn, "weak": weak, "barely": barely, "ratio": ratio}


def _settled() -> dict[str, str]:
    """mu = (1, 0) and H = I: the second sign never settles, so its curvature stays in the denominator."""
    noise = GradientNoise(np.array([1.0, 0.0]), np.ones(2), np.ones(2))
    spread = SPREAD.gradient_noise()
    at = float(spread.optimal_lr(LARGE)) / spread.plateau_lr
    return {"true": number(float(noise.optimal_lr(1e6)), 1), "batch": f"{LARGE:.0f}", "ratio": number(at, 2)}


def _drop() -> dict[str, str]:
    """A small gradient, strongly coupled to a large one, gets a full step once its sign is known."""
    noise = GradientNoise(np.array([1.0, 0.01]), np.ones(2), np.full(2, 0.1), np.full((2, 1), math.sqrt(0.9)))
    sizes = np.logspace(0, 7, 200)
    exact = noise.loss_drop(sizes)
    short = WEAK.gradient_noise().small_batch_loss_drop()
    assert short is not None
    worse, ratio = exact.max() / exact[-1], short.limit / WEAK.gradient_noise().plateau_loss_drop
    return {"worse": number(float(worse)), "weak": number(WEAK.alignment, 1), "ratio": number(ratio, 2)}


def _adam() -> dict[str, str]:
    return {"peak": number(_peak(STORY), 2), "moved": number(_peak(WARM), 2)}


STAGES = (
    Stage(
        "lemma",
        (r"\varepsilon_{opt}=\frac{\mu^\top\mathrm{E}[V]}{\mathrm{E}[V^\top H V]}",
         r"\Delta L=\frac{(\mu^\top\mathrm{E}[V])^2}{2\,\mathrm{E}[V^\top H V]}",),
        (
            Symbol(r"\mu", "derive-mu"), Symbol("V", "derive-v"), Symbol("H", "derive-h"),
            Symbol(r"\sum|\mu|", "quantity-gradient-l1", "lr_scale", estimate("gradient_l1"), "loss-per-parameter"),
            Symbol("T", "quantity-trace", "", estimate("trace"), "curvature"),
        ),
        quadratic, _lemma, STORY, ("exact", "plateau"),
    ),
    Stage(
        "signs",
        (r"E_i=\mathrm{erf}\!\left(\sqrt{B/2}\;z_i\right)", r"z_i=\mu_i/\sigma_i",
         r"\varepsilon(B)=\frac{\sum_i E_i\,\mu_i}{T+\sum_{i\neq j}E_iE_jH_{ij}}"),
        (
            Symbol("z", "derive-z", "snr", mean_snr, "per-example"),
            Symbol(r"\varepsilon_0", "derive-scale", "lr_scale", scale, "rate-sign"),
            Symbol("R", "quantity-alignment", "alignment", estimate("alignment")),
            Symbol(r"T_\rho/T", "quantity-trace-ratio", "correlation", estimate("trace_ratio")),
        ),
        signs, _independent, SHARED, ("exact", "correlated", "plateau"),
    ),
    Stage(
        "line",
        (r"E_i\approx\sqrt{2B/\pi}\;z_i", r"\mathcal{B}_{noise}=\frac{\pi T}{2S}", r"S=\sum_{i\neq j}z_iz_jH_{ij}",
         r"\varepsilon(B)=\frac{2\,\varepsilon_{max}}{\sqrt{\mathcal{B}_{noise}/B}+\sqrt{B/\mathcal{B}_{noise}}}",
         r"\varepsilon_{max}=\frac{M}{2\sqrt{S\,T}}"),
        (
            Symbol("M", "quantity-signal", "snr", estimate("signal"), "loss-per-parameter"),
            Symbol("S", "quantity-coupling", "alignment", estimate("coupling"), "curvature"),
            Symbol(r"\mathcal{B}_{noise}", "quantity-noise-scale", "snr", estimate("noise_scale"), "examples"),
            Symbol(r"\varepsilon_{max}", "derive-top", "lr_scale", short_top, "rate-sign"),
        ),
        line, _line, WEAK, ("exact", "surge", "plateau"),
    ),
    Stage(
        "settled",
        (r"\varepsilon_\infty=\frac{\sum_i|\mu_i|}{\sum_{ij}s_is_jH_{ij}}=\frac{\varepsilon_0}{1+R}",
         r"s_i=\mathrm{sign}\,\mu_i\neq 0",),
        (
            Symbol("R", "quantity-alignment", "alignment", estimate("alignment")),
            Symbol(r"\varepsilon_\infty", "derive-plateau", "alignment", plateau, "rate-sign"),
        ),
        settled, _settled, SPREAD, ("exact", "plateau"),
    ),
    Stage(
        "drop",
        (r"\Delta L(B)\approx\frac{\Delta L_{max}}{1+\mathcal{B}_{noise}/B}", r"\Delta L_{max}=\frac{M^2}{2S}",),
        (
            Symbol(r"\Delta L_{max}", "derive-drop-top", "lr_scale", short_drop, "loss"),
            Symbol(r"\mathcal{B}_{noise}", "quantity-noise-scale", "snr", estimate("noise_scale"), "examples"),
        ),
        drop, _drop, WEAK, ("exact", "surge"),
    ),
    Stage(
        "adam",
        (r"B\;\to\;\frac{1+\beta_1}{1-\beta_1}\,B",),
        (Symbol(r"\beta_1", "derive-beta", "momentum"),),
        nothing, _adam, WARM, ("exact", "surge", "plateau"),
    ),
)  # fmt: skip


def table(stage: Stage, of: Explanation) -> pd.DataFrame:
    """Each symbol with its meaning, the slider of Explore that moves it, and its value at a checkpoint."""
    sliders = {spec.name: param(spec) for spec in NoiseModel.params}
    return pd.DataFrame(
        {
            say("column-symbol"): [f"${symbol.tex}$" for symbol in stage.symbols],
            say("column-meaning"): [symbol.meaning for symbol in stage.symbols],
            say("derive-slider"): [sliders.get(symbol.slider, "–") for symbol in stage.symbols],
            say("derive-measured"): [
                why.number(symbol.value(of)) if symbol.value else number(None) for symbol in stage.symbols
            ],
        }
    ).set_index(say("column-meaning"))
