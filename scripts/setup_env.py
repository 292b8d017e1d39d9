"""Builds `.venv` from requirements/lock.txt once, and says whether the one that is there can be trusted.

    python scripts/setup_env.py                 build .venv, unless a finished one is there
    python scripts/setup_env.py --this-python   the same, and it must be of this Python version
    python scripts/setup_env.py --check         exit 0 if the .venv that runs this is finished and whole;
                                                exit 3 if only perinatal itself has to be installed again

Finished means: a stamp, written last, names the lock, the part of pyproject.toml that is installed, the
place and the Python; and every file that the packages brought is there in its size. Anything else is built
again from scratch, so a set-up that failed or was killed repairs itself. Needs only the standard library.
"""

import argparse
import csv
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "perinatal-setup.json"
LOG = VENV / "perinatal-setup.log"
LOCK = ROOT / "requirements" / "lock.txt"

# Imported once after installing: a compiled package that cannot run here shows now, not amid a demo.
MUST_IMPORT = "numpy scipy pandas pyarrow sklearn xgboost joblib shap matplotlib nbclient pytest hypothesis"


FINISHED, REBUILD, REINSTALL_PROJECT = "finished", "rebuild", "reinstall the project"
EXIT_CODES = {FINISHED: 0, REBUILD: 1, REINSTALL_PROJECT: 3}


class SetupFailed(Exception):
    """The environment could not be built; the message says what to do."""


def expected_build() -> dict[str, str]:
    """What an environment has to be built from, part by part."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = {"build-system": pyproject["build-system"], "hatch": pyproject.get("tool", {}).get("hatch")}
    for key in ("name", "version", "requires-python", "dependencies", "optional-dependencies", "scripts"):
        installed[key] = pyproject["project"].get(key)
    # Scripts and the editable install hold absolute paths: a copied .venv would run where it came from.
    return {
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "project": hashlib.sha256(json.dumps(installed, sort_keys=True).encode()).hexdigest(),
        "place": str(VENV),
    }


def this_python() -> str:
    """The part of the interpreter's version that compiled packages depend on."""
    return f"{sys.implementation.cache_tag}-{os.uname().sysname}-{os.uname().machine}"


def read_stamp() -> dict:
    """The stamp of a finished environment; empty if there is none that can be read."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def are_complete(site_packages: Path, distributions: list[str]) -> bool:
    """Whether each distribution is there, with every file that it brought in the size that it had.

    Reads sizes only: about 0.1 s for 20,000 files, where importing the packages takes seconds.
    """
    for name in distributions:
        try:
            with open(site_packages / name / "RECORD", encoding="utf-8", newline="") as record:
                for path, _digest, size in csv.reader(record):
                    if size and os.stat(os.path.join(site_packages, path)).st_size != int(size):
                        return False
        except (OSError, ValueError):
            return False
    return True


def site_packages_of_venv() -> Path:
    return VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def state() -> str:
    """Of the environment whose interpreter runs this: FINISHED, or what has to be done."""
    stamp = read_stamp()
    built_from, now = stamp.get("built_from", {}), expected_build()
    if (
        stamp.get("python") != this_python()
        or Path(sys.prefix).resolve() != VENV
        or any(built_from.get(part) != now[part] for part in ("lock", "place"))
        or not are_complete(site_packages_of_venv(), stamp.get("packages", []))
    ):
        return REBUILD
    if built_from["project"] != now["project"] or not are_complete(site_packages_of_venv(), stamp["project"]):
        return REINSTALL_PROJECT
    return FINISHED


def state_of_venv() -> str:
    """Asks the environment's own interpreter, which also shows whether that still runs."""
    if not PYTHON.exists():
        return REBUILD
    answer = subprocess.run([PYTHON, "-I", __file__, "--check"], capture_output=True).returncode
    return next((state for state, code in EXIT_CODES.items() if code == answer), REBUILD)


def print_message(text: str) -> None:
    print(f"perinatal: {text}", file=sys.stderr, flush=True)


