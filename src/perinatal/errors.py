"""Every error the library raises on purpose, so that a caller can catch one name.

::

    PerinatalError
    ├── InputError (also a ValueError)   something is wrong with the caller's table or arguments
    │   ├── MissingVariables             columns a model needs are absent, or present under another name
    │   ├── UnknownLevels                a category holds words that are not among its levels
    │   ├── UnknownName                  no such variable, outcome, moment, register, sample or model
    │   ├── UnitError                    a unit is not known, or not of this variable's dimension
    │   ├── NotEnoughData                too few rows or events for the computation
    │   └── AdoptionRefused              a model may not be adopted on these rows, for the reasons in the message
    ├── LeakError (also a ValueError)    a feature is not yet known at the model's moment, or *is* the outcome
    ├── WrongAnswer (also a ValueError)  an attribute that this kind of prediction or explanation does not have
    │   └── NotAProbability              ``risk`` of a model that gives points, a category or an index
    ├── DeclarationError                 a declaration is invalid, or two have the same name
    ├── RegisterError (also a ValueError) a file cannot be read as the register that was named
    ├── SummaryError (also a ValueError)  a site's summary file cannot be used, or not together with the others
    ├── FederationError                  sites that train together cannot reach each other, or disagree on the settings
    ├── MissingPackage (also an ImportError) an optional package is not installed
    └── ModelError                       a model directory cannot be used
        ├── CorruptModel                 damaged, altered, incomplete, or it does not reproduce its known answers
        └── UnsupportedModel             written in a newer format, or by a newer runtime, than is installed

Messages state what was expected, what was found, and what to do. They name columns and count rows. They never repeat
text from a table that fewer than five rows share, because it may be about a patient.
"""

from __future__ import annotations


class PerinatalError(Exception):
    """The base class of every error that this library raises on purpose."""


class InputError(PerinatalError, ValueError):
    """Something is wrong with the caller's table or arguments."""


class MissingVariables(InputError):
    """Columns a model needs are absent, or present under another name."""


class UnknownLevels(InputError):
    """A category column holds words that are not among its declared levels."""


class UnknownName(InputError):
    """No such variable, outcome, moment, register, sample or model."""


class UnitError(InputError):
    """A unit is not known, or does not have the variable's dimension."""


class NotEnoughData(InputError):
    """There are too few rows or events for the computation."""


class AdoptionRefused(InputError):
    """A model may not be adopted on these rows; the message gives the reasons."""


class LeakError(PerinatalError, ValueError):
    """A feature is not yet known at the model's moment, or it *is* the outcome."""


class RegisterError(PerinatalError, ValueError):
    """A file cannot be read as the register that was named."""


class SummaryError(PerinatalError, ValueError):
    """A site's summary file cannot be used, or cannot be pooled with the others."""


class FederationError(PerinatalError):
    """Sites that train together cannot reach each other, or disagree on the settings."""


class WrongAnswer(PerinatalError, ValueError):
    """This kind of prediction or explanation does not have the attribute."""


class NotAProbability(WrongAnswer):
    """There is no ``risk``: the model gives points, a category or an index."""


class DeclarationError(PerinatalError):
    """A declaration (a score, a register …) is invalid, or two have the same name."""


class MissingPackage(PerinatalError, ImportError):
    """An optional package that is needed for this is not installed."""


class ModelError(PerinatalError):
    """A model directory cannot be used."""


class CorruptModel(ModelError):
    """The directory is damaged, altered, incomplete, or does not reproduce its known answers."""


class UnsupportedModel(ModelError):
    """The model was written in a newer format, or by a newer runtime, than is installed."""
