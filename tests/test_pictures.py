"""Images of a bank: what can be one, their copies on the site, and how they and formulas look in a real browser."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.replay import opened
from quizproof.comparison.seen import rendered
from quizproof.loading.images import ImageError, read_image
from quizproof.loading.load import load_bank
from quizproof.proving.prove import Proving
from quizproof.proving.study import Ticket
from quizproof.runners.pool import Pool
from quizproof.store.cache import Cache
from quizproof_renderers.formula_text import readable
from quizproof_renderers.site.block_page import block_page
from quizproof_renderers.site.build import build_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from conftest import ProveBank

BANK = r"""
quiz: pictures
title: Of $\hat{y}$
topic: pictures
intro: "![A square](files/square.png)"
blocks:
  - id: which
    kind: choice
    title: What $\sigma$ is
    prompt: |
      Here $\frac{a}{b}$, $\hat{y}$, $x^2$ and $5 and $6.

      $$
      \mathcal{L} = \frac{1}{n} \sum_{i=1}^{n} (y_i - \hat{y}_i)^2
      + \lambda \|\mathbf{w}\|_2^2 + \ldots + aaaaaaaaaaaaaaaaa
      $$

      ![A "blue" *square*](files/square.png) ![Gone](files/gone.png)
    setup: a = 1
    options:
      - text: "![A line](files/line.svg)"
        key: true
        proof: assert a == 1
      - text: "![A line](files/line%202.svg)"
        mistake: It is not ![a line](files/line.svg).
        refute: assert a == 1
  - id: pairs
    kind: match
    prompt: Match.
    pairs:
      - {code: b = 1, match: "![A line](files/line.svg)", check: assert b == 1}
      - {code: b = 2, match: '$\hat{y}_i$', check: assert b == 2}
