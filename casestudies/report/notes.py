"""Where the notes and pictures of a report go: notes behind the part that they belong to, pictures told beside it."""

import re

from casestudies import rich_text
from casestudies.report import word
from casestudies.report.report import Report
from casestudies.report.word import NOTE, PICTURE, Document
from portal.bilingual import HAN

ALONE = re.compile("<p>(?:\\s|\ue0a0\\d+\ue0a1|\ue0a2\\d+\ue0a3)+</p>")


def settle(report: Report, document: Document) -> None:
    """Put words in the place of the marks of a document, in the report that was made of it."""
    is_chinese = bool(HAN.search("".join(piece.html for piece in report.pieces)))
    told: set[int] = set()
    for piece in report.pieces:
        numbers = [int(number) for number in dict.fromkeys(NOTE.findall(piece.html))]
        piece.images = [
            document.pictures[int(number) - 1] for number in dict.fromkeys(PICTURE.findall(piece.html))
        ]
        html = ALONE.sub("", piece.html)
        html = NOTE.sub(lambda match: mark(int(match[1]), is_chinese), PICTURE.sub("", html))
        notes = (f"<p>{mark(n, is_chinese)} {document.notes[n - 1]}</p>" for n in numbers)
        piece.html = rich_text.clean(html + "".join(notes))
        told.update(numbers)
    report.title = word.without_marks(report.title)


def mark(number: int, is_chinese: bool) -> str:
    return f"[注{number}]" if is_chinese else f"[note {number}]"
