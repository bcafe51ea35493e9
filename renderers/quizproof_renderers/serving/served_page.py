"""Pages as the server sends them: those of the site, with the script for live code and leave to ask this server.

The files of the site stay as any build writes them. Elsewhere, and from a disk, they ask nobody for anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from markupsafe import Markup, escape

from quizproof.findings import Finding
from quizproof_renderers.site import assets
from quizproof_renderers.site.files import POLICY
from quizproof_renderers.text import plural, sentence, visible

SCRIPT, STYLE = "_live/live.js", "_live/live.css"
"""Where the script and the style sheet for live code are."""
_MAX_FAULTS = 20
SITE_STYLE = "_live/site.css"
"""Where the style sheet of quizzes is before there is a site."""
_POLICY = str(escape(POLICY)).encode()
_LIVE_POLICY = str(escape(f"{POLICY}; connect-src 'self'")).encode()
_TAGS = Markup(
    '<link rel="stylesheet" href="/{style}">\n'
    '<script src="/{script}" data-page="{page}" data-is="{hash}" defer></script>\n'
)
_WAITING = Markup(
    "<!doctype html>\n"
    '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n'
    '<link rel="icon" href="data:,">\n'
    '<title>Proving the bank</title>\n<link rel="stylesheet" href="/{site_style}">\n{tags}</head>\n<body>\n'
    '<header class="masthead"><p class="brand">quizproof<span class="qed" aria-hidden="true"></span></p></header>\n'
    '<main class="front"><div class="title">\n<p class="kicker">quizproof serve</p>\n<h1>Proving the bank</h1>\n'
    '<p class="lede">The pages appear here as soon as every block is judged.</p>\n'
    '<progress class="live-progress" aria-label="Blocks that are judged" max="{blocks}" value="{judged}"></progress>\n'
    '<p class="about live-count">{count}</p>\n</div></main>\n</body>\n</html>\n'
)

_BROKEN = Markup(
    "<!doctype html>\n"
    '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n'
    '<link rel="icon" href="data:,">\n'
    '<title>A file cannot be read</title>\n<link rel="stylesheet" href="/{site_style}">\n{tags}</head>\n<body>\n'
    '<header class="masthead">'
    '<p class="brand"><a href="/">quizproof</a><span class="qed" aria-hidden="true"></span></p></header>\n'
    '<main class="front"><div class="title">\n<p class="kicker">quizproof serve</p>\n<h1>A file cannot be read</h1>\n'
    '<p class="lede">{lede}</p>\n</div>\n<div class="about-page">\n{faults}</div></main>\n</body>\n</html>\n'
)
_FAULT = Markup('<p class="notice"><strong>{place}</strong><br>{message} {help}</p>\n')
GONE = "gone"
"""The hash of a page that there is not."""


@cache
def live_hash() -> str:
    """The hash by which browsers know the script and the style sheet again."""
    return hashlib.sha256(assets.live() + assets.live_style_sheet()).hexdigest()[:16]


def served(page: bytes, path: str, hash_: str) -> bytes:
    """A page with what it needs to ask this server.

    path   from the folder of the site
    hash_  of the page: when another is at this path, the page loads itself again
    """
    tags = _tags(path, hash_).encode()
    return page.replace(_POLICY, _LIVE_POLICY, 1).replace(b"</head>", tags + b"</head>", 1)


def waiting_page(judged: int, blocks: int) -> str:
    """What is shown before there is a site. It counts on by itself, and loads itself again when there is one.

    judged, blocks  how many blocks are judged, and how many there are, about
    """
    policy = f"{POLICY}; connect-src 'self'"
    tags, count = _tags("", ""), counted(judged, blocks)
    page = _WAITING.format(
        policy=policy, site_style=SITE_STYLE, tags=tags, blocks=max(blocks, 1), judged=judged, count=count
    )
    return str(page)


def broken_page(path: str, faults: Sequence[Finding]) -> str:
    """What is shown in the place of a page while files cannot be read. It loads itself again when there is the page.

    path    from the folder of the site
    faults  what is wrong with the files
    """
    shown = Markup("").join(
        _FAULT.format(place=visible(fault.place), message=visible(sentence(fault.message)), help=visible(fault.help))
        for fault in faults[:_MAX_FAULTS]
    )
    lede = "There is no such page now. It appears again by itself as soon as this is fixed:"
    policy = f"{POLICY}; connect-src 'self'"
    return str(_BROKEN.format(policy=policy, site_style=SITE_STYLE, tags=_tags(path, GONE), lede=lede, faults=shown))


def counted(judged: int, blocks: int) -> str:
    """How far the proof of the bank is."""
    return f"{judged:,} of {plural(blocks, 'block')} so far" if blocks else "The first files are being read"


def _tags(path: str, hash_: str) -> Markup:
    return _TAGS.format(style=STYLE, script=SCRIPT, page=path, hash=hash_)
