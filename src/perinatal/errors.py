"""Every error the library raises on purpose, so that a caller can catch one name.

::

    PerinatalError
    ├── InputError (also a ValueError)   something is wrong with the caller's table or arguments
    │   ├── MissingVariables             columns a model needs are absent, or present under another name
    │   ├── UnknownLevels                a category holds words that are not among its levels
    │   ├── UnknownName                  no such variable, outcome, moment, register, sample or model
    │   ├── UnitError                    a unit is not known, or not of this variable's dimension
    │   ├── NotEnoughData                too few rows or events for what was asked
    │   └── AdoptionRefused              a model may not be adopted on these rows, for the reasons told
    ├── LeakError (also a ValueError)    a feature is not yet known at the model's moment, or *is* the outcome
    ├── WrongAnswer (also a ValueError)  a prediction or an explanation was asked for what it does not carry
    │   └── NotAProbability              a risk was asked of points, a category or an index
    ├── DeclarationError                 a declaration is not sound, or two have the same name
    ├── RegisterError (also a ValueError) a file is not the register it was said to be
    ├── SummaryError (also a ValueError)  a site's summary file cannot be used, or not together with the others
    ├── FederationError                  sites that train together cannot reach each other, or do not agree
    ├── MissingPackage (also an ImportError) an optional package is not installed
    └── ModelError                       a model directory cannot be used
        ├── CorruptModel                 damaged, altered, incomplete, or it does not reproduce its known answers
        └── UnsupportedModel             written by a newer format or a newer runtime than this one

Messages say what was expected, what came, and what to do. They name columns and count rows; they never repeat
free text from a table, which may be about a patient.
"""

from __future__ import annotations


class PerinatalError(Exception):
    """The root of every error this library raises on purpose."""


class InputError(PerinatalError, ValueError):
    """Something is wrong with the caller's table or arguments."""


class MissingVariables(InputError):
    """Columns a model needs are absent, or present under another name."""


class UnknownLevels(InputError):
    """A category column holds words that are not among its declared levels."""


class UnknownName(InputError):
    """No such variable, outcome, moment, register, sample or model."""


class UnitError(InputError):
    """A unit is not known, or not of this variable's dimension."""


class NotEnoughData(InputError):
    """Too few rows or events for what was asked."""


class AdoptionRefused(InputError):
    """A model may not be adopted on these rows, for the reasons told."""


class LeakError(PerinatalError, ValueError):
    """A feature is not yet known at the model's moment, or it *is* the outcome."""


class RegisterError(PerinatalError, ValueError):
    """A file is not the register it was said to be."""


class SummaryError(PerinatalError, ValueError):
    """A site's summary file cannot be used, or not together with the others."""


class FederationError(PerinatalError):
    """Sites that train together cannot reach each other, or do not agree on what they train."""


class WrongAnswer(PerinatalError, ValueError):
    """A prediction or an explanation was asked for what it does not carry."""


class NotAProbability(WrongAnswer):
    """A risk was asked of points, a category or an index."""


class DeclarationError(PerinatalError):
    """A declaration (a score, a register …) is not sound, or two have the same name."""


class MissingPackage(PerinatalError, ImportError):
    """An optional package that is needed for this is not installed."""


class ModelError(PerinatalError):
    """A model directory cannot be used."""


class CorruptModel(ModelError):
    """The directory is damaged, altered, incomplete, or does not reproduce its known answers."""


class UnsupportedModel(ModelError):
    """The model was written by a newer format or a newer runtime than this one."""
