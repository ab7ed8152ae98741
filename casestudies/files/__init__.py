"""The files that go with a case study: cleaned, described, read for their words, handed out."""
