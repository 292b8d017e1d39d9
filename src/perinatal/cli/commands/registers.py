"""The command `perinatal registers`."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode

HELP = "List the public registers that can be read."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no arguments of its own."""


def run(arguments: argparse.Namespace) -> ExitCode:
    """A line for each register."""
    from perinatal.registers import REGISTERS

    width = max(len(name) for name in REGISTERS)
    for name, register in REGISTERS.items():
        print(f"{name:<{width}}  {register.title} ({register.place}, {register.years})")
    return ExitCode.DONE
