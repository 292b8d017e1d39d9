"""What a person gets who installs perinatal: a whole wheel, pinned versions, nothing of one machine."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
MODELS = sorted(path.name for path in (ROOT / "models").glob("*") if path.is_dir())


def run(*command: object, cwd: Path, **environment: str) -> str:
    """Runs a command that must succeed, and returns what it printed."""
    result = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"{command} failed:\n{result.stdout}\n{result.stderr}"
    return result.stdout


def build(source: Path, target: str, destination: Path) -> Path:
    """Builds a "wheel" or an "sdist" with the hatchling that is installed, so without a network."""
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", destination, cwd=source)
    (built,) = destination.iterdir()
    return built


def contents(wheel: Path) -> dict[str, str]:
    """The digest of each file in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def repository_files() -> list[Path]:
    """Each file that is, or would be, committed; in a copy without git, all but litter."""
    try:
        listing = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
        names = set(listing.split("\0")) - {""}
    except (AssertionError, FileNotFoundError):
        litter = {".git", ".venv", "build", "dist", "__pycache__"}
        names = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*")}
        names = {name for name in names if not litter & set(Path(name).parts)}
    return [ROOT / name for name in sorted(names) if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed in it, far from the checkout."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--no-index", "--no-deps", "--target", target, wheel, cwd=target, PIP_USER="0")
    return target


# --- the wheel ------------------------------------------------------------------------------------


def test_the_wheel_holds_the_package_the_models_and_the_samples(wheel: Path):
    names = set(contents(wheel))
    assert "perinatal/py.typed" in names
    prefixes = {"src/perinatal": "", "models": "_shipped/models/", "data/sample": "_shipped/sample/"}
    for folder, prefix in prefixes.items():
        expected = {f"perinatal/{prefix}{name}" for name in files_below(ROOT / folder)}
        assert expected <= names, f"missing in the wheel: {sorted(expected - names)}"


def test_the_wheel_holds_nothing_else(wheel: Path):
    outside = {name for name in contents(wheel) if not name.startswith(("perinatal/", "perinatal-"))}
    assert not outside
    assert not [name for name in contents(wheel) if name.endswith((".pyc", ".pkl", ".joblib"))]


def test_the_wheel_says_what_it_is(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
        folder = metadata.rpartition("/")[0]
        assert archive.read(f"{folder}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
        assert "perinatal = perinatal.cli.main:main" in archive.read(f"{folder}/entry_points.txt").decode()
    assert "License-Expression: Apache-2.0" in text
    assert "Requires-Python: >=3.11" in text


def test_a_wheel_built_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path):
    sdist = build(ROOT, "sdist", tmp_path / "sdist")
    run(sys.executable, "-m", "tarfile", "-e", sdist, tmp_path / "unpacked", cwd=tmp_path)
    (source,) = (tmp_path / "unpacked").iterdir()
    assert contents(build(source, "wheel", tmp_path / "again")) == contents(wheel)


def test_the_version_is_the_one_in_pyproject():
    import perinatal

    assert perinatal.__version__ == version("perinatal") == PYPROJECT["project"]["version"]


def test_an_installed_wheel_loads_and_predicts_far_from_the_checkout(installed: Path, tmp_path: Path):
    """Every shipped model, in one interpreter whose working folder and import path know no checkout."""
    program = """
import json, sys
from pathlib import Path
import perinatal
assert Path(perinatal.__file__).is_relative_to(sys.argv[1]), perinatal.__file__
results = {}
for name in sys.argv[2:]:
    sample = perinatal.load_sample("sari_admissions" if name.endswith("sari_admission") else "births")
    prediction = perinatal.load_model(name).predict(sample)
    risk, unknown = prediction.risk, prediction.status == "nothing_known"
    assert risk.index.equals(sample.index)
    results[name] = [len(risk), int(risk.between(0, 1).sum()), int(unknown.sum())]
print(json.dumps(results))
"""
    assert MODELS, "models/ holds no model to ship"
    command = [sys.executable, "-c", program, installed, *MODELS]
    answered = json.loads(run(*command, cwd=tmp_path, PYTHONPATH=str(installed)))
    assert set(answered) == set(MODELS)
    for name, (rows, risks, unknown) in answered.items():
        assert rows > 0, name
        assert unknown <= rows // 100, f"{name}: nothing is known of {unknown} of {rows} sample rows"
        assert risks == rows - unknown, f"{name}: {rows - unknown - risks} of {rows} sample rows got no risk"


def test_the_installed_command_answers(installed: Path, tmp_path: Path):
    assert (installed / "bin" / "perinatal").exists()
    run(sys.executable, "-m", "perinatal.cli.main", "--help", cwd=tmp_path, PYTHONPATH=str(installed))


# --- what is pinned and why -----------------------------------------------------------------------


def pins() -> dict[str, list[Requirement]]:
    """The lock's lines by package name; a package has two when machines differ."""
    by_name: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^[A-Za-z0-9].*$", LOCK, flags=re.MULTILINE):
        requirement = Requirement(line.rstrip("\\ "))
        by_name.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return by_name


def declared() -> list[Requirement]:
    project = PYPROJECT["project"]
    groups = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        PYPROJECT["build-system"]["requires"],
    ]
    requirements = [Requirement(line) for group in groups for line in group]
    return [requirement for requirement in requirements if requirement.name != "perinatal"]


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    ("system", "machine"),
    [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")],
)
def test_the_lock_pins_one_version_of_each_declared_dependency(python: str, system: str, machine: str):
    environment = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_machine": machine,
    }
    for requirement in declared():
        names = {requirement.name, "xgboost-cpu"} if requirement.name == "xgboost" else {requirement.name}
        chosen = [
            pin
            for name in names
            for pin in pins().get(canonicalize_name(name), [])
            if pin.marker is None or pin.marker.evaluate(environment)
        ]
        assert len(chosen) == 1, f"{requirement}: the lock gives {list(map(str, chosen))}"
        (specifier,) = chosen[0].specifier
        assert specifier.operator == "=="
        assert specifier.version in requirement.specifier, f"{requirement}, locked {specifier}"


