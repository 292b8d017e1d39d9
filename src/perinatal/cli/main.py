"""The command line `perinatal`: what a person types, turned into calls of the library and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from perinatal.errors import InputError, LeakError, ModelError, PerinatalError

FINE, SOMETHING_UNUSED, USAGE, INPUT, MODEL, LEAK, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

EXIT_CODES = """exit codes:
  0    done
  1    done, but some values of the table could not be used (see the problems on stderr)
  2    the command was not understood
  3    the input cannot be used: no such file, column, register or model; unknown words; a wrong unit
  4    the model directory cannot be used: damaged, altered, or written by a newer version
  5    a model was asked to use what is not yet known at its moment
  130  interrupted

Risks, tables and data go to stdout (or --out); problems, reading reports and progress go to stderr.
"""


_READ = ("file", "columns", "cohort")
_WRITTEN = ("out", "html", "json", "problems")


def _check_outputs(arguments: argparse.Namespace) -> None:
    """Refuse to write over what is read, or twice to one file."""
    taken: dict[Path, str] = {}
    for name in (*_READ, *_WRITTEN):
        given = getattr(arguments, name, None)
        if not isinstance(given, str) or given == "-":
            continue
        place = Path(given).resolve()
        if name in _WRITTEN and place in taken and not place.is_dir():
            raise InputError(f"--{name} would write over {taken[place]}. Name another file.")
        taken[place] = "the file that is read" if name in _READ else f"--{name}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code (see ``perinatal --help``).

    >>> main(["describe"])
    Traceback (most recent call last):
    ...
    SystemExit: 2
    """
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old terminal shows ? for ▲ and goes on
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        _check_outputs(arguments)
        code = command(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _close_quietly()
        return FINE
    except LeakError as error:
        return _failed(error, LEAK)
    except ModelError as error:
        return _failed(error, MODEL)
    except PerinatalError as error:
        return _failed(error, INPUT)
    except FileNotFoundError as error:
        return _failed(f"There is no file '{error.filename}'.", INPUT)
    except IsADirectoryError as error:
        return _failed(f"'{error.filename}' is a folder; a file is expected.", INPUT)
    except PermissionError as error:
        return _failed(f"'{error.filename}' cannot be opened: permission denied.", INPUT)
    except OSError as error:
        where = f" '{error.filename}'" if error.filename else ""
        return _failed(f"The file{where} cannot be used: {error.strerror or type(error).__name__}.", INPUT)
    except KeyboardInterrupt:
        return _failed("Interrupted.", INTERRUPTED)


def _failed(said: object, code: int) -> int:
    print(f"perinatal: {said}", file=sys.stderr)
    return code


def _close_quietly() -> None:
    """Whoever read our output stopped reading (`| head`): nothing more can be said, and nothing went wrong."""
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
    except (OSError, ValueError):
        return


class _Version(argparse.Action):
    """Prints the installed version; looked up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from perinatal import __version__

        print(f"perinatal {__version__}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="perinatal",
        description="Estimates risks in pregnancy and around birth, calibrated and taken apart. For research; not for "
        "clinical use as it stands.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], said: str) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=said[:1].lower() + said[1:].rstrip("."),
            description=said,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(command=run)
        return command

    demo = add("demo", _demo, "Estimate and explain the risks of the sample mothers and newborns.")
    demo.add_argument("--out", metavar="DIR", default=".", help="folder for demo.html (default: this one)")

    models = add("models", _models, "List the shipped models.")
    models.add_argument("--json", action="store_true", help="as JSON")

    describe = add("describe", _describe, "Tell which inputs a model reads, with units, levels and ranges.")
    describe.add_argument("model", metavar="MODEL", help="id of a shipped model, or a model directory")
    describe.add_argument("--json", action="store_true", help="as a JSON Schema of one record")
    describe.add_argument("--card", action="store_true", help="the model's whole card, in Markdown")

    predict = add("predict", _predict, "Estimate the risk of each row of a table.")
    explain = add("explain", _explain, "Tell what raised and what lowered the risk of each row of a table.")
    for command in (predict, explain):
        command.add_argument("--model", required=True, metavar="ID|DIR", help="a shipped model, or a model directory")
        _table_arguments(command)
        command.add_argument("--out", metavar="FILE", help="write there instead of stdout")
        command.add_argument(
            "--format", choices=("table", "csv", "json"), help="default: by the ending of --out, else table"
        )
    predict.add_argument("--html", metavar="FILE", help="write a page of the risks and their reasons too")
    explain.add_argument("--strongest", type=_whole(1), default=3, metavar="N", help="parts shown (default: 3)")
    explain.add_argument("--row", action="append", metavar="LABEL", help="only this row; may be given again")

    conform = add("conform", _conform, "Bring a table into canonical names and units, and report every departure.")
    _table_arguments(conform)
    conform.add_argument("--out", metavar="FILE", help="write the canonical CSV (or .parquet) there, not to stdout")
    conform.add_argument("--problems", metavar="FILE", help="write the problems there too, as CSV")

    judge = add("validate", _validate, "Judge a model on a cohort whose outcome is known.")
    judge.add_argument("--model", required=True, metavar="ID|DIR", help="a shipped model, or a model directory")
    judge.add_argument(
        "--cohort", required=True, dest="file", metavar="FILE", help="CSV, TSV or parquet with the outcome; - for stdin"
    )
    judge.add_argument("--register", metavar="NAME", help="FILE is this public register's (see `perinatal registers`)")
    _reading_arguments(judge)
    judge.add_argument("--by", nargs="+", action="extend", metavar="COLUMN", help="groups (default: the usual ones)")
    judge.add_argument(
        "--threshold", nargs="+", action="extend", type=float, metavar="RISK", help="risks at which one would act"
    )
    judge.add_argument("--out", metavar="FILE.html", help="write the whole report there, as one page")
    judge.add_argument("--json", metavar="FILE.json", help="write every number there")
    judge.add_argument("--times", type=_whole(20), default=200, metavar="N", help="bootstraps (default: 200)")
    judge.add_argument("--seed", type=_whole(0), default=0, metavar="N", help="of the bootstraps (default: 0)")

    report = add("report", _report, "Write a page for each model from the record of its tests, and an index.")
    report.add_argument("--out", metavar="DIR", default="report", help="folder for the pages (default: report)")
    report.add_argument("--models", metavar="DIR", help="folder of model directories (default: the shipped models)")

    add("registers", _registers, "List the public registers that can be read.")
    read = add("read", _read, "Read a public register into a canonical table.")
    read.add_argument("register", metavar="REGISTER", help="its name, as `perinatal registers` lists it")
    read.add_argument("file", metavar="FILE", help="the register's file")
    read.add_argument("--out", required=True, metavar="FILE", help="the canonical table: .parquet or .csv")
    read.add_argument("--rows", type=_whole(1), metavar="N", help="only the first N records")

    train = add("train", _train, "Train the shipped models again from the registers.")
    which = train.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every shipped model")
    which.add_argument("--model", action="append", metavar="ID", help="this one; may be given again")
    train.add_argument(
        "--registers", metavar="DIR", help="folder of the registers' files (default: $PERINATAL_REGISTERS)"
    )
    train.add_argument(
        "--out", metavar="DIR", default="models", help="folder for the model directories (default: models)"
    )
    train.add_argument(
        "--kept-back",
        default="docs/kept_back",
        metavar="DIR",
        help="folder for the cards of models that are reported but not shipped (default: docs/kept_back)",
    )
    train.add_argument("--seed", type=_whole(0), default=0, metavar="N", help="of folds and sampling (default: 0)")

    dictionary = add("dictionary", _dictionary, "Print every variable and outcome.")
    dictionary.add_argument("--format", choices=("md", "csv", "json"), default="md", help="default: md")
    return parser


def _table_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="CSV, TSV or parquet; - for a CSV on stdin")
    _reading_arguments(command)


def _reading_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--columns", metavar="MAP.json", help="what the headings mean: a ColumnMap as JSON")
    command.add_argument(
        "--units",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=UNIT",
        help="units of canonical columns, such as haemoglobin_g_dl=g/L",
    )
    command.add_argument("--index", metavar="COLUMN", help="the column that labels the rows; it comes back")
    command.add_argument("--encoding", default="utf-8", metavar="NAME", help="of the text file (default: utf-8)")


def _whole(lowest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"expected a whole number of {lowest} or more")
        return int(text)

    return read


# Each command imports what it needs when it runs, so that --help and --version answer at once.


def _demo(arguments: argparse.Namespace) -> int:
    from perinatal.cli import demo

    return demo.run(arguments.out)


def _models(arguments: argparse.Namespace) -> int:
    from perinatal.cli import listing

    return listing.models(as_json=arguments.json)


def _describe(arguments: argparse.Namespace) -> int:
    from perinatal.cli import listing

    return listing.describe(arguments.model, as_json=arguments.json, card=arguments.card)


def _dictionary(arguments: argparse.Namespace) -> int:
    from perinatal.cli import listing

    return listing.dictionary_as(arguments.format)


def _registers(arguments: argparse.Namespace) -> int:
    from perinatal.cli import cohorts

    return cohorts.registers()


def _read(arguments: argparse.Namespace) -> int:
    from perinatal.cli import cohorts

    return cohorts.read(arguments.register, arguments.file, arguments.out, arguments.rows)


def _train(arguments: argparse.Namespace) -> int:
    from perinatal.cli import cohorts

    chosen = None if arguments.all else arguments.model
    return cohorts.train(chosen, arguments.registers, arguments.out, arguments.kept_back, arguments.seed)


def _conform(arguments: argparse.Namespace) -> int:
    from perinatal.cli import risks

    return risks.conform_table(arguments)


def _validate(arguments: argparse.Namespace) -> int:
    from perinatal.cli import validating

    return validating.run_validation(arguments)


def _report(arguments: argparse.Namespace) -> int:
    from perinatal.cli import validating

    return validating.run_report(arguments.out, arguments.models)


def _predict(arguments: argparse.Namespace) -> int:
    from perinatal.cli import risks

    return risks.predict(arguments)


def _explain(arguments: argparse.Namespace) -> int:
    from perinatal.cli import risks

    return risks.explain(arguments)


if __name__ == "__main__":
    sys.exit(main())
