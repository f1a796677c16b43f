"""Phrases: every string that a person reads stands in one file a language, shared by Python and the browser.

The files are Fluent (https://projectfluent.org), one a language beside this module; `en.ftl` is the source. A phrase
is named for what it says, in the section of the room whose results it is about, and gets numbers that are formatted
already (`numbers`), or whole numbers where its plural depends on them.

The language is that of the environment variable SURGE_LANGUAGE, English by default. "pseudo" is English with accents
on every letter and 40 % longer, made from `en.ftl` as it is asked for: what stays plain on a page is not in the file,
and what is cut off there will be cut off in German.
"""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fluent.runtime.resolver import Message

_HERE = Path(__file__).parent
PSEUDO = "pseudo"
#: Environment variable that names the language.
LANGUAGE = "SURGE_LANGUAGE"


def current_language() -> str:
    """Language of this process: the environment's, English by default."""
    return os.environ.get(LANGUAGE, "").strip() or "en"


def languages() -> tuple[str, ...]:
    """Languages that have a phrase file, English first."""
    return tuple(sorted((path.stem for path in _HERE.glob("*.ftl")), key=lambda name: (name != "en", name)))


@cache
def resource(name: str = "en") -> str:
    """The phrases of a language as Fluent text, for a runtime of the browser's.

    Parameters
    ----------
    name : str, optional
        Language; "pseudo" for accented, longer English.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if name == PSEUDO:
        from surgecore.words.pseudo import accented

        return accented(resource("en"))
    if name not in languages():
        raise ValueError(f"language must be {', '.join((*languages(), PSEUDO))}, but got {name!r}")
    return (_HERE / f"{name}.ftl").read_text(encoding="utf-8")


def section(title: str, name: str | None = None) -> str:
    """One section of the phrases as Fluent text.

    Parameters
    ----------
    title : str
        As it stands after ``##`` in `en.ftl`, such as "page: explore".
    name : str, optional
        Language; that of the process by default.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such section or language.
    """
    found = _sections(name or current_language())
    if title not in found:
        raise ValueError(f"section must be one of {sorted(found)}, but got {title!r}")
    return found[title].strip() + "\n"


@cache
def _sections(name: str) -> Mapping[str, str]:
    parts = re.split(r"(?m)^## (.+)$", resource(name))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _has_fluent() -> bool:
    try:
        return find_spec("fluent.runtime") is not None
    except ModuleNotFoundError:
        return False


class _Phrases:
    """Phrases of one language, each parsed when it is first said: a process says few of them, and all take long."""

    def __init__(self, name: str) -> None:
        from fluent.runtime import FluentBundle

        text = resource(name)
        found = list(re.finditer(r"(?m)^(-?[a-zA-Z][\w-]*) *=", text))
        ends = [*(match.start() for match in found[1:]), len(text)]
        self._unread = {match[1]: text[match.start() : end] for match, end in zip(found, ends, strict=True)}
        self._lock = RLock()
        self.bundle = FluentBundle(["en" if name == PSEUDO else name], use_isolating=False)

    def find(self, message: str) -> Message | None:
        with self._lock:
            self._read(message)
        return self.bundle.get_message(message) if self.bundle.has_message(message) else None

    def _read(self, name: str) -> None:
        """Parse a phrase and those that stand in it: values have a dollar sign, functions are in capitals."""
        from fluent.runtime import FluentResource

        if (source := self._unread.pop(name, None)) is not None:
            self.bundle.add_resource(FluentResource(source))
            for other in re.findall(r"\{\s*(-?[a-z][\w-]*)", source):
                self._read(other)


@cache
def _phrases(name: str) -> _Phrases | None:
    return _Phrases(name) if _has_fluent() else None


def has(phrase: str) -> bool:
    """Whether the process's language has a phrase, or a "name.attribute" of one."""
    phrases = _phrases(current_language())
    message, _, attribute = phrase.partition(".")
    found = None if phrases is None else phrases.find(message)
    return found is not None and (not attribute or attribute in found.attributes)


def say(phrase: str, /, *, language: str | None = None, **values: str | int | float) -> str:
    """One phrase of a language, with its values.

    Parameters
    ----------
    phrase : str
        Its name in the phrase file, or "name.attribute".
    language : str, optional
        Which phrase file; that of the process by default.
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
    >>> say("seeds", count=1), say("seeds", count=12)
    ('1 seed', '12 seeds')
    """
    return _said(language or current_language(), phrase, **values)


# typed: 1 and 1.0 are equal, and are not written alike
@lru_cache(maxsize=16_384, typed=True)
def _said(name: str, phrase: str, /, **values: str | int | float) -> str:
    phrases = _phrases(name)
    if phrases is None:
        return _bare(phrase, values)
    message, _, attribute = phrase.partition(".")
    found = phrases.find(message)
    pattern = None if found is None else found.attributes.get(attribute) if attribute else found.value
    if pattern is None:
        raise ValueError(f"phrase must stand in {name}.ftl, but got {phrase!r}")
    text, errors = phrases.bundle.format_pattern(pattern, values)
    if errors:
        raise ValueError(f"values must fill the phrase {phrase!r}, but got {sorted(values)}: {errors[0]}")
    return str(text)


def _bare(phrase: str, values: Mapping[str, object]) -> str:
    """A phrase on a machine that trains and has no Fluent: its name and what would stand in it."""
    return " ".join([phrase, *(f"{name}={value}" for name, value in values.items())])
