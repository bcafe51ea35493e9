"""Brings the pages up to date with the program: `python tools/docs_update.py`. Read the difference before committing.

It rewrites the schema, the generated tables, copies of files, the guide for programs, the findings shown below
examples, and the output of commands and programs. Output that is shown in part, with `...`, is left alone and named.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from helpers import docs_tables
from helpers.docs_pages import DOCS, PAGES, Fence, examples, fences
from helpers.docs_runs import play, prove_examples, run_programs, told
from llms_guide import OUT, guide
from quizproof_renderers.editing.schema import as_text, quiz_schema


def main() -> None:
    """Rewrite the schema, and every page that is not current."""
    (DOCS / "quiz.schema.json").write_text(as_text(quiz_schema()), encoding="utf-8")
    OUT.write_text(guide(), encoding="utf-8")
    shown = examples("yaml quiz", "yaml question")
    found = prove_examples(shown)
    findings = {example.fence.id: told(found[example.fence.id]) for example in shown}
    for page in PAGES:
        new: dict[Fence, str] = {}
        for fence in fences(page):
            if fence.option("copy"):
                new[fence] = (DOCS / fence.option("copy")).read_text(encoding="utf-8")
        for fence, following in zip(fences(page), fences(page)[1:], strict=False):
            if following.sort == "text finding" and fence.id in findings:
                new[following] = "".join(f"{line}\n" for line in findings[fence.id])
            elif fence.id in findings and findings[fence.id] and not fence.option("refuted"):
                sys.stderr.write(f"{fence.id} is refuted, and nothing below it says so\n")
        with tempfile.TemporaryDirectory() as folder:
            for played in itertools.chain(play(page, Path(folder)), run_programs(page, Path(folder))):
                if not played.agrees and ("..." in played.shown or played.fence.language == "python"):
                    sys.stderr.write(f"{played.fence.id}: `{played.command}` prints something else\n")
                elif not played.agrees and not played.command:
                    new[played.fence] = played.printed
                elif not played.agrees:
                    text = new.get(played.fence, played.fence.text)
                    command = f"$ {played.command}\n"
                    new[played.fence] = text.replace(command + played.shown, command + played.printed)
        lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
        for fence, text in sorted(new.items(), key=lambda item: -item[0].line):
            lines[fence.line - 1 : fence.line - 1 + fence.text.count("\n")] = text
        page.write_text(docs_tables.current("".join(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
