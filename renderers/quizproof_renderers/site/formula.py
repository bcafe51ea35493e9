r"""Formulas as plain characters: the most common TeX, so that `$5 \times 2$` reads well without any script."""

from __future__ import annotations

import re

_PAIRS = """
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ
pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Delta Δ Theta Θ Sigma Σ Omega Ω
times × cdot · div ÷ pm ± le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ equiv ≡ propto ∝ to → infty ∞ in ∈
sum ∑ prod ∏ sqrt √ partial ∂ nabla ∇ odot ⊙ top ⊤ ldots … cdots ⋯ log log exp exp min min max max
% % $ $ & & _ _ { { } }
"""
_NAMES_AND_SIGNS = _PAIRS.split()
_CHARACTERS = dict(zip(_NAMES_AND_SIGNS[::2], _NAMES_AND_SIGNS[1::2], strict=True)) | dict.fromkeys(",;: ", " ")
_CHARACTERS |= dict.fromkeys(["!", "left", "right"], "")

_UPRIGHT = re.compile(r"\\(?:text|mathrm|mathit|operatorname)\{([^{}]*)\}")
_FRACTION = re.compile(r"\\[td]?frac\{([^{}]*)\}\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([a-zA-Z]+|.)")


def plain(tex: str) -> str:
    r"""The formula with known commands replaced; everything else stays as it is.

    tex  without its dollar signs, such as `\frac{a}{b + 1} \times 2`, which becomes `a / (b + 1) × 2`
    """
    # Upright text first: a fraction is known only by parts without braces.
    tex = _FRACTION.sub(_fraction, _UPRIGHT.sub(r"\1", tex))
    return _COMMAND.sub(lambda match: _CHARACTERS.get(match[1], match[0]), tex)


def _fraction(match: re.Match[str]) -> str:
    return " / ".join(part if part.strip().isalnum() else f"({part})" for part in match.groups())
