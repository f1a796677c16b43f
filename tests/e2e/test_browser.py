"""The app in a real browser: what AppTest cannot see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import fromstring

import pytest
from driving import control, redraws, titled
from playwright.sync_api import Page, expect

from surgecore import analyse, load_catalogue, words
from surgecore.words import say

FIRST = "Digits MLP, sign descent, 10 steps"
DATA = Path(__file__).parents[2] / "data"
SWEEP = f"/sweep?sweep={quote(FIRST)}"
#: Address and heading of each page, by the name of its link.
PAGES = {
    "Learn": ("/learn", say("learn-rule-sentence")),
    "Explore": ("/explore", say("explore-title")),
    "Your sweep": ("/sweep", "Which learning rate should you use?"),
    "Evidence": (
        "/evidence",
        say("evidence-gallery-title", count=len(load_catalogue(DATA))),
    ),
    "Reference": ("/reference", "The law in a page"),
}
#: Background and text of each theme.
THEMES = (("light", "rgb(255, 255, 255)", "rgb(29, 33, 39)"), ("dark", "rgb(18, 22, 27)", "rgb(228, 231, 235)"))
PLOT = ".drawing[data-ready] .wide svg"
#: The one figure that Plotly draws.
MAP = ".js-plotly-plot .cartesianlayer"
CONTENT = {
    "/learn": ".story[data-ready]",
    "/explore": ".surge[data-ready]",
    "/sweep": "[data-testid=stFileUploader]",
    "/evidence": ".gallery button",
    "/reference": ".katex",
    "/train": ".surface[data-ready]",
    SWEEP: ".drawing[data-ready]",
}


def drawn(page: Page, place: int, expected: float, of: int = 0) -> None:
    """The drawing `of` the page has that value at a place among its measured marks."""
    mark = page.locator(PLOT).nth(of).locator(".mark[data-key=measured]").nth(place)
    expect(mark).to_have_attribute("data-value", f"{expected:.6g}")


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
    expect(page.get_by_role("combobox", name="Optimizer")).to_be_visible()  # the choice stays open for the next box
    page.reload()
    titled(page, "Digits MLP, SGD, 10 steps")


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})


def test_an_upload_of_a_bad_sweep_is_explained_and_nothing_else_answers_and_a_good_one_is_drawn(
    page, url, bad_csv, good_csv, sweep, errors
):
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
    drawn(page, 0, sweep.optima()[0].learning_rate)
    expect(page.get_by_text("8 diverged")).to_be_visible()
    page.keyboard.press("Escape")  # the choice, which covers the page
    # it outlives pages; a reload finds it by its address
    expect(page).to_have_url(re.compile(r"/sweep\?sweep=own&kept=[\w-]{22}$"))
    page.get_by_role("link", name="Evidence", exact=True).click()
    titled(page, PAGES["Evidence"][1])
    page.get_by_role("link", name="Your sweep", exact=True).click()
    titled(page, "good")
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
    page.get_by_text("Fitted laws", exact=True).click()
    drawn(page, 1, sweep.optima()[1].learning_rate, of=1)
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
    ("old", "new"),
    [
        ("/why", "/evidence?part=why"),
        pytest.param("/about", "/reference", marks=pytest.mark.long),
        ("/?R=3", "/explore?R=3"),
    ],
)
def test_old_addresses_lead_to_the_pages_of_today(page, url, old, new, errors):
    page.goto(url + old)
    expect(page).to_have_url(url + new)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert errors == []


def test_a_phone_reaches_every_page_scrolls_only_down_and_fetches_plotly_only_for_the_map(page, url, errors):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 360, "height": 740})
    for path, content in CONTENT.items():
        open_page(page, url, path)
        expect(page.locator(content).first).to_be_visible()
        for name in PAGES:
            expect(page.get_by_role("link", name=name, exact=True)).to_be_in_viewport(ratio=1)
        wide = page.evaluate(
            "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".map(element => element.scrollWidth - element.clientWidth)"
        )
        assert (path, wide) == (path, [0, 0])
    assert not [address for address in asked if "plotly" in address.lower()]
    open_page(page, url, f"{SWEEP}&fold-map=true", FIRST)
    expect(page.locator(MAP)).to_be_visible()
    expect(page.get_by_role("figure", name=ALTERNATIVE).first).to_be_visible()
    assert [address for address in asked if "plotly" in address.lower()]
    assert errors == []


def test_light_and_dark_follow_the_system(page, url):
    """Also while the page is open."""
    for first, (scheme, background, text) in enumerate(THEMES):
        page.emulate_media(color_scheme=scheme)
        if not first:
            open_page(page, url, SWEEP, FIRST)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)
        expect(page.get_by_role("heading", level=1)).to_have_css("color", text)
        expect(page.locator(PLOT).first).to_have_css("color", text)


#: What both figures of a sweep's page are called.
ALTERNATIVE = re.compile("Measured best learning rates at 8 batch sizes")


def test_a_drawing_is_described_read_by_keys_printed_and_downloaded_with_its_data(page, url, bundled):
    page.add_init_script("window.print = function () { top.printed = document.documentElement.outerHTML }")
    open_page(page, url, SWEEP, FIRST)
    expect(page.get_by_role("img", name=ALTERNATIVE).first).to_be_visible()
    arrow_keys_read_the_points(page, bundled)
    downloads_are_the_data_the_numbers_and_the_picture(page, bundled)
    printed_on_a_page_of_its_own(page)


def downloads_are_the_data_the_numbers_and_the_picture(page, bundled):
    with page.expect_download() as csv:
        page.get_by_role("button", name="Sweep, CSV").click()
    assert csv.value.path().read_text() == bundled.to_csv()
    with page.expect_download() as numbers:
        page.get_by_role("button", name="Analysis, JSON").click()
    assert json.loads(numbers.value.path().read_text()) == json.loads(json.dumps(words.document(analyse(bundled))))
    with page.expect_download() as picture:
        page.locator(".drawing [data-export=svg]").click()
    assert picture.value.suggested_filename == "surge-answer.svg"
    svg = fromstring(picture.value.path().read_text())
    said = "".join(svg.itertext())
    assert f"Best learning rates · {FIRST}" in said
    assert {"Measured after 10 steps", "Batch size [examples]"} <= {"".join(text.itertext()) for text in svg.iter()}
    assert "font/woff2;base64," in said
    assert "currentColor" not in svg.get("color")
    with page.expect_download() as picture:
        page.locator(".drawing [data-export=png]").click()
    data = picture.value.path().read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    assert [width, height] == [2 * float(svg.get(name)) for name in ("width", "height")]
    page.locator("summary", has_text=say("details-map")).click()
    expect(page.locator(MAP)).to_be_visible()
    with page.expect_download() as picture:
        page.locator(".st-key-save-surge-loss-map [data-export=svg]").click()
    assert picture.value.suggested_filename == "surge-loss-map.svg"
    svg = fromstring(picture.value.path().read_text())
    texts = [text for text in svg.findall(".//{*}text") if text.text]
    assert texts[0].text == f"Loss map · {FIRST}"
    assert all("Source Sans" in text.get("style", text.get("font-family", "")) for text in texts)
    assert "font/woff2;base64," in "".join(svg.itertext())
    assert svg.findall(".//{*}image")


def printed_on_a_page_of_its_own(page):
    """The browser saves it as a PDF there; its fonts go with it."""
    page.locator(".drawing [data-export=pdf]").first.click()
    page.wait_for_function("() => window.printed")
    printed = page.evaluate("window.printed")
    assert "@page { size: 800px" in printed
    assert "Best learning rates" in printed
    assert "font/woff2;base64," in printed


def arrow_keys_read_the_points(page, bundled):
    page.locator(".drawing .plots").focus()
    readout = page.locator(".drawing .readout")
    read = []
    for _ in range(2 * len(bundled.optima())):  # where it falls, the witness is read too
        page.keyboard.press("ArrowRight")
        read.append(readout.inner_text())
    for optimum in bundled.optima():
        assert any(words.number(optimum.learning_rate) in text for text in read)
    page.keyboard.press("ArrowLeft")
    expect(readout).to_have_text(read[-2])


@pytest.mark.parametrize(
    ("address", "component", "once"),
    [
        ("learn", "story", ".story .walk .next"), ("lesson", "lesson", ".lesson .walk .next"),
        ("explore", "surge_chart", ".surge .controls > details.more"),
    ],
)  # fmt: skip
def test_a_component_whose_code_comes_after_newer_data_is_made_once_and_lives(page, url, address, component, once):
    """The visitor's system turns dark while the code is under way: Streamlit then runs it twice and ends one run."""
    held = []
    page.route(re.compile(f"/static/surge/{component}\\."), lambda route: held.append(route))
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    with page.expect_request(re.compile(f"/static/surge/{component}\\.")):
        page.goto(f"{url}/{address}")
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    before = app.evaluate("element => getComputedStyle(element).backgroundColor")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(app).not_to_have_css("background-color", before)
    for route in held:
        route.continue_()
    page.unroute_all()
    expect(page.locator(once)).to_have_count(1)
    if component == "surge_chart":
        slider = control(page, "Curvature alignment")
        drawn = redraws(page)
        slider.press("ArrowRight")
        expect(page.locator(".surge")).not_to_have_attribute("data-redraws", str(drawn))
    else:
        page.keyboard.press("ArrowRight")
        expect(page.locator(f".{component}")).to_have_attribute("data-step", "2")
    expect(page.locator(once)).to_have_count(1)
