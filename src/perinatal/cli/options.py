"""Command-line options that several commands share; each has one meaning everywhere."""

from __future__ import annotations

import argparse
from collections.abc import Callable

TABLE_HELP = "CSV, TSV, Excel, Stata, SPSS, SAS, parquet or Arrow, also gzipped; - for stdin"
MODEL_HELP = "id of a shipped model, or a model directory"


def add_table_arguments(parser: argparse.ArgumentParser, text: str = TABLE_HELP) -> None:
    """``FILE`` and how to read it: ``--columns``, ``--units``, ``--index``, ``--encoding``, ``--sheet``, …"""
    parser.add_argument("file", metavar="FILE", help=text)
    parser.add_argument("--columns", metavar="MAP.json", help="a ColumnMap as JSON: what the headings mean")
    parser.add_argument(
        "--units",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=UNIT",
        help="units of canonical columns, such as haemoglobin_g_dl=g/L",
    )
    parser.add_argument("--index", metavar="COLUMN", help="the column with the row labels")
    parser.add_argument("--encoding", default="utf-8", metavar="NAME", help="of the text file (default: utf-8)")
    parser.add_argument("--sheet", metavar="NAME", help="of the Excel workbook: its name, or its number from 1")
    parser.add_argument(
        "--header", type=whole_number(1), metavar="LINE", help="the line of the headings, from 1 (default: found)"
    )


def add_cohort_arguments(parser: argparse.ArgumentParser) -> None:
    """The same for a table that holds the outcome; with ``--register``, FILE is a register's own file."""
    add_table_arguments(parser, "a table (as `perinatal predict` takes it) that includes the outcome; - for stdin")
    parser.add_argument(
        "--register", metavar="NAME", help="read FILE as this public register (see `perinatal registers`)"
    )


def add_model_argument(parser: argparse.ArgumentParser, text: str = MODEL_HELP, *, required: bool = True) -> None:
    """``--model ID|DIR``."""
    parser.add_argument("--model", required=required, metavar="ID|DIR", help=text)


def add_score_options(parser: argparse.ArgumentParser) -> None:
    """``--option NAME=WORD`` of a published score."""
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=WORD",
        help="an option of a published score, such as cut_offs=mg_dl; repeatable",
    )


def add_answer_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``predict`` and ``explain`` share: the model, the table, and how the result is written."""
    add_model_argument(parser, "id of a shipped model or published score, or a model directory")
    add_score_options(parser)
    add_table_arguments(parser)
    parser.add_argument("--out", metavar="FILE", help="write the result to this file instead of stdout")
    parser.add_argument(
        "--format", choices=("table", "csv", "json"), help="default: by the ending of --out, otherwise table"
    )


def add_page_argument(parser: argparse.ArgumentParser, text: str = "write an HTML page") -> None:
    """``--html FILE``: a page."""
    parser.add_argument("--html", metavar="FILE", help=text)


def add_numbers_argument(parser: argparse.ArgumentParser) -> None:
    """``--json FILE``: every number."""
    parser.add_argument("--json", metavar="FILE", help="write every number as JSON")


def add_seed_argument(parser: argparse.ArgumentParser, use: str) -> None:
    """``--seed N``."""
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="N", help=f"for {use} (default: 0)")


def add_replace_argument(parser: argparse.ArgumentParser) -> None:
    """``--replace``: overwrite a model directory."""
    parser.add_argument("--replace", action="store_true", help="overwrite a model directory at --out")


def add_ratio_argument(parser: argparse.ArgumentParser) -> None:
    """``--largest-ratio X``: the limit on observed / expected."""
    parser.add_argument(
        "--largest-ratio",
        type=float,
        default=5.0,
        metavar="X",
        help="refuse where observed / expected of the model as it is lies wholly above X, or below 1/X (default: 5)",
    )


def add_accept_argument(parser: argparse.ArgumentParser) -> None:
    """``--accept NAME ...``: signatures of a wrong column that are right here."""
    parser.add_argument(
        "--accept",
        nargs="+",
        default=[],
        metavar="NAME",
        help="signatures of a wrong column that were looked into and are right, by the name in the refusal",
    )


def add_threshold_argument(parser: argparse.ArgumentParser) -> None:
    """``--threshold RISK ...``: decision thresholds."""
    parser.add_argument(
        "--threshold", nargs="+", action="extend", type=float, metavar="RISK", help="decision thresholds, as risks"
    )


def whole_number(lowest: int) -> Callable[[str], int]:
    """A reader of whole numbers of ``lowest`` or more, for ``type=``."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"expected a whole number of {lowest} or more")
        return int(text)

    return read
