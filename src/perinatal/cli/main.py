"""The command line `perinatal`: what a person types, turned into calls of the library and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from perinatal.errors import AdoptionRefused, InputError, LeakError, ModelError, PerinatalError

FINE, SOMETHING_UNUSED, USAGE, INPUT, MODEL, LEAK, REFUSED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130

EXIT_CODES = """exit codes:
  0    done
  1    done, but some values of the table could not be used (see the problems on stderr)
  2    the command was not understood
  3    the input cannot be used: no such file, column, register or model; unknown words; a wrong unit
  4    the model directory cannot be used: damaged, altered, or written by a newer version
  5    a model was asked to use what is not yet known at its moment
  6    a model may not be adopted on these rows, for the reasons told
  7    done, and the model that was watched gave an alarm
  130  interrupted

Risks, tables and data go to stdout (or --out); problems, reading reports and progress go to stderr.
"""


HOW_TO_MAP = (
    "On the command line a ColumnMap is a JSON file, named after --columns. It says what your headings, units and "
    "words mean:\n"
    '  {"columns": {"Hb": {"variable": "haemoglobin_g_dl", "unit": "g/L"}, '
    '"Sex": {"variable": "newborn_sex", "words": {"F": "female"}}}, "ignore": ["Ward"]}\n'
    "`perinatal dictionary` lists the names to choose from."
)

_INPUT_OPTIONS = ("file", "columns", "cohort")
_OUTPUT_OPTIONS = ("out", "html", "json", "problems")


def _check_outputs(arguments: argparse.Namespace) -> None:
    """Refuse to write over what is read, or twice to one file."""
    uses: dict[Path, str] = {}
    for name in (*_INPUT_OPTIONS, *_OUTPUT_OPTIONS):
        value = getattr(arguments, name, None)
        if not isinstance(value, str) or value == "-":
            continue
        path = Path(value).resolve()
        if name in _OUTPUT_OPTIONS and path in uses and not path.is_dir():
            raise InputError(f"--{name} would write over {uses[path]}. Name another file.")
        uses[path] = "the file that is read" if name in _INPUT_OPTIONS else f"--{name}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code (see ``perinatal --help``).

    >>> main(["describe"])
    Traceback (most recent call last):
    ...
    SystemExit: 2
    """
    parser = _parser()
    if not (sys.argv[1:] if argv is None else argv):
        parser.print_help(sys.stderr)
        return USAGE
    arguments = parser.parse_args(argv)
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
        return _report_failure(error, LEAK)
    except ModelError as error:
        return _report_failure(error, MODEL)
    except AdoptionRefused as error:
        return _report_failure(error, REFUSED)
    except PerinatalError as error:
        return _report_failure(error, INPUT)
    except FileNotFoundError as error:
        return _report_failure(f"There is no file '{error.filename}'.", INPUT)
    except IsADirectoryError as error:
        return _report_failure(f"'{error.filename}' is a folder; a file is expected.", INPUT)
    except PermissionError as error:
        return _report_failure(f"'{error.filename}' cannot be opened: permission denied.", INPUT)
    except OSError as error:
        where = f" '{error.filename}'" if error.filename else ""
        return _report_failure(f"The file{where} cannot be used: {error.strerror or type(error).__name__}.", INPUT)
    except KeyboardInterrupt:
        return _report_failure("Interrupted.", INTERRUPTED)


