"""The line that installs what a snippet needs: from the repository where its address is known, else a wheel."""

from __future__ import annotations

import os
import re
from importlib import metadata

from surgecore import __version__
from surgecore.words import say

#: Address of the repository, for a server that knows it; goes before what the package itself says.
VARIABLE = "SURGE_REPOSITORY"
#: What pip takes after "git+", and what cannot leave the quotes that it stands in.
_ADDRESS = re.compile(r"(https?|ssh)://[^\s\"'`$\\]+")


def repository() -> str | None:
    """The repository's address: of the environment, else `Repository` of the package's `[project.urls]`, else None."""
    found = os.environ.get(VARIABLE, "").strip() or _of_the_package()
    return found if _ADDRESS.fullmatch(found) else None


def _of_the_package() -> str:
    try:
        urls = metadata.metadata("surgecore").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # run from its folder, installed nowhere
        return ""
    named = (url.partition(",") for url in urls)
    return next((address.strip() for label, _, address in named if label.strip().lower() == "repository"), "")


def comment() -> str:
    """Two lines of a Python comment: what drew this, and the command that installs what it needs."""
    address = repository()
    package = f'"surgecore @ git+{address}"' if address else f"dist/surgecore-{__version__}-py3-none-any.whl"
    said = say("snippet-from-git" if address else "snippet-from-wheel", version=__version__)
    return f"# {said}\n# pip install plotly {package}\n"
