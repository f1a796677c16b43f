"""Tables of papers: what stands in the largest tabular of a LaTeX source."""

from __future__ import annotations

import re
from itertools import islice

#: Longest source and longest list of columns [characters], and most tabulars that are looked at.
_LONGEST, _LONGEST_HEAD, _MOST = 2**22, 2000, 50
_BEGIN = re.compile(r"\\begin\{(tabular[xy]?\*?|longtable|array)\}")
_COMMENT = re.compile(r"(?<!\\)%.*")
_RULES = re.compile(r"\\(?:hline|toprule|midrule|bottomrule|addlinespace|endhead|endfirsthead|endfoot|endlastfoot)\b"
                    r"|\\(?:cline|cmidrule|specialrule)(?:\([^()]*\))?(?:\{[^{}]*\})+")  # fmt: skip
_SPAN = re.compile(r"\\multicolumn\{(\d+)\}\{[^{}]*\}\{([^{}]*)\}")
_ROWS = re.compile(r"\\multirow\{[^{}]*\}\{[^{}]*\}\{([^{}]*)\}")
_STYLE = re.compile(r"\\(?:textbf|textit|emph|underline|mathbf|mathrm|text|textsc|num|bm|boldsymbol)\{([^{}]*)\}")
_SWITCH = re.compile(r"\\(?:bf|it|bfseries|itshape|small|footnotesize|scriptsize|centering|rowcolor\{[^{}]*\})\b ?")
_ROW_END = re.compile(r"\\\\(?:\[[^\[\]]*\])?|\\tabularnewline")
_CELL = re.compile(r"(?<!\\)&")
_NAMES = {r"\_": "_", r"\%": "%", r"\#": "#", r"\&": "&", r"\$": "", "$": "", "~": " ", r"\(": "", r"\)": "",
          r"\eta": "eta", r"\epsilon": "epsilon", r"\ell": "loss"}  # fmt: skip


def plain_tabular(text: str) -> str:
    """The largest tabular in a text as tab-separated lines, each row on the line where it began; else the text.

    Parameters
    ----------
    text : str
        A file with ``\\n`` at the end of lines.

    Returns
    -------
    str
    """
    if len(text) > _LONGEST or not _BEGIN.search(text[: 2**18]):
        return text
    bodies = [(found.end(), _end(text, found)) for found in islice(_BEGIN.finditer(text), _MOST)]
    start, end = max(bodies, key=lambda span: text.count("\\\\", *span))
    lines: list[str] = []
    row, begun = "", 0
    for line in _without_columns(text[start:end]).split("\n"):
        lines.append("")
        parts = _ROW_END.split(_RULES.sub(" ", _COMMENT.sub("", line)))
        for position, part in enumerate(parts):
            if not row.strip():
                begun = len(lines) - 1
            row += " " + part
            # a second row of one line stands on the next
            if position < len(parts) - 1:
                lines[begun] += ("\n" if lines[begun] else "") + _cells(row)
                row = ""
    if row.strip():
        lines[begun] += ("\n" if lines[begun] else "") + _cells(row)
    return "\n" * text.count("\n", 0, start) + "\n".join(lines)


def _end(text: str, begin: re.Match[str]) -> int:
    at = text.find(f"\\end{{{begin[1]}}}", begin.end())
    return len(text) if at < 0 else at


def _without_columns(body: str) -> str:
    """What follows the braces that say how columns are set."""
    at = depth = 0
    while at < min(len(body), _LONGEST_HEAD):
        if body[at] == "{":
            depth += 1
        elif body[at] == "}":
            depth -= 1
        elif depth == 0 and body[at] == "[":
            at = max(body.find("]", at), at)
        elif (depth == 0 and not body[at].isspace()) or (depth == 0 and body[at] == "\n"):
            break
        at += 1
    return body[at:]


def _cells(row: str) -> str:
    row = _SPAN.sub(lambda found: found[2] + "&" * (int(found[1][:2]) - 1), row)
    for pattern in (_ROWS, _STYLE, _STYLE):
        row = pattern.sub(r"\1", row)
    row = _SWITCH.sub("", row)
    cells = [cell.strip() for cell in _CELL.split(row)]
    for mark, plain in _NAMES.items():
        cells = [cell.replace(mark, plain) for cell in cells]
    return "\t".join(cell.replace("\t", " ").strip("{} ") for cell in cells)
