"""What a server for many says and closes, and how it is started."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit
import yaml
from components import code
from serve import command, document, files
from serve.files import Files
from serve.headers import Headers, policy
from shell import frame
from starlette.responses import PlainTextResponse
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def not_served(monkeypatch):
    """The pages of other tests bring their own style and their components' code."""
    monkeypatch.setattr(frame, "_styled", False)
    monkeypatch.setattr(code, "_served", False)


def ask(path, query="", client="10.0.0.7", headers=()):
    """Status and headers of an answer, from an application that always says yes."""
    sent = []

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"server", b"x"), (b"etag", b"1")]})
        await send({"type": "http.response.body", "body": b"yes"})

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "path": path, "query_string": query.encode(), "client": (client, 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }  # fmt: skip
    with ThreadPoolExecutor(1) as pool:  # a browser test before this one leaves its loop in this thread
        pool.submit(asyncio.run, Headers(application)(scope, receive, send)).result()
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_every_answer_says_what_a_browser_may_do():
    status, said = ask("/sweep")
    assert status == 200
    assert said["etag"] == "1"
    assert "server" not in said
    assert said["x-content-type-options"] == "nosniff"
    rules = dict(rule.split(" ", 1) for rule in said["content-security-policy"].split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(rules["script-src"].split())
    assert not re.search(r"https?:", said["content-security-policy"])


def test_scripts_in_the_page_of_streamlit_are_named_by_hash():
    written = re.findall(r"<script(?![^>]*src)[^>]*>", document.page())
    assert len(re.findall(r"'sha256-[\w+/=]{44}'", policy("*"))) == len(written) == 5


INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()


def through(
    method="GET", kind="text/html; charset=utf-8", status=200, accept="text/html,*/*", body=INDEX, path="/learn"
):
    """What the application was asked, and status, headers and body that come through the middleware."""
    asked, sent = [], []

    async def application(scope, receive, send):
        asked.append(dict(scope["headers"]))
        headers = [(b"content-type", kind.encode()), (b"etag", b"1"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if method == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:]})

    async def send(message):
        sent.append(message)

    given = [(b"accept", accept.encode()), (b"accept-encoding", b"gzip"), (b"if-none-match", b"1")]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": given}
    with ThreadPoolExecutor(1) as pool:  # as above
        pool.submit(asyncio.run, document.Document(application)(scope, None, send)).result()
    received = b"".join(message["body"] for message in sent[1:])
    return asked[0], sent[0]["status"], dict(sent[0]["headers"]), received


def test_a_page_comes_whole_and_with_the_frame():
    asked, status, headers, body = through()
    assert status == 200
    assert not {b"accept-encoding", b"if-none-match"} & set(asked)
    assert headers[b"content-length"] == str(len(body)).encode()
    assert b"etag" not in headers
    text = body.decode()
    assert "window.__streamlit = " in text
    assert frame.style() in text
    (modules,) = re.findall(r'<meta name="surge-modules" content="(.*?)">', text)
    for name in (
        *re.findall(r'href="\./(static/[^"]+)"', text),
        *(each.removeprefix("./") for each in modules.split()),
    ):
        assert f"/{name}" in files.names()
    _, _, asked_of_it, nothing = through("HEAD")
    assert (asked_of_it[b"content-length"], nothing) == (headers[b"content-length"], b"")


OTHER_HTML = b"<!DOCTYPE html><title>A report</title>"


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "text/css", "accept": "*/*"},
        {"status": 404},
        {"method": "POST"},
        {"body": OTHER_HTML},
        {"body": OTHER_HTML, "path": "/media/report.html"},
        {"body": INDEX[:-1]},
        {"body": INDEX + b" "},
        {"body": INDEX.replace(b"<", b"[", 1)},
        {"body": b""},
    ],
)
def test_nothing_but_a_page_is_changed(other):
    _, _, headers, body = through(**other)
    assert (headers[b"etag"], body) == (b"1", other.get("body", INDEX))


def test_the_length_of_another_file_is_told_as_it_is():
    _, _, headers, _ = through("HEAD", body=OTHER_HTML)
    assert (headers[b"etag"], headers[b"content-length"]) == (b"1", str(len(OTHER_HTML)).encode())


@pytest.mark.parametrize("kind", document.KINDS)
def test_each_kind_of_element_has_its_code(kind):
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    assert (
        len([name for name in document.code() if name.startswith(f"{kind}.")])
        == len(list(folder.glob(f"{kind}.*.js")))
        == 1
    )


