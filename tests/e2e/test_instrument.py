"""The instrument of the Explore page, by pointer, by keyboard and against Python."""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from components.surge_chart import read
from explore_presets import PRESETS
from explore_state import DEFAULT_MODEL
from explore_words import Around, examples, moved, sentences
from noise_reading import Reading, fit_controls, fitting_view
from playwright.sync_api import expect
from words import number

from surgecore import NoiseModel, PowerLaw, analyse, load_catalogue

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_explore(page, url):
    def opened(query=""):
        page.goto(f"{url}/{query}")
        expect(page.locator(".surge[data-ready]")).to_be_visible()
        expect(page.locator(".words strong")).not_to_be_empty()
        return page

    return opened


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def redraws(page):
    return int(page.locator(".surge").get_attribute("data-redraws"))


def drag(page, start, by, steps=12):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0], start[1] + by[1], steps=steps)
    page.mouse.up()


def settled(page, pattern):
    """The release has reached Python and the URL."""
    expect(page).to_have_url(re.compile(pattern))


def python_says(page, model):
    page.get_by_role("tab", name="Numbers").click()
    expect(page.get_by_role("tabpanel", name="Numbers")).to_contain_text(sentences(Reading(model))[0])


def control(page, label):
    return page.get_by_role("slider", name=f"{label} slider")


def exact(page, label):
    return page.get_by_label(f"{label}, exact value", exact=True)


# --- the same numbers as Python ---------------------------------------------------------------------------


