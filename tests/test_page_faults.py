"""Faults of pages that tools find: HTML that is not valid (vnu), and what keeps people from using a page (axe).

Both come with `npm ci --prefix tools --ignore-scripts`; without them these tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers import samples
from helpers.replay import WHOLE_PAGE
from quizproof.figures import Drawing
from quizproof_renderers.site.build import build_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOOLS = Path(__file__).parent.parent / "tools/node_modules"
VNU, AXE = TOOLS / "vnu-jar/build/dist/vnu.jar", TOOLS / "axe-core/axe.min.js"
DRAWN = Drawing(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60"><path d="M 0 0 L 9 9" style="stroke: #010210"/>'
    '<text x="3" y="9" style="font-size: 12px; fill: #010203">Steps</text></svg>',
    "A line that falls.",
)
FIND = """
async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every page of a site that has each way of answering, each figure, and lines that repeat."""
    ways = [
        samples.choice(),
        samples.several(),
        samples.outputs(10, 5),
        samples.number(),
        samples.text(),
        samples.line(),
        samples.blanks(),
        samples.ordering(),
        samples.indented(),
        samples.matching(),
        samples.opened(),
        samples.program(),
        # The same lines as above, which are folded here.
        samples.choice(),
    ]
    questions = [samples.question(f"q-{number}", display) for number, display in enumerate(ways)]
    shown = samples.display(samples.choice().input or ways[0].input, DRAWN)  # type: ignore[arg-type]
    exhibits = [samples.exhibit("figures", samples.figures()), samples.question("drawn", shown)]
    report = samples.report(samples.asking(samples.quiz(), *questions, *exhibits))
    folder = tmp_path_factory.mktemp("faults")
    return sorted(build_site(report, folder / "site").out.rglob("*.html"))


def test_html_is_valid(pages: list[Path], tmp_path: Path) -> None:
    """By the checker of the W3C: no error on any page, and one on a page that has one."""
    java = shutil.which("java")
    if java is None or not VNU.exists():
        pytest.skip("vnu is not installed: it needs Java, and `make lint` installs it")
    faulty = tmp_path / "faulty.html"
    faulty.write_text("<!doctype html><html lang=en><title>A</title><p><table></p></table>", encoding="utf-8")
    command = [java, "-jar", str(VNU), "--errors-only", "--format", "gnu", str(faulty), *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = done.stderr.splitlines()
    assert any("faulty.html" in line for line in found)
    assert [line for line in found if "faulty.html" not in line] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_from_using_a_page(browser: Browser, pages: list[Path], scheme: str) -> None:
    """By axe: no violation on any page, and one on a page that has one."""
    if not AXE.exists():
        pytest.skip("axe is not installed: it needs Node, and `make lint` installs it")
    script = AXE.read_text(encoding="utf-8")
    # The policy of the pages refuses what is not theirs.
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True) as context:  # type: ignore[arg-type]
        context.add_init_script(f"if (location.protocol === 'file:') {{ {WHOLE_PAGE} }}")
        page = context.new_page()
        page.set_content("<!doctype html><html lang='en'><title>A</title><main><h1>A</h1><img src='data:,'></main>")
        page.evaluate(script)
        assert any(found.startswith("image-alt: ") for found in page.evaluate(FIND))
        for path in pages:
            page.goto(path.as_uri())
            page.evaluate(script)
            assert page.evaluate(FIND) == [], path