def _report_failure(message: object, code: int) -> int:
    print(f"perinatal: {message}", file=sys.stderr)
    if "ColumnMap" in str(message):
        print(HOW_TO_MAP, file=sys.stderr)
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

    def add(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=summary[:1].lower() + summary[1:].rstrip("."),
            description=summary,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(command=run)
        return command

    demo = add("demo", _demo, "Estimate and explain the risks of the sample mothers and newborns.")
    demo.add_argument("--out", metavar="DIR", default=".", help="folder for demo.html (default: this one)")

    models = add("models", _models, "List the shipped models and published scores.")
    models.add_argument("--kind", choices=("trained", "published", "all"), default="trained", help="default: trained")
    models.add_argument("--json", action="store_true", help="as JSON")

    describe = add("describe", _describe, "Tell which inputs a model reads, with units, levels and ranges.")
    describe.add_argument("model", metavar="MODEL", help="id of a model or published score, or a model directory")
    describe.add_argument("--json", action="store_true", help="as a JSON Schema of one record")
    describe.add_argument("--card", action="store_true", help="the model's whole card, in Markdown")
    _option_argument(describe)

    predict = add("predict", _predict, "Estimate the risk of each row of a table, or answer a published score.")
    explain = add("explain", _explain, "Tell what raised and what lowered the risk, or why a score answers as it does.")
    for command in (predict, explain):
        command.add_argument(
            "--model", required=True, metavar="ID|DIR", help="a shipped model or published score, or a model directory"
        )
        _option_argument(command)
        _table_arguments(command)
        command.add_argument("--out", metavar="FILE", help="write there instead of stdout")
        command.add_argument(
            "--format", choices=("table", "csv", "json"), help="default: by the ending of --out, else table"
        )
    predict.add_argument("--html", metavar="FILE", help="write a page of the risks and their reasons too")
    explain.add_argument("--strongest", type=_whole_number(1), default=3, metavar="N", help="parts shown (default: 3)")
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
    judge.add_argument("--times", type=_whole_number(20), default=200, metavar="N", help="bootstraps (default: 200)")
    judge.add_argument("--seed", type=_whole_number(0), default=0, metavar="N", help="of the bootstraps (default: 0)")

    adopt = add("adopt", _adopt, "Adopt a model at a site: check its rows, fit what they bear out, write it all down.")
    adopt.add_argument("file", metavar="FILE", nargs="?", help="CSV, TSV or parquet with the outcome; - for stdin")
    adopt.add_argument("--model", metavar="ID|DIR", help="the model to adopt; not one that was adopted")
    adopt.add_argument("--site", metavar="NAME", help="the place, in words")
    adopt.add_argument("--out", metavar="DIR", help="folder for the adopted model, its parent inside")
    adopt.add_argument("--replace", action="store_true", help="write over a model that --out holds")
    adopt.add_argument("--dry-run", action="store_true", help="look and tell, write no model")
    adopt.add_argument("--html", metavar="FILE", help="write a page of before and after, or of the refusal")
    adopt.add_argument("--json", metavar="FILE", help="write every number there")
    adopt.add_argument(
        "--up-to",
        choices=("keep", "intercept", "slope", "rescaled", "refit"),
        default="rescaled",
        help="the highest step to consider (default: rescaled)",
    )
    adopt.add_argument("--dates", metavar="COLUMN", help="when each row was: dates, months or years")
    adopt.add_argument(
        "--largest-ratio",
        type=float,
        default=5.0,
        metavar="X",
        help="observed / expected of the frozen model that is still taken as a difference between places (default: 5)",
    )
    adopt.add_argument("--seed", type=_whole_number(0), default=0, metavar="N", help="of the folds (default: 0)")
    adopt.add_argument("--births", type=float, metavar="SHARE", help="only say how many births to collect")
    adopt.add_argument("--roll-back", metavar="DIR", help="write the model that this adopted one came from to --out")
    _reading_arguments(adopt)

    site = add("summarise", _summarise, "Write what a site may send: counts of a model's risks by outcome, no row.")
    _table_arguments(site)
    site.add_argument("--register", metavar="NAME", help="FILE is this public register's (see `perinatal registers`)")
    site.add_argument("--model", required=True, metavar="ID|DIR", help="the model that every site asks")
    site.add_argument("--site", required=True, metavar="LABEL", help="what the site calls itself")
    site.add_argument("--out", metavar="SITE.json", help="the file to send, at most 50 kB")
    site.add_argument("--dry-run", action="store_true", help="show exactly what would leave, and write nothing")
    site.add_argument(
        "--smallest-cell",
        type=_whole_number(1),
        default=10,
        metavar="N",
        help="fewest people a count may stand for (default: 10; 1 switches the rule off)",
    )
    site.add_argument("--parts", action="store_true", help="add what the rescaling of each part needs (see the docs)")
    site.add_argument(
        "--at",
        nargs=2,
        type=float,
        default=(0.0, 1.0),
        metavar=("INTERCEPT", "SLOPE"),
        help="pooled recalibration of a first round, for the parts of a second (default: 0 1)",
    )

    pool = add("pool", _pool, "Pool the files of several sites: judge a model on all of them, and update it.")
    pool.add_argument("files", nargs="+", metavar="SITE.json", help="files that `perinatal summarise` wrote")
    pool.add_argument("--model", metavar="ID|DIR", help="the model they asked, to be updated for all of them")
    pool.add_argument("--out", metavar="DIR", help="write the updated model there (needs --model)")
    pool.add_argument("--replace", action="store_true", help="write over a model that --out holds")
    pool.add_argument(
        "--rung",
        choices=("keep", "intercept", "slope", "rescaled"),
        default="slope",
        help="what is updated (default: intercept and slope)",
    )
    pool.add_argument("--name", metavar="LABEL", help="of the sites together (default: '12 sites')")
    pool.add_argument("--html", metavar="FILE.html", help="write a page of the sites together")
    pool.add_argument("--json", metavar="FILE.json", help="write every number there")
    pool.add_argument("--leave-out-refused", action="store_true", help="go on without files that cannot be used")
    pool.add_argument(
        "--largest-ratio", type=float, default=5.0, metavar="X", help="as for adopt, over all sites (default: 5)"
    )

    watch = add("monitor", _monitor, "Watch a model where it is used: inputs, risks and calibration, period by period.")
    watch.add_argument("file", metavar="FILE", help="CSV, TSV or parquet, with the outcome where known; - for stdin")
    watch.add_argument("--model", required=True, metavar="ID|DIR", help="best a model that was adopted there")
    watch.add_argument("--period", choices=("week", "month", "quarter", "year"), default="month", help="default: month")
    watch.add_argument("--dates", metavar="COLUMN", help="when each row was: dates, months or years")
    watch.add_argument(
        "--false-alarms",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="of runs in which nothing changes, those with any alarm (default: 0.05)",
    )
    watch.add_argument(
        "--over", type=_whole_number(1), metavar="N", help="periods of that rate (default: those there are)"
    )
    watch.add_argument("--html", metavar="FILE", help="write a page there")
    watch.add_argument("--json", metavar="FILE", help="write every number there")
    watch.add_argument("--seed", type=_whole_number(0), default=0, metavar="N", help="of the simulation (default: 0)")
    _reading_arguments(watch)

    beside = add("compare", _compare, "Rank models, published scores and measurements of an outcome on the same rows.")
    _table_arguments(beside)
    beside.add_argument("--outcome", required=True, metavar="NAME", help="its canonical name; the table must hold it")
    beside.add_argument("--register", metavar="NAME", help="FILE is this public register's (see `perinatal registers`)")
    beside.add_argument(
        "--models",
        nargs="+",
        metavar="ID",
        help="these only: ids, model directories, variables; lowest:NAME takes the lowest as the worst "
        "(default: all that are for the outcome)",
    )
    beside.add_argument(
        "--threshold", nargs="+", action="extend", type=float, metavar="RISK", help="risks at which one would act"
    )
    beside.add_argument("--out", metavar="FILE.html", help="write the whole comparison there, as one page")
    beside.add_argument("--json", metavar="FILE.json", help="write every number there")

    report = add("report", _report, "Write a page for each model from the record of its tests, and an index.")
    report.add_argument("--out", metavar="DIR", default="report", help="folder for the pages (default: report)")
    report.add_argument("--models", metavar="DIR", help="folder of model directories (default: the shipped models)")

    add("registers", _registers, "List the public registers that can be read.")
    read = add("read", _read, "Read a public register into a canonical table.")
    read.add_argument("register", metavar="REGISTER", help="its name, as `perinatal registers` lists it")
    read.add_argument("file", metavar="FILE", help="the register's file")
    read.add_argument("--out", required=True, metavar="FILE", help="the canonical table: .parquet or .csv")
    read.add_argument("--rows", type=_whole_number(1), metavar="N", help="only the first N records")

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
    train.add_argument(
        "--seed", type=_whole_number(0), default=0, metavar="N", help="of folds and sampling (default: 0)"
    )

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


def _option_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=WORD",
        help="of a published score, such as cut_offs=mg_dl; may be given again",
    )


