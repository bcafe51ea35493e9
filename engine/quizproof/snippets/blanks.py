"""Blanks of programs that learners fill."""

from __future__ import annotations

import re

GAP = re.compile(r"___([a-z][a-z0-9_]*?)___")
"""How a blank is written in a program, with its name."""
