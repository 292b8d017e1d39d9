"""The program `perinatal`: parses the command line, runs one command, and turns its result into an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from perinatal.cli import commands
from perinatal.cli.exit_codes import ExitCode, describe_exit_codes
from perinatal.errors import AdoptionRefused, InputError, LeakError, MissingVariables, ModelError, PerinatalError

COMMANDS: dict[str, str] = {
    module.name.replace("_", "-"): f"{commands.__name__}.{module.name}"
    for module in pkgutil.iter_modules(commands.__path__)
}
"""Every command, and the module that holds it: ``HELP``, ``add_arguments(parser)`` and ``run(arguments)``."""

EPILOG = (
    f"{describe_exit_codes()}\n\n"
    "Results go to stdout, or to the file that --out names; problems, reading reports and progress go to stderr.\n"
)
HOW_TO_MAP = (
    "On the command line a ColumnMap is a JSON file, given with --columns. It states what your headings, units and "
    "words mean:\n"
    '  {"columns": {"Hb": {"variable": "haemoglobin_g_dl", "unit": "g/L"}, '
    '"Sex": {"variable": "newborn_sex", "words": {"F": "female"}}}, "ignore": ["Ward"]}\n'
    "`perinatal dictionary` lists the names to choose from."
)
_INPUT_OPTIONS = ("file", "columns")
_OUTPUT_OPTIONS = ("out", "html", "json", "problems")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see ``perinatal --help``).

    >>> main(["describe"])
    Traceback (most recent call last):
    ...
    SystemExit: 2
    """
    if argv is None:
        sys.excepthook = _exit_after_crash
    parser = build_parser()
    if not (sys.argv[1:] if argv is None else argv):
        parser.print_help(sys.stderr)
        return ExitCode.USAGE
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old terminal shows ? for ▲
    try:
        _refuse_overwriting(arguments)
        code: ExitCode = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _close_quietly()
        return ExitCode.DONE
    except LeakError as error:
        return _report_failure(error, ExitCode.LEAK)
    except ModelError as error:
        return _report_failure(error, ExitCode.MODEL)
    except AdoptionRefused as error:
        return _report_failure(error, ExitCode.REFUSED)
    except PerinatalError as error:
        failed = _report_failure(error, ExitCode.INPUT)
        _describe_column_map(error, has_map=getattr(arguments, "columns", None) is not None)
        return failed
    except OSError as error:
        return _report_failure(_describe_file_error(error), ExitCode.INPUT)
    except KeyboardInterrupt:
        return _report_failure("Interrupted.", ExitCode.INTERRUPTED)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; their modules import nothing heavy before they run."""
    parser = argparse.ArgumentParser(
        prog="perinatal",
        description="Estimate risks in pregnancy and around birth, and explain them. For research; not for clinical "
        "use as it stands.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module in COMMANDS.items():
        command = importlib.import_module(module)
        subparser = subparsers.add_parser(
            name,
            help=command.HELP[:1].lower() + command.HELP[1:].rstrip("."),
            description=command.HELP,
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


class _Version(argparse.Action):
    """Prints the installed version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from perinatal import __version__

        print(f"perinatal {__version__}")
        parser.exit()


def _refuse_overwriting(arguments: argparse.Namespace) -> None:
    """Refuse to write to a file that is read, or twice to one file."""
    uses: dict[Path, str] = {}
    for name in (*_INPUT_OPTIONS, *_OUTPUT_OPTIONS):
        value = getattr(arguments, name, None)
        if not isinstance(value, str) or value == "-":
            continue
        path = Path(value).resolve()
        if name in _OUTPUT_OPTIONS and path in uses and not path.is_dir():
            raise InputError(f"--{name} would overwrite {uses[path]}. Name another file.")
        uses[path] = "the input file" if name in _INPUT_OPTIONS else f"the output of --{name}"


def _report_failure(message: object, code: ExitCode) -> ExitCode:
    print(f"perinatal: {message}", file=sys.stderr)
    return code


def _describe_column_map(error: PerinatalError, *, has_map: bool) -> None:
    """How to write a column map, where the failure is about headings and none was given; else what the word means."""
    if "ColumnMap" not in str(error):
        return
    if isinstance(error, MissingVariables) and not has_map:
        print(HOW_TO_MAP, file=sys.stderr)
    elif has_map:
        print("The ColumnMap is the file that --columns names.", file=sys.stderr)
    else:
        print("A ColumnMap is a JSON file, given with --columns; see `perinatal predict --help`.", file=sys.stderr)


def _describe_file_error(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return f"There is no file '{error.filename}'."
        case IsADirectoryError():
            return f"'{error.filename}' is a folder; a file is expected."
        case PermissionError():
            return f"'{error.filename}' cannot be opened: permission denied."
    file = f" '{error.filename}'" if error.filename else ""
    return f"The file{file} cannot be used: {error.strerror or type(error).__name__}."


def _close_quietly() -> None:
    """The reader of stdout has gone (`| head`): nothing more can be written, and nothing went wrong."""
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
    except (OSError, ValueError):
        return


def _exit_after_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> NoReturn:
    """Print the traceback and exit with a code of its own; Python's is 1, which here means done."""
    sys.__excepthook__(kind, error, trace)
    print(
        "perinatal: unexpected failure. Please report it with the lines above, without patient data.", file=sys.stderr
    )
    sys.stderr.flush()
    os._exit(ExitCode.CRASHED)


if __name__ == "__main__":
    sys.exit(main())