"""
LINE = b'<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="30pt"><path d="M0 0L80 40" stroke="navy"/></svg>'
BOX = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 8"><path d="M0 0L12 8"/></svg>'


def png(width: int, height: int, colour: bytes = b"\x20\x40\x90") -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + colour * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bank_in(folder: Path) -> Path:
    """The bank, with its images."""
    (folder / "files").mkdir(parents=True)
    (folder / "bank.yaml").write_text(BANK, encoding="utf-8")
    (folder / "files/square.png").write_bytes(png(40, 30))
    (folder / "files/line.svg").write_bytes(LINE)
    (folder / "files/line 2.svg").write_bytes(BOX)
    return folder


def named(stem: str, content: bytes, suffix: str) -> str:
    """The name of a copy."""
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, prove_warm: ProveBank) -> Path:
    """The site of the bank."""
    folder = tmp_path_factory.mktemp("pictures")
    report = prove_warm(load_bank([bank_in(folder / "bank")]))
    assert [finding.message for finding in report.findings] == ["`files/gone.png` does not exist"]
    return build_site(report, folder / "site").out


# ---- files


def test_the_site_has_a_copy_of_each_image(built: Path) -> None:
    """Named after its content, once however often it is shown, with its size and its text."""
    names = [named("square", png(40, 30), "png"), named("line", LINE, "svg"), named("line-2", BOX, "svg")]
    copies = {path.name for path in (built / "assets").iterdir() if path.suffix not in (".css", ".js")}
    assert copies == set(names)
    page = (built / "pictures/pictures.html").read_text(encoding="utf-8")
    shown = re.findall(r"<img [^>]*>", page)
    square, line, other = (f'<img class="image" src="../assets/{name}" alt="' for name in names)
    assert f'{square}A square" width="40" height="30" loading="lazy">' in shown
    assert f'{square}A &#34;blue&#34; square" width="40" height="30" loading="lazy">' in shown
    assert f'{line}A line" width="80" height="40" loading="lazy">' in shown
    assert f'{other}A line" width="12" height="8" loading="lazy">' in shown
    assert '<em class="image">Gone</em>' in page
    assert "picture:" not in page
    # Where HTML has room for text only.
    assert sorted(re.findall(r"<option value=\"\w\">\w: (.*)</option>", page)) == sorted(["A line", "ŷᵢ"] * 2)


def test_a_changed_image_is_a_new_file_and_a_new_page(tmp_path: Path) -> None:
    """Also where the proof is known from the cache, and where the bank has been moved since."""
    bank, cache = bank_in(tmp_path / "bank"), Cache(tmp_path / "cache.sqlite")

    def build(path: Path) -> set[str]:
        with Pool[Ticket](1) as pool:
            proving = Proving([path / "bank.yaml"], pool, cache=cache)
            report = proving.report()
        build_site(report, tmp_path / "site")
        return {file.name for file in (tmp_path / "site/assets").iterdir()}

    first = build(bank)
    assert first == build(bank)
    changed = png(8, 8)
    (bank / "files/square.png").write_bytes(changed)
    second = build(bank)
    assert first ^ second == {named("square", png(40, 30), "png"), named("square", changed, "png")}
    page = (tmp_path / "site/pictures/pictures.html").read_text(encoding="utf-8")
    assert f'{named("square", changed, "png")}" alt="A square" width="8" height="8"' in page
    assert second == build(bank.rename(tmp_path / "moved"))
    cache.close()


def test_a_block_as_a_page_holds_its_images(tmp_path: Path, prove_warm: ProveBank) -> None:
    page = block_page(prove_warm(load_bank([bank_in(tmp_path / "bank")])), "which")
    sources = re.findall(r'<img class="image" src="([^"]*)"', page)
    assert len(sources) == 4
    assert {source.partition(";")[0] for source in sources} == {"data:image/png", "data:image/svg+xml"}


JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    b"\xff\xc4\0\x03\0\xff\xc2\0\x11\x08\0\x14\0\x1e\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"
)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (png(3, 2), ("png", 3, 2)),
        (b"GIF89a" + struct.pack("<HH", 7, 5) + b"\0", ("gif", 7, 5)),
        (JPEG, ("jpg", 30, 20)),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x0f\0\0\x07\0\0", ("webp", 16, 8)),
        (b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + (15 | 7 << 14).to_bytes(4, "little"), ("webp", 16, 8)),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 16, 8), ("webp", 16, 8)),
        (LINE, ("svg", 80, 40)),
        (BOX, ("svg", 12, 8)),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ("svg", 0, 0)),
        (b"<svg><use href='#a'/><image href='data:image/png;base64,'/></svg>", ("svg", 0, 0)),
    ],
)
def test_images_are_known_by_their_content(tmp_path: Path, content: bytes, found: tuple[str, int, int]) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    image = read_image(str(tmp_path), "files/a.txt")
    assert (image.suffix, image.width, image.height) == found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "`files/a.png` is not a PNG, JPEG, GIF, WebP or SVG image"),
        (b"<html><svg></svg></html>", "`files/a.png` is not a PNG, JPEG, GIF, WebP or SVG image"),
        (b"\x89PNG\r\n\x1a\n", "`files/a.png` is not a PNG, JPEG, GIF, WebP or SVG image"),
        (b"\xff\xd8\xff", "`files/a.png` is not a PNG, JPEG, GIF, WebP or SVG image"),
        (b"<svg><script>alert(1)</script></svg>", "an SVG image cannot hold `<script>`"),
        (b"<svg><a xmlns:x='http://www.w3.org/1999/xlink' x:href='javascript:1'/></svg>", "refer to `javascript:1`"),
        (b"<svg><image href='https://example.org/a.png'/></svg>", "refer to `https://example.org/a.png`"),
        (b"<svg onload='alert(1)'/>", "an SVG image cannot hold `onload`"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", "an SVG image cannot hold `<!ENTITY`"),
        (png(2, 2) + bytes(1 << 20), "an image has at most 1,024 KiB"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match=re.escape(message)):
        read_image(str(tmp_path), "files/a.png")


def test_images_are_in_the_folder_of_files(tmp_path: Path) -> None:
    """Below it too, and by a link inside of it; nothing elsewhere is read."""
    files = tmp_path / "files"
    (files / "below").mkdir(parents=True)
    for place in (files / "below/a.png", tmp_path / "secret.png"):
        place.write_bytes(png(1, 1))
    (files / "inside.png").symlink_to("below/a.png")
    (files / "outside.png").symlink_to(tmp_path / "secret.png")
    (files / "up").symlink_to(tmp_path)
    (files / "pipe.png").mkdir()
    for address in ("files/below/a.png", "files/inside.png", "files/./below/a.png", "files/below/%61.png"):
        assert read_image(str(files), address).suffix == "png"
    for address in (
        "files/outside.png", "files/up/secret.png", "files/../secret.png", "secret.png", "/etc/passwd", "files", "",
        "https://example.org/files/a.png", "//example.org/a.png", "data:image/png;base64,AA", "files/pipe.png",
        "files/gone.png", "\\\\host\\a.png", "files/%00.png", "files/" + "a" * 300,
    ):  # fmt: skip
        with pytest.raises(ImageError):
            read_image(str(files), address)
    with pytest.raises(ImageError, match="there is no folder `files` beside the quiz"):
        read_image(None, "files/a.png")


def test_two_images_with_one_text_are_two_options() -> None:
    assert rendered("![A line](files/a.png)") != rendered("![A line](files/b.png)")
    assert rendered("![A  line](files/a.png)") == rendered("![A line](files/a.png)")


def test_the_table_of_the_docs_is_true() -> None:
    page = (Path(__file__).parent.parent / "docs/authors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `\$(.*)\$` \| (.*) \|$", page, re.MULTILINE)
    assert len(rows) == 4
    # In a table a stroke is escaped.
    assert [readable(tex.replace(r"\\|", r"\|")) for tex, _ in rows] == [text for _, text in rows]


# ---- in a browser


def test_images_and_formulas_are_drawn(browser: Browser, built: Path) -> None:
    """From a disk and under the security policy. `opened` holds that nothing is logged and nothing foreign loaded."""
    with opened(browser, built / "pictures/pictures.html", java_script_enabled=True) as page:
        page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
        page.wait_for_function("[...document.images].every((image) => image.complete)")
        sizes = page.evaluate("[...document.images].map((image) => [image.naturalWidth, image.naturalHeight])")
        assert [40, 30] in sizes
        assert [80, 40] in sizes
        assert all(width and height for width, height in sizes)
        box = {
            name: page.locator(f"#q-which .prompt {name}").first.bounding_box()
            for name in (
                "mover > mi",
                "mover > mo",
                "mfrac > :first-child",
                "mfrac > :last-child",
                "msup > mn",
                "msup > mi",
            )
        }
        tops = {name: found["y"] for name, found in box.items() if found}
        assert tops["mover > mo"] < tops["mover > mi"]
        assert tops["mfrac > :first-child"] < tops["mfrac > :last-child"]
        assert tops["msup > mn"] < tops["msup > mi"]
        assert page.locator("#h-which math, h1").first.is_visible()


def test_a_wide_formula_scrolls_alone(browser: Browser, built: Path) -> None:
    with opened(browser, built / "pictures/pictures.html", viewport={"width": 360, "height": 700}) as page:
        wide = page.locator(".formula").first
        assert wide.evaluate("(box) => box.scrollWidth > box.clientWidth")
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_formulas_and_images_need_no_script(browser: Browser, built: Path) -> None:
    with opened(browser, built / "pictures/pictures.html", java_script_enabled=False) as page:
        assert page.locator("#q-which math").first.is_visible()
        assert page.locator("#q-which img").first.is_visible()