def random_models(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        model = NoiseModel(
            10 ** rng.uniform(-6, 1), 10 ** rng.uniform(-3.5, 0.2), rng.choice([0.0, rng.uniform(0, 3)]), 0.0,
            rng.choice([0.0, rng.uniform(0, 0.9)]), rng.choice([0.0, rng.uniform(0, 0.99)]),
            rng.choice([0.0, 0.0, rng.uniform(0, 2)]), int(2 ** rng.uniform(2, 20)), int(rng.integers(1, 5)),
        )  # fmt: skip
        yield replace(model, alignment=min(10 ** rng.uniform(-2, 2.3), model.max_alignment))


def test_the_browser_computes_what_python_computes(page):
    models = list(random_models(60, seed=5))
    batch = np.logspace(-1, 8, 37)
    page.goto("about:blank")
    script = (
        read("law.js")
        + read("state.js")
        + """
        ; return cases.map((p) => { const drawn = lawCurves(p); const d = describe(p, drawn);
          const values = Object.fromEntries(Object.entries(drawn.curves).map(([k, f]) => [k, batch.map(f)]));
          const { peaks, limit, plateau } = d;
          return { values, peaks, limit, plateau, said: sentences(d), around: sentences(d, around),
            view: fittingView(p, points), moved: movedWords(0.2, p.alignment, 2), most: maxAlignment(p) }; });"""
    )
    around = Around("Your sweep x: undecided.", "Fitted to this sweep", "its optima only bound R below 4.5", "Moved.")
    optima = load_catalogue(ROOT / "data")[0].load().optima()
    points = [{"batch": optimum.batch_size, "lr": optimum.learning_rate} for optimum in optima]
    cases = [{name: float(value) for name, value in vars(model).items()} for model in models]
    given = [cases, batch.tolist(), vars(around), points]
    answers = page.evaluate(f"([cases, batch, around, points]) => {{ {script} }}", given)
    compared = set()
    for model, answer in zip(models, answers, strict=True):
        reading = Reading(model)
        for key, curve in reading.curves().items():
            lr, drop = np.array(answer["values"][key], dtype=float).T
            np.testing.assert_allclose(lr, curve(batch), rtol=1e-6, err_msg=key)
            if key in ("exact", "correlated"):
                noise = reading.noise if key == "correlated" else reading.independent
                np.testing.assert_allclose(drop, noise.loss_drop(batch), rtol=1e-6)
            compared.add(key)
        assert set(answer["values"]) == set(reading.curves())
        assert answer["said"] == sentences(reading)
        assert answer["around"] == sentences(reading, around)
        assert answer["moved"] == moved(0.2, model.alignment, 2.0)
        view = [end for key in "xyd" for end in answer["view"][key]]
        np.testing.assert_allclose(view, fitting_view(reading, optima), atol=0.0011)
        assert answer["limit"] == pytest.approx(reading.noise.linear_batch_limit, rel=1e-6)
        assert answer["plateau"] == pytest.approx(reading.noise.plateau_lr, rel=1e-6)
        assert answer["most"] == pytest.approx(model.max_alignment, rel=1e-12)
        assert len(answer["peaks"]) == len(reading.peaks)
        for mine, theirs in zip(answer["peaks"], reading.peaks, strict=True):
            assert mine["batch"] == pytest.approx(theirs.batch_size, rel=1e-4)
            assert mine["lr"] == pytest.approx(theirs.lr, rel=1e-6)
    assert len(compared) == 8


# --- direct manipulation --------------------------------------------------------------------------------


def test_dragging_the_peak_redraws_at_every_event_and_python_follows_on_release(open_explore):
    page = open_explore()
    peak = page.locator(".peak")
    x, y = centre(peak)
    page.mouse.move(x, y)
    page.mouse.down()
    before = redraws(page)
    for i in range(1, 61):
        page.mouse.move(x + 2 * i, y + i)
    assert redraws(page) - before >= 55
    assert centre(peak) == pytest.approx((x + 120, y + 60), abs=1.5)
    page.mouse.up()
    settled(page, r"snr=.*")
    lr_scale, snr = (float(exact(page, label).input_value()) for label in ("Learning-rate scale", "Signal to noise"))
    assert f"lr_scale={lr_scale!r}" in page.url
    python_says(page, replace(DEFAULT_MODEL, lr_scale=lr_scale, snr=snr))


def test_dragging_the_plateau_moves_the_alignment(open_explore):
    page = open_explore()
    drag(page, centre(page.locator(".plateau rect")), (0, 40))
    settled(page, "alignment=")
    alignment = float(exact(page, "Curvature alignment").input_value())
    assert alignment > DEFAULT_MODEL.alignment
    python_says(page, replace(DEFAULT_MODEL, alignment=alignment))


def test_the_marker_sits_on_the_drawn_maximum_and_the_words_agree(open_explore):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    peak = page.locator(".peak")
    for preset in PRESETS:
        page.locator(f"[data-preset={preset.key}]").click()
        expect(page.locator(".lesson")).to_have_text(preset.teaches)
        words = page.locator(".words strong").inner_text()
        if words.startswith("No peak"):
            expect(peak).to_be_hidden()
            continue
        key = "correlated" if preset.state.model.correlation else "exact"
        path = page.locator(f".law-{key}").first.get_attribute("d")
        points = [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]
        x_top, y_top = min(points, key=lambda point: point[1])
        x, y = (float(v) for v in re.findall(r"[\d.]+", peak.get_attribute("transform")))
        assert y == pytest.approx(y_top, abs=0.7)
        assert abs(x - x_top) < 25
        batch, lr = (float(peak.get_attribute(f"data-{name}")) for name in ("batch", "lr"))
        assert words.startswith(f"Peak at B = {examples(batch)}: learning rate {number(lr)},")
        if preset.state.t == 0:
            top = Reading(preset.state.model).top
            assert batch == pytest.approx(top.batch_size, rel=1e-4)
            assert lr == pytest.approx(top.lr, rel=1e-6)


def test_wheel_pan_and_double_click_change_the_view_and_the_address(open_explore):
    page = open_explore()
    chart = page.locator(".chart")
    path = page.locator(".law-exact").first
    first = path.get_attribute("d")
    chart.hover(position={"x": 200, "y": 150})
    page.mouse.wheel(0, -240)
    settled(page, "zoom=")
    zoomed = path.get_attribute("d")
    assert zoomed != first
    x, y = centre(chart)
    drag(page, (x - 80, y - 190), (60, 20))
    assert path.get_attribute("d") != zoomed
    chart.dblclick(position={"x": 120, "y": 90})
    expect(page).not_to_have_url(re.compile("zoom="))
    assert path.get_attribute("d") == first


def test_hover_reads_every_law_at_one_batch_size(open_explore):
    page = open_explore("?curves=exact,surge,sgd")
    page.locator(".chart").hover(position={"x": 300, "y": 150})
    readout = page.locator(".readout")
    expect(readout).to_contain_text("Theorem 3: ")
    batch = float(re.search(r"2\^([\d.-]+)", readout.inner_text()).group(1))
    shown = float(re.search(r"Exact \(Theorem 2\): ([\d.e-]+)", readout.inner_text()).group(1))
    assert shown == pytest.approx(Reading(DEFAULT_MODEL).noise.optimal_lr(2**batch), rel=0.01)


# --- keyboard and screen reader -------------------------------------------------------------------------


def test_keyboard_alone_moves_the_peak_and_the_live_region_says_where(open_explore):
    page = open_explore()
    peak = page.locator(".peak")
    before = float(peak.get_attribute("data-batch"))
    peak.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".live")).to_contain_text("Peak at B = 196")
    assert float(peak.get_attribute("data-batch")) == pytest.approx(2 * before, rel=1e-3)
    settled(page, "snr=")
    page.keyboard.press("ArrowUp")
    page.locator(".plateau").focus()
    page.keyboard.press("ArrowUp")
    expect(exact(page, "Curvature alignment")).not_to_have_value("5.4")
    page.locator(".chart").focus()
    view = page.locator(".law-exact").first.get_attribute("d")
    page.keyboard.press("+")
    assert page.locator(".law-exact").first.get_attribute("d") != view
    page.keyboard.press("ArrowRight")
    expect(page.locator(".readout")).to_contain_text("B = ")


