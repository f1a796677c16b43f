"""What a file may hold, decoded: beyond these it is refused at once, and its memory and time stay bounded."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from surgecore.tables.problems import ProblemCode, refused

#: Largest file, unpacked [bytes]; most columns, rows and cells; longest line [bytes].
MAX_BYTES = 200 * 2**20
MAX_COLUMNS = 1000
MAX_ROWS = 5_000_000
MAX_CELLS = 50_000_000
MAX_LINE = 2**20
#: Most problems that are listed one by one.
MAX_PROBLEMS = 1000
#: What reading may take on the command line [s].
READ_SECONDS = 600.0


class _Late(BaseException):
    pass


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A limit on what is done meanwhile in the main thread; in another thread there is none.

    Parameters
    ----------
    seconds : float
        Time by the clock [s].

    Raises
    ------
    SweepError
        If it takes longer: at the next instruction of Python's own, so a library's call is not cut short.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        with _alarm(seconds):
            yield
    except _Late:
        raise refused(ProblemCode.READ_TIME, limit=round(seconds)) from None


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    late = False

    def ring(number: int = 0, frame: FrameType | None = None) -> None:
        raise _Late

    if hasattr(signal, "setitimer"):
        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return

    def interrupt() -> None:  # where there is no timer: as if somebody had pressed Ctrl-C
        nonlocal late
        late = True
        _thread.interrupt_main()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if late:
            raise _Late from None
        raise
    finally:
        timer.cancel()
