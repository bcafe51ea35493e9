"""Assertions within a run: counted while they hold, and looked at afterwards, whether they could have failed at all."""
