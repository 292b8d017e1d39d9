"""Ways to damage a model directory, and a program that tries many: ``python damages.py MODEL OTHER SEED COUNT``.

It prints one JSON line for each damage: its name, the error that :func:`perinatal.load_model` raised (or none), and
its message. A crash of the program is what its caller looks for.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

MANIFEST, ANSWERS, EVALUATION, CARD = "manifest.json", "known_answers.csv", "evaluation.json", "card.md"
SCORER_FILES = ("trees.json", "coefficients.json")
Damage = Callable[[Path, Path, Random], None]


def sealed(content: dict) -> bytes:
    """A manifest with the digest that belongs to it, as far as such a manifest can be written."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    digest = hashlib.sha256((json.dumps(rest, indent=1, ensure_ascii=False) + "\n").encode()).hexdigest()
    return (json.dumps({**rest, "digest": digest}, indent=1, ensure_ascii=False) + "\n").encode()


def forged(model: Path, **entries: object) -> None:
    """Change entries of the manifest and give it the digest that belongs to it."""
    manifest = json.loads((model / MANIFEST).read_bytes())
    (model / MANIFEST).write_bytes(sealed({**manifest, **entries}))


def substituted(model: Path, name: str, content: bytes) -> None:
    """Put another content in a file, with every digest made to fit."""
    (model / name).write_bytes(content)
    files = json.loads((model / MANIFEST).read_bytes())["files"]
    forged(model, files={**files, name: hashlib.sha256(content).hexdigest()})


def scorer_file(model: Path) -> str:
    """The name of the file that holds the scorer."""
    return next(name for name in SCORER_FILES if (model / name).exists())


def _some_file(model: Path, random: Random) -> Path:
    return random.choice(sorted(model.iterdir()))


