"""The published scores, one module each: ``SCORE`` is the declaration with its worked examples."""
