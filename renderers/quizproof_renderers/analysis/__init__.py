"""Item analysis: what the marks of many learners say about the questions."""
