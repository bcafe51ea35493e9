"""What is placed in the scratch folder of a run before the run is closed off."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quizproof.runtimes.prepared.contents import FOLDER
from quizproof.runtimes.prepared.workshop import Workshop
from quizproof.runtimes.wire import Request

FILES = "files"
"""What the bank's own folder of files is called in the scratch folder."""


@dataclass(frozen=True)
class Placed:
    """Folders of the machine that a run may read, and the one that a step fills."""

    views: Mapping[str, int]
    """Descriptors of folders, by the names that they get in the scratch folder."""
    workshop: Workshop | None = None
    """Of a step: its folder `prepared`."""
    earlier: int | None = None
    """A descriptor of the folder with the files of earlier steps, which the workshop begins with."""

    @classmethod
    def of(cls, request: Request, open_folder: Callable[[str], int]) -> Placed:
        """What a request asks for; the caller closes it.

        open_folder  gives the descriptor of a folder; see `Confinement.open_folder`

        Raises OSError when a folder cannot be opened.
        """
        views: dict[str, int] = {}
        try:
            for name, path in ((FILES, request["files"]), (FOLDER, request["prepared"])):
                if path:
                    views[name] = open_folder(path)
            if not request["step"]:
                return cls(views)
            earlier = views.pop(FOLDER, None)
            return cls(views, Workshop(earlier), earlier)
        except OSError:
            for descriptor in views.values():
                os.close(descriptor)
            raise

    def close(self) -> None:
        """Close the folders here; a workshop stays open until its run has ended."""
        for descriptor in (*self.views.values(), *(() if self.earlier is None else (self.earlier,))):
            os.close(descriptor)