def _whole_number(lowest: int) -> Callable[[str], int]:
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

    return listing.list_models(arguments.kind, as_json=arguments.json)


def _describe(arguments: argparse.Namespace) -> int:
    from perinatal.cli import listing

    return listing.describe_model(arguments.model, arguments.option, as_json=arguments.json, card=arguments.card)


def _dictionary(arguments: argparse.Namespace) -> int:
    from perinatal.cli import listing

    return listing.write_dictionary(arguments.format)


def _registers(arguments: argparse.Namespace) -> int:
    from perinatal.cli import cohorts

    return cohorts.list_registers()


def _read(arguments: argparse.Namespace) -> int:
    from perinatal.cli import cohorts

    return cohorts.read_register(arguments.register, arguments.file, arguments.out, arguments.rows)


def _train(arguments: argparse.Namespace) -> int:
    from perinatal.cli import cohorts

    model_ids = None if arguments.all else arguments.model
    return cohorts.train_recipes(model_ids, arguments.registers, arguments.out, arguments.kept_back, arguments.seed)


def _conform(arguments: argparse.Namespace) -> int:
    from perinatal.cli import risks

    return risks.conform_table(arguments)


def _validate(arguments: argparse.Namespace) -> int:
    from perinatal.cli import validating

    return validating.run_validation(arguments)


def _adopt(arguments: argparse.Namespace) -> int:
    from perinatal.cli import adopting

    return adopting.run_adoption(arguments)


def _summarise(arguments: argparse.Namespace) -> int:
    from perinatal.cli import pooling

    return pooling.run_summarise(arguments)


def _pool(arguments: argparse.Namespace) -> int:
    from perinatal.cli import pooling

    return pooling.run_pool(arguments)


def _monitor(arguments: argparse.Namespace) -> int:
    from perinatal.cli import adopting

    return adopting.run_monitoring(arguments)


def _compare(arguments: argparse.Namespace) -> int:
    from perinatal.cli import comparing

    return comparing.run_comparison(arguments)


def _report(arguments: argparse.Namespace) -> int:
    from perinatal.cli import validating

    return validating.run_report(arguments.out, arguments.models)


def _predict(arguments: argparse.Namespace) -> int:
    from perinatal.cli import risks, scores

    model = scores.load_model_with_options(arguments.model, arguments.option)
    if scores.is_published(model):
        return scores.predict(arguments, model)
    return risks.predict(arguments, model)


def _explain(arguments: argparse.Namespace) -> int:
    from perinatal.cli import risks, scores

    model = scores.load_model_with_options(arguments.model, arguments.option)
    if scores.is_published(model):
        return scores.explain(arguments, model)
    return risks.explain(arguments, model)


if __name__ == "__main__":
    sys.exit(main())