def flip_a_bit(model: Path, other: Path, random: Random) -> None:
    """One bit of one file."""
    path = _some_file(model, random)
    content = bytearray(path.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def truncate(model: Path, other: Path, random: Random) -> None:
    """The end of one file is lost."""
    path = _some_file(model, random)
    content = path.read_bytes()
    path.write_bytes(content[: random.choice([0, 1, len(content) - 1, random.randrange(len(content))])])


def delete_bytes(model: Path, other: Path, random: Random) -> None:
    """A few bytes in the middle are lost."""
    path = _some_file(model, random)
    content = path.read_bytes()
    position = random.randrange(len(content))
    path.write_bytes(content[:position] + content[position + random.randint(1, 9) :])


def insert_bytes(model: Path, other: Path, random: Random) -> None:
    """A few bytes are put in, blanks and line ends too."""
    path = _some_file(model, random)
    content = path.read_bytes()
    position = random.randrange(len(content) + 1)
    path.write_bytes(
        content[:position] + random.choice([b" ", b"\n", b"\r\n", b"\0", b"0", b"\xff\xfe"]) + content[position:]
    )


def zero_a_block(model: Path, other: Path, random: Random) -> None:
    """A block of zeros, as a file system leaves after a power cut."""
    path = _some_file(model, random)
    content = bytearray(path.read_bytes())
    position = random.randrange(len(content))
    size = min(512, len(content) - position)
    content[position : position + size] = bytes(size)
    path.write_bytes(content)


def swap_with_the_other_model(model: Path, other: Path, random: Random) -> None:
    """A file of another model under the same name."""
    path = random.choice([p for p in sorted(model.iterdir()) if (other / p.name).exists()])
    shutil.copyfile(other / path.name, path)


def swap_within(model: Path, other: Path, random: Random) -> None:
    """Two files of one model change places."""
    one, two = random.sample(sorted(model.iterdir()), 2)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def extra_file(model: Path, other: Path, random: Random) -> None:
    """A file or folder that the manifest does not name."""
    name = random.choice([".DS_Store", "extra.pkl", "trees.ubj", "Manifest.json", "naïve name.txt", "card.md~"])
    if random.random() < 0.3:
        (model / name).mkdir()
    else:
        (model / name).write_bytes(random.randbytes(20))


def missing_file(model: Path, other: Path, random: Random) -> None:
    """One file is gone."""
    _some_file(model, random).unlink()


def symlink(model: Path, other: Path, random: Random) -> None:
    """A link in place of a file: to its own content elsewhere, to nothing, or to itself."""
    path = _some_file(model, random)
    target = model.parent / f"moved-{path.name}"
    shutil.copyfile(path, target)
    path.unlink()
    path.symlink_to(random.choice([target, model.parent / "nothing", path, "/etc/passwd"]))


def folder_for_a_file(model: Path, other: Path, random: Random) -> None:
    """A folder in place of a file."""
    path = _some_file(model, random)
    path.unlink()
    path.mkdir()


def path_trick(model: Path, other: Path, random: Random) -> None:
    """The manifest names a file outside the directory, with its true digest."""
    outside = model.parent / "outside.csv"
    shutil.copyfile(model / ANSWERS, outside)
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    files = json.loads((model / MANIFEST).read_bytes())["files"]
    name = random.choice(
        ["../outside.csv", str(outside), ".", "..", "", "./card.md", "a/../card.md", "card.md/", "card.md\0", "~"]
    )
    if random.random() < 0.5:
        del files[ANSWERS]
        (model / ANSWERS).unlink()
    forged(model, files={**files, name: digest})


def newer_format(model: Path, other: Path, random: Random) -> None:
    """A format number of the future, or none at all."""
    forged(model, format=random.choice([2, 3, 10**9, 10**400, 0, -1, 1.0, "1", True, None, [1]]))


def newer_runtime(model: Path, other: Path, random: Random) -> None:
    """Written by a newer XGBoost, or by who knows what."""
    runtime = random.choice(
        [
            {"xgboost": "99.0.0"},
            {"xgboost": "3.999"},
            {"xgboost": "²"},
            {"xgboost": 3},
            {"no-such-package": "1.0"},
            [],
            None,
            "3.2",
            {"xgboost": "9" * 5000 + ".1"},
        ]
    )
    forged(model, runtime=runtime)


def other_declaration(model: Path, other: Path, random: Random) -> None:
    """Trained with other levels, another unit, or variables that this version does not know."""
    features = json.loads((model / MANIFEST).read_bytes())["features"]
    position = random.randrange(len(features))
    choice = random.randrange(5)
    if choice == 0:
        features[position]["unit"] = "furlongs"
    elif choice == 1:
        features[position]["levels"] = ["yes", "no"]
    elif choice == 2:
        features[position]["name"] = random.choice(["phase_of_the_moon", "x" * 10**6, "\ud800", "", 7, None, ["a"]])
    elif choice == 3:
        features[position]["kind"] = "guess"
    else:
        features[position] = random.choice([{}, [], "maternal_age_years", None, 3])
    _forged_even_if_unwritable(model, features=features)


def _forged_even_if_unwritable(model: Path, **entries: object) -> None:
    try:
        forged(model, **entries)
    except UnicodeEncodeError:  # half a surrogate pair: only as an escape can it be written at all
        manifest = {**json.loads((model / MANIFEST).read_bytes()), **entries}
        (model / MANIFEST).write_bytes((json.dumps(manifest, indent=1) + "\n").encode())


def other_features(model: Path, other: Path, random: Random) -> None:
    """One too many, one too few, one twice, two in each other's place, one from the future, or none."""
    features = json.loads((model / MANIFEST).read_bytes())["features"]
    late = {"name": "birth_weight_g", "kind": "quantity", "unit": "g"}
    one, two = random.sample(range(len(features)), 2)
    swapped = list(features)
    swapped[one], swapped[two] = features[two], features[one]
    forged(
        model,
        features=random.choice(
            [
                features[1:],
                [*features, features[0]],
                [*features, late],
                [late, *features[1:]],
                swapped,
                [],
                {f["name"]: f for f in features},
            ]
        ),
    )


def other_names(model: Path, other: Path, random: Random) -> None:
    """An outcome, moment or scorer that does not exist."""
    key = random.choice(["outcome", "moment", "scorer"])
    forged(model, **{key: random.choice(["winning_the_lottery", "", [], {}, None, 1, "boosted\n", "../x"])})


def wrong_types(model: Path, other: Path, random: Random) -> None:
    """Any entry as anything else."""
    manifest = json.loads((model / MANIFEST).read_bytes())
    key = random.choice([key for key in manifest if key != "digest"])
    wrong = [x for x in ("x", 5, -0.5, None, True, [], {}, [[]], ["x"], {"x": 1}) if type(x) is not type(manifest[key])]
    forged(model, **{key: random.choice(wrong)})


def other_recalibration(model: Path, other: Path, random: Random) -> None:
    """Not two numbers, or two others."""
    numbers = [["x", "y"], [1.0], [0.0, 1.0, 2.0], [True, 1.0], [10**400, 1.0], ["0.1", "1"], [None, None]]
    forged(model, recalibration=random.choice([*numbers, [0.1, 1.1], [float("nan"), 1.0], [0.0, float("inf")]]))


def missing_or_extra_entry(model: Path, other: Path, random: Random) -> None:
    """The manifest lacks an entry, or has one more."""
    manifest = json.loads((model / MANIFEST).read_bytes())
    if random.random() < 0.7:
        del manifest[random.choice(sorted(manifest))]
    else:
        manifest["hook"] = "import os"
    (model / MANIFEST).write_bytes(sealed(manifest))


def other_answers(model: Path, other: Path, random: Random) -> None:
    """Known answers that the model does not give, or that are none; every digest fits."""
    raw = (model / ANSWERS).read_bytes()
    lines = raw.decode().splitlines()
    heading, row = lines[0], lines[random.randrange(1, len(lines))]
    cells = row.split(",")
    choice = random.randrange(6)
    if choice == 0:
        cells[-1] = random.choice(["0.123", "nan", "inf", "", "-0.2", "1.5", "none", "1e-400"])
    elif choice == 1:
        cells[random.randrange(len(cells) - 1)] = random.choice(["inf", "-inf", "1e300", "x", "0x1F", "9" * 200_000])
    elif choice == 2:
        cells = cells[:-1] if random.random() < 0.5 else [*cells, "1"]
    if choice < 3:
        lines[random.randrange(1, len(lines))] = ",".join(cells)
    elif choice == 3:
        lines = random.choice([[], [heading], [heading, *lines[1:-1]], lines[1:], [*lines, row], ["risk", "0.5"]])
    elif choice == 4:
        names = heading.split(",")
        lines[0] = ",".join(reversed(names))
    else:
        lines[1:] = [",".join(["99"] * (len(cells) - 1) + ["0.5"])] * (len(lines) - 1)
    content = ("\n".join(lines) + "\n").encode()
    substituted(model, ANSWERS, content if content != raw else b"risk\n")


def not_text(model: Path, other: Path, random: Random) -> None:
    """Bytes that are no text, in any file, every digest made to fit."""
    name = random.choice([ANSWERS, EVALUATION, CARD, scorer_file(model)])
    substituted(
        model, name, random.choice([b"\xff\xfe\x00", b"\xc3\x28" * 9, b"", random.randbytes(99)[:98] + b"\xff"])
    )
    if name == CARD and not (model / CARD).read_bytes():
        (model / CARD).unlink()  # an empty card is text


def nested(model: Path, other: Path, random: Random) -> None:
    """Brackets within brackets, deeper than any parser goes."""
    opening, closing = random.choice([(b"[", b"]"), (b'{"a":', b"}")])
    depth = random.choice([900, 5_000, 200_000])
    content = opening * depth + b"1" + closing * depth
    name = random.choice([MANIFEST, EVALUATION, scorer_file(model)])
    if name == MANIFEST:
        raw = (model / MANIFEST).read_bytes()
        (model / MANIFEST).write_bytes(random.choice([content, raw.replace(b"{", b'{\n "a": ' + content + b",", 1)]))
    else:
        substituted(model, name, content if content[:1] == b"[" or name != EVALUATION else content[:-1])


def not_json(model: Path, other: Path, random: Random) -> None:
    """JSON of another shape, or with numbers that are none, in the scorer or the evaluation."""
    name = random.choice([EVALUATION, scorer_file(model)])
    substituted(model, name, random.choice([b"[]", b"null", b"1", b'"x"', b"NaN", b'{"a": ', b"[1, 2", b"\x00"]))


BLIND: tuple[Damage, ...] = (
    flip_a_bit,
    flip_a_bit,
    truncate,
    delete_bytes,
    insert_bytes,
    zero_a_block,
    swap_with_the_other_model,
    swap_within,
    extra_file,
    missing_file,
    symlink,
    folder_for_a_file,
)
FORGED: tuple[Damage, ...] = (
    path_trick,
    newer_format,
    newer_runtime,
    other_declaration,
    other_features,
    other_names,
    wrong_types,
    other_recalibration,
    missing_or_extra_entry,
    other_answers,
    not_text,
    nested,
    not_json,
)
DAMAGES = (*BLIND, *FORGED)


def meddle_with_the_scorer(model: Path, other: Path, random: Random) -> None:
    """Numbers of the scorer changed and every digest made to fit: refused, or the known answers are still given."""
    name = scorer_file(model)
    content = bytearray((model / name).read_bytes())
    for _ in range(random.choice([1, 1, 3])):
        position = random.randrange(len(content))
        how = random.randrange(4)
        if how == 0:
            content[position] = random.choice(b"0123456789")
        elif how == 1:
            content[position] ^= 1 << random.randrange(8)
        elif how == 2:
            del content[position : position + random.choice([1, 7])]
        else:
            content[position:position] = random.choice([b"9", b"-", b",", b"[", b"1e9,", b'"a":'])
    substituted(model, name, bytes(content))


def _bytes_of(model: Path) -> dict[str, object]:
    return {p.name: (p.is_symlink(), p.read_bytes() if p.is_file() else None) for p in sorted(model.iterdir())}


def main(model: Path, other: Path, seed: int, count: int, names: list[str]) -> None:
    """Try ``count`` damages in turn and print what loading each gave."""
    from perinatal import load_model

    damages = [globals()[name] for name in names] or DAMAGES
    whole = _bytes_of(model)
    for number in range(count):
        damage = damages[(seed + number) % len(damages)]
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "model"
            attempt = 0
            while not attempt or _bytes_of(copy) == whole:
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(model, copy)
                damage(copy, other, Random(f"{seed}-{number}-{attempt}"))
                attempt += 1
            report = {"damage": damage.__name__, "number": number, "error": None, "message": ""}
            try:
                load_model(copy)
            except Exception as error:  # noqa: BLE001 (whatever it is, the caller judges it)
                report.update(error=type(error).__name__, message=str(error))
            sys.stdout.write(json.dumps(report) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
