"""Questioning: how one block of a test is put, answered and explained."""
