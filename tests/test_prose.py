"""Markdown as plain lines, for terminals and screen readers."""

from __future__ import annotations

from quizproof_renderers.terminal.prose import plain

TABLE = "| {0} | {1} |\n| --- | --- |\n| {2} | {3} |\n"


def test_cells_are_read_after_the_names_of_their_columns() -> None:
    assert plain(TABLE.format("layer", "weights", "first", 55)) == "layer: first; weights: 55"


def test_every_table_has_column_names_of_its_own() -> None:
    """A second table was once read with those of the first, and its own became a row."""
    both = TABLE.format("layer", "weights", "first", 55) + "\nThen:\n\n" + TABLE.format("epoch", "loss", 1, 0.5)
    lines = [line for line in plain(both).splitlines() if line.strip()]
    assert lines == ["layer: first; weights: 55", "Then:", "epoch: 1; loss: 0.5"]
