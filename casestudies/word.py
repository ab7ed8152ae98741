"""Taking a Word document apart into headings and clean HTML. Accepted and proposed insertions count, deleted words do not.

python-docx opens the package; the walk over the text is ours, because its own leaves out content controls, tracked
insertions and text boxes, which reports are full of.
"""

import io
import re
from dataclasses import dataclass, field
from html import escape

import docx
from docx.oxml.ns import qn

from casestudies import rich_text
from casestudies.headings import Heading

W_P, W_TBL, W_TR, W_TC, W_R = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r"))
W_HYPERLINK = qn("w:hyperlink")
#: Parts whose words are not, or not yet, the text: deleted ones, boxes read on their own, twins for old programs.
SKIPPED = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:txbxContent"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
PICTURES = {qn("w:drawing"), qn("w:pict"), qn("w:object")}
#: Layers around blocks that mean nothing here.
WRAPPERS = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}

#: The tag of content controls around what the portal itself put into a file (`paper.word_file`).
PORTAL = "tongxing-portal"


@dataclass
class Document:
    blocks: list = field(default_factory=list)
    pictures: int = 0
    footnotes: int = 0


@dataclass
class Line:
    """A paragraph that stands in a list: how deep, numbered or not, its HTML."""

    depth: int
    tag: str
    html: str
    start: int = 1


def read(content: bytes) -> Document:
    """The blocks of a document in its order. Damaged files raise whatever the parsers raise."""
    reader = _Reader(docx.Document(io.BytesIO(content)))
    return Document(reader.blocks(reader.source.element.body), reader.pictures, reader.footnotes)


