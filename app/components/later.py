"""What a chart needs, sent after it: a browser takes longer over boxes than over a drawing."""

from __future__ import annotations

from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx


class Later:
    """Elements made in here answer their values at once and are sent with `send`, to the places where they were made.

    The order of what is sent is free where it goes to different containers.
    """

    def __init__(self) -> None:
        self._context: Any = get_script_run_ctx()
        self._kept: list[Any] = []

    def __enter__(self) -> Later:
        self._send, self._context._enqueue = self._context._enqueue, self._kept.append
        return self

    def __exit__(self, *failed: object) -> None:
        self._context._enqueue = self._send
        if failed[0] is not None:
            self.send()

    def send(self) -> None:
        """Send what was kept."""
        for message in self._kept:
            self._context._enqueue(message)
        self._kept.clear()
