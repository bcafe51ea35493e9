"""`figure`: a picture that a program draws with matplotlib, as the run drew it.

Claims: the program runs to its end and draws a figure that a page can hold, and the same one each time.

The last three functions run beside the author's code. Their text is a part of the program: see `snippets/recorders.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field

from quizproof import displays, drawings, figures, rules
from quizproof.claims import Claim, Judgement, Part, Program, crash, proven, refuted
from quizproof.json_forms import items, record, text
from quizproof.kinds.base import Exhibit, Runs, given
from quizproof.outcome import Outcome
from quizproof.quizfile.fields import Prose, Snippet
from quizproof.snippets.recorders import held, recorders

_HELP = "Draw it with matplotlib; `figure` is an expression that gives the figure, if it is not the current one."
_DRAWN = record({"svg": items(text)})
"""The form of what `quizproof_drawn` returns where there is no problem."""


class FigureExhibit(Exhibit):
    """A picture that a program draws."""

    kind_name: ClassVar[str] = "figure"
    kind: Literal["figure"]
    setup: Snippet | None = None
    """Code that runs first. It is only shown as part of the code behind the exhibit."""
    code: Snippet
    """The program that draws, with matplotlib. It is shown as the code behind the exhibit."""
    figure: Snippet | None = None
    """The expression that gives the figure, or axes of it. Without it, the current figure of `pyplot` is shown."""
    alt: Prose = Field(min_length=1)
    """What there is to see, for readers who do not see it: the terminal shows it in place of the picture."""

    def claims(self) -> Iterator[Claim]:
        """The program draws what a page can hold."""
        yield Claim("drawing", self._at, (self._program(),), self._judge, key=True, alike=self._alike)

    def right_parts(self) -> tuple[Part, ...]:
        """The code, without what records the picture."""
        return (_styled(), *given(self.setup), Part("code", self.code, ("code",)))

    def display(self, runs: Runs) -> displays.Display:
        """The picture, with the code behind it."""
        drawing = figures.Drawing(self._svg(runs[self._program()]), self.alt)
        code = "\n".join(part.rstrip("\n") for part in (self.setup, self.code) if part)
        run = displays.Evidence("The picture was drawn by a run of this program.", code=code)
        return displays.Display(self.exhibited(drawing), None, evidence=run)

    @property
    def _at(self) -> tuple[str]:
        return ("code",) if self.figure is None else ("figure",)

    def _program(self) -> Program:
        parts = [*self.right_parts()]
        if self.figure is not None:
            parts.append(held("quizproof_figure", self.figure, ("figure",)))
        given = "" if self.figure is None else ", quizproof_figure"
        value = f"quizproof_drawn({drawings.MAX_KIB}{given})"
        parts.extend((recorders(quizproof_tidied, quizproof_drawn), Part("value", value, self._at)))
        return self.program(*parts)

    def _svg(self, outcome: Outcome) -> str:
        """What the run drew; empty if that is no drawing."""
        found: Any = self._program().values(outcome).get(self._at)
        return "" if _DRAWN(found) else "\n".join(found["svg"])

    def _alike(self, before: Outcome, now: Outcome) -> bool:
        one, other = self._svg(before), self._svg(now)
        return bool(one) and drawings.look_the_same(one, other)

    def _judge(self, outcome: Outcome) -> Judgement:
        program = self._program()
        found: Any = program.values(outcome).get(self._at)
        if found is None:
            return crash(program, outcome) or refuted(rules.NOT_RECORDABLE, "no figure was recorded", help=_HELP)
        match found:
            case {"problem": str(problem)}:
                return refuted(rules.NOT_RECORDABLE, problem, help=_SMALLER if "help" in found else _HELP)
        if _DRAWN(found):
            return refuted(rules.NOT_RECORDABLE, "what was recorded is not a drawing", help=_HELP)
        try:
            _, width, height = drawings.harmless(self._svg(outcome))
        except drawings.DrawingError as error:
            return refuted(rules.NOT_RECORDABLE, f"the drawing {error}", help=_SMALLER)
        return proven(value={"width": width, "height": height})


_SMALLER = "Draw fewer points, or draw many as pixels: `ax.scatter(x, y, rasterized=True)`."


def _styled() -> Part:
    """The part that gives matplotlib the look of the page, before any code of the author's."""
    part = recorders(quizproof_styled)
    colours = list(drawings.PALETTE)
    return replace(part, source=f"{part.source.rstrip()}\n\n\nquizproof_styled({colours[0]!r}, {colours[1:]!r})\n")


