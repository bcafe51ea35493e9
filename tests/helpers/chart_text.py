"""The text of charts as a browser really sets it, in fonts that differ in width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

NARROW, WIDE = "DejaVu Sans Condensed", "DejaVu Sans"
"""Of the Debian packages fonts-dejavu-extra and fonts-dejavu-core."""
SIZES: tuple[ViewportSize, ...] = ({"width": 1200, "height": 800}, {"width": 360, "height": 700})

OUTSIDE = """
(family) => {
  // The security policy forbids style elements, but not this.
  for (const name of ["--sans", "--serif"]) document.documentElement.style.setProperty(name, `"${family}"`);
  const outside = (inner, outer) =>
    inner.left < outer.left - 1 || inner.right > outer.right + 1 ||
    inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  const box = (element) => element.getBoundingClientRect();
  const labels = [...document.querySelectorAll(".picture text")].map((text) => [text, text.ownerSVGElement]);
  const entries = [...document.querySelectorAll(".legend li")].map((entry) => [entry, entry.closest("figure")]);
  return [...labels, ...entries].filter(([inner, outer]) => outside(box(inner), box(outer)))
    .map(([inner]) => inner.textContent);
}
"""

WIDTH_OF = """
(family) => {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `100px "${family}"`;
  return context.measureText("Top two layers unfrozen at a tenth of the rate").width;
}
"""


def outside_pictures(page: Page) -> list[tuple[str, int, str]]:
    """Labels of charts that do not fit into their pictures: font, width of the window, and the label.

    Fails when the two fonts have the same width: then one of them is not installed, and nothing would be tested.
    """
    narrow, wide = page.evaluate(WIDTH_OF, NARROW), page.evaluate(WIDTH_OF, WIDE)
    if wide < narrow * 1.05:
        pytest.fail(f"{NARROW!r} and {WIDE!r} have the same widths; install fonts-dejavu-core and fonts-dejavu-extra")
    found = []
    before = page.viewport_size
    for size in SIZES:
        page.set_viewport_size(size)
        for family in (NARROW, WIDE):
            found += [(family, size["width"], label) for label in page.evaluate(OUTSIDE, family)]
    if before:
        page.set_viewport_size(before)
    return found
