"""A report from a drawer becomes a draft: Word, Markdown and text taken apart into the sections of a case."""