class _Reader:
    def __init__(self, source):
        self.source = source
        self.styles = {style.style_id: style for style in source.styles}
        self.links = {
            key: relation.target_ref for key, relation in source.part.rels.items() if relation.is_external
        }
        self.formats = self.number_formats()
        self.starts = self.first_numbers()
        self.counts: dict[tuple[str, int], int] = {}
        self.pictures = self.footnotes = 0

    def numbering(self):
        """The part that defines lists, or None."""
        parts = self.source.part.rels.values()
        return next((one.target_part for one in parts if one.reltype.endswith("/numbering")), None)

    def number_formats(self) -> dict:
        """For each list and depth, how it is numbered: "bullet", "decimal" and so on."""
        part = self.numbering()
        if part is None:
            return {}
        abstract = {
            node.get(qn("w:abstractNumId")): {
                level.get(qn("w:ilvl")): value_of(level.find(qn("w:numFmt")))
                for level in node.findall(qn("w:lvl"))
            }
            for node in part.element.findall(qn("w:abstractNum"))
        }
        return {
            (node.get(qn("w:numId")), depth): number_format
            for node in part.element.findall(qn("w:num"))
            for depth, number_format in abstract.get(value_of(node.find(qn("w:abstractNumId"))), {}).items()
        }

    def first_numbers(self) -> dict[str, int]:
        """The number with which a list begins, where it does not begin with one."""
        part = self.numbering()
        if part is None:
            return {}
        overridden = {
            node.get(qn("w:numId")): level.find(qn("w:startOverride"))
            for node in part.element.findall(qn("w:num"))
            for level in node.findall(qn("w:lvlOverride"))
            if level.get(qn("w:ilvl")) == "0"
        }
        return {
            number: int(words)
            for number, node in overridden.items()
            if (words := value_of(node) or "").isascii() and words.isdigit() and len(words) < 7
        }

    def counted(self, properties, depth: int, tag: str) -> int:
        """The number of an item. A list that goes on after a paragraph goes on counting."""
        node = properties.find(qn("w:numPr")) if properties is not None else None
        number = value_of(node.find(qn("w:numId"))) if node is not None else None
        if number is None or tag == "ul":
            return 1
        for key in [key for key in self.counts if key[0] == number and key[1] > depth]:
            del self.counts[key]
        count = self.counts.get((number, depth), self.starts.get(number, 1) - 1 if depth == 0 else 0) + 1
        self.counts[number, depth] = count
        return count

    def blocks(self, parent) -> list:
        """Headings and HTML of the block elements below `parent`."""
        blocks, lines = [], []

        def end_list():
            if lines:
                blocks.append(rich_text.clean(list_html(lines)))
                lines.clear()

        for element in flat(parent):
            if element.tag == W_TBL:
                end_list()
                blocks.append(rich_text.clean(self.table(element)))
                continue
            for part in [self.paragraph(element), *self.boxes(element)]:
                if isinstance(part, Line):
                    lines.append(part)
                elif part:
                    end_list()
                    blocks.append(part)
        end_list()
        return joined_quotes([block for block in blocks if block])

    def boxes(self, paragraph) -> list:
        """The text boxes that hang from a paragraph, once each."""
        return [
            block
            for box in paragraph.iter(qn("w:txbxContent"))
            if not any(ancestor.tag in SKIPPED for ancestor in box.iterancestors())
            for block in self.blocks(box)
        ]

    def paragraph(self, element):
        """One paragraph: a Heading, a Line of a list, HTML, or "" when it is empty."""
        html = self.inline(element)
        plain = rich_text.to_plain(html)
        if not plain:
            return ""
        properties = element.find(qn("w:pPr"))
        style = self.styles.get(value_of(properties.find(qn("w:pStyle"))) if properties is not None else None)
        if level := self.level(properties, style):
            return Heading(" ".join(plain.split()), level)
        is_bold_line = re.fullmatch(r"<strong>[^<]*</strong>", html)
        number = self.number(properties, style)
        if number and not (is_bold_line and len(plain) <= 40):
            return Line(*number, html, self.counted(properties, *number))
        paragraph = f"<p>{html}</p>"
        return rich_text.clean(f"<blockquote>{paragraph}</blockquote>" if is_quote(style) else paragraph)

    def level(self, properties, style) -> int | None:
        """The level of a heading by its outline or its style; the title is the broadest."""
        outline = properties.find(qn("w:outlineLvl")) if properties is not None else None
        while style is not None:
            name = style.name or ""
            if name.lower() in ("title", "标题"):
                return 1
            if match := re.match(r"(?:heading|标题)\s*(\d)$", name, re.I):
                return int(match[1]) + 1
            if outline is None and style.element.pPr is not None:
                outline = style.element.pPr.find(qn("w:outlineLvl"))
            style = style.base_style
        depth = int(value_of(outline) or 9) if outline is not None else 9
        return depth + 2 if depth < 9 else None

    def number(self, properties, style) -> tuple[int, str] | None:
        """How deep in which kind of list a paragraph stands."""
        node = properties.find(qn("w:numPr")) if properties is not None else None
        by_name = re.match(r"List (Bullet|Number)\s*(\d?)$", style.name or "") if style is not None else None
        while node is None and style is not None:
            node = style.element.pPr.find(qn("w:numPr")) if style.element.pPr is not None else None
            style = style.base_style
        if node is not None and (number_id := value_of(node.find(qn("w:numId")))) not in (None, "0"):
            depth = value_of(node.find(qn("w:ilvl"))) or "0"
            number_format = self.formats.get((number_id, depth), "bullet")
            return min(int(depth), 8), "ul" if number_format in ("bullet", "none", None) else "ol"
        if by_name:
            return int(by_name[2] or 1) - 1, "ul" if by_name[1] == "Bullet" else "ol"
        return None

    def table(self, element) -> str:
        """A table, its first row as headings. A table of one cell is a frame around text."""
        rows = [[self.cell(cell) for cell in flat(row, W_TC)] for row in flat(element, W_TR)]
        if len(rows) == 1 and len(rows[0]) == 1:
            return rows[0][0]
        head, *body = rows or [[]]
        return (
            f"<table><thead>{row_html(head, 'th')}</thead>"
            f"<tbody>{''.join(row_html(row, 'td') for row in body)}</tbody></table>"
        )

    def cell(self, element) -> str:
        blocks = [
            f"<p><strong>{escape(block.text)}</strong></p>" if isinstance(block, Heading) else block
            for block in self.blocks(element)
        ]
        return blocks[0][3:-4] if len(blocks) == 1 and blocks[0].startswith("<p>") else "".join(blocks)

    def inline(self, paragraph) -> str:
        """The words of a paragraph with bold, italic, line breaks and links."""
        parts: list[tuple[str, str, str]] = []  # words, marks, link
        for run in self.runs(paragraph):
            words = self.words(run)
            if not words:
                continue
            marks = self.marks(run)
            link = next((node for node in run.iterancestors() if node.tag == W_HYPERLINK), None)
            target = self.links.get(link.get(qn("r:id")), "") if link is not None else ""
            if parts and parts[-1][1:] == (marks, target):
                words = parts.pop()[0] + words
            parts.append((words, marks, target))
        return "".join(marked(*part) for part in parts).strip()

    def runs(self, paragraph):
        for run in paragraph.iter(W_R):
            between = []
            for ancestor in run.iterancestors():
                if ancestor is paragraph:
                    break
                between.append(ancestor.tag)
            if not SKIPPED.intersection(between):
                yield run

    def words(self, run) -> str:
        words = ""
        for node in run:
            if node.tag == qn("w:t"):
                words += escape(node.text or "")
            elif node.tag in (qn("w:tab"), qn("w:ptab")):
                words += " "
            elif node.tag in (qn("w:br"), qn("w:cr")):
                words += "<br>" if node.get(qn("w:type")) in (None, "textWrapping") else " "
            elif node.tag == qn("w:noBreakHyphen"):
                words += "-"
            elif node.tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
                self.footnotes += 1
            else:
                self.pictures += sum(
                    inner.tag == qn("a:blip") or is_old_picture(inner) for inner in node.iter()
                )
        return words

    @staticmethod
    def marks(run) -> str:
        properties = run.find(qn("w:rPr"))
        if properties is None:
            return ""
        return "".join(mark for mark in "bi" if is_on(properties.find(qn(f"w:{mark}"))))


