"""Every face of quizproof: the site, the terminal, the reports, and the command line.

For programs there are two functions: `build_site` writes a report as a site, `block_page` gives one block as HTML.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizproof_renderers.site.block_page import block_page as block_page
    from quizproof_renderers.site.build import build_site as build_site
else:
    # As in `quizproof`: nothing is imported before it is used, and type checkers read the imports above.
    _MODULES = {"block_page": "site.block_page", "build_site": "site.build"}
    __all__ = [*_MODULES]

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return value

    def __dir__():
        return sorted({*globals(), *_MODULES})
