"""Limits: what one run can use, as `limits:` in a quiz file sets it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quizproof.quizfile.fields import Integer, Model, Number


class Limits(Model):
    """What one run can use. A limit that is not given keeps its default."""

    seconds: Annotated[Number, Field(gt=0, le=3600)] = 20
    """Wall-clock seconds; what waits for most of them is run twice. The limit on processor time is twice this."""
    memory_mib: Annotated[Integer, Field(ge=16, le=65536)] = 2048
    """Memory beyond that of the imported framework, in MiB."""
    output_kib: Annotated[Integer, Field(ge=1, le=16384)] = 256
    """Standard output, and the same for standard error, in KiB."""
    file_mib: Annotated[Integer, Field(ge=1, le=4096)] = 64
    """Size of any one file written, in MiB."""
    processes: Annotated[Integer, Field(ge=1, le=4096)] = 64
    """Processes and threads that a run can have at the same time."""