def test_every_pin_is_held_by_a_digest():
    for block in re.split(r"\n(?=[A-Za-z0-9])", LOCK)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


def test_these_tests_run_on_the_pinned_versions():
    for name in ("numpy", "pandas", "scikit-learn", "pyarrow", "shap", "joblib"):
        assert any(version(name) in pin.specifier for pin in pins()[name]), f"{name} {version(name)}"


def test_every_dependency_says_why_it_is_there():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[project.scripts]")[0]
    for requirement in declared():
        named = re.compile(rf'^ *(?:requires = \[)?"{re.escape(requirement.name)}\b.*', flags=re.MULTILINE)
        lines = named.findall(project)
        assert lines, requirement
        for line in lines:
            assert re.search(r"# \w+", line), f"no reason given: {line.strip()}"


# --- nothing of one machine -----------------------------------------------------------------------


def test_no_file_names_a_package_registry_or_a_path_of_somebodys_machine():
    hosts = "|".join(["pypi" + r"\.org", "python" + "hosted", "pi" + "wheels", "anaconda" + r"\.(?:org|com)"])
    folders = "|".join(["work", "tmp", "root", "home"])
    forbidden = re.compile(rf"(?:{hosts}|--(?:extra-)?index-url|(?<![\w.~])/(?:{folders})/\w)")
    offences = []
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        offences += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if forbidden.search(line)
        ]
    assert not offences, "\n".join(offences)


# --- setting up -----------------------------------------------------------------------------------


def fake_python(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """What `make` needs, with a set-up that only says which interpreter it was given."""
    checkout = tmp_path / "a checkout with spaces"
    (checkout / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", checkout)
    (checkout / "scripts" / "setup_env.py").write_text("import sys; print(sys.executable, *sys.argv[1:])\n")
    (checkout / "bin").mkdir()
    for name in ("sh", "make", "echo"):
        (checkout / "bin" / name).symlink_to(shutil.which(name))
    return checkout


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "bin"), "MAKEFLAGS": "", "LANG": "C"}
    command = [shutil.which("make"), *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)


def test_make_takes_the_first_python_that_really_runs(bare_checkout: Path):
    fake_python(bare_checkout / "bin" / "python3.11", "echo 'pyenv: command not found' >&2; exit 127")
    fake_python(bare_checkout / "bin" / "python3.12", f'exec "{sys.executable}" "$@"')
    assert make(bare_checkout, "env").stdout.split() == [sys.executable]


def test_make_takes_the_python_that_it_is_given(bare_checkout: Path):
    output = make(bare_checkout, "env", f"PYTHON={sys.executable}").stdout
    assert output.split() == [sys.executable, "--this-python"]


def test_make_says_what_is_needed_when_no_python_will_do(bare_checkout: Path):
    fake_python(bare_checkout / "bin" / "python3", "exit 1")
    result = make(bare_checkout, "env")
    assert result.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13 with venv" in result.stderr
    assert "make PYTHON=" in result.stderr
