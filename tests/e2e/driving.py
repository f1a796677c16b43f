"""What a visitor does, on any page and on Explore."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from surgecore import one_step_curves
from surgecore.words import number

# No test asks how fast a page is: this only ends one that hangs, on a slow and busy machine too.
HANGS = 120_000


def patient(page: Page) -> Page:
    page.set_default_timeout(HANGS)
    page.set_default_navigation_timeout(HANGS)
    return page


def titled(page, title=None):
    """The page's heading, and no other: the old one stands beside the new one for a moment."""
    heading = page.get_by_role("heading", level=1)
    wanted = heading if title is None else page.get_by_role("heading", level=1, name=title, exact=True)
    expect(wanted.first).to_be_visible()
    expect(heading).to_have_count(1)


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


def still(page):
    """The script has ended, nothing waits for its code, and two frames in a row are alike."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.evaluate(
        """() => document.fonts.ready.then(() => new Promise((resolve) => {
            const look = (before) => requestAnimationFrame(() => {
                const now = document.querySelector(".stMainBlockContainer").getBoundingClientRect().height;
                if (now === before) resolve(); else look(now);
            });
            look(-1);
        }))"""
    )


def seeds(page, count):
    """So many seeds on the Train page, whose default workload has 135 cells."""
    page.get_by_text("Grid and seeds").click()
    box = page.get_by_role("spinbutton", name="Seeds")
    box.fill(str(count))
    box.press("Enter")
    expect(page.get_by_text(re.compile(f"{135 * count:,} short runs"))).to_be_visible()
