"""The kinds of file that a paper can be."""

from casestudies.paper.pdf import pdf
from casestudies.paper.word_file import word_file
from casestudies.paper.words import Paper

#: The end of the address: content type.
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WRITERS = {"pdf": pdf, "docx": word_file}


def render(paper: Paper, style: str) -> bytes:
    """The paper in one of TYPES. Raises portal.typesetting.CannotBeSet."""
    return WRITERS[style](paper)
