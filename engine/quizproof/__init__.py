"""quizproof: a quiz engine in which every key is proven, and every wrong option refuted, by a run."""

__version__ = "0.1.0"
