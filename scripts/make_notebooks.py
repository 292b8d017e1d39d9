"""Writes notebooks/*.ipynb from the plain Python beside them, executed, so that a change can be read as text.

    python scripts/make_notebooks.py            write and execute every notebook
    python scripts/make_notebooks.py 02         only those whose names begin so

A source is Python in which ``# %%`` opens a cell of code and ``# %% [markdown]`` one of text.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
CELL, TEXT = "# %%", "# %% [markdown]"
SECONDS_FOR_A_CELL = 300
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def build_notebook(source: str) -> nbformat.NotebookNode:
    """The notebook, without outputs, that a source describes."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for number, (heading, lines) in enumerate(_split_cells(source), 1):
        body = "\n".join(lines).strip("\n")
        if heading == TEXT:
            body = "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.splitlines())
            cell = nbformat.v4.new_markdown_cell(body)
        else:
            cell = nbformat.v4.new_code_cell(body)
        cell["id"] = f"cell-{number}"  # the same every time
        notebook.cells.append(cell)
    return notebook


def _split_cells(source: str) -> list[tuple[str, list[str]]]:
    cells: list[tuple[str, list[str]]] = []
    for line in source.splitlines():
        if line.startswith(CELL):
            cells.append((line.strip(), []))
        elif cells:
            cells[-1][1].append(line)
    return cells


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs that it gives when run in ``folder``; raises at the first error."""
    client = NotebookClient(
        notebook,
        timeout=SECONDS_FOR_A_CELL,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    executed = client.execute()
    executed.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    return executed


def main(chosen: list[str]) -> None:
    """Write and execute the notebooks that are chosen, or all."""
    for path in sorted(NOTEBOOKS.glob("*.py")):
        if chosen and not any(path.name.startswith(name) for name in chosen):
            continue
        executed = execute(build_notebook(path.read_text(encoding="utf-8")), NOTEBOOKS)
        target = path.with_suffix(".ipynb")
        nbformat.write(executed, target)
        print(f"{target.name}: {len(executed.cells)} cells, {target.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