def test_a_slider_by_keyboard_moves_the_curve_and_the_words(open_explore):
    page = open_explore()
    slider = control(page, "Curvature alignment")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    value = float(exact(page, "Curvature alignment").input_value())
    assert value < DEFAULT_MODEL.alignment
    python_says(page, replace(DEFAULT_MODEL, alignment=value))
    assert float(slider.get_attribute("aria-valuetext")) == pytest.approx(value, rel=0.01)


def test_exact_entry_takes_powers_and_refuses_what_is_no_number(open_explore):
    page = open_explore()
    entry = exact(page, "Signal to noise")
    for typed, value in (("2^-5", 2**-5), ("1e-3", 1e-3), ("0.25", 0.25)):
        entry.fill(typed)
        entry.press("Enter")
        settled(page, f"snr={value!r}")
    python_says(page, replace(DEFAULT_MODEL, snr=0.25))
    words = page.locator(".words").inner_text()
    for junk in ("much", "1e9", "-1"):
        entry.fill(junk)
        entry.press("Enter")
        expect(entry).to_have_attribute("aria-invalid", "true")
    assert page.locator(".words").inner_text() == words
    page.get_by_text("Momentum, skew, size").click()
    entry = exact(page, "Number of parameters")
    entry.fill("2^9")
    entry.press("Enter")
    # the coupling of each pair stays, so there is more of it
    expect(exact(page, "Curvature alignment")).to_have_value(f"{5.4 * 511 / 255:.5g}")


# --- state: link, history, ghosts, fit ------------------------------------------------------------------


def everything(page):
    paths = page.locator(".law, .ghost").evaluate_all("all => all.map(path => path.getAttribute('d'))")
    inputs = page.locator("[data-exact]").evaluate_all("all => all.map(input => input.value)")
    return page.locator(".words").inner_text(), paths, inputs


def test_the_permalink_gives_the_same_page_to_the_digit(open_explore, page):
    open_explore("?t=0.2&correlation=0.1&snr_spread=0.7&curves=exact,correlated,surge,plateau,linear")
    page.locator("[data-action=pin]").click()
    settled(page, "ghost=")
    x, y = centre(page.locator(".peak"))
    drag(page, (x, y), (-33, 21))
    settled(page, "lr_scale=")
    before = everything(page)
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".words strong")).not_to_be_empty()
    assert everything(page) == before


def test_junk_in_the_address_is_named(open_explore):
    page = open_explore("?snr=much&alignment=-4")
    expect(page.get_by_text("snr = 'much' in the address cannot be used")).to_be_visible()
    expect(exact(page, "Curvature alignment")).to_have_value("5.4")


def test_markup_in_the_address_is_text(open_explore, abroad):
    page = open_explore("?snr=![](http://elsewhere.test/a.png)&sweep=![](http://elsewhere.test/b.png)")
    expect(page.get_by_text("elsewhere.test/a.png")).to_be_visible()
    expect(page.locator("img[src*=elsewhere]")).to_have_count(0)
    assert not abroad


def test_pin_undo_redo_and_reset(open_explore):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    first = everything(page)
    page.locator("[data-action=pin]").click()
    expect(page.locator(".ghost")).to_have_count(2)
    page.locator("[data-preset=no_surge]").click()
    expect(page.locator(".words strong")).to_contain_text("No peak")
    page.locator("[data-action=undo]").click()
    expect(page.locator(".words strong")).to_contain_text("Peak at B = 98.1")
    page.locator("[data-action=redo]").click()
    expect(page.locator(".words strong")).to_contain_text("No peak")
    page.locator(".chart").focus()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator(".ghost")).to_have_count(0)
    page.locator("[data-preset=two_peaks]").click()
    expect(page.locator(".minor-peak")).to_have_count(1)
    page.locator("[data-action=reset]").click()
    expect(page.locator(".words strong")).to_contain_text("Peak at B = 98.1")
    assert everything(page) == first


