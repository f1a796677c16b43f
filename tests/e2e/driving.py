"""What a visitor does on the Explore page."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from surgecore import one_step_curves
from surgecore.words import number


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
    """The table that Python makes is of this model."""
    page.get_by_role("tab", name="Numbers").click()
    exact = one_step_curves(model)["exact"].optimal_lr
    panel = page.get_by_role("tabpanel", name="Numbers")
    for size in (1, 64, 1024):
        expect(panel).to_contain_text(number(exact(size)))


def control(page, label):
    return page.get_by_role("slider", name=f"{label} slider")


def exact(page, label):
    return page.get_by_label(f"{label}, exact value", exact=True)
