"""The settings of a site: its title and the order of its topics, in a small YAML file beside the bank."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from quizproof.errors import UsageError
from quizproof.quizfile.fields import Model, Plain, Slug
from quizproof.quizfile.source_text import SourceError
from quizproof.quizfile.wording import worded
from quizproof.quizfile.yaml_document import parse
from quizproof_renderers.site.pages.bank_source import BankSource


class SiteSettings(Model):
    """What `site.yaml` holds."""

    title: Plain = "quizproof"
    """Shown on every page."""
    topics: tuple[Slug, ...] = ()
    """Topics in the order of the contents; all others follow in alphabetical order."""
    bank: Plain = ""
    """Where readers get the bank: the address of a git repository, with a folder in it after `#`."""
    package: Plain = ""
    """Where readers get quizproof, if not from the package index: what `pip` installs, such as git+https://..."""

    @property
    def source(self) -> BankSource:
        """Where readers get the bank and quizproof."""
        return BankSource(self.bank, self.package)


def load_settings(file: Path) -> SiteSettings:
    """Read the settings of a site.

    file  YAML such as

              title: Deep learning, proven
              topics: [freezing-layers, metrics]
              bank: https://example.org/bank.git#questions

    Raises UsageError when it cannot be read, and, with file:line:column, for the first mistake in it.
    """
    try:
        document = parse(str(file), file.read_bytes())
        return SiteSettings.model_validate(document.data)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except SourceError as error:
        raise UsageError(f"{error.finding.place}: {error.finding.message}") from None
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        path = tuple(step for step in detail["loc"] if isinstance(step, (str, int)))
        # Of a key that is unknown, the key is the mistake; of all others, the value.
        span = document.first_line(path, key=detail["type"] == "extra_forbidden")
        _, message = worded(detail, path, SiteSettings.model_fields)
        if not path:  # the whole file is a list or a single value
            message = f"write a mapping with the keys {' and '.join(f'`{key}`' for key in SiteSettings.model_fields)}"
        raise UsageError(f"{file}:{span.line}:{span.column}: {message}") from None