def test_fit_glides_to_the_fitted_state(open_explore):
    page = open_explore()
    before = redraws(page)
    page.locator("[data-action=fit]").click()
    expect(exact(page, "Spread of signal to noise")).to_have_value("0")
    settled(page, "snr_spread=0")
    assert redraws(page) - before > 5  # it moved, it did not jump


def test_a_fit_says_what_it_is_worth_in_the_headline_and_in_its_digits(open_explore):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    fit = fit_controls(analyse(load_catalogue(ROOT / "data")[0].load()), DEFAULT_MODEL)
    page.locator("[data-action=fit]").click()
    settled(page, "snr_spread=0")
    expect(page.locator(".words strong")).to_contain_text(f"{fit.opening}, the controls")
    expect(page.locator(".words strong")).to_contain_text(fit.caveat)
    entry = exact(page, "Learning-rate scale")
    expect(entry).to_have_value(number(fit.model.lr_scale, fit.digits["lr_scale"]))
    entry.focus()
    expect(entry).to_have_value(repr(fit.model.lr_scale))  # every digit, to edit
    entry.blur()
    expect(entry).to_have_value(number(fit.model.lr_scale, fit.digits["lr_scale"]))
    assert page.locator(".measured circle").evaluate_all(INSIDE)
    page.reload()
    expect(page.locator(".words strong")).to_contain_text(fit.opening)
    control(page, "Curvature alignment").press("ArrowRight")
    expect(page.locator(".words strong")).not_to_contain_text("Fitted")


#: Whether all markers are inside the upper plot.
INSIDE = """all => all.length > 0 && all.every(point => {
    const frame = point.ownerSVGElement.querySelector(".frame");
    const [at, box] = [point, frame].map((element) => element.getBoundingClientRect());
    return at.left >= box.left && at.right <= box.right && at.top >= box.top - 2 && at.bottom <= box.bottom + 2; })"""


def rising_sweep():
    rng, law = np.random.default_rng(1), PowerLaw(1e-4, 0.6)
    lines = ["batch_size,learning_rate,seed,loss"]
    for size in (8, 16, 32, 64):
        for seed in range(3):
            best = law(size) * np.exp(0.05 * rng.normal())
            lines += [f"{size},{lr},{seed},{1 + np.log(lr / best) ** 2}" for lr in np.geomspace(2e-5, 1e-2, 31)]
    return "\n".join(lines).encode()


def test_what_a_sweep_does_not_determine_is_not_fitted(open_explore):
    page = open_explore()
    page.locator("input[type=file]").set_input_files(
        {"name": "rising.csv", "mimeType": "text/csv", "buffer": rising_sweep()}
    )
    expect(page.locator(".refused")).to_have_text("Not fitted: the optima of this sweep determine neither R nor z.")
    expect(page.locator("[data-action=fit]")).to_be_disabled()
    expect(page.locator(".words")).to_contain_text("The controls peak at B = 98.1")
    expect(page.locator(".words")).to_contain_text("Your sweep rising")
    expect(page.locator(".caution")).to_contain_text("number of steps unknown")
    assert page.locator(".measured circle").evaluate_all(INSIDE)


def test_points_after_ten_steps_carry_a_caution_beside_their_key(open_explore):
    page = open_explore()
    expect(page.locator(".caution")).to_have_text("after 10 steps: a peak here is no evidence for the one-step law")
    page.goto(page.url.split("?")[0] + "?sweep=Digits+MLP%2C+sign+descent%2C+1+step")
    expect(page.locator(".key")).to_contain_text("1 step")
    expect(page.locator(".caution")).to_be_hidden()


def test_measured_optima_are_points_with_intervals_and_never_joined(open_explore):
    page = open_explore()
    optima = load_catalogue(ROOT / "data")[0].load().optima()
    expect(page.locator(".measured circle")).to_have_count(len(optima))
    expect(page.locator(".measured line")).to_have_count(len(optima))
    expect(page.locator(".measured path")).to_have_count(0)


# --- laws, training, map, exports, embedding ------------------------------------------------------------


