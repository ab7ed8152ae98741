"""A report in parts, each with the section of a case study that it goes to."""

import re
from dataclasses import dataclass, field
from html import escape

from casestudies import rich_text
from casestudies.report.word import Picture
from casestudies.report.word_changes import Changes

ABSTRACT_LONGEST = 1500  # characters, as in the model


@dataclass
class Piece:
    """A part of the report: its heading as written ("" for words before the first one), its HTML, where it went."""

    heading: str
    field: str
    html: str = ""
    #: Whether its section was only guessed from words of the heading.
    is_guess: bool = False
    #: The pictures that stand in it.
    images: list[Picture] = field(default_factory=list)


@dataclass
class Report:
    """`pictures` and `footnotes` count what the source has; `changes` what was tracked in it, and its comments."""

    title: str
    pieces: list[Piece] = field(default_factory=list)
    pictures: int = 0
    footnotes: int = 0
    changes: Changes = field(default_factory=Changes)

    @property
    def unmatched(self) -> list[str]:
        """The headings that no section stands for."""
        return [piece.heading for piece in self.pieces if piece.field == "further_text" and piece.heading]

    @property
    def further(self) -> list[Piece]:
        """What is kept under "further text"."""
        return [piece for piece in self.pieces if piece.field == "further_text"]

    @property
    def images(self) -> list[Picture]:
        return [image for piece in self.pieces for image in piece.images]

    @property
    def headed(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.heading]

    def fields(self) -> dict:
        """The fields of a case study: title, abstract and keywords where the report has them, and the sections."""
        written: dict = {}
        for piece in self.pieces:
            repeated = piece.field in written or piece.field == "further_text"
            title = f"<h3>{escape(piece.heading)}</h3>" if piece.heading and repeated else ""
            written[piece.field] = written.get(piece.field, "") + title + piece.html
        abstract = rich_text.to_plain(written.pop("abstract", ""))
        if len(abstract) > ABSTRACT_LONGEST:
            written["further_text"] = "".join(plain_blocks(abstract)) + written.get("further_text", "")
            abstract = ""
        keywords = re.split(r"[;；,，、\s]+", rich_text.to_plain(written.pop("keywords", "")))
        sections = {name: rich_text.clean(html) for name, html in written.items()}
        return {
            "title": self.title,
            "abstract": abstract,
            "keywords": [keyword[:40] for keyword in keywords if keyword][:10],
            **sections,
        }


def plain_blocks(text: str) -> list[str]:
    """The lines of a plain text, each a paragraph."""
    return [f"<p>{escape(line.strip())}</p>" for line in text.split("\n") if line.strip()]
