"""A visitor without a browser: speaks Streamlit's own protocol, from the message classes of the installed Streamlit.

What a browser keeps is kept here: cookies, values of widgets, large messages by their hash, fragments that rerun by
themselves. A click ends when the server says that the script has finished.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class VisitError(Exception):
    """What a visitor would call an error."""


@dataclass
class Seen:
    """What one script run has put on the page."""

    texts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    received: int = 0


class Visitor:
    """One browser tab at an address.

    Parameters
    ----------
    address : str
        Of the server, `http://host:port`.
    path : str
        Page and query, as `sweep?sweep=...`.
    patience : float
        Seconds after which a click that has no end is an error.
    """

    def __init__(self, address: str, path: str = "", patience: float = 60.0) -> None:
        self.address, self.patience = address, patience
        self.page, _, self.query = path.partition("?")
        self.cookies: dict[str, str] = {}
        self.widgets: dict[str, WidgetState] = {}
        self.known: dict[str, ForwardMsg] = {}
        self.ids: dict[str, str] = {}
        self.options: dict[str, list[str]] = {}
        self.pages: dict[str, str] = {}
        self.hash, self.session, self.seen = "", "", Seen()
        self._socket: ClientConnection | None = None
        self._finished, self._urls = asyncio.Event(), asyncio.Event()
        self._file: Any = None
        self._tasks: list[asyncio.Task[None]] = []
        self._waves: dict[str, asyncio.Task[None]] = {}
        self._failed = ""

    async def open(self) -> float:
        """Ask for the page, connect, and wait for the first run to end; seconds it took."""
        start = time.perf_counter()
        for path in (f"/{self.page}", "/_stcore/health", "/_stcore/host-config"):
            status, _ = await asyncio.to_thread(self._http, "GET", path)
            if status != 200:
                raise VisitError(f"{path} answers {status}")
        await self._connect("")
        await self._run(page_name=self.page)
        return time.perf_counter() - start

    async def _connect(self, session: str) -> None:
        host = urlsplit(self.address).netloc
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        secure = "wss" if self.address.startswith("https") else "ws"
        try:
            self._socket = await connect(
                f"{secure}://{host}/_stcore/stream", origin=self.address, max_size=2**28, compression=None,
                subprotocols=["streamlit", self.cookies.get("_streamlit_xsrf", "x"), *([session] if session else [])],
                additional_headers={"Cookie": cookies} if cookies else {}, open_timeout=self.patience,
            )  # fmt: skip
        except WebSocketException as error:
            raise VisitError(str(error)) from error
        self._tasks.append(asyncio.create_task(self._listen(self._socket)))

    async def reconnect(self) -> float:
        """Lose the connection and come back, as a laptop that slept; seconds until the page stands again."""
        await self.close()
        self._failed, start = "", time.perf_counter()
        await self._connect(self.session)
        await self._run(page_script_hash=self.hash)
        return time.perf_counter() - start

    async def click(self, key: str, **value: Any) -> float:
        """Give the widget of that key a value, as `click("at", double_value=64)`; seconds until all is drawn."""
        if key not in self.ids:
            raise VisitError(f"no widget {key} on {self.page}: {sorted(self.ids)}")
        name = self.ids[key]
        self.widgets[name] = WidgetState(id=name, **value)
        try:
            return await self._run(page_script_hash=self.hash)
        finally:
            if "trigger_value" in value:
                del self.widgets[name]

    async def choose(self, key: str, option: str) -> float:
        """Press one of the buttons in a row."""
        name = self.ids[key]
        self.widgets[name] = WidgetState(id=name)
        self.widgets[name].string_array_value.data.append(option)
        return await self._run(page_script_hash=self.hash)

    async def go(self, page: str) -> float:
        """Open another page by its link."""
        self.query, self.page = "", page
        return await self._run(page_script_hash=self.pages[page])

    async def upload(self, key: str, name: str, data: bytes) -> float:
        """Drop a file on the uploader whose key begins so."""
        start = time.perf_counter()
        found = [other for other in self.ids if other.startswith(key)]
        if not found:
            raise VisitError(f"no uploader {key} on {self.page}: {sorted(self.ids)}")
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.append(name)
        self._urls.clear()
        await self._send(message)
        await self._wait(self._urls)
        urls, border = self._file, uuid.uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{border}--\r\n".encode()
        form = {"Content-Type": f"multipart/form-data; boundary={border}"}
        form["X-Xsrftoken"] = self.cookies.get("_streamlit_xsrf", "x")
        status, _ = await asyncio.to_thread(self._http, "PUT", urls.upload_url, body, form)
        if status != 204:
            raise VisitError(f"an upload answers {status}")
        state = WidgetState(id=self.ids[found[0]])
        file = state.file_uploader_state_value.uploaded_file_info.add()
        file.name, file.size, file.file_id = name, len(data), urls.file_id
        file.file_urls.CopyFrom(urls)
        self.widgets[state.id] = state
        await self._run(page_script_hash=self.hash)
        return time.perf_counter() - start

    async def close(self) -> None:
        for task in [*self._tasks, *self._waves.values()]:
            task.cancel()
        self._tasks, self._waves = [], {}
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.close()

    def _http(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        at = urlsplit(self.address)
        kind = http.client.HTTPSConnection if at.scheme == "https" else http.client.HTTPConnection
        line = kind(at.netloc, timeout=self.patience)
        sent = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()), **(headers or {})}
        with contextlib.closing(line):
            line.request(method, path, body, sent)
            answer = line.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                key, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[key] = value
            return answer.status, answer.read()

    async def _run(self, **where: str) -> float:
        """One script run; raises if the page shows an exception or the server is gone."""
        start = time.perf_counter()
        self.seen = Seen()
        self._finished.clear()
        await self._send(self._rerun(**where))
        await self._wait(self._finished)
        if self.seen.errors:
            raise VisitError("; ".join(self.seen.errors))
        return time.perf_counter() - start

    def _rerun(self, **where: Any) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        for key, value in where.items():
            setattr(state, key, value)
        state.cached_message_hashes.extend(self.known)
        state.widget_states.widgets.extend(self.widgets.values())
        state.context_info.url = f"{self.address}/{self.page}"
        state.context_info.timezone = "UTC"
        state.context_info.locale = "en"
        return message

    async def _send(self, message: BackMsg) -> None:
        assert self._socket is not None
        try:
            await self._socket.send(message.SerializeToString())
        except ConnectionClosed as error:
            raise VisitError("the connection was lost") from error

    async def _wait(self, event: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(event.wait(), self.patience)
        except TimeoutError:
            raise VisitError(f"no answer for {self.patience:g} s on {self.page}") from None
        if self._failed:
            raise VisitError(self._failed)

    async def _listen(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for data in socket:
                assert isinstance(data, bytes)
                message = ForwardMsg()
                message.ParseFromString(data)
                self.seen.received += len(data)
                self._take(message)
        self._failed = "the connection was lost"
        self._finished.set()
        self._urls.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            kept = self.known.get(message.ref_hash)
            if kept is None:
                self.seen.errors.append("a message that was never sent")
                return
            message = kept
        elif message.metadata.cacheable:
            self.known[message.hash] = message
            while len(self.known) > 300:
                del self.known[next(iter(self.known))]
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._draw(message.delta)
        elif kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
            self.hash = message.new_session.page_script_hash or self.hash
            if not message.metadata.run.fragment_ids:
                self._still()
                self.ids = {}
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.hash = message.navigation.page_script_hash
            self.page = next((name for name, page in self.pages.items() if page == self.hash), self.page)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "file_urls_response":
            self._file = message.file_urls_response.file_urls[0]
            self._urls.set()
        elif kind == "auto_rerun":
            self._again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "script_finished" and message.script_finished in DONE:
            self._finished.set()

    def _still(self) -> None:
        for task in self._waves.values():
            task.cancel()
        self._waves = {}

    def _again(self, fragment: str, interval: float) -> None:
        async def wave() -> None:
            for _ in itertools.count():
                await asyncio.sleep(interval)
                await self._send(self._rerun(fragment_id=fragment, page_script_hash=self.hash, is_auto_rerun=True))

        if fragment not in self._waves:
            self._waves[fragment] = asyncio.create_task(wave())

    def _draw(self, delta: Any) -> None:
        if delta.WhichOneof("type") == "add_block":
            block = delta.add_block
            drawn = getattr(block, block.WhichOneof("type") or "", None)
        elif delta.WhichOneof("type") == "new_element":
            element = delta.new_element
            kind = element.WhichOneof("type")
            self.seen.kinds.add(kind)
            drawn = getattr(element, kind)
            if kind == "exception":
                self.seen.errors.append(f"{drawn.type}: {drawn.message}")
            if kind in ("heading", "markdown", "alert"):
                self.seen.texts.append(drawn.body)
        else:
            return
        name = getattr(drawn, "id", "")
        if isinstance(name, str) and name.startswith("$$ID-"):
            self.ids[name.split("-", 2)[2]] = name
            self.options[name.split("-", 2)[2]] = list(getattr(drawn, "options", []))
