"""QP1xx: the file and its schema."""

from __future__ import annotations

from quizproof.rulebook.rule import define as _define

UNREADABLE = _define(
    "QP101",
    "unreadable-file",
    "The file is not UTF-8 text.",
    "A quiz file is text in UTF-8 (a byte-order mark and Windows line ends are fine). Save it again as UTF-8, "
    "or remove it from the bank if it is not a quiz.",
)
YAML_SYNTAX = _define(
    "QP102",
    "yaml-syntax",
    "The file is not valid YAML.",
    """
The YAML parser stopped at the place shown and read nothing after it. Usual causes: a tab used as indentation, a
missing space after a colon, text that contains `: ` or ` #` and needs quotes, or code that is indented less than the
first line of its `|` block.
""",
)
DUPLICATE_KEY = _define(
    "QP103",
    "duplicate-key",
    "A mapping has the same key twice.",
    "YAML parsers usually keep the last value and silently drop the first. Remove or rename one of the two.",
)
ALIAS = _define(
    "QP104",
    "alias-or-tag",
    "Anchors, aliases and tags are not allowed.",
    """
`&name`, `*name`, `<<` and `!tag` make a file hard to review, and a few lines of aliases can grow to gigabytes.
Repeat the text. Plain text that begins with `*`, `&` or `!` needs quotes.
""",
)
TOO_DEEP = _define(
    "QP105",
    "too-deep-or-large",
    "The file is nested more deeply, or is larger, than any quiz needs.",
    """
A file may be nested up to 32 levels deep, and hold up to 4 MiB and 200,000 keys and values. A text has up to 50,000
characters, a snippet up to 1,000 lines, and the folder `files` up to 1 GiB. Split a large quiz into several files.
""",
)
EMPTY = _define(
    "QP106",
    "empty-file",
    "The file holds no quiz.",
    "Write at least `quiz:`, `title:`, `topic:`, `runtime:` and `blocks:`, or remove the file.",
)
UNKNOWN_KEY = _define(
    "QP107",
    "unknown-key",
    "The format has no such key.",
    "If unknown keys were ignored, a misspelt one would have no effect and nobody would notice. The message names the "
    "closest known key.",
)
MISSING_KEY = _define(
    "QP108",
    "missing-key",
    "A required key is missing.",
    "The place shown is that of the mapping which lacks the key.",
)
INVALID_VALUE = _define(
    "QP109",
    "invalid-value",
    "A value has the wrong type or is out of range.",
    """
YAML is read as 1.2: only `true` and `false` are booleans (`yes`, `no`, `on`, `off` are text), and `1_000` or
`12:30` are text. The message says what was expected.
""",
)
UNKNOWN_KIND = _define(
    "QP110",
    "unknown-kind",
    "A block names a kind that does not exist.",
    "The message lists the kinds that are installed.",
)
DUPLICATE_ID = _define(
    "QP111",
    "duplicate-id",
    "Two quizzes, or two blocks, have the same id.",
    "Ids are unique across the whole bank, because progress, evidence and links are kept under them.",
)
CODE_STYLE = _define(
    "QP112",
    "code-style",
    "Code is written in a form whose lines cannot be traced back to the file.",
    """
Code of more than one line belongs in a `|` block. Folded (`>`) and multi-line quoted text loses its line structure, so
errors could not name a line of the file.
""",
)
CODE_SYNTAX = _define(
    "QP113",
    "code-does-not-parse",
    "A snippet is not valid Python.",
    """
The place shown is the one in the YAML file. If an option is wrong *because* it does not parse, say so with
`happens: SyntaxError`.
""",
    shared_by_claims=True,
)
NO_KEY = _define(
    "QP114",
    "no-key",
    "A choice has no key, or no distractor.",
    "Mark the right option with `key: true`, and leave at least one option without it.",
)
CONTRADICTION = _define(
    "QP115",
    "contradiction",
    "Two things that a block says about itself contradict each other.",
    """
For example: `proof:` shows that a key is true, `refute:` shows that a distractor is false, and `unproven:` says why no
run can settle a statement; a statement has exactly one of the three. All options of a question are of one type:
`code`, `text` or `prints`.
""",
)
TEMPLATE = _define(
    "QP116",
    "bad-expression",
    "A `{{ expression }}` cannot be evaluated.",
    """
Expressions can use the question's `params`, its `facts`, and the evidence (`stdout`, `answer`, `versions`), with
arithmetic, comparisons, indexing and the filters listed in the reference. Write `{{ '{{' }}` for two literal braces.
""",
)
BAD_ID = _define(
    "QP117",
    "bad-id",
    "An id contains characters that ids cannot have.",
    "Ids become file names and links. They have at most 80 characters: lower-case letters and digits, joined by single "
    "hyphens.",
)
UNKNOWN_BLOCK = _define(
    "QP118",
    "unknown-block",
    "The insight rests on a block that is not in the quiz.",
    "What learners take home from a quiz must have been shown to them: `rests_on` names blocks of the same file.",
)
CUT_TEXT = _define(
    "QP119",
    "cut-text",
    "A comment seems to cut a text.",
    """
In YAML ` #` begins a comment, and what follows is not read. Put the text in quotes, or in a `|` block. If the rest is
meant as a comment, write two spaces before the `#` and one after it.
""",
    "warning",
)
TOO_COSTLY = _define(
    "QP120",
    "too-costly",
    "Looking at a block takes more time or memory than a file may.",
    """
Reading a file, planning its runs and judging them takes moments. This file has used up its budget: 60 seconds of
processor time, or 1 GiB of memory. The place shown is the block that was being looked at; blocks after it were not
looked at. Runs have [limits](reference.md#limits) of their own and do not count. Make the block's texts shorter, or
ask for fewer variants.
""",
    shared_by_claims=True,
)
LINKED_ELSEWHERE = _define(
    "QP121",
    "linked-elsewhere",
    "A file or folder of the bank is a link to somewhere else.",
    """
A link that leads out of the folder that is checked could show anything in a report, and is not followed. Put the file
itself there. A quiz file that you name on the command line is read wherever it is.
""",
)
BAD_IGNORE = _define(
    "QP122",
    "bad-ignore",
    "A comment that should ignore a finding cannot be used.",
    """
Write `# quizproof: ignore QP304 The key quotes the documentation.`: the code or the name of one rule, or of several
with commas between them, and then the reason. Without a reason nothing is ignored, because nobody could judge later
whether it still holds. What could not be verified (`QP9xx`) cannot be ignored.
""",
)
UNUSED_IGNORE = _define(
    "QP123",
    "unused-ignore",
    "A comment ignores a finding that there is not.",
    """
The finding was fixed, or the comment is in the wrong place: it covers the key or the list item of its own line, with
everything in it; on a line of its own, that of the next line. Remove the comment, or move it.
""",
    "warning",
)
UNREADABLE_FORMULA = _define(
    "QP125",
    "unreadable-formula",
    "A formula is not TeX that pages and the terminal can show.",
    r"""
What is between dollar signs is TeX: the commands of LaTeX's mathematics and of amsmath, such as `\frac`, `\hat`,
`\mathbb`, `\operatorname` and `\begin{bmatrix}`. The place shown is where it cannot be read on: a command that is
unknown, a brace that is missing.

A formula defines no commands and has no colours. Inside of `\text{...}` write `\_` for `_`. If the dollar signs are
money, write `\$`. In double quotes YAML reads `\t` and `\f` as escapes: write TeX in a `|` block, in single quotes, or
without quotes.
""",
)
MISSING_IMAGE = _define(
    "QP126",
    "missing-image",
    "An image cannot be shown.",
    """
Markdown shows images with `![What it shows](files/plot.png)`. The file is in the folder `files` beside the quiz: pages
load nothing from other sites. It is a PNG, JPEG, GIF, WebP or SVG of at most 1 MiB. An SVG that could run a script or
load something is refused.
""",
)
IMAGE_WITHOUT_TEXT = _define(
    "QP127",
    "image-without-text",
    "An image does not say what it shows.",
    """
Learners who do not see the image, and those in the terminal, read the text in the square brackets. Say what the image
shows, as far as the question needs it.
""",
)
