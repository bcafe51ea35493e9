"""Images of a bank: files in the folder `files` beside a quiz that its Markdown shows."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree

from quizproof.errors import QuizproofError
from quizproof.loading.files import FILES
from quizproof.loading.walk import read_regular

MAX_IMAGE_KIB = 1024
"""Of one image: a page should load on a slow line."""

_PLACE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|/|\\")
"""What begins an address of another site, or of another folder."""
_PNG, _GIF, _JPEG = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"\xff\xd8\xff"
_IN_SVG = ("script", "foreignObject", "iframe", "object", "embed", "handler")
"""Elements by which an SVG file that is opened by itself could run or load something."""
_SUBTYPES = {"jpg": "jpeg", "svg": "svg+xml"}
_LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*(px|pt|mm|cm|in|)")
_PIXELS = {"px": 1.0, "": 1.0, "pt": 96 / 72, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


class ImageError(QuizproofError):
    """An image that cannot be shown; the text says why, in lower case and without a full stop."""


@dataclass(frozen=True)
class Image:
    """An image that was read."""

    content: bytes
    suffix: str
    """Of its format, by its content: `png`, `jpg`, `gif`, `webp` or `svg`."""
    width: int
    height: int
    """In CSS pixels; both 0 where the file does not say."""

    @property
    def media_type(self) -> str:
        """As `data:` URLs name it: `image/png`."""
        return f"image/{_SUBTYPES.get(self.suffix, self.suffix)}"


def read_image(folder: str | None, address: str) -> Image:
    """Read an image of a quiz.

    folder   the folder `files` beside the quiz; None when there is none
    address  as Markdown gives it: `files/plot.png`, with `%20` for a space

    Raises ImageError when it is not a file of that folder, is larger than `MAX_IMAGE_KIB`, or is of no format that
    browsers show.
    """
    return image_at(_path(folder, address), unquote(address))


def image_at(path: Path, name: str) -> Image:
    """Read an image file.

    path  of the file
    name  what messages call it

    Raises ImageError as `read_image` does.
    """
    try:
        content, size = read_regular(path, MAX_IMAGE_KIB << 10)
    except FileNotFoundError:
        raise ImageError(f"`{name}` does not exist") from None
    except (OSError, ValueError) as error:
        raise ImageError(f"`{name}` cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if size > MAX_IMAGE_KIB << 10:
        raise ImageError(f"`{name}` has {size >> 10:,} KiB; an image has at most {MAX_IMAGE_KIB:,} KiB")
    found = _recognised(content)
    if found is None:
        raise ImageError(f"`{name}` is not a PNG, JPEG, GIF, WebP or SVG image")
    return found


def _path(folder: str | None, address: str) -> Path:
    """The file that an address names."""
    if _PLACE.match(address):
        raise ImageError(f"`{address}` is not in the folder `{FILES}`: pages load nothing from elsewhere")
    parts = PurePosixPath(unquote(address)).parts
    if parts[:1] != (FILES,) or len(parts) < 2 or ".." in parts:
        raise ImageError(f"`{unquote(address)}` is not in the folder `{FILES}` beside the quiz")
    if folder is None:
        raise ImageError(f"there is no folder `{FILES}` beside the quiz")
    path = Path(folder).joinpath(*parts[1:])
    try:
        inside = path.resolve().is_relative_to(Path(folder).resolve())
    except (OSError, RuntimeError, ValueError):  # links in a circle, or a null character
        inside = False
    if not inside:
        raise ImageError(f"`{unquote(address)}` is a link that leads out of the folder `{FILES}`")
    return path


def _recognised(content: bytes) -> Image | None:
    """The image that some bytes are."""
    try:
        if content.startswith(_PNG):
            return Image(content, "png", *struct.unpack(">II", content[16:24]))
        if content.startswith(_GIF):
            return Image(content, "gif", *struct.unpack("<HH", content[6:10]))
        if content.startswith(_JPEG):
            return Image(content, "jpg", *_size_of_jpeg(content))
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return Image(content, "webp", *_size_of_webp(content))
    except (struct.error, IndexError):
        return None
    return _svg(content) if b"<svg" in content else None


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    """Width and height, from the first frame header (ITU-T T.81, B.2.2)."""
    at = 2
    while content[at] == 0xFF:
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        # C4, C8 and CC are tables among the frame headers.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise IndexError


def _size_of_webp(content: bytes) -> tuple[int, int]:
    """Width and height, by the kind of the first chunk (RFC 9649)."""
    match content[12:16]:
        case b"VP8X":
            return (
                1 + int.from_bytes(content[24:27], "little"),
                1 + int.from_bytes(content[27:30], "little"),
            )
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case _:
            width, height = struct.unpack("<HH", content[26:30])
            return width & 0x3FFF, height & 0x3FFF


def _svg(content: bytes) -> Image | None:
    """An SVG image. Raises ImageError for one that could run a script or load something."""
    for sign in (b"<!ENTITY", b"<?xml-stylesheet"):
        if sign in content:
            raise ImageError(f"an SVG image cannot hold `{sign.decode()}`")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    if root.tag.rpartition("}")[2] != "svg":
        return None
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name in _IN_SVG:
            raise ImageError(f"an SVG image cannot hold `<{name}>`")
        for attribute, value in element.attrib.items():
            local = attribute.rpartition("}")[2].lower()
            if local.startswith("on"):
                raise ImageError(f"an SVG image cannot hold `{local}`")
            if local in ("href", "src") and not value.strip().startswith(("#", "data:image/")):
                raise ImageError(f"an SVG image cannot refer to `{value[:60]}`")
    return Image(content, "svg", *_size_of_svg(root))


def _size_of_svg(root: ElementTree.Element) -> tuple[int, int]:
    """Width and height as they are given, or those of the view box."""
    sizes = [_LENGTH.fullmatch(root.get(name, "").strip()) for name in ("width", "height")]
    if all(sizes):
        width, height = (round(float(size[1]) * _PIXELS[size[2]]) for size in sizes if size)
        return width, height
    box = root.get("viewBox", "").replace(",", " ").split()
    try:
        return round(float(box[2])), round(float(box[3]))
    except (IndexError, ValueError, OverflowError):
        return 0, 0
