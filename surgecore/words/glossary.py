"""Terms that a page explains where they stand: names, the forms they are met in, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from surgecore.words.phrases import current_language, say, section


@dataclass(frozen=True)
class Term:
    """A term of the glossary.

    Attributes
    ----------
    name : str
        As it is listed.
    forms : tuple of str
        How it stands in sentences, the longest first.
    about : str
        What it means, in a sentence or two.
    """

    name: str
    forms: tuple[str, ...]
    about: str


def terms() -> tuple[Term, ...]:
    """All terms, in the order of the phrase file."""
    return _terms(current_language())


@cache
def _terms(language: str) -> tuple[Term, ...]:
    keys = re.findall(r"(?m)^(term-[\w-]+) =", section("glossary", language))
    found = []
    for key in keys:
        forms = sorted((form.strip() for form in say(f"{key}.forms", language=language).split("|")), key=len)
        found.append(Term(say(key, language=language), tuple(forms[::-1]), say(f"{key}.about", language=language)))
    return tuple(found)


def split(text: str, known: Sequence[Term] | None = None) -> Iterator[tuple[str, Term | None]]:
    """A text in parts: each term where it stands first, and what is between.

    Parameters
    ----------
    text : str
        Plain text.
    known : sequence of Term, optional
        Terms to look for; all by default.

    Yields
    ------
    tuple of str and Term or None
        The parts in order; together they are the text.

    Examples
    --------
    >>> [part for part, term in split("Above the noise scale the noise scale is far.") if term]
    ['noise scale']
    """
    by_form = {form.lower(): term for term in (terms() if known is None else known) for form in term.forms}
    if not by_form:
        yield text, None
        return
    forms = "|".join(re.escape(form) for form in sorted(by_form, key=len, reverse=True))
    met: set[str] = set()
    at = 0
    for match in re.finditer(rf"(?<![\w-])(?:{forms})(?![\w-])", text, re.IGNORECASE):
        term = by_form[match.group().lower()]
        if term.name in met:
            continue
        met.add(term.name)
        if match.start() > at:
            yield text[at : match.start()], None
        yield match.group(), term
        at = match.end()
    if at < len(text):
        yield text[at:], None
