"""Phrases: every string that a person reads stands in one file a language, shared by Python and the browser.

The files are Fluent (https://projectfluent.org), one a language beside this module; `en.ftl` is the source. A phrase
is named for what it says, in the section of the room whose results it is about, and gets numbers that are formatted
already (`numbers`), or whole numbers where its plural depends on them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

_HERE = Path(__file__).parent


@cache
def _bundle(language: str) -> FluentBundle:
    file = _HERE / f"{language}.ftl"
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


def say(phrase: str, /, *, language: str = "en", **values: str | int | float) -> str:
    """One phrase of a language, with its values.

    Parameters
    ----------
    phrase : str
        Its name in the phrase file, or "name.attribute".
    language : str, optional
        Which phrase file.
    **values : str, int or float
        What stands in it; whole numbers choose plurals, other numbers come formatted as text.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the language has no such phrase, or a value of it is missing.

    Examples
    --------
    >>> say("count-runs", count=1), say("count-runs", count=12)
    ('1 run', '12 runs')
    """
    bundle = _bundle(language)
    name, _, attribute = phrase.partition(".")
    message = bundle.get_message(name) if bundle.has_message(name) else None
    pattern = None if message is None else message.attributes.get(attribute) if attribute else message.value
    if pattern is None:
        raise ValueError(f"phrase must stand in {language}.ftl, but got {phrase!r}")
    text, errors = bundle.format_pattern(pattern, values)
    if errors:
        raise ValueError(f"values must fill the phrase {phrase!r}, but got {sorted(values)}: {errors[0]}")
    return str(text)
