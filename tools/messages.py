"""Collect the messages of the site, bring each language up to date, and compile it.

    python tools/messages.py            # messages.pot, then every .po and its .mo
    python tools/messages.py pt         # starts Portuguese as well

Run it after a message was added, removed or changed, and after a `.po` was edited. It prints what is not translated.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from quizproof_renderers.site.languages.script_messages import messages_in

RENDERERS = Path(__file__).parents[1] / "renderers/quizproof_renderers"
LOCALE = RENDERERS / "site/languages/locale"
TEMPLATE = LOCALE / "messages.pot"
_KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "html_gettext": None,
    "_noted": None,
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
    "html_ngettext": (1, 2),
}
_NUMBERS = "How a number is written: the marks between thousands and before decimals."
_DATE = datetime(2026, 11, 30, tzinfo=UTC)
"""Of every file: a time of its own would change them all at each run."""


_ABOUT = "# The messages of the site. Made by tools/messages.py."
_IDLE = re.compile(
    r'^"(?:Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team'
    r'|Generated-By): .*"\n|^#\n|^#, fuzzy\n(?=msgid ""\n)',
    re.MULTILINE,
)
"""What a header says without telling anything."""


def collected() -> Catalog:
    """Every message of the site, in the order of the files that they are in."""
    catalog = Catalog(charset="utf-8", header_comment=_ABOUT, creation_date=_DATE, revision_date=_DATE)
    catalog.add("1,234.5", context="number", auto_comments=[_NUMBERS])
    for path in sorted(RENDERERS.rglob("*")):
        for message, context in _found(path):
            # Without numbers of lines, which would change with every edit.
            place = (path.relative_to(RENDERERS).as_posix(), None)
            catalog.add(message, locations=[place], context=context)  # type: ignore[list-item]
    return catalog


def _found(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    if path.suffix == ".js" and path.stem != "messages":  # which only shows how they are written
        for each in messages_in(path.read_text(encoding="utf-8")):
            yield (each.texts if len(each.texts) > 1 else each.texts[0]), None
    elif path.suffix in (".py", ".html"):
        with path.open("rb") as file:
            extract: Any = extract_python if path.suffix == ".py" else babel_extract
            for _, function, found, _ in extract(file, list(_KEYWORDS), [], {}):
                texts = tuple(text for text in ([found] if isinstance(found, str) else found or ()) if text)
                if function == "pgettext" and len(texts) > 1:
                    yield texts[1], texts[0]
                elif function in ("ngettext", "html_ngettext") and len(texts) > 1:
                    yield texts[:2], None
                elif function != "pgettext" and texts:
                    yield texts[0], None


def written(catalog: Catalog) -> str:
    """A catalogue as the text of a file."""
    file = io.BytesIO()
    write_po(file, catalog, width=110, ignore_obsolete=True, include_lineno=False)
    return _IDLE.sub("", file.getvalue().decode())


def updated(path: Path, template: Catalog) -> Catalog:
    """The catalogue of a language with the messages of now; what has no translation yet is empty."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem.replace("-", "_"))
    catalog.update(template, no_fuzzy_matching=True)
    catalog.creation_date = catalog.revision_date = _DATE
    catalog.header_comment = _ABOUT
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as programs read it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def open_messages(catalog: Catalog) -> list[str]:
    """The messages that have no translation."""
    return [str(message.id) for message in catalog if message.id and not all(_texts(message.string))]


def _texts(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string or ""] if string is None or isinstance(string, str) else list(string)


def main() -> None:
    """Write all files."""
    template = collected()
    TEMPLATE.write_text(written(template), encoding="utf-8")
    for tag in sys.argv[1:]:
        (LOCALE / f"{tag}.po").touch()
    for path in sorted(LOCALE.glob("*.po")):
        catalog = updated(path, template)
        path.write_text(written(catalog), encoding="utf-8")
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        left = open_messages(catalog)
        lines = [f"{path.name}: {len(catalog) - len(left)} of {len(catalog)} messages"]
        lines += (f"  not translated: {each}" for each in left)
        sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
