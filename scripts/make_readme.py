"""Fills in what README.md does not say by hand: the table of shipped models, and the output of its examples.

    python scripts/make_readme.py               write README.md again
    python scripts/make_readme.py --check       exit 1 if that would change it

A ``python`` block followed by a ``text`` block is run, all of them in one interpreter, and what it prints is put into
the ``text`` block. In a ``console`` block, lines after ``$`` are run and their output follows. ``sh`` blocks are not run.
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
README = ROOT / "README.md"
MODELS = re.compile(r"(<!-- models: written by scripts/make_readme\.py -->\n).*?(<!-- end of models -->)", re.DOTALL)
PYTHON = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```$)?", re.DOTALL | re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
MARK = "\x1e"


def models_table() -> str:
    """The shipped models in Markdown, one row each, with the first test of each card."""
    from perinatal import load_model
    from perinatal.models import available_models
    from perinatal.models.card import interval

    lines = [
        "| id | moment | trained on | n | events | tested on | O/E | slope | AUROC |",
        "|---|---|---|---:|---:|---|---:|---:|---:|",
    ]
    for name, row in available_models().iterrows():
        model = load_model(name)
        test = model.evaluation["tests"][0]
        lines.append(
            f"| [`{name}`](models/{name}/card.md) | {model.moment.description} | {row['trained_on']} | {row['n']:,} "
            f"| {row['events']:,} | {row['tested_on']} | {interval(test['observed_over_expected'])} "
            f"| {interval(test['calibration_slope'])} | {interval(test['auroc'], 3)} |"
        )
    return "\n".join(lines) + "\n"


def elsewhere_table() -> str:
    """The further tests of the shipped models: later, and in other places."""
    from perinatal import load_model
    from perinatal.models import available_models
    from perinatal.models.card import interval

    lines = ["| id | tested on | events | O/E | slope | AUROC |", "|---|---|---:|---:|---:|---:|"]
    for name in available_models().index:
        for test in load_model(name).evaluation["tests"][1:]:
            lines.append(
                f"| `{name}` | {test['name']} | {test['events']:,} | {interval(test['observed_over_expected'])} "
                f"| {interval(test['calibration_slope'])} | {interval(test['auroc'], 3)} |"
            )
    return "\n".join(lines) + "\n"


def written_models() -> str:
    """What stands between the markers."""
    return f"\n{models_table()}\nLater, and in other places:\n\n{elsewhere_table()}\n"


@contextmanager
def workplace() -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with the sample tables and the command ``perinatal``, and the environment to run things there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").symlink_to(ROOT / "data")
        programs = folder / ".bin"
        programs.mkdir()
        command = programs / "perinatal"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m perinatal.cli.main "$@"\n')
        command.chmod(0o755)
        environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "118"}
        yield folder, environment


def python_outputs(text: str) -> list[str]:
    """What each ``python`` block of a document prints, run one after the other in one interpreter."""
    blocks = [match["code"] for match in PYTHON.finditer(text)]
    program = f"\nprint({MARK!r})\n".join(blocks)
    with workplace() as (folder, environment):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
    if done.returncode:
        raise SystemExit(f"A python example of the document fails:\n{done.stderr}")
    return [part.strip("\n") for part in done.stdout.split(f"{MARK}\n")]


def console_output(body: str) -> str:
    """A ``console`` block with the output its commands give, stderr included."""
    lines = []
    with workplace() as (folder, environment):
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
            lines += [line, *(said.rstrip() for said in done.stdout.splitlines())]
    return "\n".join(lines).strip("\n") + "\n"


def filled(text: str) -> str:
    """The document with every table and output as it is now."""
    outputs = iter(python_outputs(text))

    def with_output(match: re.Match[str]) -> str:
        output = next(outputs)
        if match["shown"] is None:
            return match.group()
        return f"```python\n{match['code']}```\n\n```text\n{output}\n```"

    def with_console(match: re.Match[str]) -> str:
        return f"```console\n{console_output(match['body'])}```"

    def with_models(match: re.Match[str]) -> str:
        return f"{match[1]}{written_models()}{match[2]}"

    return MODELS.sub(with_models, CONSOLE.sub(with_console, PYTHON.sub(with_output, text)))


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
    """Write README.md, or say whether it is stale."""
    old = README.read_text(encoding="utf-8")
    new = filled(old)
    if "--check" in arguments:
        stale = differs(old, new)
        print("README.md is stale: run python scripts/make_readme.py" if stale else "README.md is up to date")
        return int(stale)
    README.write_text(new, encoding="utf-8")
    print("README.md is written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