def test_each_law_is_toggled_and_each_has_its_own_dash(open_explore):
    page = open_explore("?correlation=0.3")
    boxes = page.locator(".laws input")
    for i in range(boxes.count()):
        boxes.nth(i).check()
    expect(page.locator(".chart g > path.law[d^=M]")).to_have_count(8 + 5)  # five of them know a loss drop
    cues = page.locator(".chart g:first-of-type > path.law").evaluate_all(
        "all => all.map(p => p.getAttribute('stroke') + p.getAttribute('stroke-dasharray'))"
    )
    assert len(set(cues)) == 8
    page.locator("[data-toggle=surge]").uncheck()
    expect(page.locator(".law-surge")).to_have_count(0)
    expect(page.locator(".shade")).to_have_count(0)
    settled(page, "curves=exact%2Ccorrelated%2Cplateau")


def test_training_moves_the_peak_and_draws_its_path(open_explore):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    page.locator("summary", has_text="Training progress").click()
    expect(page.locator(".trail")).to_have_count(1)
    before = float(page.locator(".peak").get_attribute("data-batch"))
    slider = page.get_by_role("slider", name="Training progress")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    assert float(page.locator(".peak").get_attribute("data-batch")) > 5 * before
    settled(page, r"t=0\.1")
    expect(page.locator(".progress .note")).to_contain_text("Loss at 0.")
    page.get_by_label("Gradient noise during training").select_option("shrinking")
    settled(page, "noise=shrinking")
    page.locator("[data-action=play]").click()
    expect(page.locator("[data-action=play]")).to_have_text("Pause")
    page.locator("[data-action=play]").click()
    expect(page.locator("[data-action=play]")).to_have_text("Play")


def test_late_training_opens_its_panel_and_shows_what_has_moved(open_explore):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    page.locator("[data-preset=late]").click()
    expect(page.locator(".section.progress")).to_have_attribute("open", "")
    expect(page.locator(".words")).to_contain_text("R has fallen from 8.00 to 1.94")
    expect(page.locator(".control", has_text="Curvature alignment").locator(".moved")).to_have_text("now 1.94")
    expect(exact(page, "Curvature alignment")).to_have_value("8")
    expect(page.locator(".words strong")).to_contain_text("B = 2^17.2 ≈ 1.5e5")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_view_follows_a_run_that_is_played(open_explore, motion):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    page.locator("[data-preset=correlated]").click()
    page.locator("summary", has_text="Training progress").click()
    page.emulate_media(reduced_motion=motion)
    page.locator("[data-action=play]").click()
    rises = []
    for _ in range(12):
        page.wait_for_timeout(800)
        path = page.locator(".law-correlated").first.get_attribute("d")
        points = np.array([tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)])
        frame = page.locator(".frame").first
        top, height, width = (float(frame.get_attribute(name)) for name in ("y", "height", "width"))
        seen = points[(points[:, 1] > top) & (points[:, 1] < top + height)]
        rises.append((np.ptp(seen[:, 0]) / width, np.ptp(seen[:, 1]) / height))
    assert min(np.array(rises).T[0]) > 0.4  # never in a corner
    assert min(np.array(rises).T[1]) > 0.3
    expect(page.locator("[data-action=play]")).to_have_text("Play")


def test_a_view_chosen_by_hand_stays_while_a_run_is_played(open_explore):
    page = open_explore("?zoom=0.0,12.0,-3.0,0.0,-6.0,-1.0&t=0.9")
    labels = "all => all.map(text => text.textContent)"
    before = page.locator(".chart text[text-anchor=end]").evaluate_all(labels)
    page.locator("[data-action=play]").click()
    expect(page.locator("[data-action=play]")).to_have_text("Pause")
    expect(page.locator("[data-action=play]")).to_have_text("Play")
    settled(page, r"t=1\.0")
    assert "zoom=0.0%2C12.0" in page.url
    after = page.locator(".chart text[text-anchor=end]").evaluate_all(labels)
    assert [text for text in after if "10" in text] == [text for text in before if "10" in text]


def test_the_regime_map_is_computed_apart_and_leads_there(open_explore):
    page = open_explore("?snr_spread=0")
    page.locator("summary", has_text="Regime map").click()
    note = page.locator(".section.map .note")
    expect(note).to_contain_text("Filled")
    share = int(re.search(r"in (\d+) %", note.inner_text()).group(1))
    assert 5 < share < 60
    canvas = page.locator(".map-canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": 0.9 * box["width"], "y": 0.95 * box["height"]})
    settled(page, "alignment=")
    alignment = float(exact(page, "Curvature alignment").input_value())
    assert alignment == pytest.approx(0.1 * 1000**0.9, rel=0.03)
    correlation = float(exact(page, "Gradient correlation").input_value())
    assert correlation == pytest.approx(0.05 * 0.9, abs=0.01)
    canvas.focus()
    page.keyboard.press("ArrowLeft")
    expect(exact(page, "Curvature alignment")).not_to_have_value(f"{alignment:g}")


