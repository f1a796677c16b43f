"""The instrument of the Explore page, by pointer, by keyboard and against Python."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from driving import centre, control, drag, exact, python_says, redraws, settled, still
from explore.presets import PRESETS
from explore.state import DEFAULT_MODEL
from playwright.sync_api import expect

from surgecore.words import number, say

# --- direct manipulation --------------------------------------------------------------------------------


def test_dragging_peak_and_plateau_redraws_at_every_event_and_python_follows_on_release(open_explore):
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
    assert centre(peak) == pytest.approx((x + 120, y + 60), abs=1.5)  # it stays where it was let go
    assert "zoom" not in page.url
    # the ring of the focus is for keyboards, and it is round
    expect(peak).to_be_focused()
    expect(peak).to_have_css("outline-style", "none")
    expect(peak.locator(".halo")).to_have_css("stroke", "none")
    lr_scale, snr = (float(exact(page, label).input_value()) for label in ("Learning-rate scale", "Signal to noise"))
    assert f"lr_scale={lr_scale!r}" in page.url
    drag(page, centre(page.locator(".plateau .handle")), (0, 40))
    settled(page, "alignment=")
    alignment = float(exact(page, "Curvature alignment").input_value())
    assert alignment > DEFAULT_MODEL.alignment
    python_says(page, replace(DEFAULT_MODEL, lr_scale=lr_scale, snr=snr, alignment=alignment))


def test_the_marker_sits_on_the_drawn_maximum_and_the_words_agree(open_explore):
    page = open_explore()
    page.emulate_media(reduced_motion="reduce")
    peak = page.locator(".peak")
    for preset in PRESETS:
        page.locator(f"[data-preset={preset.key}]").click()
        expect(page.locator(".lesson")).to_have_text(preset.to_json()["teaches"])
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
        expect(page.locator(".words")).to_contain_text(f"({number(lr)}), then falls by")
        if preset.state.t == 0:
            top = max(preset.state.model.gradient_noise().peaks(), key=lambda found: found.lr)
            assert batch == pytest.approx(top.batch_size, rel=1e-4)
            assert lr == pytest.approx(top.lr, rel=1e-6)


def test_wheel_pan_and_double_click_change_the_view_and_the_address(open_explore):
    page = open_explore()
    chart = page.locator(".chart")
    path = page.locator(".law-exact").first
    first = path.get_attribute("d")
    chart.hover(position={"x": 200, "y": 150})
    page.mouse.wheel(0, -240)
    page.keyboard.down("Control")
    assert path.get_attribute("d") == first  # a wheel alone scrolls the page
    page.mouse.wheel(0, -240)
    page.keyboard.up("Control")
    settled(page, "view=")
    zoomed = path.get_attribute("d")
    assert zoomed != first
    x, y = centre(chart)
    drag(page, (x - 80, y - 190), (60, 20))
    assert path.get_attribute("d") != zoomed
    chart.dblclick(position={"x": 120, "y": 90})
    expect(page).not_to_have_url(re.compile("view="))
    assert path.get_attribute("d") == first


def test_hover_reads_every_law_at_one_batch_size(open_explore):
    page = open_explore("?curves=exact,surge,sgd")
    page.locator(".chart").hover(position={"x": 300, "y": 150})
    readout = page.locator(".readout")
    expect(readout).to_contain_text("Surge (Theorem 3): ")
    batch = float(re.search(r"Batch size ([\d.]+)", readout.inner_text()).group(1))
    shown = float(re.search(r"Exact \(Theorem 2\): ([\d.e-]+)", readout.inner_text()).group(1))
    assert shown == pytest.approx(DEFAULT_MODEL.gradient_noise().optimal_lr(batch), rel=0.03)
    box, dot = readout.bounding_box(), centre(page.locator(".peak"))
    over = box["x"] < dot[0] < box["x"] + box["width"] and box["y"] < dot[1] < box["y"] + box["height"]
    assert not over  # the peak stays in sight


# --- keyboard and screen reader -------------------------------------------------------------------------


def test_keyboard_alone_moves_the_peak_and_the_live_region_says_where(open_explore):
    page = open_explore()
    expect(page.get_by_role("tab").first).to_be_visible()  # what is below comes after the chart
    still(page)
    skip = page.get_by_role("button", name=say("explore-skip"))
    skip.focus()
    expect(skip).to_be_in_viewport()
    for key in ("Enter", "Tab"):
        page.keyboard.press(key)
    expect(page.get_by_role("tab").first).to_be_focused()  # past the whole instrument
    peak = page.locator(".peak")
    before = float(peak.get_attribute("data-batch"))
    peak.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".live")).to_contain_text("peaks at batch size 196")
    expect(peak).to_have_css("outline-style", "none")
    expect(peak.locator(".halo")).to_have_css("stroke-width", "3px")
    assert float(peak.get_attribute("data-batch")) == pytest.approx(2 * before, rel=1e-3)
    settled(page, "snr=")
    page.keyboard.press("ArrowUp")
    page.locator(".plateau").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".plateau .target")).to_have_css("stroke-width", "3px")
    expect(exact(page, "Curvature alignment")).not_to_have_value("5.4")
    page.locator(".chart").focus()
    curve = page.locator(".law-exact").first
    view = curve.get_attribute("d") or ""
    page.keyboard.press("+")
    expect(curve).not_to_have_attribute("d", view)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".readout")).to_contain_text("Batch size ")


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
        expect(page.locator(".control .wrong", has_text="Enter a number from")).to_be_visible()
    assert page.locator(".words").inner_text() == words
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(entry).to_have_attribute("aria-invalid", "false")
    expect(page.locator(".control .wrong", has_text="Enter a number from")).to_have_count(0)
    page.get_by_text("Momentum, skew, size").click()
    entry = exact(page, "Number of parameters")
    entry.fill("2^9")
    entry.press("Enter")
    # the coupling of each pair stays, so there is more of it
    expect(exact(page, "Curvature alignment")).to_have_value(f"{5.4 * 511 / 255:.5g}")


# --- how it looks -----------------------------------------------------------------------------------------


def luminance(colour):
    parts = [float(v) for v in re.findall(r"[\d.]+", colour)[:3]]
    if "srgb" in colour:
        parts = [255 * v for v in parts]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in (p / 255 for p in parts)]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_text_and_curves_stand_out_in_either_theme(page, open_explore):
    """Also where the theme changes while the page is open."""
    page.emulate_media(color_scheme="light")
    open_explore("?correlation=0.2&curves=exact,correlated,surge,plateau,sgd,saturating_half,linear,square_root")
    for scheme, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 22, 27)")):
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", ground)
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        texts, strokes = colours(page)
        assert len(texts) > 10
        assert len(strokes) > 4
        paper = luminance(ground)
        assert min(contrast(colour, paper) for colour in texts) > 4.5
        assert min(contrast(colour, paper) for colour in strokes) > 3


def contrast(colour, paper):
    high, low = sorted([luminance(colour), paper], reverse=True)
    return (high + 0.05) / (low + 0.05)


def colours(page):
    """Of texts and of curves. What is drawn anew between finding and asking is no longer there, and has none."""
    words = page.locator(".chart text, .words, .chip")
    # colours may be on their way to the theme's
    words.evaluate_all("all => Promise.all(all.flatMap(e => e.getAnimations().map(a => a.finished)))")
    texts = words.evaluate_all(
        "all => all.filter(e => e.isConnected)"
        ".map(e => e.closest('svg') ? getComputedStyle(e).fill : getComputedStyle(e).color)"
    )
    return texts, page.locator(".law").evaluate_all(
        "all => all.filter(e => e.isConnected).map(e => getComputedStyle(e).stroke)"
    )


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
    expect(fold).to_have_text("Curves drawn: 5 of 8")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".chip").first).to_be_visible()
    assert min(page.locator(".chip").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")) >= 28
    fold.click()
    page.locator(".peak").scroll_into_view_if_needed()
    x, y = centre(page.locator(".peak"))
    drag(page, (x, y), (20, 10))
    settled(page, "snr=")
    assert errors == []
