"""Charts of curves: axes, labels that fit with any font, and the picture."""
