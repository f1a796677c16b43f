"""Around the instrument of the Explore page: link, history, ghosts, fits, laws, training, map, exports, embedding."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from driving import centre, control, drag, exact, redraws, settled, still, titled
from explore.curves import fit_controls
from explore.state import DEFAULT_MODEL
from playwright.sync_api import expect

from surgecore import PowerLaw, analyse, load_catalogue
from surgecore.words import number

ROOT = Path(__file__).parents[2]


# --- state: link, history, ghosts, fit ------------------------------------------------------------------


def everything(page):
    paths = page.locator(".law, .ghost").evaluate_all("all => all.map(path => path.getAttribute('d'))")
    inputs = page.locator("[data-exact]").evaluate_all("all => all.map(input => input.value)")
    return page.locator(".words").inner_text(), paths, inputs


def test_the_permalink_gives_the_same_page_to_the_digit(open_explore, page):
    open_explore("?t=0.2&correlation=0.1&snr_spread=0.7&curves=exact,correlated,surge,plateau,linear")
    page.locator("[data-action=pin]").click()
    settled(page, "ghosts=")
    x, y = centre(page.locator(".peak"))
    drag(page, (x, y), (-33, 21))
    settled(page, "lr_scale=")
    words, _, inputs = everything(page)
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".words strong")).not_to_be_empty()
    # a view that follows the curve is not in the link: it is fitted anew
    again, _, same = everything(page)
    assert (again, same) == (words, inputs)


def test_junk_in_the_address_is_named_and_markup_in_it_is_text(open_explore, abroad):
    page = open_explore("?snr=![](http://elsewhere.test/a.png)&alignment=-4&sweep=![](http://elsewhere.test/b.png)")
    expect(page.get_by_text("in the address cannot be used").first).to_be_visible()
    expect(page.get_by_text("elsewhere.test/a.png")).to_be_visible()
    expect(exact(page, "Curvature alignment")).to_have_value("5.4")
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
    # the lesson that is on stands out under the pointer too
    expect(page.locator("[data-preset=no_surge]")).to_have_css("color", "rgb(255, 255, 255)")
    page.locator("[data-action=undo]").click()
    expect(page.locator(".words strong")).to_contain_text("peaks at batch size 98")
    page.locator("[data-action=redo]").click()
    expect(page.locator(".words strong")).to_contain_text("No peak")
    page.locator(".chart").focus()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator(".ghost")).to_have_count(0)
    page.locator("[data-preset=two_peaks]").click()
    expect(page.locator(".minor-peak")).to_have_count(1)
    page.locator("[data-action=reset]").click()
    expect(page.locator(".words strong")).to_contain_text("peaks at batch size 98")
    assert everything(page) == first


def test_a_fit_glides_there_and_says_what_it_is_worth_in_the_headline_and_in_its_digits(open_explore):
    page = open_explore("?points=on")
    fit = fit_controls(analyse(load_catalogue(ROOT / "data")[0].load()), DEFAULT_MODEL)
    before = redraws(page)
    page.locator("[data-action=fit]").click()
    expect(exact(page, "Spread of signal to noise")).to_have_value("0")
    settled(page, "snr_spread=0")
    assert redraws(page) - before > 5  # it moved, it did not jump
    page.emulate_media(reduced_motion="reduce")
    expect(page.locator(".words strong")).to_have_text(fit.opening)
    entry = exact(page, "Learning-rate scale")
    expect(entry).to_have_value(number(fit.model.lr_scale, fit.digits["lr_scale"]))
    entry.focus()
    expect(entry).to_have_value(repr(fit.model.lr_scale))  # every digit, to edit
    entry.blur()
    expect(entry).to_have_value(number(fit.model.lr_scale, fit.digits["lr_scale"]))
    assert page.locator(".words").first.evaluate(INSIDE)
    page.reload()
    expect(page.locator(".words strong")).to_have_text(fit.opening)
    control(page, "Curvature alignment").press("ArrowRight")
    expect(page.locator(".words strong")).not_to_contain_text("Fitted")


#: Whether all markers are inside the upper plot.
#: All measured points lie within the frame, within 600 frames: a drawing that is made anew leaves the old points alone.
INSIDE = """async words => {
    const inside = (point) => {
        const frame = point.ownerSVGElement.querySelector(".frame");
        const [at, box] = [point, frame].map((element) => element.getBoundingClientRect());
        return at.left >= box.left && at.right <= box.right && at.top >= box.top - 2 && at.bottom <= box.bottom + 2;
    };
    for (let frame = 0; frame < 600; frame++) {
        const all = [...words.getRootNode().querySelectorAll(".measured circle")];
        if (all.length > 0 && all.every(inside)) return true;
        await new Promise(requestAnimationFrame);
    }
    return false; }"""


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
    page.get_by_role("button", name="Digits MLP, sign descent, 10 steps").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "rising.csv", "mimeType": "text/csv", "buffer": rising_sweep()}
    )
    expect(page.locator(".refused")).to_have_text("Not fitted: the optima of this sweep determine neither R nor z.")
    expect(page.locator("[data-action=fit]")).to_be_disabled()
    expect(page.locator(".words")).to_contain_text("The curve peaks at batch size 98")
    expect(page.locator(".words")).to_contain_text("Your sweep rising")
    expect(page.locator(".caution")).to_contain_text("The number of steps behind these points is unknown")
    assert page.locator(".words").first.evaluate(INSIDE)


def test_points_are_drawn_when_asked_for_and_say_after_how_many_steps(open_explore):
    page = open_explore()
    optima = load_catalogue(ROOT / "data")[0].load().optima()
    expect(page.locator(".measured circle")).to_have_count(0)
    expect(page.locator(".caution")).to_be_hidden()
    page.locator("[data-toggle=points]").check()
    expect(page.locator(".measured circle")).to_have_count(len(optima))
    expect(page.locator(".measured line")).to_have_count(len(optima))
    expect(page.locator(".measured path")).to_have_count(0)
    expect(page.locator(".caution")).to_have_text("These points were measured after 10 steps; the curves are for one.")
    settled(page, "points=on")
    page.locator("[data-preset=no_surge]").click()
    expect(page.locator(".measured circle")).to_have_count(0)  # a lesson is about theory alone
    page.locator(".close").click()
    expect(page.locator(".measured circle")).to_have_count(len(optima))
    page.goto(page.url.split("?")[0] + "?sweep=Digits+MLP%2C+sign+descent%2C+1+step")
    expect(page.locator(".key")).to_contain_text("1 step")
    expect(page.locator(".measured circle")).not_to_have_count(0)
    expect(page.locator(".caution")).to_be_hidden()


# --- laws, training, map, exports, embedding ------------------------------------------------------------


def test_each_law_is_toggled_and_each_has_its_own_dash(open_explore):
    page = open_explore("?correlation=0.3")
    boxes = page.locator(".laws input")
    for i in range(boxes.count()):
        boxes.nth(i).check()
    expect(page.locator(".chart path.law[d^=M]")).to_have_count(8 + 5)  # five of them know a loss drop
    cues = page.locator(".chart .curves path.law").evaluate_all(
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
    expect(page.locator(".words strong")).to_contain_text("peaks at batch size 150,000")


#: Collects, at each redraw, how much of the plot the part of a curve that is inside it fills.
WATCH = """() => {
    const find = (root) => {
        for (const e of root.querySelectorAll("*")) {
            const found = e.classList?.contains("surge") ? e : e.shadowRoot && find(e.shadowRoot);
            if (found) return found;
        }
        return null;
    };
    const surge = find(document);
    window.rises = [];
    new MutationObserver(() => {
        const d = surge.querySelector(".law-correlated").getAttribute("d"), frame = surge.querySelector(".frame");
        const side = (name) => Number(frame.getAttribute(name));
        const points = [...d.matchAll(/[ML](-?[0-9.]+) (-?[0-9.]+)/g)].map((m) => [Number(m[1]), Number(m[2])])
            .filter(([, y]) => y > side("y") && y < side("y") + side("height"));
        const spread = (i) => Math.max(...points.map((p) => p[i])) - Math.min(...points.map((p) => p[i]));
        window.rises.push([spread(0) / side("width"), spread(1) / side("height")]);
    }).observe(surge, { attributes: true, attributeFilter: ["data-redraws"] });
}"""


@pytest.mark.parametrize(
    ("motion", "start"), [("reduce", "0.8"), pytest.param("no-preference", "0.5", marks=pytest.mark.long)]
)
def test_the_view_follows_a_run_that_is_played(open_explore, motion, start):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    page.locator("[data-preset=correlated]").click()
    page.locator("summary", has_text="Training progress").click()
    page.get_by_role("slider", name="Training progress").fill(start)  # the rest of it
    page.emulate_media(reduced_motion=motion)
    page.evaluate(WATCH)
    page.locator("[data-action=play]").click()
    settled(page, r"t=1\.0")  # "Pause" may be over before it is looked for
    expect(page.locator("[data-action=play]")).to_have_text("Play")
    rises = np.array(page.evaluate("window.rises"))
    assert len(rises) > 5
    assert rises.min(axis=0)[0] > 0.4  # never in a corner
    assert rises.min(axis=0)[1] > 0.3


def test_a_view_chosen_by_hand_stays_while_a_run_is_played(open_explore):
    page = open_explore("?zoom=0.0,12.0,-3.0,0.0,-6.0,-1.0&t=0.9")
    labels = "all => all.map(text => text.textContent)"
    still(page)
    before = page.locator(".chart text[text-anchor=end]").evaluate_all(labels)
    page.locator("[data-action=play]").click()
    settled(page, r"t=1\.0")  # "Pause" may be over before it is looked for
    expect(page.locator("[data-action=play]")).to_have_text("Play")
    assert "view=0.0%2C12.0" in page.url  # an earlier address said zoom
    assert "zoom=" not in page.url
    after = page.locator(".chart text[text-anchor=end]").evaluate_all(labels)
    assert [text for text in after if "10" in text] == [text for text in before if "10" in text]


def the_threshold_of_the_map_is_never_nothing(page):
    threshold = page.get_by_label("Smallest surge in per cent of the plateau")
    text = page.locator(".section.map")
    expect(text).to_contain_text("surge of at least 10 %")
    for entry, meant in (("", "1.0 %"), ("-5", "0.10 %"), ("0", "1.0 %")):
        threshold.fill(entry)
        expect(text).to_contain_text(f"surge of at least {meant}")


def test_the_regime_map_is_computed_apart_and_leads_there(open_explore):
    page = open_explore("?snr_spread=0")
    page.locator("summary", has_text="The formula").click()
    expect(page.get_by_role("link", name="Its derivation")).to_have_attribute("href", "derivation")
    page.locator("summary", has_text="Regime map").click()
    note = page.locator(".section.map .note")
    expect(note).to_contain_text("Filled")
    share = int(re.search(r"in (\d+) %", note.inner_text()).group(1))
    assert 5 < share < 60
    the_threshold_of_the_map_is_never_nothing(page)
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
    for kind in ("svg", "png", "csv"):
        with page.expect_download() as download:
            page.locator(f"[data-export={kind}]").click()
        saved[kind] = download.value.path()
    drawing = saved["svg"].read_text()
    assert drawing.startswith("<svg")
    assert "law-exact" in drawing
    assert "Exact (Theorem 2)" in drawing  # it carries its legend
    assert 'class="halo"' not in drawing  # and none of the handles
    assert "var(--st" not in drawing
    assert saved["png"].read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader(saved["csv"].read_text().splitlines()))
    assert {row["law"] for row in rows} == {"exact", "surge"}
    noise = DEFAULT_MODEL.gradient_noise()
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


def test_the_state_outlives_a_visit_to_another_page(open_explore):
    page = open_explore()
    entry = exact(page, "Curvature alignment")
    entry.fill("3.25")
    entry.press("Enter")
    settled(page, r"alignment=3\.25")
    page.get_by_role("link", name="Reference", exact=True).click()
    titled(page, "The law in a page")
    page.get_by_role("link", name="Explore", exact=True).click()
    expect(exact(page, "Curvature alignment")).to_have_value("3.25")
    settled(page, r"alignment=3\.25")
    page.reload()
    expect(exact(page, "Curvature alignment")).to_have_value("3.25")
    assert math.isclose(json.loads(page.locator(".peak").get_attribute("data-batch")), 130, rel_tol=0.5)
