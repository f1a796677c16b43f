"""The app in a real browser: what AppTest cannot see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from driving import titled
from playwright.sync_api import Page, expect

from surgecore import analyse, load_catalogue, words
from surgecore.words import say

FIRST = "Digits MLP, sign descent, 10 steps"
SWEEP = f"/sweep?sweep={quote(FIRST)}"
#: Address and heading of each page, by the name of its link.
PAGES = {
    "Learn": ("/learn", say("learn-rule-sentence")),
    "Explore": ("/explore", say("explore-title")),
    "Your sweep": ("/sweep", "Which learning rate should you use?"),
    "Evidence": ("/evidence", "What do 88 sweeps show?"),
    "Reference": ("/reference", "The law in a page"),
}
PLOT = ".js-plotly-plot .cartesianlayer"
CONTENT = {
    "/learn": ".story[data-ready]",
    "/explore": ".surge[data-ready]",
    "/sweep": "[data-testid=stFileUploader]",
    "/evidence": ".gallery button",
    "/reference": "table",
    "/train": ".surface[data-ready]",
    SWEEP: PLOT,
}
#: True once a figure on the page has a trace of that name with that value at that position.
DRAWN = """([meta, index, expected]) => [...document.querySelectorAll('.js-plotly-plot')].some(plot =>
    (plot.data ?? []).some(trace => trace.meta === meta && Math.abs(trace.y[index] / expected - 1) < 1e-9))"""


@pytest.fixture(scope="module")
def bundled():
    return load_catalogue(Path(__file__).parents[2] / "data")[0].load()


def open_page(page: Page, url: str, path: str = "/", title: str = "") -> None:
    page.goto(url + path)
    titled(page, title or None)


def test_the_chosen_sweep_is_in_the_address_and_survives_a_reload(page, url):
    open_page(page, url, SWEEP, FIRST)
    page.get_by_role("button", name=FIRST).click()
    page.get_by_role("combobox", name="Optimizer").click()
    page.get_by_role("option", name="SGD", exact=True).click()
    titled(page, "Digits MLP, SGD, 10 steps")
    page.reload()
    titled(page, "Digits MLP, SGD, 10 steps")


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})


def test_upload_of_a_good_sweep(page, url, good_csv, sweep, errors):
    open_page(page, url, "/sweep", PAGES["Your sweep"][1])
    upload(page, "mine.csv", good_csv)
    titled(page, "mine")
    page.wait_for_function(DRAWN, arg=["measured", 0, sweep.optima()[0].learning_rate])
    expect(page.get_by_text("8 diverged")).to_be_visible()
    assert errors == []


def test_upload_of_a_bad_sweep_is_explained_and_nothing_else_answers(page, url, bad_csv, good_csv, errors):
    open_page(page, url, "/sweep", PAGES["Your sweep"][1])
    upload(page, "bad.csv", bad_csv)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("bad cannot be read as a sweep: 3 problems")
    for row in (3, 4, 5):
        expect(alert).to_contain_text(f"row {row}, ")
    titled(page, "bad")
    expect(page.locator(PLOT)).to_have_count(0)
    page.get_by_role("button", name="Back to the bundled sweeps").click()
    titled(page, FIRST)
    expect(alert).to_have_count(0)
    expect(page.get_by_text("bad cannot be read as a sweep: 3 problems")).to_be_visible()
    page.get_by_role("button", name=FIRST).click()
    upload(page, "good.csv", good_csv)
    titled(page, "good")
    assert errors == []


def test_an_own_sweep_outlives_pages_and_a_reload(page, url, good_csv, errors):
    open_page(page, url, "/sweep", PAGES["Your sweep"][1])
    upload(page, "mine.csv", good_csv)
    titled(page, "mine")
    expect(page).to_have_url(re.compile(r"/sweep\?sweep=own&kept=[\w-]{22}$"))
    page.get_by_role("link", name="Evidence", exact=True).click()
    titled(page, PAGES["Evidence"][1])
    page.get_by_role("link", name="Your sweep", exact=True).click()
    titled(page, "mine")
    page.reload()
    titled(page, "mine")
    page.goto(f"{url}/sweep?sweep=own")
    expect(page.get_by_role("alert")).to_contain_text("no longer on this server")
    titled(page, PAGES["Your sweep"][1])
    assert errors == []


def test_from_a_trackers_export_to_an_answer(page, url, sweep, errors, abroad):
    trials = sweep.trials[sweep.trials.status == "complete"]
    lines = ['"Name","State","Runtime","batch_size","learning_rate","model","lr","seed","val/loss"']
    for model, shift in (("small", 0.0), ("large", 1.0)):
        for t in trials.itertuples():
            cells = ["r", "finished", 9, t.batch_size, t.learning_rate, model, 1e-9, t.seed, t.loss + shift]
            lines.append(",".join(f'"{cell}"' for cell in cells))
    lines[3] = lines[3].replace('"4"', '"four"')
    open_page(page, url, "/sweep", PAGES["Your sweep"][1])
    upload(page, "export.csv", "\n".join(lines).encode())
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="model=small").click()
    expect(page.get_by_role("alert")).to_contain_text("row 4, batch_size")
    page.get_by_role("button", name="Leave these rows out").click()
    titled(page, "export model=small")
    page.get_by_text("How it was read").click()
    expect(page.get_by_text("1 row with a problem was left out")).to_be_visible()
    page.get_by_role("tab", name="Fitted laws").click()
    page.wait_for_function(DRAWN, arg=["measured", 1, sweep.optima()[1].learning_rate])
    # a button pressed while the page is made anew is another one by the time it answers
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    with page.expect_download() as report:
        page.get_by_role("button", name="Report, HTML").click()
    assert "export model=small" in report.value.path().read_text()
    assert errors == []
    assert abroad == []


def test_every_page_without_console_errors_or_outbound_requests(page, url, errors, abroad):
    open_page(page, url)
    titles = set()
    for name, (path, title) in PAGES.items():
        page.get_by_role("link", name=name, exact=True).click()
        titled(page, title)
        expect(page.locator(CONTENT[path]).first).to_be_visible()
        expect(page).to_have_title(f"{name} · Surge Explorer")
        titles.add(page.title())
    assert len(titles) == len(PAGES)
    assert errors == []
    assert abroad == []


@pytest.mark.parametrize(
    ("old", "new"), [("/why", "/evidence?part=Why"), ("/about", "/reference"), ("/?R=3", "/explore?R=3")]
)
def test_old_addresses_lead_to_the_pages_of_today(page, url, old, new, errors):
    page.goto(url + old)
    expect(page).to_have_url(url + new)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert errors == []


@pytest.mark.parametrize("path", CONTENT)
def test_a_phone_reaches_every_page_and_scrolls_only_down(page, url, path, errors):
    page.set_viewport_size({"width": 360, "height": 740})
    open_page(page, url, path)
    expect(page.locator(CONTENT[path]).first).to_be_visible()
    for name in PAGES:
        expect(page.get_by_role("link", name=name, exact=True)).to_be_in_viewport(ratio=1)
    wide = page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(element => element.scrollWidth - element.clientWidth)"
    )
    assert wide == [0, 0]
    assert errors == []


@pytest.mark.parametrize(
    ("scheme", "background", "text"),
    [("light", "rgb(255, 255, 255)", "rgb(29, 33, 39)"), ("dark", "rgb(18, 22, 27)", "rgb(228, 231, 235)")],
)
def test_light_and_dark_follow_the_system(page, url, scheme, background, text):
    page.emulate_media(color_scheme=scheme)
    open_page(page, url, SWEEP, FIRST)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)
    expect(page.get_by_role("heading", level=1)).to_have_css("color", text)
    expect(page.locator(".js-plotly-plot .cartesianlayer").first).to_be_visible()


def test_figures_have_alternative_text(page, url):
    open_page(page, url, SWEEP, FIRST)
    figure = page.get_by_role("figure", name="Measured best learning rates at 8 batch sizes")
    expect(figure).to_be_visible()


def test_downloads_are_the_data_the_numbers_and_the_picture(page, url, bundled):
    open_page(page, url, SWEEP, FIRST)
    with page.expect_download() as csv:
        page.get_by_role("button", name="Sweep, CSV").click()
    assert csv.value.path().read_text() == bundled.to_csv()
    with page.expect_download() as numbers:
        page.get_by_role("button", name="Analysis, JSON").click()
    assert json.loads(numbers.value.path().read_text()) == json.loads(json.dumps(words.document(analyse(bundled))))
    page.locator(".js-plotly-plot").first.hover()
    with page.expect_download() as picture:
        page.locator(".modebar-btn[data-title^='Download plot']").first.click()
    assert picture.value.suggested_filename == "surge-loss-map.svg"
    assert picture.value.path().read_text().startswith("<svg")