def test_exports_are_the_figure_and_the_curves(open_explore):
    page = open_explore("?curves=exact,surge")
    saved = {}
    for kind in ("SVG", "PNG", "CSV"):
        with page.expect_download() as download:
            page.locator(f"[data-export={kind}]").click()
        saved[kind] = download.value.path()
    drawing = saved["SVG"].read_text()
    assert drawing.startswith("<svg")
    assert "law-exact" in drawing
    assert "var(--st" not in drawing
    assert saved["PNG"].read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader(saved["CSV"].read_text().splitlines()))
    assert {row["law"] for row in rows} == {"exact", "surge"}
    noise = Reading(DEFAULT_MODEL).noise
    law = [row for row in rows if row["law"] == "exact"]
    batch = [float(row["batch_size"]) for row in law]
    np.testing.assert_allclose([float(r["learning_rate"]) for r in law], noise.optimal_lr(batch), rtol=1e-6)
    np.testing.assert_allclose([float(r["loss_drop"]) for r in law], noise.loss_drop(batch), rtol=1e-6)


def test_an_embedded_page_shows_the_chart_alone(open_explore):
    page = open_explore("?embed=true&hide=controls,presets,history,map,progress,exports,page")
    expect(page.locator(".chart")).to_be_visible()
    for part in (".controls", ".presets", ".history", ".section.map", ".exports"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_count(0)
    page.set_viewport_size({"width": 1360, "height": 900})
    for part in ("stSidebar", "stHeader"):
        expect(page.get_by_test_id(part).filter(visible=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Sweep")).to_be_hidden()


def luminance(colour):
    parts = [float(v) for v in re.findall(r"[\d.]+", colour)[:3]]
    if "srgb" in colour:
        parts = [255 * v for v in parts]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in (p / 255 for p in parts)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 22, 27)")])
def test_text_and_curves_stand_out_in_either_theme(page, open_explore, scheme, ground):
    page.emulate_media(color_scheme=scheme)
    open_explore("?correlation=0.2&curves=exact,correlated,surge,plateau,sgd,saturating_half,linear,square_root")
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", ground)
    paper = luminance(ground)

    def contrast(colour):
        high, low = sorted([luminance(colour), paper], reverse=True)
        return (high + 0.05) / (low + 0.05)

    words = page.locator(".chart text, .words, .chip")
    # colours may be on their way to the theme's
    words.evaluate_all("all => Promise.all(all.flatMap(e => e.getAnimations().map(a => a.finished)))")
    texts = words.evaluate_all(
        "all => all.map(e => e.closest('svg') ? getComputedStyle(e).fill : getComputedStyle(e).color)"
    )
    strokes = page.locator(".law").evaluate_all("all => all.map(e => getComputedStyle(e).stroke)")
    assert min(map(contrast, texts)) > 4.5
    assert min(map(contrast, strokes)) > 3


def test_a_phone_shows_everything_without_scrolling_sideways(page, open_explore, errors):
    page.set_viewport_size({"width": 360, "height": 740})
    open_explore()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    host = page.locator(".surge")
    assert host.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    small = page.locator(".surge button:visible, .chip:visible").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().height)"
    )
    assert min(small) >= 28
    expect(page.locator(".chip").first).to_be_hidden()
    fold = page.locator(".fold")
    expect(fold).to_have_text("Laws drawn: 5 of 8")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".chip").first).to_be_visible()
    assert min(page.locator(".chip").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")) >= 28
    fold.click()
    x, y = centre(page.locator(".peak"))
    drag(page, (x, y), (20, 10))
    settled(page, "snr=")
    assert errors == []


def test_the_state_outlives_a_visit_to_another_page(open_explore):
    page = open_explore()
    entry = exact(page, "Curvature alignment")
    entry.fill("3.25")
    entry.press("Enter")
    settled(page, r"alignment=3\.25")
    page.get_by_role("link", name="About").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The law in a page")
    page.get_by_role("link", name="Explore").click()
    expect(exact(page, "Curvature alignment")).to_have_value("3.25")
    assert math.isclose(json.loads(page.locator(".peak").get_attribute("data-batch")), 130, rel_tol=0.5)
