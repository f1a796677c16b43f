"""Measure the law's ingredients at a checkpoint: signal, spread, correlation and curvature (torch).

Means, spreads and skewness come from gradients of single examples, curvature from Hessian-vector products.
Products of means are unbiased split-sample estimates (no block of examples is multiplied with itself), unless
all examples of the data set are used, which have no sampling error as minibatches are drawn from them with
replacement. Intervals are those of Student's t: where the error is above a third of the number, estimates are
skewed and the interval covers less often than it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import pi, sqrt

import numpy as np
import torch
from scipy.special import gammaln
from torch import Tensor

from surgecore.measuring.curvature import DENSE_LIMIT, Curvature
from surgecore.measuring.gradient_sample import GradientSample
from surgecore.measuring.groups import quantile_groups
from surgecore.measuring.probes import Probe
from surgecore.measuring.statistic import Statistic, ratio, unspiked
from surgecore.measuring.updates import Updates
from surgecore.why.measurement import Estimate, Groups, Prediction

_GROUPS = 32


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Attributes
    ----------
    examples : int or None
        Examples drawn with replacement; None for all of the data set.
    blocks : int
        Blocks of the split-sample estimates.
    probes : int
        Rademacher vectors for the curvature's diagonal.
    twins : int
        Gaussian vectors that stand for the noise: they give the cost of correlation.
    updates : int
        Minibatches at each batch size.
    dense_limit : int
        Up to so many parameters the whole Hessian is computed.
    """

    examples: int | None = None
    blocks: int = 16
    probes: int = 64
    twins: int = 256
    updates: int = 256
    dense_limit: int = DENSE_LIMIT

    def cost(self, size: int, n_examples: int, batch_sizes: Sequence[int]) -> dict[str, int]:
        """Work before it starts, in passes over examples.

        Parameters
        ----------
        size : int
            Parameters.
        n_examples : int
            Examples of the data set (1 where there is no end of them).
        batch_sizes : sequence of int
            Batch sizes of the curves.

        Returns
        -------
        dict
            ``gradients``: gradients of single examples; ``products``: Hessian-vector products, each over all
            examples; ``megabytes``: of the vectors kept.
        """
        blocks = 1 if self.examples is None else self.blocks
        products = 3 * blocks + _GROUPS + 1 + self.twins
        products += len(batch_sizes) * (blocks + self.twins + self.updates)
        dense = size <= self.dense_limit
        gradients = (self.examples or n_examples) + sum(b * self.updates for b in batch_sizes)
        kept = (blocks + self.twins + self.updates + (size if dense else 2 * self.probes)) * size * 8
        return {
            "gradients": gradients,
            "products": size if dense else products + self.probes,
            "megabytes": -(-kept // (1 << 20)),
        }


class Laboratory:
    """One checkpoint, its gradients and its curvature, collected once.

    Parameters
    ----------
    probe : Probe
        The model at its checkpoint.
    effort : Effort, optional
        How much is computed.
    seed : int, optional
        Of all random draws; the same seed gives the same numbers, bit for bit, on a CPU.

    Attributes
    ----------
    sample : GradientSample
        Statistics of the per-example gradients.
    curvature : Curvature
        Of the loss over all examples.
    """

    def __init__(self, probe: Probe, effort: Effort | None = None, *, seed: int = 0) -> None:
        self.probe, self.effort, self.seed = probe, effort or Effort(), seed
        generator = torch.Generator().manual_seed(seed)
        e = self.effort
        self.sample = GradientSample.collect(
            probe, examples=e.examples, blocks=e.blocks, twins=e.twins, generator=generator
        )
        self.curvature = Curvature(probe, probes=e.probes, generator=generator, dense_limit=e.dense_limit)

    # --- numbers ----------------------------------------------------------------------------------------

    @cached_property
    def statistics(self) -> dict[str, Statistic]:
        """The sums of the law by key, as in `surgecore.why.measurement.QUANTITIES`, with the errors' parts."""
        s, c = self.sample, self.curvature
        z, m = s.snr, s.means
        trace = c.diagonal_sum(s.alive.to(z.dtype))
        snr_form = s.pairs(z, c.products(z))
        snr_diagonal = self._diagonal_pairs(z)
        along = c.products(m)
        return {
            "trace": trace,
            "signal": s.pairs(z, m),
            "snr_form": snr_form,
            "snr_diagonal": snr_diagonal,
            "coupling": snr_form - snr_diagonal,
            "correlated_trace": self._correlated_trace(),
            "gradient_square": s.pairs(m, m),
            "gradient_form": s.pairs(m, along),
            "spread": Statistic.mean("examples", s.traces),
            "spread_form": self._spread_form(along),
        }

    def numbers(self) -> dict[str, Estimate]:
        """All numbers of `surgecore.why.measurement.QUANTITIES` with standard errors and intervals."""
        s = self.sample
        x = self.statistics
        out = {"loss": Estimate(float(self.probe.losses(self.probe.start[None])[0]))}
        out |= {
            key: x[key].estimate()
            for key in ("signal", "trace", "snr_form", "snr_diagonal", "coupling", "correlated_trace")
        }
        negative = "no_coupling" if x["coupling"].value <= 0 else ""
        out["noise_scale"] = ratio(x["trace"].scaled(pi / 2), x["coupling"], negative)
        out["trace_ratio"] = ratio(x["correlated_trace"], x["trace"])
        out["simple_noise_scale"] = ratio(x["spread"], x["gradient_square"])
        out["sgd_noise_scale"] = ratio(x["spread_form"], x["gradient_form"])
        out["gradient_l1"] = l1 = self._gradient_l1()
        spread = float(s.std.sum()) / _std_bias(s)
        ends = (l1.low, l1.high) if l1.low and l1.high else (None, None)
        out["l1_noise_scale"] = Estimate(
            (spread / l1.value) ** 2 if l1.value else np.nan,
            None if l1.stderr is None else 2 * spread**2 / l1.value**3 * l1.stderr,
            None if ends[1] is None else (spread / ends[1]) ** 2,
            None if ends[0] is None else (spread / ends[0]) ** 2,
            l1.reason,
        )
        out["alignment"] = self._alignment()
        out["leading_correlation"] = Estimate(self._leading_correlation(), reason="no_error_known")
        alive = s.skewness[s.alive]
        out["skewness"] = Estimate(float(alive.square().mean().sqrt()), reason="no_error_known")
        return out

    def _diagonal_pairs(self, vectors: Tensor) -> Statistic:
        # sum of h_i f_ki f_li over pairs of blocks: errors of the blocks and of the curvature probes
        diagonal = self.curvature.diagonal.mean(dim=0)
        over_blocks = self.sample.pairs(vectors, vectors * diagonal)
        if self.curvature.exact:
            return over_blocks
        k = len(vectors)
        if k == 1:
            weights = vectors[0].square()
        else:
            weights = (vectors.sum(dim=0).square() - vectors.square().sum(dim=0)) / (k * (k - 1))
        over_probes = self.curvature.diagonal_sum(weights)
        return Statistic(over_blocks.value, {**over_blocks.parts, **over_probes.parts})

    def _correlated_trace(self) -> Statistic:
        twins = self.sample.twins
        if not twins.shape[1]:
            return Statistic(np.nan)
        blocks = [self.curvature.forms(each.sign()) for each in twins]
        if self.sample.exact:
            return Statistic.mean("twins", blocks[0].cpu().numpy())
        return self.sample.per_block(torch.stack([forms.mean() for forms in blocks]))

    def _spread_form(self, along: Tensor) -> Statistic:
        s, c = self.sample, self.curvature
        if not s.exact:
            return s.covariance_form(along)
        if c.dense is None:
            return Statistic.mean("twins", c.forms(s.twins[0]).cpu().numpy())
        total = 0.0
        for chunk in self.probe.gradients(self.probe.everything()):
            total += float(c.forms(chunk - s.mean).sum())
        return Statistic(total / s.n)

    def _gradient_l1(self) -> Estimate:
        s = self.sample
        if s.exact:
            return Estimate(float(s.mean.abs().sum()))
        k = len(s.means)
        others = (s.means.sum(dim=0) - s.means) / (k - 1)
        below = s.per_block((others.sign() * s.means).sum(dim=1))
        above = s.per_block((s.mean.sign() * s.means).sum(dim=1))
        low = below.value - below.width * sqrt(below.variance)
        high = above.value + above.width * sqrt(above.variance)
        # from a sum that is too small (signs of other examples) to one that is too large
        return Estimate(below.value, sqrt(below.variance), low, high, "between_bounds")

    def _alignment(self) -> Estimate:
        s, c = self.sample, self.curvature
        if not s.exact:
            return Estimate(np.nan, reason="needs_all_examples")
        sign = s.mean.sign()
        form = Statistic(float(c.forms(sign[None])[0])) - c.diagonal_sum(sign.square())
        return form.over(c.diagonal_sum(s.alive.to(sign.dtype))).estimate()

    def _leading_correlation(self) -> float:
        """Largest eigenvalue of the gradients' correlations over their number."""
        s = self.sample
        if s.exact and self.curvature.exact:  # small enough for a matrix of all pairs
            correlations = torch.zeros(self.probe.size, self.probe.size, dtype=s.std.dtype, device=s.std.device)
            for chunk in self.probe.gradients(self.probe.everything()):
                scaled = s.over_std(chunk - s.mean)
                correlations += scaled.T @ scaled / s.n
            return float(torch.linalg.eigvalsh(correlations)[-1]) / float(s.alive.sum())
        twins = s.twins.flatten(0, 1)
        if not len(twins):
            return float("nan")
        scaled = s.over_std(twins)
        largest = float(torch.linalg.eigvalsh(scaled @ scaled.T / len(scaled))[-1])
        return unspiked(largest, float(s.alive.sum()) / len(scaled)) / float(s.alive.sum())

    # --- the ladder -------------------------------------------------------------------------------------

    def surge(self, batch_sizes: Sequence[int]) -> list[Prediction]:
        """Theorem 3 from T, S and M (eqs. 13-16); NaN where S is not positive."""
        x = self.statistics
        rise = x["signal"].over(x["trace"]).scaled(sqrt(2 / pi))
        out = []
        for b in batch_sizes:
            # sqrt(2B/pi) M / (T + 2 B S / pi)
            bottom = x["trace"] + x["coupling"].scaled(2 * b / pi)
            lr = rise.scaled(sqrt(b)).times(x["trace"].over(bottom))
            positive = x["coupling"].value > 0
            out.append(
                Prediction("sign", "surge", b, lr.estimate() if positive else Estimate(np.nan, reason="no_coupling"))
            )
        return out

    def independent(self, batch_sizes: Sequence[int]) -> list[Prediction]:
        """Theorem 2 with error functions: e(B)^T H e(B) by products with the curvature (eq. 9)."""
        s, c = self.sample, self.curvature
        trace = c.diagonal_sum(s.alive.to(s.means.dtype))
        out = []
        for b in batch_sizes:
            scale = self._deconvolved(b)
            if scale is None:
                out.append(Prediction("sign", "independent", b, _too_large(s.block_size)))
                continue
            e = torch.erf(s.signal(scale / sqrt(2)))
            bottom = trace + s.pairs(e, c.products(e)) - self._diagonal_pairs(e)
            out.append(Prediction("sign", "independent", b, _lr(s.pairs(e, s.means), bottom)))
        return out

    def correlated(self, batch_sizes: Sequence[int]) -> list[Prediction]:
        """Gaussian gradients with the measured covariance: signs of the mean plus twins of the noise."""
        s = self.sample
        out = []
        for b in batch_sizes:
            if self._deconvolved(b) is None:
                out.append(Prediction("sign", "correlated", b, _too_large(s.block_size)))
                continue
            # a block's mean already has its share b / block_size of the noise
            share = 1.0 if s.exact else sqrt(1.0 - b / s.block_size)
            signs = (sqrt(b) * s.means[:, None] + share * s.twins).sign()
            forms = torch.stack([self.curvature.forms(each) for each in signs])
            if s.exact:
                # the mean sign is known, so only the curvature is sampled
                top = Statistic(float(torch.erf(s.signal(sqrt(b / 2)))[0] @ s.mean))
                bottom = Statistic.mean("twins", forms[0].cpu().numpy())
            else:
                top = s.pairs(signs.mean(dim=1), s.means)
                bottom = s.per_block(forms.mean(dim=1))
            out.append(Prediction("sign", "correlated", b, _lr(top, bottom)))
        return out

    def sampled(self, batch_sizes: Sequence[int], updates: Updates, optimizer: str = "sign") -> list[Prediction]:
        """Lemma 1 with real updates V: mean(G.V) / mean(V.HV), whatever their distribution (eqs. 6-7)."""
        s = self.sample
        out = []
        for b in batch_sizes:
            v = updates(b, self.effort.updates).to(self.probe.start)
            forms = Statistic.mean("updates", self.curvature.forms(v).cpu().numpy())
            along = Statistic.mean("updates", (v @ s.mean).cpu().numpy())
            if not s.exact:  # the gradient's own error, at the mean update
                mine = s.per_block(s.means @ v.mean(dim=0))
                along = Statistic(along.value, {**along.parts, **mine.parts})
            out.append(Prediction(optimizer, "sampled", b, _lr(along, forms)))
        return out

    def sgd(self, batch_sizes: Sequence[int]) -> list[Prediction]:
        """Plain SGD: |G|^2 / (G^T H G + noise / B) (1812.06162, eqs. 2.6-2.8).

        The noise is the sum of sigma_i^2 H_ii for independent coordinates, tr(H Sigma) for correlated ones.
        """
        x = self.statistics
        diagonal = self.curvature.diagonal_sum(self.sample.std.square())
        out = []
        for rung, noise in (("independent", diagonal), ("correlated", x["spread_form"])):
            for b in batch_sizes:
                lr = _lr(x["gradient_square"], x["gradient_form"] + noise.scaled(1 / b))
                out.append(Prediction("sgd", rung, b, lr))
        return out

    def adam(self, batch_sizes: Sequence[int], beta1: float = 0.9) -> list[Prediction]:
        """Adam with a warm state and beta2 near 1, one step, Gaussian gradients; needs all examples.

        The mean update is a / sqrt(1 + a^2) with a = sqrt(B) mu / sigma, and its covariance is that of the
        gradients, scaled to c (1 - E^2) on the diagonal with c = (1 - beta1) / (1 + beta1) (Su, kexue.fm
        11301).

        Raises
        ------
        ValueError
            If the gradients are a sample.
        """
        s, c = self.sample, self.curvature
        if not s.exact:
            raise ValueError("the law of a warm Adam needs all examples of the data set, but got a sample")
        share = (1 - beta1) / (1 + beta1)
        out = []
        for b in batch_sizes:
            a = s.signal(sqrt(b))[0]
            e = a / (1 + a.square()).sqrt()
            top, fixed = Statistic(float(e @ s.mean)), Statistic(float(c.forms(e[None])[0]))
            rest = (1 - e.square()).sqrt() * s.alive
            noise = c.diagonal_sum(rest.square()).scaled(share)
            twins = c.forms(s.twins[0] * torch.where(s.alive, rest / s.std, torch.zeros_like(rest)))
            joint = Statistic.mean("twins", twins.cpu().numpy()).scaled(share)
            out.append(Prediction("adam_warm", "independent", b, _lr(top, fixed + noise)))
            out.append(Prediction("adam_warm", "correlated", b, _lr(top, fixed + joint)))
        return out

    def _deconvolved(self, batch_size: int) -> float | None:
        # erf(c z / sqrt 2) of a block's noisy z is unbiased for the mean sign at B if c^2 = B / (1 - B/block)
        if self.sample.exact:
            return sqrt(batch_size)
        if batch_size >= self.sample.block_size:
            return None
        return sqrt(batch_size / (1.0 - batch_size / self.sample.block_size))

    # --- the quantile summary ---------------------------------------------------------------------------

    def groups(self, count: int = _GROUPS) -> Groups:
        """Parameters in groups of equal numbers by signal to noise, for a small file and a fast curve.

        Parameters
        ----------
        count : int, optional
            Number of groups.

        Returns
        -------
        Groups
            A plug-in summary: where examples are a sample, its signal to noise includes theirs.
        """
        return quantile_groups(self.probe, self.sample, self.curvature, count)


def _lr(top: Statistic, bottom: Statistic) -> Estimate:
    if not bottom.value > 0:
        return Estimate(np.nan, reason="no_curvature_along")
    return ratio(top, bottom)


def _too_large(block_size: int) -> Estimate:
    return Estimate(np.nan, reason="needs_smaller_batches")


def _std_bias(sample: GradientSample) -> float:
    dof = sample.n - len(sample.means)
    if sample.exact:
        return 1.0
    return float(np.sqrt(2 / dof) * np.exp(gammaln((dof + 1) / 2) - gammaln(dof / 2)))
