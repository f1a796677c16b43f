"""The pseudo-language: English with accents on every letter and 40 % longer."""

from __future__ import annotations

import re
from math import ceil

from fluent.syntax import FluentParser, FluentSerializer, ast
from fluent.syntax.visitor import Transformer

_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "àƀçđéƒĝħíĵķĺɱñöþǫřšţüṽŵẋýžÀƁÇĐÉƑĜĦÍĴĶĹṀÑÖÞǪŘŠŢÜṼŴẊÝŽ"
)
#: What is no English: formulas, code, tags, targets of links, icons.
_KEPT = re.compile(r"(\$[^$]+\$|`[^`]+`|<[^>]+>|\]\([^)]*\)|:material/\w+:|https?://\S+)")
_LONGER = 0.4


def accented(phrases: str) -> str:
    """Fluent text with every phrase accented and longer."""
    return str(FluentSerializer().serialize(_Pseudo().visit(FluentParser().parse(phrases))))


class _Pseudo(Transformer):
    """Accents on every letter of text, and vowels doubled until it is 40 % longer."""

    def visit_TextElement(self, node: ast.TextElement) -> ast.TextElement:  # noqa: N802 - the visitor's name
        parts = _KEPT.split(node.value)
        node.value = "".join(part if index % 2 else _accented(part) for index, part in enumerate(parts))
        return node


def _accented(text: str) -> str:
    letters = sum(c.isalpha() for c in text)
    more, out = ceil(_LONGER * letters), []
    for at, c in enumerate(text):
        # spread evenly over the letters, so that every word grows
        seen = sum(x.isalpha() for x in text[: at + 1])
        extra = c.isalpha() and seen * more // letters > (seen - 1) * more // letters
        out.append(c.translate(_ACCENTS) * (1 + extra))
    return "".join(out)
