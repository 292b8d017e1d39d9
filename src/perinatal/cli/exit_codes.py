"""The exit codes of the command line, each with its meaning."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command reports to the shell.

    >>> ExitCode.LEAK == 5, ExitCode.LEAK.meaning
    (True, 'a model would have used information that is not yet known at its moment')
    """

    meaning: str

    DONE = 0, "done"
    UNUSABLE_VALUES = 1, "done, but some values of the table could not be used (listed on stderr)"
    USAGE = 2, "the command line could not be parsed"
    INPUT = 3, "the input cannot be used: missing file, column, register or model; unknown words; a wrong unit"
    MODEL = 4, "the model directory cannot be used: damaged, altered, or written by a newer version"
    LEAK = 5, "a model would have used information that is not yet known at its moment"
    REFUSED = 6, "the model was not adopted on these rows; the reasons are on stderr"
    ALARM = 7, "done, and monitoring raised an alarm"
    CRASHED = 70, "the program failed unexpectedly (a bug; nothing about the result can be trusted)"
    INTERRUPTED = 130, "interrupted"

    def __new__(cls, code: int, meaning: str) -> ExitCode:
        """A member with its number and its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


def describe_exit_codes() -> str:
    """The table of exit codes that every ``--help`` ends with."""
    lines = [f"  {code.value:<4} {code.meaning}" for code in ExitCode]
    return "exit codes:\n" + "\n".join(lines)
