"""Build the documentation as a site: `python tools/docs_site.py FOLDER`, or `make docs`.

The pages are those that people read in the repository, `README.md` first. What the README lists under "Read on" is the
navigation, in that order. Sphinx does the rest: it has been kept for many years, takes the Markdown as it is, and gives
search and links that are checked. (mkdocs-material gets no new features since 2025, and our own templates know quizzes,
not a navigation through chapters.)
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
_ABOVE = ("README.md", "CHANGELOG.md")
"""Pages that stand above the folder of the others."""
_CONFIGURATION = """\
project = "quizproof"
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "quizproof"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_extra_path = ["extra"]
"""


def gathered(folder: Path) -> Path:
    """Lay out in a folder what Sphinx builds from: the pages, what they link to, and the configuration."""
    source = folder / "source"
    shutil.copytree(ROOT / "docs", source, ignore=shutil.ignore_patterns("__pycache__", "examples", "*.json", "*.txt"))
    # Examples are for readers to download, and not pages.
    extra = source / "extra"
    shutil.copytree(ROOT / "docs/examples", extra / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("llms.txt", "quiz.schema.json"):
        shutil.copy(ROOT / "docs" / name, extra)
    shutil.copy(ROOT / "LICENSE", extra)
    readme, changes = ((ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](") for name in _ABOVE)
    (source / "CHANGELOG.md").write_text(changes, encoding="utf-8")
    _, _, on = readme.partition("## Read on\n")
    pages = list(dict.fromkeys(re.findall(r"\]\((\w+)\.md\)", on)))
    toctree = "\n".join(("```{toctree}", ":hidden:", ":maxdepth: 2", "", *pages, "```"))
    (source / "index.md").write_text(f"{readme}\n{toctree}\n", encoding="utf-8")
    for page in source.glob("*.md"):
        page.write_text(_with_fences(page.read_text(encoding="utf-8")), encoding="utf-8")
    (source / "conf.py").write_text(_CONFIGURATION, encoding="utf-8")
    return source


def _with_fences(text: str) -> str:
    """The text, with links to what is not a page as plain links, for which nothing is looked up.

    `[the folder](examples/quiz-extras)` becomes `<a href="examples/quiz-extras">the folder</a>`.
    """
    return re.sub(
        r"\[([^\]]+)\]\(((?:examples/|llms\.txt|quiz\.schema\.json|LICENSE)[^)]*)\)", r'<a href="\2">\1</a>', text
    )


def build(out: Path) -> int:
    """Build the site in a folder, anew; 0, or what Sphinx exits with when a link leads nowhere or anything is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        source = gathered(Path(folder))
        options = ("-q", "-W", "--keep-going", "-E", "-b", "html")
        command = [sys.executable, "-m", "sphinx", *options, str(source), str(out)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1])))
