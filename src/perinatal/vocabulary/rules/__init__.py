"""The rule language: conditions and formulas over variables that may be unknown. Rules are text, parsed, not executed.

Published scores, danger signs, cross-checks, derived outcomes and eligibility are declared in it. A rule may contain

- canonical names, numbers, ``True`` and ``False``;
- ``< <= > >= == !=``, ``and``, ``or``, ``not``, and ``a if condition else b``;
- ``+ - * / **``, ``log exp sqrt abs min max floor round`` (``round(x, 6)`` too);
- ``name == 'word'`` and ``name in ('a', 'b')`` for the declared words of a category;
- ``name >= '2021'`` for a label, such as a year or a month, in the order of its characters;
- ``known(name)``: whether the value is present.

A flag is true, false or unknown. Unknown values follow Kleene's three-valued logic: ``a or b`` is true where ``a`` is
true, even if ``b`` is unknown. ``and``, ``or``, ``not`` and ``if`` take flags and comparisons, not numbers.
"""
