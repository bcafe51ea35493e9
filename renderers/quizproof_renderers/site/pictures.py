"""Pictures: the images of a quiz as files of the site, named after their content.

Prose becomes HTML without knowing where its page is. So an image is first a placeholder with the address that its
author wrote; the page puts the address of the copy in its place.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup, escape

from quizproof.loading.images import ImageError, read_image
from quizproof.markdown.contents import Image, contents

# No author's text can be this: in text a quotation mark is escaped, and no link has this scheme.
_PLACEHOLDER = re.compile(r'<img class="image" src="picture:([^"]*)" alt="([^"]*)">')


@dataclass(frozen=True)
class Picture:
    """An image of a quiz that can be shown."""

    folder: str
    """The folder `files` that it is in."""
    address: str
    """As its author wrote it: `files/plot.png`."""
    name: str
    """The name of its copy: `plot.3f2a91c04d.png`."""
    width: int
    height: int
    """In CSS pixels; both 0 where the file does not say."""

    def content(self) -> bytes:
        """The bytes of the file. Raises ImageError when it has been removed since, or is no image any more."""
        return read_image(self.folder, self.address).content

    def data_url(self) -> str:
        """The image as an address that holds it, for a page that fetches nothing."""
        image = read_image(self.folder, self.address)
        return f"data:{image.media_type};base64,{base64.b64encode(image.content).decode()}"


def placeholder(address: str, alt: str) -> Markup:
    """The HTML of an image before its page is known.

    address  as its author wrote it
    alt      what it shows, in plain text
    """
    return Markup('<img class="image" src="picture:{}" alt="{}">').format(address, alt)


def pictures_in(folder: str | None, *things: Any) -> dict[str, Picture]:
    """The images in some Markdown that can be shown, by their addresses.

    folder  the folder `files` beside the quiz; None when there is none
    things  texts, and frozen data with texts in it

    What cannot be shown is left out: its author has a finding about it.
    """
    if folder is None:
        return {}
    found: dict[str, Picture] = {}
    addresses = (each.address for text in _texts(things) for each in contents(text) if isinstance(each, Image))
    for address in dict.fromkeys(addresses):
        try:
            image = read_image(folder, address)
        except ImageError:
            continue
        stem = "-".join(re.findall("[a-z0-9]+", PurePosixPath(unquote(address)).stem.lower()))[:40] or "image"
        name = f"{stem}.{hashlib.sha256(image.content).hexdigest()[:10]}.{image.suffix}"
        found[address] = Picture(folder, address, name, image.width, image.height)
    return found


def placed(page: str, pictures: Mapping[str, Picture], address_of: Callable[[Picture], str]) -> str:
    """A page with the address of every image in place of its placeholder.

    page        HTML
    pictures    by the addresses that authors wrote; an image that is not among them becomes its description
    address_of  the address of a picture from this page
    """

    def put(match: re.Match[str]) -> str:
        picture = pictures.get(html.unescape(match[1]))
        if picture is None:
            return f'<em class="image">{match[2]}</em>'
        size = f' width="{picture.width}" height="{picture.height}"' if picture.width and picture.height else ""
        return f'<img class="image" src="{escape(address_of(picture))}" alt="{match[2]}"{size} loading="lazy">'

    return _PLACEHOLDER.sub(put, page)


def _texts(thing: Any) -> Iterator[str]:
    """Every text in some data that may hold an image."""
    if isinstance(thing, str):
        if "![" in thing:
            yield thing
    elif isinstance(thing, (tuple, list)):
        for each in thing:
            yield from _texts(each)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _texts(getattr(thing, field.name))
