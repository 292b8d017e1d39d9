"""The command `perinatal monitor`."""

from __future__ import annotations

import argparse
import sys

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import (
    add_cohort_arguments,
    add_model_argument,
    add_numbers_argument,
    add_page_argument,
    add_seed_argument,
    whole_number,
)

HELP = "Monitor a model in use: inputs, risks and calibration, period by period."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_cohort_arguments(parser)
    add_model_argument(parser, "preferably a model that was adopted at the site")
    parser.add_argument(
        "--period", choices=("week", "month", "quarter", "year"), default="month", help="default: month"
    )
    parser.add_argument("--dates", metavar="COLUMN", help="when each row was: dates, months or years")
    parser.add_argument(
        "--false-alarms",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="probability of any alarm over the horizon when nothing changes (default: 0.05)",
    )
    parser.add_argument(
        "--horizon-periods",
        type=whole_number(1),
        metavar="N",
        help="number of periods that this probability refers to (default: those in the table)",
    )
    add_seed_argument(parser, "the simulation of the limits")
    add_page_argument(parser)
    add_numbers_argument(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """A summary and the alarms on stdout."""
    from perinatal.catalogue import load_risk_model
    from perinatal.cli.inputs import read_input
    from perinatal.cli.outputs import report_problems, write_page_and_numbers
    from perinatal.report import monitoring_page
    from perinatal.sites import monitor

    table, columns, units, _ = read_input(arguments)
    monitoring = monitor(
        load_risk_model(arguments.model),
        table,
        period=arguments.period,
        dates=arguments.dates,
        false_alarms=arguments.false_alarms,
        horizon_periods=arguments.horizon_periods,
        columns=columns,
        units=units,
        seed=arguments.seed,
        progress=sys.stderr.isatty(),
    )
    report_problems(monitoring.problems)
    print(monitoring)
    write_page_and_numbers(arguments, monitoring, monitoring_page)
    return ExitCode.ALARM if monitoring.alarms else ExitCode.DONE