class OneAtATime:
    """Holds `.venv.lock` while building.

    Its descriptor is handed to pip: if only this process is killed, the next set-up waits until pip has ended
    too, rather than building in the same folder.
    """

    def __enter__(self) -> int:
        self.file = open(ROOT / ".venv.lock", "w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print_message("another set-up is at work here; waiting for it")
            fcntl.flock(self.file, fcntl.LOCK_EX)
        return self.file.fileno()

    def __exit__(self, *_: object) -> None:
        self.file.close()


def run_pip(lock_descriptor: int, *arguments: str, on_failure: str, packages: int = 0) -> None:
    """Runs pip in the new environment; tells a terminal how far it is; shows the last lines of a failure."""
    command = [str(PYTHON), "-I", "-m", "pip", "install", "--no-input", "--progress-bar", "off", *arguments]
    environment = os.environ | {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    live = packages and sys.stderr.isatty()
    collected, last_lines = 0, deque(maxlen=15)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=[lock_descriptor],
    )
    with process, open(LOG, "a", encoding="utf-8") as log:
        for line in process.stdout:
            log.write(line)
            if not line.startswith(("Ignoring ", "Looking in ")):
                last_lines.append(line)
            collected += line.startswith("Collecting ")
            if live:
                unpacking = line.startswith("Installing collected")
                step = "unpacking them" if unpacking else f"{collected} of {packages}"
                print(f"\rperinatal:     {step}", end="", file=sys.stderr, flush=True)
    if live:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
    if process.returncode:
        raise SetupFailed(f"{''.join(last_lines)}\n{on_failure}")


def build(lock_descriptor: int) -> None:
    """Builds the environment from scratch; the stamp is the last thing written."""
    began = time.monotonic()
    version = ".".join(map(str, sys.version_info[:3]))
    if VENV.exists() or VENV.is_symlink():
        print_message("the .venv here is unfinished, damaged or of another version: building it again")
    else:
        print_message("setting up for the first time (later runs skip this)")
    built_from = expected_build()  # read before installing: an edit meanwhile makes the stamp stale, not wrong
    STAMP.unlink(missing_ok=True)
    VENV.unlink() if VENV.is_symlink() else shutil.rmtree(VENV, ignore_errors=True)
    print_message(f"1/4 a new environment in .venv, Python {version}")
    venv.create(VENV, clear=True, symlinks=True, with_pip=True)

    packages = sum(line[:1].isalnum() for line in LOCK.read_text(encoding="utf-8").splitlines())
    print_message(f"2/4 about {packages} locked packages, 250 MB to fetch unless pip has them: a minute or some")
    run_pip(
        lock_descriptor,
        *("--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCK)),
        packages=packages,
        on_failure="pip could not install the locked packages; its last lines are above. The first set-up "
        "needs a package index that pip can reach: run the same command again when it does.",
    )

    print_message("3/4 do they import?")
    imports = f"import {', '.join(MUST_IMPORT.split())}"
    result = subprocess.run([PYTHON, "-I", "-c", imports], capture_output=True, text=True, cwd=VENV)
    if result.returncode:
        raise SetupFailed(f"{result.stderr[-2000:]}\nThe packages are installed but do not import here.")

    print_message("4/4 perinatal itself")
    install_project(lock_descriptor, built_from)
    print_message(f"ready in {time.monotonic() - began:.0f} s")


def install_project(lock_descriptor: int, built_from: dict[str, str]) -> None:
    """Installs the checkout into the environment as it is, without a network, and writes the stamp."""
    run_pip(
        lock_descriptor,
        *("--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)),
        on_failure="pip could not install perinatal itself; its last lines are above. See pyproject.toml.",
    )
    distributions = {path.name for path in site_packages_of_venv().glob("*.dist-info")}
    project = {name for name in distributions if name.startswith("perinatal-")}
    stamp = {
        "built_from": built_from,
        "python": this_python(),
        "packages": sorted(distributions - project),
        "project": sorted(project),
    }
    unfinished = STAMP.with_suffix(".tmp")
    unfinished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    unfinished.replace(STAMP)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether this environment is finished")
    parser.add_argument("--this-python", action="store_true", help="the environment must be of this Python")
    options = parser.parse_args()
    if options.check:
        return EXIT_CODES[state()]
    try:
        with OneAtATime() as lock_descriptor:
            right_python = not options.this_python or read_stamp().get("python") == this_python()
            to_do = state_of_venv() if right_python else REBUILD
            if to_do == REBUILD:
                build(lock_descriptor)
            elif to_do == REINSTALL_PROJECT:
                print_message("pyproject.toml has changed: installing perinatal itself again")
                install_project(lock_descriptor, expected_build())
    except KeyboardInterrupt:
        print_message("stopped; the next run starts this again")
        return 130
    except (SetupFailed, OSError, subprocess.CalledProcessError) as failure:
        print_message(f"the set-up did not finish.\n{failure}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
