"""A case study to take along: as PDF and as a Word file."""

from casestudies.paper.words import Paper, file_name, of

__all__ = ["Paper", "file_name", "of"]
