"""Blocks for typed prose about counts, shapes, sums and exceptions. Every one is proven."""

from __future__ import annotations

from typing import Any

BLOCKS: dict[str, dict[str, Any]] = {
    "mistake 185": {
        "kind": "number",
        "prompt": "How many seconds are in 3 hours and 5 minutes?",
        "value": "3 * 3600 + 5 * 60",
        "mistakes": [{"value": 185, "mistake": "No."}, {"value": 20, "mistake": "No."}],
    },
    "titles": {
        "kind": "predict-output",
        "prompt": "What does this program print?",
        "code": 'print("a-b_c".title())\n',
        "distractors": [{"prints": "A-b_c", "mistake": "No."}],
    },
    "rounds": {
        "kind": "predict-output",
        "prompt": "What does this program print?",
        "code": "print(round(2.5), round(3.5))\n",
        "distractors": [{"prints": "3 4", "mistake": "No."}],
    },
    "four parts": {
        "kind": "predict-output",
        "prompt": "What does this program print?",
        "code": 'parts = "a,b,,c".split(",")\nprint(len(parts))\n',
        "distractors": [{"prints": "3", "mistake": "No."}],
    },
    "three traces": {
        "kind": "number",
        "prompt": "How often is the body of `f` run?",
        "code": "traces = []\ndef f(x):\n    traces.append(1)\n    return x + 1\nf(1)\nf(2)\nf(7)\n",
        "value": "len(traces)",
        "mistakes": [{"value": 1, "mistake": "No."}],
    },
    "lstm 200": {
        "kind": "number",
        "prompt": "How many values does the cell train on inputs of size 4?",
        "code": "class Cell:\n    def count_params(self):\n        return 4 * (9 * 5 + 5)\nlayer = Cell()\n",
        "value": "layer.count_params()",
    },
    "conv 224": {
        "kind": "number",
        "prompt": "How many parameters has the layer of 8 filters?",
        "value": "(3 * 3 * 3 + 1) * 8",
        "mistakes": [{"value": 216, "mistake": "No."}],
    },
    "stack": {
        "kind": "predict-output",
        "prompt": "What does this program print?",
        "code": "import numpy as np\nx = np.ones((2, 2))\nprint(np.stack([x, x]).shape)\n",
        "distractors": [{"prints": "(4, 2)", "mistake": "No."}],
    },
    "pops": {
        "kind": "predict-output",
        "asks": "exception",
        "prompt": "How does this program end?",
        "code": 'd = {"a": 1}\nprint(d.pop("b"))\n',
        "distractors": [{"raises": "ValueError", "mistake": "No."}],
    },
    "range off": {
        "kind": "find-bug",
        "prompt": "The program should collect the squares of 0 to 4. Which line has the bug?",
        "code": "squares = []\nfor n in range(1, 5):\n    squares.append(n * n)\ntotal = sum(squares)\n",
        "fix": "squares = []\nfor n in range(5):\n    squares.append(n * n)\ntotal = sum(squares)\n",
        "check": "assert squares == [0, 1, 4, 9, 16]",
        "happens": "runs silently",
        "mistakes": [{"line": 4, "mistake": "No."}],
    },
    "share": {
        "kind": "number",
        "prompt": "Which percentage of the numbers from 1 to 30 is divisible by 3 or 5?",
        "code": "hits = [n for n in range(1, 31) if n % 3 == 0 or n % 5 == 0]\n",
        "value": "100 * len(hits) / 30",
        "tolerance": 0.01,
        "unit": "%",
    },
    "scales": {
        "kind": "pipeline",
        "setup": "import numpy as np",
        "stages": [
            {
                "name": "Pixels",
                "code": "pixels = np.array([[0, 128], [255, 64]], dtype=np.uint8)",
                "value": "pixels",
            },
            {
                "name": "Scaled",
                "code": "scaled = (pixels / 255).astype(np.float32)",
                "value": "scaled",
            },
        ],
    },
    "dtype": {
        "kind": "predict-output",
        "prompt": "What does this program print?",
        "code": "import numpy as np\nx = np.array([1, 2], dtype=np.int32)\nprint((x / 2).dtype)\n",
        "distractors": [{"prints": "int32", "mistake": "No."}],
    },
    "open": {
        "kind": "open",
        "prompt": "Why?",
        "code": "xs = [1, 2]\n",
        "answer": "Because.",
        "points": [{"text": "Two items.", "proof": "assert len(xs) == 2"}],
    },
    "experiment loss": {
        "kind": "experiment",
        "setup": "w = 3.0 + seed\n",
        "baseline": "loss = w * 2\n",
        "solution": "loss = w / 1000\n",
        "targets": [{"name": "Final loss", "value": "loss", "below": 0.1, "margin": 0.01}],
    },
    "sum 15": {
        "kind": "number",
        "prompt": "What is the total of the first five whole numbers?",
        "code": "values = [1, 2, 3, 4, 5]\n",
        "value": "sum(values)",
    },
    "length 3": {
        "kind": "number",
        "prompt": "How many items are left?",
        "code": "xs = [4, 8, 15, 16]\nxs.pop()\n",
        "value": "len(xs)",
    },
}
"""Blocks by what their runs give."""
