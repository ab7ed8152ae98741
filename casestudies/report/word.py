"""Taking a Word document apart into headings, clean HTML, notes and pictures. Tracked changes are accepted.

python-docx opens the package; the walk over the text is ours, because its own leaves out content controls, text boxes
and notes, which reports are full of. In the HTML a note or a picture is a mark of two private characters around its
number (`NOTE`, `PICTURE`); `report` puts words in their place.
"""

import io
import re
from dataclasses import dataclass, field
from html import escape

import docx
from docx.oxml.ns import qn

from casestudies import rich_text
from casestudies.report import headings, word_changes
from casestudies.report.headings import Heading
from casestudies.report.word_changes import Changes
from casestudies.report.word_lists import Line, Numbering, list_html, value_of

W_P, W_TBL, W_TR, W_TC, W_R = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "r"))
W_HYPERLINK = qn("w:hyperlink")
#: Parts whose words are not, or not yet, the text: deleted ones, boxes read on their own, twins for old programs.
SKIPPED = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:txbxContent"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
WP_DOCPR = qn("wp:docPr")
PICTURES = {qn("w:drawing"), qn("w:pict"), qn("w:object")}
#: Layers around blocks that mean nothing here.
WRAPPERS = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}

#: The tag of content controls around what the portal itself put into a file (`paper.word_file`).
PORTAL = "tongxing-portal"


#: A mark in the text. The characters are taken out of what people wrote.
NOTE = re.compile("\ue0a0(\\d+)\ue0a1")
PICTURE = re.compile("\ue0a2(\\d+)\ue0a3")
MARK_SIGNS = re.compile("[\ue0a0-\ue0a3]")
#: A line under a picture that is its caption, whatever its style.
CAPTION = re.compile(
    r"(图|照片|Figure|Fig\.?|Photo)\s*[\d一二三四五六七八九十]+([-.．—]\d+)?[\s：:.．、]", re.I
)
CONTENTS = re.compile(r"(目\s*录|(table of )?contents)", re.I)
#: What programs write when nobody said what a picture shows.
BY_A_MACHINE = re.compile(r"自动生成|生成的内容|automatically generated|AI-generated", re.I)
BLIP_LINKS = (qn("r:embed"), qn("r:id"))


@dataclass
class Picture:
    """A picture in a document: its bytes, what its author says it shows, the caption under it."""

    content: bytes
    alt: str = ""
    caption: str = ""


@dataclass
class Document:
    """`blocks` are Headings and HTML; `notes` the HTML of foot- and endnotes in the order of their numbers."""

    blocks: list = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)


def read(content: bytes) -> Document:
    """The document in its order. Damaged files raise whatever the parsers raise."""
    source = docx.Document(io.BytesIO(content))
    changes = word_changes.accept(source.element.body)
    reader = _Reader(source)
    blocks = reader.blocks(source.element.body)
    return Document(blocks, reader.pictures, reader.notes, changes)


