"""The documentation as a site: every page is in its navigation, and every link in it leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from helpers.docs_pages import DOCS, ROOT

TOOL = ROOT / "tools/docs_site.py"


def built(tool: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(tool), str(out)], capture_output=True, text=True, check=False)


def test_site_has_all_pages_and_no_dead_link(tmp_path: Path) -> None:
    """Sphinx warns of a link that leads nowhere and of a page that no other leads to, and warnings are errors."""
    done = built(TOOL, tmp_path / "site")
    assert (done.returncode, done.stderr) == (0, "")
    front = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert f'href="{page.stem}.html"' in front, page.name
    # What pages link to beside pages is there too, and nothing comes from elsewhere.
    for page in (tmp_path / "site").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'href="((?:examples/|llms|quiz\.schema|LICENSE)[^"#]*)"', text):
            assert (page.parent / link).exists(), (page.name, link)
        assert re.findall(r'<(?:script|img|link)\b[^>]*(?:src|href)="(?:https?:)?//', text) == []


def test_dead_link_is_an_error(tmp_path: Path) -> None:
    """The same tool, on pages of which one leads to a heading that is not there."""
    for name in ("README.md", "CHANGELOG.md", "LICENSE"):
        text = "# A\n\n## Read on\n\n- [B](docs/b.md), [changes](CHANGELOG.md)\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "docs/examples").mkdir(parents=True)
    for name in ("llms.txt", "quiz.schema.json"):
        (tmp_path / "docs" / name).write_text("{}", encoding="utf-8")
    (tmp_path / "tools").mkdir()
    tool = tmp_path / "tools/docs_site.py"
    tool.write_text(TOOL.read_text(encoding="utf-8"), encoding="utf-8")
    page = tmp_path / "docs/b.md"
    page.write_text("# B\n\n## Two words\n\n[up](#two-words)\n", encoding="utf-8")
    assert built(tool, tmp_path / "good").returncode == 0
    page.write_text("# B\n\n## Two words\n\n[up](#three-words)\n", encoding="utf-8")
    done = built(tool, tmp_path / "bad")
    assert done.returncode != 0
    assert "three-words" in done.stderr
    assert "Traceback" not in done.stderr
