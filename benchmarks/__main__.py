"""``python -m benchmarks [name …]``: run every comparison (or those named) and print one table."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main(names: list[str]) -> None:
    """Run the modules ``bench_*`` of this package and print each row when it is ready."""
    modules = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name.startswith("bench_")]
    selected = [n for n in modules if not names or n.removeprefix("bench_") in names]
    print("| task | perinatal | alternative | ratio | target |\n|---|---|---|---|---|", flush=True)
    for name in selected:
        for row in importlib.import_module(f"benchmarks.{name}").rows():
            print(
                f"| {row.task} | {row.ours:.4g} {row.unit} | {row.theirs:.4g} {row.unit} "
                f"| {row.ratio:.4f} | {row.aim} |",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
