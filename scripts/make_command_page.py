"""The tables of docs/command_line.md: commands, exit codes, and the arguments of each command.

``make_reference.py`` writes them into the page.
"""

from __future__ import annotations

import argparse
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "command_line.md"


def commands_table() -> str:
    """Every command in Markdown, with what it does."""
    lines = ["| command | does |", "|---|---|"]
    lines += [f"| [`perinatal {name}`](#{name}) | {parser.description} |" for name, parser in _list_parsers()]
    return "\n".join(lines) + "\n"


def exit_codes_table() -> str:
    """The exit codes in Markdown."""
    from perinatal.cli.exit_codes import ExitCode

    lines = ["| exit code | meaning |", "|---:|---|"]
    return "\n".join([*lines, *(f"| {code.value} | {code.meaning} |" for code in ExitCode)]) + "\n"


def options_sections() -> str:
    """A section for each command with its arguments."""
    lines = []
    for name, parser in _list_parsers():
        lines += [f"### {name}", "", parser.description or "", "", "| argument | meaning |", "|---|---|"]
        for action in parser._actions:
            if isinstance(action, argparse._HelpAction):
                continue
            value = action.metavar or ("" if action.nargs == 0 else (action.option_strings or [action.dest])[-1])
            value = " ".join(value) if isinstance(value, tuple) else value.lstrip("-").upper()
            written = " ".join(filter(None, [", ".join(action.option_strings), "" if action.nargs == 0 else value]))
            meaning = f"{(action.help or '').replace('%%', '%')}{' (required)' * bool(action.required)}"
            cells = (cell.replace("|", r"\|") for cell in (f"`{written}`", meaning))
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _list_parsers() -> list[tuple[str, argparse.ArgumentParser]]:
    """The parser of each command."""
    from perinatal.cli.main import build_parser

    (subparsers,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return list(subparsers.choices.items())
