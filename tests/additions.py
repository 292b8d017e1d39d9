"""One more of everything that is declared, for test_adding.py: the file it goes into, and the text that goes there.

An addition touches one file. It is either a new file, or an entry of a tuple (before its end), or a member of a class.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Addition:
    """A declaration that somebody adds.

    Parameters
    ----------
    path : the one file, below ``src/perinatal``.
    text : what is added there.
    into : the tuple (or the class) at the top of the file that it becomes an entry of; a new file where empty.
    before : what the tuple needs besides, put at the end of the imports' file part, before the tuple.
    check : an expression that is true once it is declared, with ``pn`` and every public module at hand.
    """

    path: str
    text: str
    check: str
    into: str = ""
    before: str = ""

    def apply(self, source: Path) -> None:
        """Write it into a copy of ``src/perinatal``."""
        file = source / self.path
        if not self.into:
            assert not file.exists()
            file.write_text(self.text, encoding="utf-8")
            return
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        node = find_declaration(ast.parse("".join(lines)), self.into)
        last = node.body[_last_assignment(node)] if isinstance(node, ast.ClassDef) else node
        end = last.end_lineno if isinstance(node, ast.ClassDef) else last.end_lineno - 1
        lines.insert(end, self.text)
        if self.before:
            lines.insert(node.lineno - 1, self.before)
        file.write_text("".join(lines), encoding="utf-8")


def find_declaration(tree: ast.Module, name: str) -> ast.ClassDef | ast.expr:
    """The class, or the tuple assigned to this name, at the top of a module."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return node
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node
    raise LookupError(f"{name} is not declared at the top of the file")


def _last_assignment(node: ast.ClassDef) -> int:
    return max(i for i, statement in enumerate(node.body) if isinstance(statement, ast.Assign))


