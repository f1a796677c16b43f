"""A page is asked for once, before Streamlit's code has come, on one connection, and its charts stand before that."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg


def requests_of(page):
    """For each connection what was asked on it; read it when the page stands."""
    found = []

    def opened(socket):
        found.append([])
        socket.on("framesent", lambda data, mine=found[-1]: mine.append(data))

    page.on("websocket", opened)
    return found


#: Looks into what is drawn before the session has drawn it: where each chart stood, what it said, and its colour.
LOOK = """(() => {
  window.before = [];
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    root.addEventListener("drawn", () => {
      if (!this.closest("[data-surge=first]")) return;
      const { x, y, width } = this.getBoundingClientRect();
      const said = [root.textContent.slice(0, 2000), getComputedStyle(this).color];
      window.before.push([y, x, width].map(Math.round).concat(said));
    });
    return root;
  };
})()"""
#: The session's own of them that stand in the first view.
OWN = """[...document.querySelectorAll("#root [data-testid=stBidiComponentIsolated]")].filter((host) => {
  const { top, width, height } = host.getBoundingClientRect();
  return width * height > 0 && top < innerHeight;
}).map((host) => {
  const { x, y, width } = host.getBoundingClientRect();
  const said = [host.shadowRoot.textContent.slice(0, 2000), getComputedStyle(host).color];
  return [y, x, width].map(Math.round).concat(said);
})"""
KEPT = "surge-first"
#: Notes in which language the server is asked: the page's first look is answered otherwise than Streamlit's.
LANGUAGES = """let looked = 0;
window.asked = [];
Object.defineProperty(navigator, "language", { get: () => (looked++ ? "yy" : "xx") });
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  window.asked.push(/xx|yy/.exec(new TextDecoder().decode(data))[0]);
  return send.call(this, data);
};"""


def kept(page):
    """Wait until the tab has kept what its page drew."""
    page.wait_for_function("(key) => sessionStorage.getItem(key)?.includes('boxes')", arg=KEPT)


@pytest.mark.parametrize(
    ("path", "query", "scheme"),
    [
        ("/evidence", "part=why&note=a%20b+ü", "dark"),
        pytest.param("/evidence", "", "light", marks=pytest.mark.long),
        pytest.param("/sweep", "embed=true", "light", marks=pytest.mark.long),
    ],
)
def test_one_connection_and_one_request(page, url, errors, path, query, scheme):
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(LOOK)
    found = requests_of(page)
    for load in (lambda: page.goto(f"{url}{path}?{query}"), page.reload):
        found.clear()
        load()
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        assert [len(asked) for asked in found] == [1]
        said = BackMsg.FromString(found[0][0]).rerun_script
        assert said.query_string == page.evaluate("location.search.slice(1)")
        assert (said.page_name, said.context_info.color_scheme) == (path[1:], scheme)
        kept(page)
        expect(page.locator("[data-surge=first]")).to_have_count(0)
    # loaded again, the page had its charts where the session's own then stood, with the same numbers, in its theme
    own = page.evaluate(OWN)
    assert sorted(page.evaluate("window.before")) == sorted(own)
    assert bool(own) == (path == "/evidence")
    assert errors == []


@pytest.mark.parametrize(
    ("said", "instead", "drawn"),
    [("st-key-lab", "st-key-none", 1), ('"/lab"', '"/lesson"', 0)],
    ids=["it stands for no chart", "of another address"],
)
def test_a_chart_that_the_session_does_not_have_goes(page, url, errors, said, instead, drawn):
    page.add_init_script(LOOK)
    page.goto(f"{url}/lab")
    kept(page)
    text = page.evaluate("(key) => sessionStorage[key]", KEPT)
    assert said in text
    page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [KEPT, text.replace(said, instead)])
    page.reload()
    expect(page.locator(".lab[data-ready]")).to_be_visible()
    expect(page.locator("[data-surge=first]")).to_have_count(0)
    assert len(page.evaluate("window.before")) == drawn
    assert errors == []


def test_where_streamlit_asks_for_something_else_the_server_answers_that_too(page, url):
    page.add_init_script(LANGUAGES)
    found = requests_of(page)
    page.goto(f"{url}/evidence")
    expect(page.locator(".gallery svg").first).to_be_attached()
    # a function: what is no function is evaluated again at each look, which the page's policy forbids
    page.wait_for_function("() => window.asked.includes('yy')")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    # a connection that opens after Streamlit's code has come takes its request alone
    assert page.evaluate("window.asked") in (["xx", "yy"], ["yy"])
    assert len(found) == 1
