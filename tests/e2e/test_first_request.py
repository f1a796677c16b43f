"""A page is asked for once, before Streamlit's code has come, and on one connection."""

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
    assert errors == []


def test_where_streamlit_asks_for_something_else_the_server_answers_that_too(page, url):
    page.add_init_script(
        "Object.defineProperty(navigator, 'language', {get: () => ['xx', 'yy'][+(++window.asked > 1)]})"
    )
    page.add_init_script("window.asked = 0")
    found = requests_of(page)
    page.goto(f"{url}/evidence")
    expect(page.locator(".gallery svg").first).to_be_attached()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    assert [len(asked) for asked in found] == [2]
