"""The commands of a site: adopt a model on its own rows, go back, count the births that are needed, and watch."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from perinatal.catalogue import load_risk_model
from perinatal.cli.given import read_cohort_file, refuse_to_replace
from perinatal.cli.tables import format_json, write_text
from perinatal.errors import AdoptionRefused, InputError

ALARM = 7

if TYPE_CHECKING:
    from perinatal.sites import Examination


def run_adoption(arguments: argparse.Namespace) -> int:
    """``perinatal adopt``: the model of a site, or a refusal with every reason; with --roll-back, its parent."""
    from perinatal.sites import Limits, examine

    if not arguments.dry_run:
        refuse_to_replace(arguments)
    if arguments.roll_back is not None:
        return _write_parent(arguments)
    if arguments.births is not None:
        return _print_sample_sizes(arguments)
    if arguments.file is None or arguments.site is None or arguments.model is None:
        raise InputError("perinatal adopt needs FILE, --model and --site (or --births, or --roll-back).")
    if arguments.out is None and not arguments.dry_run:
        raise InputError("perinatal adopt needs --out DIR for the adopted model, or --dry-run.")
    cohort_file = read_cohort_file(arguments)
    examination = examine(
        load_risk_model(arguments.model),
        cohort_file.cohort,
        site=arguments.site,
        up_to=arguments.up_to,
        limits=Limits(ratio=arguments.largest_ratio),
        dates=arguments.dates,
        columns=cohort_file.columns,
        units=cohort_file.units,
        seed=arguments.seed,
        progress=sys.stderr.isatty(),
    )
    if arguments.html is not None:
        from perinatal.report import adoption_page

        write_text(adoption_page(examination), arguments.html)
    if arguments.json is not None:
        write_text(format_json(examination.to_dict()), arguments.json)
    if examination.adopted is None:
        raise AdoptionRefused(f"{examination!r}")
    print(_format_examination(examination))
    if arguments.dry_run:
        print("Dry run: nothing was written.")
    else:
        examination.adopted.save(arguments.out)
        print(f"{examination.adopted.id} written to {arguments.out}")
    return 0


def run_monitoring(arguments: argparse.Namespace) -> int:
    """``perinatal monitor``: a summary and the alarms on stdout; 7 where there is an alarm."""
    from perinatal.sites import monitor

    cohort_file = read_cohort_file(arguments)
    monitoring = monitor(
        load_risk_model(arguments.model),
        cohort_file.cohort,
        period=arguments.period,
        dates=arguments.dates,
        false_alarms=arguments.false_alarms,
        over=arguments.over,
        columns=cohort_file.columns,
        units=cohort_file.units,
        seed=arguments.seed,
        progress=sys.stderr.isatty(),
    )
    if arguments.html is not None:
        from perinatal.report import monitoring_page

        write_text(monitoring_page(monitoring), arguments.html)
    if arguments.json is not None:
        write_text(format_json(monitoring.to_dict()), arguments.json)
    print(repr(monitoring))
    return ALARM if monitoring.alarms else 0


def _format_examination(examination: Examination) -> str:
    lines = [f"{count:>12,}  {step}" for step, count in examination.flow]
    lines += [f"  {check.name}: {check.message}" for check in examination.checks]
    record = examination.record
    for name in record["before"]:
        if name in record["after"]:
            before, after = record["before"][name][0], record["after"][name][0]
            lines.append(f"  {name.replace('_', ' ')}: {before:.3f} before, {after:.3f} after, on rows held out")
    lines += [f"  {note}" for note in record["notes"]]
    return "\n".join([repr(examination), *lines])


def _write_parent(arguments: argparse.Namespace) -> int:
    from perinatal.sites import restore_parent

    model = load_risk_model(arguments.roll_back)
    parent = restore_parent(model)
    if arguments.out is None:
        raise InputError("--roll-back needs --out DIR, where the model before the adoption is written.")
    parent.save(arguments.out)
    print(f"{parent.id} as it was before {model.adoption.site} adopted it: written to {arguments.out}")
    return 0


def _print_sample_sizes(arguments: argparse.Namespace) -> int:
    from perinatal.sites import Rung, how_many_births

    if arguments.model is None:
        raise InputError("--births needs --model.")
    model = load_risk_model(arguments.model)
    for rung in (Rung.INTERCEPT, Rung.SLOPE, Rung.RESCALED, Rung.REFIT):
        print(how_many_births(model, arguments.births, rung))
    return 0
