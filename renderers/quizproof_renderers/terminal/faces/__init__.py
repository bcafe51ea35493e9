"""Faces: how the self-test looks, with colours and boxes or for screen readers."""
