"""The command `perinatal demo`."""

from __future__ import annotations

import argparse
from pathlib import Path

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_page_argument

HELP = "Estimate and explain the risks of the sample mothers and newborns."
PAGE = "demo.html"
HIGHEST, TYPICAL = 8, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_page_argument(parser, f"the same as an HTML page (default: {PAGE})")
    parser.set_defaults(html=PAGE)


def run(arguments: argparse.Namespace) -> ExitCode:
    """The demonstration on stdout and as a page."""
    from perinatal.cli.demonstration import TITLE, build_reports, describe_samples
    from perinatal.cli.outputs import terminal_width
    from perinatal.report import answer_page, answer_text, reading_text

    page = Path(arguments.html)
    page.parent.mkdir(parents=True, exist_ok=True)
    width = terminal_width()
    reports = build_reports()
    page.write_text(answer_page(reports, title=TITLE, lead=describe_samples()), encoding="utf-8")
    print("Estimated risks of made-up mothers and newborns. For research, not for clinical use as it stands.\n")
    for report in reports:
        print(answer_text(report, width=width, highest=HIGHEST, typical=TYPICAL))
    print(reading_text(reports[0], width))
    print(f"The same as a page: {page.resolve()}")
    return ExitCode.DONE
