r"""TeX formulas as one line of text: `\frac{TP}{TP + FP}` becomes `TP / (TP + FP)`."""

from __future__ import annotations

import re

# A command, an escaped sign, a sign with a meaning, or any other character.
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|[^\\{}^_]", re.DOTALL)
_MAX_DEPTH = 20
"""Groups inside groups that are read; the parser calls itself for each, and a hostile formula may have any number."""

_SYMBOLS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "∼", "propto": "∝", "ll": "≪", "gg": "≫", "in": "∈", "notin": "∉",
    "subset": "⊂", "cup": "∪", "cap": "∩", "to": "→", "rightarrow": "→", "leftarrow": "←", "Rightarrow": "⇒",
    "mapsto": "↦", "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "infty": "∞", "forall": "∀",
    "exists": "∃", "odot": "⊙", "otimes": "⊗", "oplus": "⊕", "circ": "∘", "top": "⊤", "mid": "|", "ell": "ℓ",
    "ldots": "…", "cdots": "⋯", "dots": "…", "langle": "⟨", "rangle": "⟩", "lVert": "‖", "rVert": "‖", "Vert": "‖",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "quad": " ", "qquad": "  ",
    # The size of brackets means nothing in a single line.
    "left": "", "right": "", "big": "", "Big": "", "displaystyle": "", "limits": "",
}  # fmt: skip
_SPACES = {",": " ", ";": " ", ":": " ", " ": " ", "!": "", "\\": "; "}
_WRAPPERS = frozenset([
    "text", "textbf", "textit", "texttt", "mathrm", "mathbf", "mathit", "mathsf", "mathtt", "mathcal", "mathbb",
    "operatorname", "boldsymbol", "hat", "bar", "tilde", "vec",
])  # fmt: skip
_SUPERSCRIPT = str.maketrans("0123456789+-=()nixT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣᵀ")
_SUBSCRIPT = str.maketrans("0123456789+-=()aeijklmnoprstux", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₖₗₘₙₒₚᵣₛₜᵤₓ")


def readable(tex: str) -> str:
    r"""A formula as people would type it.

    tex  without its dollar signs, such as `\frac{TP}{TP + FP} \le x^2`, which becomes `TP / (TP + FP) ≤ x²`

    Unknown commands stay as they were written. No formula raises an exception, whatever is missing in it.
    """
    text = _Reader(tex).sequence()
    return re.sub(r"[^\S\n]+", " ", text).strip()


class _Reader:
    """Reads tokens and never fails: a missing brace ends where the formula does."""

    def __init__(self, tex: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(tex)
        self._next = 0
        self._depth = 0

    def sequence(self) -> str:
        """Everything up to the brace that closes this group, or to the end."""
        parts = []
        while self._next < len(self._tokens):
            token = self._take()
            if token == "}" and self._depth:
                break
            parts.append(self._read(token))
        return "".join(parts)

    def _take(self) -> str:
        self._next += 1
        return self._tokens[self._next - 1]

    def _argument(self) -> str:
        """The next group, or the next single thing."""
        while self._next < len(self._tokens) and self._tokens[self._next].isspace():
            self._next += 1
        return self._read(self._take()) if self._next < len(self._tokens) else ""

    def _read(self, token: str) -> str:
        if self._depth > _MAX_DEPTH:
            return token
        self._depth += 1
        try:
            return self._understood(token)
        finally:
            self._depth -= 1

    def _understood(self, token: str) -> str:
        if token == "{":
            return self.sequence()
        if token == "^":
            return _script(self._argument(), _SUPERSCRIPT, "^")
        if token == "_":
            return _script(self._argument(), _SUBSCRIPT, "_")
        if not token.startswith("\\"):
            return token
        name = token[1:]
        if name in ("frac", "dfrac", "tfrac"):
            top = _grouped(self._argument())
            return f"{top} / {_grouped(self._argument())}"
        if name == "sqrt":
            return f"√{_grouped(self._argument())}"
        if name in _WRAPPERS:
            return self._argument()
        return _SYMBOLS.get(name, _SPACES.get(name, name if not name.isalpha() else _named(name)))


def _named(name: str) -> str:
    r"""`\log` is written as it is read; whatever else is unknown keeps its backslash."""
    known = ("log", "ln", "exp", "max", "min", "arg", "argmax", "argmin", "sin", "cos", "tan", "tanh", "softmax", "Pr")
    return name if name in known else f"\\{name}"


def _script(text: str, table: dict[int, int], sign: str) -> str:
    """Raised or lowered characters where Unicode has all of them, else the sign of TeX: `x²`, `x^(a/b)`."""
    if text and all(ord(char) in table for char in text):
        return text.translate(table)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"


def _grouped(text: str) -> str:
    """The text in brackets, where it would be read wrongly without them beside a stroke or a root."""
    text = text.strip()
    return f"({text})" if re.search(r"[\s+\-*/×·]", text) else text
