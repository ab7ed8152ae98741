"""Peer review: from a submitted text to the decision, and the mark that says what was read."""