class _Reader:
    def __init__(self, source):
        self.source = source
        self.styles = {style.style_id: style for style in source.styles}
        self.links = {
            key: relation.target_ref for key, relation in source.part.rels.items() if relation.is_external
        }
        self.lists = Numbering(source)
        self.notes_there = {
            qn(f"w:{kind}Reference"): self.read_notes(f"{kind}s") for kind in ("footnote", "endnote")
        }
        self.notes: list[str] = []
        self.pictures: list[Picture] = []
        self.captionable: Picture | None = None

    def read_notes(self, kind: str) -> dict:
        """The footnotes or endnotes by their id."""
        parts = self.source.part.rels.values()
        part = next((one.target_part for one in parts if one.reltype.endswith(f"/{kind}")), None)
        if part is None:
            return {}
        root = docx.oxml.parse_xml(part.blob)
        word_changes.accept(root)
        return {node.get(qn("w:id")): node for node in root}

    def blocks(self, parent) -> list:
        """Headings and HTML of the block elements below `parent`."""
        blocks: list = []
        lines: list[Line] = []

        def end_list():
            if lines:
                blocks.append(rich_text.clean(list_html(lines)))
                lines.clear()

        for element in flat(parent):
            if element.tag == W_TBL:
                end_list()
                blocks.append(rich_text.clean(self.table(element)))
                self.captionable = None
                continue
            if self.is_contents(element):
                end_list()
                if blocks and CONTENTS.fullmatch(words_of(blocks[-1])):
                    blocks.pop()
                continue
            for part in [*self.paragraph(element), *self.boxes(element)]:
                if isinstance(part, Line):
                    lines.append(part)
                elif part:
                    end_list()
                    blocks.append(part)
        end_list()
        return joined_quotes([block for block in blocks if block])

    def style_of(self, paragraph):
        properties = paragraph.find(qn("w:pPr"))
        key = value_of(properties.find(qn("w:pStyle"))) if properties is not None else None
        return properties, self.styles.get(key)

    def is_contents(self, paragraph) -> bool:
        """Whether a paragraph is an entry of a table of contents, which repeats the headings."""
        _properties, style = self.style_of(paragraph)
        return style is not None and bool(re.match(r"(toc|目录)\s*(\d|heading|标题)", style.name or "", re.I))

    def boxes(self, paragraph) -> list:
        """The text boxes that hang from a paragraph, once each."""
        return [
            block
            for box in paragraph.iter(qn("w:txbxContent"))
            if not any(ancestor.tag in SKIPPED for ancestor in box.iterancestors())
            for block in self.blocks(box)
        ]

    def paragraph(self, element) -> list:
        """One paragraph: a Heading, a Line of a list or HTML, and nothing when it is empty."""
        html = self.inline(element)
        marks = marks_in(html)
        plain = rich_text.to_plain(without_marks(html))
        if not plain:
            self.captionable = self.pictures[-1] if PICTURE.search(marks) else self.captionable
            return [f"<p>{marks}</p>"] if marks else []
        properties, style = self.style_of(element)
        captioned, self.captionable = self.captionable, None
        if captioned is not None and not marks and is_caption(style, plain):
            captioned.caption = " ".join(plain.split())[:500]
            return []
        text, behind = " ".join(plain.split()), [f"<p>{marks}</p>"] if marks else []
        if level := self.level(properties, style):
            return [Heading(text, level), *behind]
        if level := self.numbered_level(properties, style, text):
            return [Heading(text, level), *behind]
        is_bold_line = re.fullmatch(r"<strong>[^<]*</strong>", html)
        line = self.lists.line(properties, style, html)
        if line and not (is_bold_line and len(plain) <= 40):
            return [line]
        paragraph = f"<p>{html}</p>"
        return [rich_text.clean(f"<blockquote>{paragraph}</blockquote>" if is_quote(style) else paragraph)]

    def numbered_level(self, properties, style, text: str) -> int | None:
        """The level of a heading that Word numbers by itself: 一、 and （一）, and any number before a known heading."""
        if not headings.could_be(text):
            return None
        if depth := self.lists.heading_depth(properties, style):
            return depth + 1
        found = self.lists.level_of(properties, style)
        if not found or not headings.field_of(text):
            return None
        is_counted = self.lists.levels.get(found, ("bullet", ""))[0] not in ("bullet", "none", None)
        return min(int(found[1]), 3) + 2 if is_counted else None

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
                words += escape(MARK_SIGNS.sub("", node.text or ""))
            elif node.tag in (qn("w:tab"), qn("w:ptab")):
                words += " "
            elif node.tag in (qn("w:br"), qn("w:cr")):
                words += "<br>" if node.get(qn("w:type")) in (None, "textWrapping") else " "
            elif node.tag == qn("w:noBreakHyphen"):
                words += "-"
            elif node.tag in self.notes_there:
                words += self.note(self.notes_there[node.tag].get(node.get(qn("w:id"))))
            elif node.tag in PICTURES:
                words += "".join(self.picture(inner, node) for inner in node.iter() if is_picture(inner))
        return words

    def note(self, node) -> str:
        """The mark of a note; its own words are kept under the same number."""
        if node is None:
            return ""
        self.notes.append("")
        number = len(self.notes)
        paragraphs = (self.inline(one) for one in flat(node))
        self.notes[number - 1] = "<br>".join(without_marks(one) for one in paragraphs if one)
        return f"\ue0a0{number}\ue0a1"

    def picture(self, blip, frame) -> str:
        """The mark of a picture."""
        key = next((blip.get(link) for link in BLIP_LINKS if blip.get(link)), None)
        relation = self.source.part.rels.get(key)
        content = relation.target_part.blob if relation is not None and not relation.is_external else b""
        described = next((one for one in frame.iter() if one.tag == WP_DOCPR), None)
        alt = (described.get("descr") or "").strip() if described is not None else ""
        self.pictures.append(
            Picture(content, "" if BY_A_MACHINE.search(alt) else " ".join(alt.split())[:300])
        )
        return f"\ue0a2{len(self.pictures)}\ue0a3"

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


def is_picture(node) -> bool:
    return node.tag in (qn("a:blip"), "{urn:schemas-microsoft-com:vml}imagedata")


def is_caption(style, words: str) -> bool:
    named = style is not None and re.match(r"(caption|题注|图题)", style.name or "", re.I)
    return len(words) <= 150 and bool(named or CAPTION.match(words + " "))


def words_of(block) -> str:
    return (block.text if isinstance(block, Heading) else rich_text.to_plain(block)).strip()


def marks_in(html: str) -> str:
    """The marks of notes and pictures alone."""
    return "".join(re.findall("[\ue0a0\ue0a2]\\d+[\ue0a1\ue0a3]", html))


def without_marks(html: str) -> str:
    return PICTURE.sub("", NOTE.sub("", html))


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
