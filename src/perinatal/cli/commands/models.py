"""The command `perinatal models`."""

from __future__ import annotations

import argparse
import textwrap

from perinatal.cli.exit_codes import ExitCode

HELP = "List the shipped models and published scores."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--kind", choices=("trained", "published", "all"), default="trained", help="default: trained")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default: table")


def run(arguments: argparse.Namespace) -> ExitCode:
    """The trained models with their first external test, the published scores, or both."""
    from perinatal._json import jsonable
    from perinatal.catalogue import available_models
    from perinatal.cli.outputs import write_json

    kind = arguments.kind
    if arguments.format == "json":
        write_json(jsonable(available_models(kind).reset_index()), None)
        return ExitCode.DONE
    if kind != "published":
        _print_trained()
    if kind != "trained":
        _print_published()
    print("\nAll are for research, not for clinical use as they stand, and need local adoption before use elsewhere.")
    print("`perinatal describe MODEL` lists the inputs; `perinatal describe MODEL --format card` prints the card.")
    if kind == "trained":
        print("`perinatal models --kind published` lists the published scores, which the same commands accept.")
    return ExitCode.DONE


def _print_trained() -> None:
    from perinatal.catalogue import available_models

    for name, row in available_models().iterrows():
        print(f"{name}")
        print(f"  trained on  {row['trained_on']}; {row['n']:,} rows, {row['events']:,} events ({row['scorer']})")
        print(
            f"  tested on   {row['tested_on']}: observed/expected {row['observed_over_expected']:.2f}, calibration "
            f"slope {row['slope']:.2f}, AUROC {row['auroc']:.3f} ({row['auroc_low']:.3f} to {row['auroc_high']:.3f})"
        )


def _print_published() -> None:
    from perinatal.catalogue import available_models
    from perinatal.cli.outputs import terminal_width

    width = terminal_width()
    for domain, rows in available_models("published").groupby("domain"):
        print(f"\n{str(domain).capitalize()} scores, as published:")
        for name, row in rows.iterrows():
            print(f"{name}")
            text = f"{row['name']}: {row['answers']}, {row['inputs']} inputs. {row['citation']}; {row['confirmation']}"
            for line in (f"timing: {row['timing']}", text.replace("_", " ")):
                print(textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    "))
