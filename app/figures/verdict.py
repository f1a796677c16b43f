"""The verdict on a sweep as it stands on every page and in every report: a chip, and its sentence. Pure."""

from __future__ import annotations

from html import escape

from surgecore import Analysis
from surgecore.sweeps.verdict import SurgeVerdict
from surgecore.words import surge

_ARROWS = {"falls": "↘", "stays": "→", "open": "?"}


def chip(verdict: SurgeVerdict) -> str:
    """The kind of a verdict, told apart by sign, words and colour."""
    kind = surge.sign(verdict.decision)
    text = surge.chip(verdict.decision, verdict.fall_octaves)
    return f"<span class='chip {kind}' data-sign='{_ARROWS[kind]}'>{escape(text)}</span>"


def plain_block(analysis: Analysis) -> str:
    """Chip and sentence without markup, for a notebook."""
    short = surge.chip(analysis.verdict.decision, analysis.verdict.fall_octaves)
    return f"**{short}.** {surge.said(analysis)}"


def block(analysis: Analysis) -> str:
    """Chip and sentence."""
    return f"<div class='verdict'>{chip(analysis.verdict)}<span>{escape(surge.said(analysis))}</span></div>"
