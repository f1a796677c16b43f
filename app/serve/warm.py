"""What is done before the first visitor comes, and when the server stops."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from choice import catalogue, waiting

from surgecore import SweepError
from surgecore.tables.guarded import read_guarded

if TYPE_CHECKING:
    from streamlit.web.server.starlette import App

_APP = Path(__file__).resolve().parents[1]
#: Rooms that can be loaded without a page; components need one.
_ROOMS = ("figures", "learn", "explore", "sweep", "evidence", "train")
#: "all" analyses every bundled sweep while nobody waits, for a class that comes all at once.
WARM = "SURGE_WARM"


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """Load what pages are made of, read the catalogue, and leave the analyses to the workers."""
    await asyncio.to_thread(_load)
    yield
    waiting.workers().end()


def _load() -> None:
    for room in _ROOMS:
        for path in sorted((_APP / room).glob("*.py")):
            import_module(f"{room}.{path.stem}" if path.stem != "__init__" else room)
    threading.Thread(target=_start_a_reader, daemon=True).start()
    titles = list(catalogue.places())
    catalogue.explanations()
    everything = os.environ.get(WARM) == "all"
    waiting.warm([catalogue.bundled(title) for title in (titles if everything else titles[:1])])


def _start_a_reader() -> None:
    """The first file of the first visitor does not wait for it; where it cannot start, that visitor is told."""
    with suppress(SweepError, OSError):
        read_guarded(b"batch_size,learning_rate,loss\n8,0.1,1\n16,0.1,2\n")