def flat(parent, *wanted):
    """The paragraphs and tables (or the `wanted` elements) right below, looking through content controls and the like."""
    for child in parent:
        if child.tag in (wanted or (W_P, W_TBL)):
            yield child
        elif child.tag in WRAPPERS and not is_by_the_portal(child):
            yield from flat(child, *wanted)


def is_by_the_portal(control) -> bool:
    """Whether a content control holds what the portal said about a text, and not the text."""
    properties = control.find(qn("w:sdtPr"))
    return properties is not None and value_of(properties.find(qn("w:tag"))) == PORTAL


def value_of(node) -> str | None:
    return node.get(qn("w:val")) if node is not None else None


def joined_quotes(blocks: list) -> list:
    """The blocks with paragraphs of one quotation in one."""
    joined: list = []
    for block in blocks:
        is_next = isinstance(block, str) and joined and isinstance(joined[-1], str)
        if is_next and block.startswith("<blockquote>") and joined[-1].endswith("</blockquote>"):
            block = joined.pop().removesuffix("</blockquote>") + block.removeprefix("<blockquote>")
        joined.append(block)
    return joined


def is_quote(style) -> bool:
    return style is not None and bool(re.match(r"(intense |明显)?(quote|引用)", style.name or "", re.I))


def is_on(node) -> bool:
    """Whether a switch such as bold is there and not turned off."""
    return node is not None and value_of(node) not in ("0", "false", "off")


def is_old_picture(node) -> bool:
    return node.tag == "{urn:schemas-microsoft-com:vml}imagedata"


def marked(words: str, marks: str, link: str) -> str:
    if not words.strip():
        return words
    if "i" in marks:
        words = f"<em>{words}</em>"
    if "b" in marks:
        words = f"<strong>{words}</strong>"
    return f'<a href="{escape(link)}">{words}</a>' if link else words


def row_html(cells: list[str], tag: str) -> str:
    """A row. Headings are bold by being headings."""
    if tag == "th":
        cells = [re.sub(r"^<strong>([^<]*)</strong>$", r"\1", cell) for cell in cells]
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def list_html(lines: list[Line]) -> str:
    """Nested lists from lines that know their depth."""
    html, open_tags = "", []
    for line in lines:
        depth = min(line.depth, len(open_tags))
        while len(open_tags) > depth + 1:
            html += f"</li></{open_tags.pop()}>"
        if len(open_tags) == depth + 1:
            html += "</li>"
            if open_tags[-1] != line.tag:
                html += f"</{open_tags.pop()}>"
        if len(open_tags) == depth:
            open_tags.append(line.tag)
            is_later = line.tag == "ol" and line.start != 1
            html += f'<ol start="{line.start}">' if is_later else f"<{line.tag}>"
        html += f"<li>{line.html}"
    return html + "".join(f"</li></{tag}>" for tag in reversed(open_tags))