def quizproof_styled(ink: str, lines: list[str]) -> None:
    """Let figures be drawn without a background, and in colours that the page replaces by its own."""
    try:
        import matplotlib
        from cycler import cycler

        inks = ["text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "grid.color"]
        clear = ["figure.facecolor", "axes.facecolor", "savefig.facecolor"]
        sizes = {"figure.figsize": (5.0, 3.3), "font.size": 12.0, "lines.linewidth": 2.0, "grid.alpha": 0.2}
        matplotlib.rcParams.update(
            {
                **dict.fromkeys(inks, ink),
                **dict.fromkeys(clear, "none"),
                **dict.fromkeys(["axes.spines.top", "axes.spines.right", "legend.frameon"], False),
                **sizes,
                "backend": "agg",
                "axes.prop_cycle": cycler(color=lines),
                "patch.edgecolor": ink,
                "boxplot.boxprops.color": ink,
                "boxplot.whiskerprops.color": ink,
                "boxplot.capprops.color": ink,
                "boxplot.flierprops.markeredgecolor": ink,
            }
        )
    except Exception:  # the author's own import says at its line what is missing
        return


def quizproof_drawn(max_kib: int, figure: Any = None) -> dict[str, Any]:
    """A figure as lines of SVG that are the same each time; or the problem with it."""
    import io

    try:
        import matplotlib
        from matplotlib import pyplot
        from matplotlib.figure import Figure
    except Exception as error:
        return {"problem": f"the code draws nothing with matplotlib: {type(error).__name__}: {error}"}
    if figure is None and not pyplot.get_fignums():
        return {"problem": "the code leaves no current figure of `pyplot`"}
    figure = pyplot.gcf() if figure is None else getattr(figure, "figure", figure)
    if not isinstance(figure, Figure):
        return {"problem": f"the value is of type {type(figure).__name__}, which is no figure of matplotlib"}
    loose = [*figure.texts, *figure.images, *figure.lines, *figure.patches]
    if not loose and not any(axes.has_data() or axes.texts for axes in figure.axes):
        return {"problem": "the figure is empty: nothing was drawn into it"}
    file = io.StringIO()
    # Text stays text: it is short, can be found and copied, has the font of the page and its size when a reader zooms.
    same = {"svg.fonttype": "none", "svg.hashsalt": "quizproof", "svg.image_inline": True}
    nothing = dict.fromkeys(["Creator", "Date", "Format", "Type"])
    try:
        with matplotlib.rc_context(same):
            figure.savefig(file, format="svg", metadata=nothing, bbox_inches="tight", pad_inches=0.04)
        svg = quizproof_tidied(file.getvalue())
    except Exception as error:
        return {"problem": f"the figure cannot be drawn: {type(error).__name__}: {error}"}
    if len(svg) > max_kib << 10:
        return {"problem": f"the drawing has {len(svg) >> 10:,} KiB; at most {max_kib} can be kept", "help": "smaller"}
    return {"svg": svg.split("\n")}


def quizproof_tidied(svg: str) -> str:
    """SVG of matplotlib, one element per line, without what a page has no use for and what noise would change."""
    import re
    from xml.etree import ElementTree

    root, names, link = ElementTree.fromstring(svg), "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
    words = [names + "text", names + "tspan"]
    for parent in [*root.iter()]:
        for child in [*parent]:
            if child.tag in (names + "metadata", names + "style") or (child.tag == names + "defs" and not len(child)):
                parent.remove(child)
    used = set(re.findall(r"#([\w.-]+)", " ".join(value for each in root.iter() for value in each.attrib.values())))
    ids: dict[str, str] = {}
    for element in root.iter():
        name = element.attrib.pop("id", "")
        if name in used:
            element.set("id", ids.setdefault(name, f"i{len(ids)}"))
        element.text = element.text if element.tag in words else None
        element.tail = element.tail if element.tag == words[1] else None
    for element in root.iter():
        for name, value in element.items():
            if not value.startswith("data:"):
                value = re.sub(r"#([\w.-]+)", lambda found: "#" + ids.get(found[1], found[1]), value)
                # A hundredth of a point is less than anybody sees. `-0` is `0`.
                value = re.sub(r"-?\d+\.\d+", lambda found: f"{round(float(found[0]), 2) + 0:g}", value)
                value = re.sub(r"\s*font-family: [^;]*;", "", value)
                element.set(name, " ".join(value.split()))
        if re.match(r"rotate\(-?0 ", element.get("transform", "")):
            del element.attrib["transform"]
    ElementTree.register_namespace("", names[1:-1])
    ElementTree.register_namespace("xlink", link[1:-1])
    return re.sub(r"(?<=>)(?=<(?!/|tspan))", "\n", ElementTree.tostring(root, encoding="unicode"))
