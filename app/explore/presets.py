"""States of the Explore page that teach one thing each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explore.state import DEFAULT_MODEL, ExploreState

_PLAIN = replace(DEFAULT_MODEL, lr_scale=0.3, snr=0.05, snr_spread=0.0, alignment=8.0)
_EXACT = ("exact", "correlated", "surge", "plateau")


@dataclass(frozen=True)
class Preset:
    key: str
    label: str
    teaches: str
    state: ExploreState

    def to_json(self) -> dict[str, object]:
        return {
            "key": self.key, "label": self.label, "teaches": self.teaches, "params": vars(self.state.model),
            "laws": list(self.state.curves), "t": self.state.t,
        }  # fmt: skip


PRESETS = (
    Preset(
        "figure1", "Figure 1: Adam and SGD",
        "Sign-like updates: the optimal learning rate rises, peaks and settles; that of SGD only rises.",
        ExploreState(replace(_PLAIN, alignment=20.0, snr_spread=0.6), ("exact", "surge", "plateau", "sgd")),
    ),
    Preset(
        "no_surge", "No surge: R < 1",
        "Theorem 3 always draws a peak. With little curvature between parameters the exact law has none.",
        ExploreState(replace(_PLAIN, alignment=0.6), _EXACT),
    ),
    Preset(
        "two_peaks", "Two peaks",
        "Very different signal to noise, curvature in two blocks: each block has a peak of its own.",
        ExploreState(replace(_PLAIN, snr_spread=2.5, alignment=10.0, blocks=2), _EXACT),
    ),
    Preset(
        "correlated", "Correlation kills it",
        "Theorems 2 and 3 take gradients as independent. A common factor removes most of the surge.",
        ExploreState(replace(_PLAIN, alignment=3.0, correlation=0.6), _EXACT),
    ),
    Preset(
        "late", "Late training",
        "As the loss falls, noise and lost alignment move the peak to larger batches, and it fades.",
        ExploreState(replace(_PLAIN, alignment=8.0, snr_spread=0.3), _EXACT, t=0.85),
    ),
)  # fmt: skip
