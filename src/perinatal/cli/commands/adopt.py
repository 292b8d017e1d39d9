"""The command `perinatal adopt`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import (
    add_accept_argument,
    add_cohort_arguments,
    add_model_argument,
    add_numbers_argument,
    add_page_argument,
    add_ratio_argument,
    add_replace_argument,
    add_seed_argument,
)

if TYPE_CHECKING:
    from perinatal.sites import Examination

HELP = "Recalibrate a model on a site's births, after safety checks."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_cohort_arguments(parser)
    add_model_argument(parser, "the model to adopt; not one that was adopted already")
    parser.add_argument("--site", required=True, metavar="NAME", help="name of the site")
    parser.add_argument("--out", metavar="DIR", help="folder for the adopted model; it holds the original too")
    add_replace_argument(parser)
    parser.add_argument("--dry-run", action="store_true", help="run every check, and write no model")
    parser.add_argument(
        "--up-to",
        choices=("keep", "intercept", "slope", "rescaled", "refit"),
        default="rescaled",
        help="the largest change to consider (default: rescaled)",
    )
    parser.add_argument("--dates", metavar="COLUMN", help="when each row was: dates, months or years")
    add_ratio_argument(parser)
    add_accept_argument(parser)
    add_seed_argument(parser, "the folds")
    add_page_argument(parser, "write a page: before and after, or why the model was refused")
    add_numbers_argument(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """The model of the site, or a refusal with every reason."""
    from perinatal.catalogue import load_risk_model
    from perinatal.cli.inputs import read_input
    from perinatal.cli.outputs import refuse_to_replace, report_problems, write_page_and_numbers
    from perinatal.errors import AdoptionRefused, InputError
    from perinatal.report import adoption_page
    from perinatal.sites import AdoptionOptions, Limits, examine

    if not arguments.dry_run:
        if arguments.out is None:
            raise InputError("perinatal adopt needs --out DIR for the adopted model, or --dry-run.")
        refuse_to_replace(arguments)
    table, columns, units, _ = read_input(arguments)
    examination = examine(
        load_risk_model(arguments.model),
        table,
        site=arguments.site,
        dates=arguments.dates,
        columns=columns,
        units=units,
        seed=arguments.seed,
        options=AdoptionOptions(
            up_to=arguments.up_to,
            limits=Limits(ratio=arguments.largest_ratio, accepted=tuple(arguments.accept)),
            progress=sys.stderr.isatty(),
        ),
    )
    report_problems(examination.problems)
    if examination.adopted is None:
        write_page_and_numbers(arguments, examination, adoption_page)
        raise AdoptionRefused(f"{examination!r}")
    print(_format_examination(examination))
    write_page_and_numbers(arguments, examination, adoption_page)
    if arguments.dry_run:
        print("Dry run: no model was written.")
    else:
        examination.adopted.save(arguments.out)
        print(f"{examination.adopted.id} written to {arguments.out}")
    return ExitCode.DONE


def _format_examination(examination: Examination) -> str:
    lines = [repr(examination), *(f"{count:>12,}  {step}" for step, count in examination.flow)]
    lines += [f"  {check.name}: {check.message}" for check in examination.checks]
    record = examination.record
    if record is None:
        return "\n".join(lines)
    for name, before in record.before.items():
        if name in record.after:
            after = record.after[name].value
            lines.append(f"  {name.replace('_', ' ')}: {before.value:.3f} before, {after:.3f} after, on rows held out")
    return "\n".join([*lines, *(f"  {note}" for note in record.notes)])
