"""The fixed-width reader against ``pandas.read_fwf``: rows per second and peak memory, in the real layout."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import Row, best_seconds
from perinatal.registers import REGISTERS, fixed_width, read_cohort
from perinatal.registers.sources import split_columns

RECORDS = 1_000_000
SLICE = 30_000  # rows for read_fwf, whose rate is the same for more
REGISTER = REGISTERS["nchs_natality"]
YES_NO_UNKNOWN = ("Y", "N", "N", "N", "N", "N", "N", "N", "N", "U")

# Columns that are not Y, N or U: codes, or the lowest and highest number.
CODES = {
    "RESTATUS": "112233",
    "MRACE6": "111123456",
    "MHISP_R": "000011234 59".replace(" ", ""),
    "DMAR": "1122 ",
    "MEDUC": "123456789",
    "PAY_REC": "12349",
    "BFACIL": "1111234567",
    "ME_PRES": "111239",
    "ME_ROUT": "112344",
    "ME_TRIAL": "XXYNU",
    "ATTEND": "112345",
    "DPLURAL": "1111111111111111111111111111112",
    "SEX": "MF",
    "CA_DOWN": "NNNNNNNNNNNNCPU",
    "CA_DISOR": "NNNNNNNNNNNNCPU",
}
NUMBERS = {
    "DOB_YY": (2021, 2021),
    "DOB_MM": (1, 12),
    "MAGER": (12, 50),
    "FAGECOMB": (15, 99),
    "PRIORLIVE": (0, 9),
    "PRIORDEAD": (0, 2),
    "PRIORTERM": (0, 5),
    "ILLB_R": (4, 300),
    "PRECARE": (0, 10),
    "PREVIS": (0, 30),
    "CIG_0": (0, 40),
    "CIG_1": (0, 40),
    "CIG_2": (0, 40),
    "CIG_3": (0, 40),
    "M_Ht_In": (50, 78),
    "PWgt_R": (90, 350),
    "WTGAIN": (0, 80),
    "RF_CESARN": (0, 5),
    "APGAR5": (0, 10),
    "COMBGEST": (20, 45),
    "DBWT": (400, 5200),
}


def write_natality(path: Path, records: int, seed: int = 0, distinct: int = 20_000) -> None:
    """Write made-up records of 1,345 bytes and CRLF, which repeat after ``distinct`` records."""
    rng = np.random.default_rng(seed)
    distinct = min(distinct, records)
    block = np.full((distinct, REGISTER.layout.length[1] + 2), ord(" "), dtype=np.uint8)
    for name, (start, end) in REGISTER.layout.positions.items():
        width = end - start + 1
        if name in NUMBERS:
            low, high = NUMBERS[name]
            numbers = rng.integers(low, high + 1, distinct)
            for position in range(width):
                block[:, end - 1 - position] = ord("0") + numbers // 10**position % 10
        else:
            letters = np.frombuffer("".join(CODES.get(name, YES_NO_UNKNOWN)).encode(), dtype=np.uint8)
            block[:, start - 1] = rng.choice(letters, distinct)
    block[:, -2:] = np.frombuffer(b"\r\n", dtype=np.uint8)
    with path.open("wb") as file:
        for first in range(0, records, distinct):
            file.write(block[: records - first].tobytes())


def decode_all(path: Path) -> None:
    """Decode the columns that the register maps, as :func:`perinatal.registers.read_cohort` does."""
    codes, numbers = split_columns(REGISTER, REGISTER.layout)
    records = fixed_width.open_records(path, REGISTER.layout)
    fixed_width.decode_columns(records, REGISTER.layout, numbers=numbers, codes=codes)


def by_hand(path: Path, rows: int) -> pd.DataFrame:
    """Read the same columns with ``pandas.read_fwf``."""
    spans = [(low - 1, high) for low, high in (REGISTER.layout.positions[c] for c in REGISTER.columns)]
    return pd.read_fwf(path, colspecs=spans, names=list(REGISTER.columns), header=None, nrows=rows)


def in_parts(path: Path) -> None:
    """Read the whole file into canonical frames, part by part."""
    from perinatal.registers import read_cohort_in_parts

    for _ in read_cohort_in_parts("nchs_natality", path, rows_per_part=100_000):
        pass


def _peak_mib(call: str) -> float:
    """Peak resident memory, in MiB, of a fresh interpreter that runs one call of this module."""
    program = (
        "import resource, sys; from pathlib import Path; import benchmarks.bench_fixed_width as b; "
        f"b.{call}; status = Path('/proc/self/status'); "
        "lines = status.read_text().splitlines() if status.exists() else []; "
        "high = [float(line.split()[1]) for line in lines if line.startswith('VmHWM')]; "
        "print(high[0] if high else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) / 1024


def rows() -> Iterator[Row]:
    """The comparisons, one by one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "natality.txt"
        write_natality(path, RECORDS)
        theirs = SLICE / best_seconds(lambda: by_hand(path, SLICE), repeat=2)
        decode_rate = RECORDS / best_seconds(lambda: decode_all(path), repeat=3)
        yield Row(f"decode {len(REGISTER.columns)} columns of natality", decode_rate, theirs, "rows/s", "≥ 30 ×")
        whole = 200_000
        frame_rate = whole / best_seconds(lambda: read_cohort("nchs_natality", path, rows=whole), repeat=2)
        yield Row("the same, into a conformed canonical frame", frame_rate, theirs, "rows/s", "faster")
        fwf = _peak_mib(f"by_hand(Path({str(path)!r}), 200_000)")
        ours = _peak_mib(f"decode_all(Path({str(path)!r}))")
        yield Row("peak memory, decode 1 M records (read_fwf: 200,000)", ours, fwf, "MiB", "< 400 MiB")
        parts = _peak_mib(f"in_parts(Path({str(path)!r}))")
        yield Row(
            "peak memory, 1 M records into frames in parts (read_fwf: 200,000)",
            parts,
            fwf,
            "MiB",
            "< 400 MiB",
        )
