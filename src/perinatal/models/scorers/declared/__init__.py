"""The kinds of scorer, each declared in one module as ``SCORER``; found as files."""
