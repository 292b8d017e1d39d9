"""Fills in the generated parts of the documents: tables of models and of evidence, and the output of examples.

    python scripts/make_documents.py                   write them again
    python scripts/make_documents.py docs/models.md    only those that are named
    python scripts/make_documents.py --check           exit 1 if that would change one of them

The ``python`` blocks of a document are run, all in one interpreter, and what a block prints is put into the ``text``
block that follows it. In a ``console`` block, lines after ``$`` are run and their output follows. ``py`` and ``sh``
blocks are not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = tuple(
    ROOT / name
    for name in (
        "README.md",
        "ARCHITECTURE.md",
        "docs/adoption.md",
        "docs/command_line.md",
        "docs/evidence.md",
        "docs/guides/notebook.md",
        "docs/guides/pooling.md",
        "docs/guides/retraining.md",
        "docs/guides/service.md",
        "docs/models.md",
        "docs/tables.md",
    )
)
TABLE = re.compile(
    r"(<!-- (?P<name>\w+): written by scripts/make_documents\.py -->\n).*?(<!-- end of (?P=name) -->)", re.DOTALL
)
PYTHON = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```$)?", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
PLAIN_AUROC = {  # what a plain, untuned XGBoost reached on the same registers, with rows and features of its own
    "infant_death-birth": 0.890,
    "maternal_death-sari_admission": 0.813,
    "nicu_admission-birth": 0.856,
    "preterm_birth-booking": 0.700,
}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
MARK = "\x1e"


def models_table() -> str:
    """The shipped models in Markdown, one row each, with the first test of each card."""
    from perinatal import load_model
    from perinatal.catalogue import available_models

    lines = [
        "| id | moment | trained on | n | events | tested on | O/E | slope | AUROC |",
        "|---|---|---|---:|---:|---|---:|---:|---:|",
    ]
    for name, row in available_models().iterrows():
        model = load_model(name)
        test = model.evidence.tests[0]
        lines.append(
            f"| [`{name}`](../models/{name}/card.md) | {model.moment.description} | {row['trained_on']} | {row['n']:,} "
            f"| {row['events']:,} | {row['tested_on']} | {test.observed_over_expected.format(2)} "
            f"| {test.calibration_slope.format(2)} | {test.auroc.format()} |"
        )
    return "\n".join(lines) + "\n"


def plain_table() -> str:
    """Each model's AUROC beside that of a plain XGBoost, and whether it was reached."""
    from perinatal import load_model
    from perinatal.catalogue import available_models

    lines = ["| id | plain XGBoost | this model | reached |", "|---|---:|---:|---|"]
    for name in available_models().index.intersection(list(PLAIN_AUROC)):
        plain = PLAIN_AUROC[name]
        area = load_model(name).evidence.tests[0].auroc
        reached = "yes" if area.value >= plain else "no; the interval holds it" if area.high >= plain else "no"
        lines.append(f"| `{name}` | {plain:.3f} | {area.format()} | {reached} |")
    return "\n".join(lines) + "\n"


def build_table(name: str) -> str:
    """The text between the markers of a table."""
    from perinatal import load_model
    from perinatal.catalogue import available_models
    from perinatal.report import ladder_markdown, transport_markdown

    if name in ("models", "floors"):
        return f"\n{models_table() if name == 'models' else plain_table()}\n"
    models = [load_model(model) for model in available_models().index]
    table = {"ladder": ladder_markdown, "transport": transport_markdown}[name](models)
    return f"\n{table}\n"


@contextmanager
def scratch_folder() -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with the sample tables and the command ``perinatal``, and the environment to run things there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").symlink_to(ROOT / "data")
        programs = folder / ".bin"
        programs.mkdir()
        command = programs / "perinatal"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m perinatal.cli.main "$@"\n')
        command.chmod(0o755)
        yield (
            folder,
            os.environ
            | {
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT / "src"),
                "COLUMNS": "118",
            },
        )


def run_python_blocks(text: str) -> list[str]:
    """The output of each ``python`` block of a document, run one after the other in one interpreter."""
    blocks = [match["code"] for match in PYTHON.finditer(text)]
    program = f"\nprint({MARK!r})\n".join(blocks)
    with scratch_folder() as (folder, environment):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
    if done.returncode:
        raise RuntimeError(f"A python example of the document fails:\n{done.stderr}")
    return [part.strip("\n") for part in done.stdout.split(f"{MARK}\n")]


def run_console_block(body: str) -> str:
    """A ``console`` block with the output its commands give, stderr included."""
    lines = []
    with scratch_folder() as (folder, environment):
        for line in body.splitlines():
            if not line.startswith("$ "):
                continue
            done = subprocess.run(
                ["bash", "-c", line[2:]],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            lines += [line, *(row.rstrip() for row in done.stdout.splitlines())]
    return "\n".join(lines).strip("\n") + "\n"


def fill_document(text: str) -> str:
    """The document with every table and output as it is now."""
    outputs = iter(run_python_blocks(text))

    def with_output(match: re.Match[str]) -> str:
        output = next(outputs)
        if match["shown"] is None:
            return match.group()
        return f"```python\n{match['code']}```\n\n```text\n{output}\n```"

    def with_console(match: re.Match[str]) -> str:
        return f"```console\n{run_console_block(match['body'])}```"

    def with_table(match: re.Match[str]) -> str:
        return f"{match[1]}{build_table(match['name'])}{match[3]}"

    return TABLE.sub(with_table, CONSOLE.sub(with_console, PYTHON.sub(with_output, text)))


def differs(one: str, other: str) -> bool:
    """Whether two texts differ in more than blanks at the ends of lines and the last digits of numbers.

    Another processor may round the last bits of a risk differently.
    """
    if _words(one) != _words(other):
        return True
    pairs = zip(_numbers(one), _numbers(other), strict=True)
    return any(abs(a - b) > 0.01 * max(abs(a), abs(b)) for a, b in pairs)


def _words(text: str) -> list[str]:
    return NUMBER.sub("0", text).split()


def _numbers(text: str) -> list[float]:
    return [float(number.replace(",", "").replace(".", "", number.count(".") - 1)) for number in NUMBER.findall(text)]


def main(arguments: list[str]) -> int:
    """Write the documents, or say which is stale."""
    stale = False
    named = {(ROOT / name).resolve() for name in arguments if not name.startswith("-")}
    for document in DOCUMENTS:
        if named and document not in named:
            continue
        old = document.read_text(encoding="utf-8")
        new = fill_document(old)
        if "--check" not in arguments:
            document.write_text(new, encoding="utf-8")
            print(f"{document.relative_to(ROOT)} is written")
        elif differs(old, new):
            stale = True
            print(f"{document.relative_to(ROOT)} is stale: run python scripts/make_documents.py")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
