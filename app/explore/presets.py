"""Lessons of the Explore page: noise models that each show one thing the theory says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explore.state import DEFAULT_MODEL, LESSONS, ExploreState
from surgecore.words import say

_PLAIN = replace(DEFAULT_MODEL, lr_scale=0.3, snr=0.05, snr_spread=0.0, alignment=8.0)
_EXACT = ("exact", "correlated", "surge", "plateau")


@dataclass(frozen=True)
class Lesson:
    key: str
    state: ExploreState

    def to_json(self) -> dict[str, object]:
        return {
            "key": self.key, "label": say(f"lesson-{self.key}"), "teaches": say(f"lesson-{self.key}-teaches"),
            "model": vars(self.state.model), "curves": list(self.state.curves), "t": self.state.t,
        }  # fmt: skip


_STATES = {
    "figure1": ExploreState(replace(_PLAIN, alignment=20.0, snr_spread=0.6), ("exact", "surge", "plateau", "sgd")),
    "no_surge": ExploreState(replace(_PLAIN, alignment=0.6), _EXACT),
    "two_peaks": ExploreState(replace(_PLAIN, snr_spread=2.5, alignment=10.0, blocks=2), _EXACT),
    "correlated": ExploreState(replace(_PLAIN, alignment=3.0, correlation=0.6), _EXACT),
    "late": ExploreState(replace(_PLAIN, alignment=8.0, snr_spread=0.3), _EXACT, t=0.85),
}
PRESETS = tuple(Lesson(key, replace(_STATES[key], lesson=key)) for key in LESSONS)
