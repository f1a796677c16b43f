"""Code of components: in their messages, or as files where the server has them: a browser then keeps it, compiled."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent
#: The address of a file below the server's; its name carries a digest of what is in it.
FOLDER = "static/surge"
#: Streamlit takes code as text: this is all of it, and knows where the files are from the page that has brought it.
_LOADER = (_HERE / "loader.txt").read_text(encoding="utf-8")
#: Whether the server answers for the files.
_served = False


def served_already() -> None:
    """From now on the server has the code as files."""
    global _served
    _served = True


def of(component: str) -> str:
    """What Streamlit takes for the code of a component."""
    return _LOADER.replace("@ADDRESS@", address(component)) if _served else text(component)


@cache
def text(component: str) -> str:
    """The code itself: a bundle, or the one module that there is."""
    folder = _HERE / component
    name = "bundle.js" if (folder / "bundle.js").exists() else "index.js"
    return (folder / name).read_text(encoding="utf-8")


@cache
def address(component: str) -> str:
    """Where the file is, below the server's own address."""
    return f"{FOLDER}/{component}.{sha256(text(component).encode()).hexdigest()[:12]}.js"


@cache
def files() -> dict[str, bytes]:
    """Every component's code by its address."""
    names = [path.parent.name for path in sorted(_HERE.glob("*/index.js")) if (path.parent / "__init__.py").exists()]
    return {address(name): text(name).encode() for name in names}
