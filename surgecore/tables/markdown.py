"""Tables in prose: Markdown, the boxes that databases and consoles draw, and fenced code."""

from __future__ import annotations

import re

_RULE = re.compile(r"^[ \t]*(?:[|+][ \t]*)?:?[-=]{2}[-=+|: \t]*$")
_ANY_RULE = re.compile(r"^[ \t]*(?:[|+:][ \t]*)?:?[-=]{2}[-=+|: \t]*$", re.MULTILINE)
_MARKUP = re.compile(r"[*`]{1,3}(?=\S)|(?<=\S)[*`]{1,3}")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^\[)]*\)")


def plain_table(text: str) -> str:
    """The largest table in a text as tab-separated lines, each on the line where it stood; else the text as it is.

    Parameters
    ----------
    text : str
        A file with ``\\n`` at the end of lines.

    Returns
    -------
    str
        With as many lines as before up to the end of the table.
    """
    head = text[: 2**18]
    if "|" in head and _ANY_RULE.search(head):
        lines = text.split("\n")
        block = _largest(lines)
        if block is not None:
            first, last = block
            kept = ["" if _RULE.match(line) else _cells(line) for line in lines[first : last + 1]]
            kept[0] = _MARKUP.sub("", kept[0])
            return "\n" * first + "\n".join(kept)
    if "```" in head:
        return _fenced(text)
    return text


def _largest(lines: list[str]) -> tuple[int, int] | None:
    """First and last line of the longest run of lines with bars that holds a rule."""
    best: tuple[int, int] | None = None
    start, ruled, begun = 0, False, False
    for index, line in enumerate([*lines, ""]):
        rule = bool(_RULE.match(line)) and ("|" in line or "+" in line or begun)
        if rule or "|" in line:
            if not begun:
                start, ruled, begun = index, False, True
            ruled = ruled or rule
        elif begun:
            begun = False
            if ruled and (best is None or index - start > best[1] - best[0] + 1):
                best = start, index - 1
    if best is None:
        return None
    first = next((i for i in range(best[0], best[1] + 1) if not _RULE.match(lines[i])), None)
    return None if first is None else (first, best[1])


def _cells(line: str) -> str:
    row = line.strip()
    row = row.removeprefix("|").removesuffix("|")
    cells = re.split(r"(?<!\\)\|", row)
    return "\t".join(_LINK.sub(r"\1", cell.replace("\t", " ")).strip() for cell in cells)


def _fenced(text: str) -> str:
    """What stands in the largest fence, on its own lines."""
    lines = text.split("\n")
    fences = [index for index, line in enumerate(lines) if line.lstrip().startswith("```")]
    spans = list(zip(fences[::2], [*fences[1::2], len(lines)], strict=False))
    if not spans:
        return text
    first, last = max(spans, key=lambda span: span[1] - span[0])
    return "\n" * (first + 1) + "\n".join(lines[first + 1 : last])
