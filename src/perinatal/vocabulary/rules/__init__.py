"""The rule language: conditions and formulas over variables, as text, with unknowns; parsed and never executed."""
