"""Whether trials that were computed anew are those of a file, but for another machine's rounding.

Rounding grows along a run at a high learning rate until two machines have nothing but their distribution in common, but
at most rates it does not. How much it does is seen on one machine, by starts that are changed in their last digits.
Then half of the losses must be as near to the file's as that allows, and differences must be zero on average.

Measured on one chunk of fifteen bundled plans of every kind, the middle difference of the losses:

==============================  ============================  ============================  =========================
plans                           allowed                       other rounding                a rate off by 2 %
==============================  ============================  ============================  =========================
quadratic, softmax, digits      1e-5 to 4e-5                  0 to 4e-7                     2e-3 to 5e-2
transformer, GPT, MoE           1e-5                          0                             2e-4 to 1e-2
convolutional network           1e-5                          0                             1e-2
residual network                2e-2                          1e-3 to 6e-3                  2e-2: not seen
==============================  ============================  ============================  =========================

That was with one changed start and a hundred times what it does. One start tells little of plans to a target, whose
steps rounding moves: its middle difference was 3e-4 to 1.7e-1 where another start's was up to 30 times that. So three
starts are taken, and of each run the largest difference. Of four chunks of the residual network and of the memoryless
GPT (losses, steps) the middle of those is

======================================  ================  ================  ================  ================
chunk                                   starts            allowed           other rounding    a rate off by 2 %
======================================  ================  ================  ================  ================
residual network, Adam, batch 32        5e-3, 1e-2        1.3e-2, 2.5e-2    2.5e-3, 7e-4      1.1e-2, 2.7e-2
residual network, memoryless, batch 16  7e-2, 1.7e-1      1.8e-1, 4.3e-1    7e-2, 4e-2        3e-2, 4e-2: not seen
GPT, memoryless, batch 16               2.1e-3, 1.1e-2    5e-3, 2.8e-2      1.1e-3, 5e-3      4.4e-3, 4.1e-2
GPT, memoryless, batch 64               3.8e-3, 4.7e-3    1e-2, 1.2e-2      1.0e-3, 5e-4      3.0e-3, 1.6e-2
======================================  ================  ================  ================  ================

Other rounding is torch's without vector instructions, and MKL and oneDNN held to the oldest ones; it passed on all.
beta2 = 0.99 in place of 0.999 makes 2e-5 (transformer) to 4e-2, more than is allowed in all eight plans with Adam. The
memoryless residual network, where rounding alone moves steps by a tenth, sees coarse changes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

#: Half of the losses may differ by this, which another machine's rounding never reaches in runs that do not enlarge it,
#: and by so many times what starts do that are changed by these shares, in their last digits.
ROUNDING, _TIMES, NUDGES = 1e-5, 2.5, (2.0**-23, -(2.0**-23), 2.0**-22)
#: Chance at which the mean of the differences is called off zero though it is not; seeds below which that is not asked;
#: and the share of trials of which one may be complete and the other not, or one trial.
_CHANCE, _LEAST_SEEDS, _MOST_APART = 1e-5, 6, 0.1


@dataclass(frozen=True)
class Difference:
    """How far trials that were computed anew are from those of a file, in logarithms of the loss.

    Attributes
    ----------
    largest : float
        Of single trials; infinite where one of the two diverged or did not come to its end.
    middle, allowed : float
        The median of all, and how large it may be.
    errors : float
        Mean difference over the error that it may have, over the seeds of a batch size; 0 where they are too few.
    apart, most_apart : int
        Trials that are complete in one and not in the other, and how many there may be.
    """

    largest: float
    middle: float
    allowed: float
    errors: float
    apart: int
    most_apart: int

    @property
    def agrees(self) -> bool:
        """Whether another machine's rounding explains it."""
        return self.middle <= self.allowed and abs(self.errors) <= 1 and self.apart <= self.most_apart


def compared(then: pd.DataFrame, now: pd.DataFrame, nudged: Sequence[pd.DataFrame]) -> Difference:
    """Compare trials of the same runs.

    Parameters
    ----------
    then, now : DataFrame
        Columns batch_size, learning_rate, seed, loss: of the file, and computed anew. Every row of `now` must be among
        those of `then`.
    nudged : sequence of DataFrame
        Computed anew from starts that are changed in their last digits.
    """
    cell = ["batch_size", "learning_rate", "seed"]
    old = then.set_index(cell)["loss"].reindex(pd.MultiIndex.from_frame(now[cell])).to_numpy(dtype=np.float64)
    new, *others = (table["loss"].to_numpy(dtype=np.float64) for table in (now, *nudged))
    apart = np.isfinite(old) != np.isfinite(new)
    off = _logarithm(new, old)
    moved = np.max([np.abs(_logarithm(other, new)) for other in others], axis=0)
    allowed = ROUNDING + _TIMES * float(np.median(moved))
    largest = float("inf") if apart.any() else float(np.abs(off).max(initial=0.0))
    middle = float(np.median(np.where(apart, np.inf, np.abs(off))))
    # seeds are independent, learning rates of a seed share their minibatches
    means = pd.Series(off).groupby(now["seed"].to_numpy()).mean().to_numpy()
    errors = 0.0
    if len(means) >= _LEAST_SEEDS and largest > ROUNDING:
        error = float(means.std(ddof=1) / np.sqrt(len(means))) * -float(stdtrit(len(means) - 1, _CHANCE / 2))
        mean = float(means.mean())
        errors = mean / error if error else float("inf") * mean if mean else 0.0
    return Difference(largest, middle, allowed, errors, int(apart.sum()), max(1, int(_MOST_APART * len(apart))))


def _logarithm(new: NDArray[np.float64], old: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the ratio, 0 where there is none."""
    both = np.isfinite(new) & np.isfinite(old) & (new > 0) & (old > 0)
    return np.log(np.where(both, new, 1.0) / np.where(both, old, 1.0))