@pytest.mark.parametrize("name", ["", *document._FIRST])
def test_all_code_is_brought_at_once_or_after_the_first_chart(name):
    text = document.page(name)
    now, later = (
        re.findall(f'<meta name="surge-{when}" content="(.*?)">', text)[0].split() for when in ("now", "later")
    )
    assert set(now) | set(later) >= set(document.code())
    assert not set(now) & set(later)
    assert bool(later) == (name in document._FIRST and document._FIRST[name].chart_first)


def asked_for(path, query=""):
    return document._name({"path": path, "query_string": query.encode()})


def test_what_comes_first_is_known_of_usual_addresses():
    assert [asked_for("/learn"), asked_for("/base/learn/"), asked_for("/"), asked_for("/glossary")] == ["learn"] * 2 + [
        ""
    ] * 2
    assert [asked_for("/sweep"), asked_for("/sweep", "sweep=own"), asked_for("/sweep", "sweep=a&at=8")] == [
        "",
        "",
        "sweep",
    ]
    assert asked_for("/evidence", "open=a") == ""


def test_code_of_components_is_a_file_where_the_server_has_it():
    assert code.of("story") == code.text("story")
    served = Files(_nothing)
    for name in ("story", "terms"):
        assert code.address(name) in code.of(name)
        status, said, body = got(served, f"/{code.address(name)}")
        assert (status, body.decode()) == (200, code.text(name))
        assert b"immutable" in said[b"cache-control"]


def got(application, path):
    """Status, headers and body of what an application answers to GET."""
    sent = []

    async def receive():
        await asyncio.Event().wait()  # the browser says no more

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": b"", "headers": []}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, application(scope, receive, send)).result()
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def test_files_of_streamlit_come_as_streamlit_sends_them():
    theirs = create_streamlit_static_handler(str(Path(streamlit.__file__).parent / "static"), None)
    assert len(files.names()) > 300
    for name in ("/static/js/" + document.code()[0], *(one for one in files.names() if "SourceSans" in one)):
        (status, said, body), (_, known, wanted) = got(Files(_nothing), name), got(theirs, name)
        assert (status, body) == (200, wanted)
        for header in (b"content-type", b"cache-control", b"content-length"):
            assert said[header] == known[header]


@pytest.mark.parametrize("path", ["/static/js/none.js", "/static/../index.html", "/learn"])
def test_what_is_no_file_of_streamlit_goes_on(path):
    assert got(Files(_nothing), path)[2] == b"went on"


async def _nothing(scope, receive, send):
    await PlainTextResponse("went on")(scope, receive, send)


@pytest.mark.parametrize(("query", "frames"), [("", "'self'"), ("embed=true", "*"), ("x=embed%3Dtrue", "'self'")])
def test_only_what_is_made_for_a_frame_may_stand_in_one(query, frames):
    assert ask("/explore", query)[1]["content-security-policy"].endswith(f"frame-ancestors {frames}")


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_doors_of_streamlit_are_closed_to_all_but_this_machine(path):
    assert ask(path)[0] == 404
    assert ask(path, client="127.0.0.1")[0] == 200
    assert ask(path, client="127.0.0.1", headers=[("X-Forwarded-For", "10.0.0.7")])[0] == 404


def test_without_caddy_several_processes_are_refused_in_a_sentence(tmp_path):
    given = [sys.executable, "app/serve/command.py", "--workers", "2"]
    done = subprocess.run(
        given, cwd=ROOT, env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("2 processes behind one port need Caddy")
    assert "make serve WORKERS=1" in done.stderr


def test_no_processes_are_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["--workers", "0"])
    assert "--workers must be at least 1, but got 0" in capsys.readouterr().err


def test_processes_share_the_cores_and_one_secret(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.delenv("SURGE_PUBLIC", raising=False)
    found = command.environment(4, public=True)
    assert (found["SURGE_CORES"], found["SURGE_PUBLIC"]) == ("2", "1")
    assert len(found["STREAMLIT_SERVER_COOKIE_SECRET"]) == 64
    assert "SURGE_PUBLIC" not in command.environment(4, public=False)


def test_the_compose_file_closes_what_it_can():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert "ports" not in services["app"]
    assert "STREAMLIT_SERVER_ALLOWED_HOSTS" in services["app"]["environment"]


@pytest.mark.skipif(shutil.which("caddy") is None, reason="no caddy")
def test_caddy_takes_its_file():
    mine = {**os.environ, "SURGE_SITE": "http://:8501", "SURGE_UPSTREAMS": "app:8501-8503"}
    command_line = ["caddy", "adapt", "--config", "app/serve/Caddyfile", "--adapter", "caddyfile", "--validate"]
    done = subprocess.run(command_line, cwd=ROOT, env=mine, capture_output=True, text=True, check=True)
    assert "app:8501-8503" in done.stdout
    assert '"policy":"cookie"' in done.stdout
