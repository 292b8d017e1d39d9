"""What other systems need from the vocabulary: the data dictionary with its codes."""

from __future__ import annotations

from perinatal.interop.data_dictionary import dictionary, dictionary_markdown

__all__ = ["dictionary", "dictionary_markdown"]