ADDITIONS = {
    "unit": Addition(
        "frames/units.py",
        '    *_build_units("osmolality", ("mOsm/kg", "1", ("mmol/kg",)), ("Osm/kg", "1000", ("mol/kg",))),\n',
        'perinatal.frames.units.accepted_units("fictive_osmolality_mosm_kg")[1].name == "Osm/kg"',
        into="UNITS",
    ),
    "variable": Addition(
        "vocabulary/variables/antenatal.py",
        """    Variable(
        "fictive_osmolality_mosm_kg",
        "serum osmolality",
        Quantity("mOsm/kg", possible=(150, 500), plausible=(240, 340), typical=(270, 300)),
        Moment.BOOKING,
        "Osmolality of the serum.",
        "made up for a test, 2026",
        aliases=("fictive_osmolality",),
    ),
""",
        'pn.conform({"Osm": 285}, columns={"Osm": "fictive_osmolality_mosm_kg"}).problems == ()',
        into="ANTENATAL",
    ),
    "outcome": Addition(
        "vocabulary/outcomes.py",
        """    Outcome(
        "fictive_dehydration",
        "dehydration",
        "Serum osmolality above 300 mOsm/kg.",
        "women whose osmolality was measured",
        "the booking visit",
        Moment.THIRD_TRIMESTER,
        "made up for a test, 2026",
        derive="fictive_osmolality_mosm_kg > 300",
    ),
""",
        'pn.vocabulary.observe("fictive_dehydration", pd.DataFrame({"fictive_osmolality_mosm_kg": [300.0, 301.0]}))'
        ".tolist() == [False, True]",
        into="OUTCOMES_DECLARED",
    ),
    "derived feature": Addition(
        "models/derived_features.py",
        """    DerivedFeature(
        "fictive_pulse_pressure_mmhg",
        "pulse pressure",
        Quantity("mmHg", possible=(5, 200), plausible=(15, 120)),
        ("systolic_bp_mmhg", "diastolic_bp_mmhg"),
        _fictive_pulse_pressure,
        "Systolic less diastolic pressure.",
        "definition",
    ),
""",
        'perinatal.models.FeatureBuilder(["fictive_pulse_pressure_mmhg"]).encode(pn.conform('
        '{"systolic_bp_mmhg": 120, "diastolic_bp_mmhg": 80}).frame).tolist() == [[40.0]]',
        into="_DECLARED",
        before="""def _fictive_pulse_pressure(systolic: np.ndarray, diastolic: np.ndarray) -> np.ndarray:
    return systolic - diastolic


""",
    ),
    "published score": Addition(
        "scores/declared/fictive_ratio.py",
        '''"""A ratio of pressures, made up for a test."""

from __future__ import annotations

from perinatal.scores.kinds import Band, Confirmation, Index, Origin, PublishedScore, Range, Vector

SCORE = PublishedScore(
    id="fictive_ratio",
    name="Fictive ratio",
    domain="maternal",
    method=Index(
        "systolic_bp_mmhg / diastolic_bp_mmhg",
        unit="1",
        bands=(Band("narrow", "value < 1.3"), Band("usual", "value >= 1.3")),
    ),
    outcome=None,
    timing="at any contact in pregnancy",
    population="nobody: it is made up",
    citation="made up for a test",
    doi=None,
    sources=("made up for a test",),
    confirmation=Confirmation.WEAK,
    ranges=(Range("gestational_age_at_measurement_days >= 20 * 7", "Before 20 weeks."),),
    vectors=(
        Vector(
            {"systolic_bp_mmhg": 120, "diastolic_bp_mmhg": 80, "gestational_age_at_measurement_days": 200},
            {"value": 1.5, "band": "usual"},
            Origin.COMPUTED,
        ),
        Vector(
            {"systolic_bp_mmhg": 120, "diastolic_bp_mmhg": 100, "gestational_age_at_measurement_days": 200},
            {"value": 1.2, "band": "narrow"},
            Origin.COMPUTED,
        ),
    ),
)
''',
        '"fictive_ratio" in pn.available_models("published").index',
    ),
    "growth standard": Addition(
        "clinical/growth/fetal.py",
        """    Standard(
        "fictive_femur_length",
        "femur length for gestation",
        measure="femur_length_mm",
        at="gestational_age_at_measurement_days",
        first=98,
        last=280,
        by_sex=False,
        curve=Normal(_fl_mean, _fl_sd),
        population="Nobody: made up for a test.",
        citation="made up for a test",
        doi="10.0000/fictive",
        terms="none",
    ),
""",
        'round(pn.growth.z_score("fictive_femur_length", 46.0, 189), 2) == -1.47',
        into="FETAL",
    ),
    "danger sign": Addition(
        "clinical/danger_signs.py",
        """    DangerSign(
        "fictive_high_osmolality",
        "very high serum osmolality",
        (Person.ANTENATAL,),
        (Criterion("fictive_osmolality_mosm_kg >= 320", "made up for a test, 2026"),),
    ),
""",
        'pn.danger_signs({"fictive_osmolality_mosm_kg": 330}).counts["fictive_high_osmolality"] == 1',
        into="_DECLARED",
    ),
    "cross-check": Addition(
        "frames/crosschecks.py",
        """    CrossCheck(
        "fictive_osmolality_mosm_kg > 400 and maternal_age_years < 15",
        "an osmolality over 400 mOsm/kg under 15 years",
    ),
""",
        'any("under 15 years" in p.message for p in pn.conform({"fictive_osmolality_mosm_kg": 450, '
        '"maternal_age_years": 14}).problems)',
        into="CROSS_CHECKS",
    ),
    "register": Addition(
        "registers/declared/fictive_hospital.py",
        '''"""A hospital's register, made up for a test."""

from __future__ import annotations

from perinatal.registers.readings import Number, YesNo
from perinatal.registers.register import Field, OmittedColumns, Register

HOSPITAL = Register(
    "fictive_hospital",
    "Births of a hospital",
    "somewhere",
    "2026",
    "made up for a test",
    "none",
    (
        Field("maternal_age_years", ("AGE",), Number()),
        Field("birth_weight_g", ("WT",), Number(unknown=(9999,))),
        Field("neonatal_death", ("DIED",), YesNo()),
    ),
    omitted=(OmittedColumns(("NURSE",), "who wrote the row"),),
)
''',
        '"fictive_hospital" in pn.available_registers().index',
    ),
    "recipe": Addition(
        "recipes/us.py",
        """    Recipe(
        outcome="nicu_admission",
        moment="fictive_ward_round",
        development=RegisterFile("nchs_linked_2011", "us_births_2011.parquet"),
        held_out=0.3,
        held_out_name="births held out",
        features=("gestational_age_at_birth_days", "plurality"),
        trained_on="births of 2011",
        terms="statistical analysis and reporting only",
        limits=("Made up for a test.",),
        withheld_reason="Not trained yet.",
    ),
""",
        '"nicu_admission-fictive_ward_round" in perinatal.recipes.RECIPES',
        into="US_RECIPES",
    ),
    "scorer": Addition(
        "models/scorers/declared/fictive_constant.py",
        '''"""The same risk for everybody, made up for a test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from perinatal.models.derived_features import Feature
from perinatal.models.scorers.protocol import Scorer, Settings, TrainingRows


@dataclass(frozen=True, slots=True, eq=False)
class ConstantScorer:
    """The log-odds of the share of training rows with the outcome."""

    value: float
    width: int

    kind: ClassVar[str] = "fictive_constant"
    complexity: ClassVar[int] = 99
    file_names: ClassVar[tuple[str, ...]] = ("fictive_constant.json",)
    runtime: ClassVar[tuple[str, ...]] = ()
    candidates: ClassVar[tuple[tuple[Settings, ...], ...]] = (({"pseudocount": 1.0},),)

    def log_odds(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds of each row."""
        return np.full(len(matrix), self.value)

    def parts(self, matrix: np.ndarray) -> tuple[np.ndarray, float]:
        """No feature adds anything."""
        return np.zeros((len(matrix), self.width)), self.value

    def files(self) -> dict[str, bytes]:
        """Its one number and its width."""
        return {"fictive_constant.json": json.dumps([self.value, self.width]).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], features: Sequence[Feature]) -> Scorer:
        """The scorer that ``files`` wrote."""
        return cls(*json.loads(files["fictive_constant.json"]))

    @classmethod
    def train(cls, rows: TrainingRows, settings: Settings) -> Scorer:
        """The weighted share, as log-odds."""
        with_event = float((rows.weights * rows.observed).sum()) + settings["pseudocount"]
        without = float((rows.weights * (1 - rows.observed)).sum()) + settings["pseudocount"]
        return cls(float(np.log(with_event / without)), len(rows.features))

    @classmethod
    def staged_log_odds(cls, rows: TrainingRows, settings: Settings, held_out: TrainingRows) -> np.ndarray:
        """One stage."""
        return cls.train(rows, settings).log_odds(held_out.matrix)[None, :]

    @classmethod
    def settings_at(cls, settings: Settings, stage: int) -> Settings:
        """The same settings."""
        return settings


SCORER = ConstantScorer
''',
        'reload(fit(scorers=["fictive_constant"])).scorer.kind == "fictive_constant"',
    ),
    "moment": Addition(
        "vocabulary/moments.py",
        '    FICTIVE_WARD_ROUND = "fictive_ward_round", "on a ward round on the first day", "birth"\n',
        '"fictive_ward_round" in reload(fit(moment="fictive_ward_round")).card()',
        into="Moment",
    ),
    "command": Addition(
        "cli/commands/fictive_count.py",
        '''"""The command `perinatal fictive-count`, made up for a test."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode

HELP = "Count the variables of the vocabulary."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No argument."""


def run(arguments: argparse.Namespace) -> ExitCode:
    """The count on stdout."""
    from perinatal.vocabulary import VARIABLES

    print(len(VARIABLES))
    return ExitCode.DONE
''',
        'perinatal.cli.main.main(["fictive-count"]) == 0',
    ),
}
