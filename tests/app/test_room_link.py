"""The link for a room: the address that phones reach, never this computer's own, and a code that says just that."""

import io
import urllib.parse

import pytest
import segno
from components import room_link
from serve import network

HERE = "http://localhost:8501/learn?story=2"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_computers_own_address_is_none(monkeypatch, host):
    monkeypatch.delenv(room_link.SERVED_AS, raising=False)
    assert room_link.reachable(f"http://{host}:8501/learn") is None


def test_served_to_the_network_it_is_that_address(monkeypatch):
    monkeypatch.setenv(room_link.SERVED_AS, "http://192.168.1.20:8502")
    assert room_link.reachable(HERE) == "http://192.168.1.20:8502/learn?story=2"
    assert room_link.reachable("https://lab.example.org/learn") == "https://lab.example.org/learn"


def test_the_code_is_the_links():
    image = urllib.parse.unquote(room_link.qr_code(HERE))
    out = io.BytesIO()
    segno.make(HERE, error="m").save(out, kind="svg", scale=4, border=4, light="#ffffff", xmldecl=False)
    path = out.getvalue().decode().split('d="')[2].split('"')[0]
    assert path in image
    other = urllib.parse.unquote(room_link.qr_code(HERE + "x"))
    assert path not in other


def test_the_server_is_told_its_address(monkeypatch):
    assert network.SERVED_AS == room_link.SERVED_AS
    monkeypatch.setattr(network, "lan_address", lambda: "10.0.0.7")
    command, environment, lines = network.plan("lan", 8600)
    assert environment == {network.SERVED_AS: "http://10.0.0.7:8600", "SURGE_PUBLIC": "1"}
    assert command[-4:] == ["--server.address", "0.0.0.0", "--browser.serverAddress", "10.0.0.7"]
    assert "http://10.0.0.7:8600" in lines[1]
    for host, found in (("localhost", "10.0.0.7"), ("lan", None)):
        monkeypatch.setattr(network, "lan_address", lambda found=found: found)
        command, environment, lines = network.plan(host, 8600)
        assert environment == {}
        assert "--server.address" not in command  # .streamlit/config.toml binds it to localhost
    assert len(lines) == 2
