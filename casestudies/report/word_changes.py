"""Tracked changes and comments of a Word text (ECMA-376, part 1, 17.13): accepted, and taken out.

What was inserted stays, what was deleted goes, and nobody can read who changed what, or what stood there before.
"""

from dataclasses import dataclass

from docx.oxml.ns import qn

#: What was put in: its content stays.
KEPT = {qn(f"w:{name}") for name in ("ins", "moveTo")}
#: What was taken out: it goes with its content.
GONE = {qn(f"w:{name}") for name in ("del", "moveFrom")}
#: Marks of a change that hold a former state or none.
MARKS = {
    qn(f"w:{name}")
    for name in (
        "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblGridChange", "trPrChange", "tcPrChange",
        "tblPrExChange", "numberingChange", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart",
        "moveToRangeEnd", "cellIns", "cellDel", "cellMerge", "customXmlInsRangeStart", "customXmlInsRangeEnd",
        "customXmlDelRangeStart", "customXmlDelRangeEnd", "customXmlMoveFromRangeStart",
        "customXmlMoveFromRangeEnd", "customXmlMoveToRangeStart", "customXmlMoveToRangeEnd",
    )
}  # fmt: skip
COMMENTS = {qn(f"w:{name}") for name in ("commentRangeStart", "commentRangeEnd", "commentReference")}
#: Where the mark of a change concerns the paragraph, row or number as a whole.
PROPERTIES = {qn(f"w:{name}") for name in ("rPr", "trPr", "numPr")}


@dataclass
class Changes:
    """How many places were changed by somebody, and how many have a comment."""

    tracked: int = 0
    comments: int = 0


def count(root) -> Changes:
    """The changes and comments in a text, which stays as it is."""
    return Changes(
        sum(1 for _node in root.iter(*KEPT, *GONE)), sum(1 for _node in root.iter(qn("w:commentReference")))
    )


def accept(root) -> Changes:
    """Accept every change and take out every comment, in the tree itself."""
    found = count(root)
    for node in list(root.iter(*GONE)):
        parent = node.getparent()
        if parent is None:
            continue
        if parent.tag == qn("w:trPr"):  # a row was deleted
            row = parent.getparent()
            if row is not None and row.getparent() is not None:
                row.getparent().remove(row)
        else:
            parent.remove(node)
    for node in list(root.iter(*KEPT)):
        unwrap(node)
    for node in list(root.iter(*MARKS, *COMMENTS)):
        if node.getparent() is not None:
            node.getparent().remove(node)
    return found


def unwrap(node) -> None:
    """Put the content of an element in its place."""
    parent = node.getparent()
    if parent is None:
        return
    if parent.tag not in PROPERTIES:
        position = parent.index(node)
        for offset, child in enumerate(list(node)):
            parent.insert(position + offset, child)
    parent.remove(node)
