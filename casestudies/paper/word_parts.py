"""Parts of a Word file for which python-docx has no words (ECMA-376, part 1): lists, links, fields, content controls."""

from contextlib import contextmanager
from io import BytesIO

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu
from docx.table import _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

THEMES = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")
TALLEST = Cm(11)
MARKS = "•–·"


def element(tag: str, /, **values) -> OxmlElement:
    made = OxmlElement(f"w:{tag}")
    for key, value in values.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def set_fonts(properties, latin: str, east: str) -> None:
    """The font of Latin letters and the one of Chinese characters, in place of a theme's."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = element("rFonts")
        properties.insert(0, fonts)
    for theme in THEMES:
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for key, name in (("ascii", latin), ("hAnsi", latin), ("eastAsia", east), ("cs", latin)):
        fonts.set(qn(f"w:{key}"), name)


def set_language(properties, language: str) -> None:
    found = properties.find(qn("w:lang"))
    if found is None:
        found = element("lang")
        properties.append(found)
    found.set(qn("w:val"), "en-GB")
    found.set(qn("w:eastAsia"), "zh-CN" if language == "zh" else "en-GB")


class Lists:
    """Numbers each list on its own: Word goes on counting where two lists share a number."""

    def __init__(self, document: Document):
        self.root = document.part.numbering_part.element
        for one in list(self.root):
            self.root.remove(one)  # those of python-docx's template
        self.count = 0
        for position, tag in enumerate(("ul", "ol")):
            self.root.insert(position, self.definition(position, tag))

    @staticmethod
    def definition(number: int, tag: str):
        made = element("abstractNum", abstractNumId=number)
        made.append(element("multiLevelType", val="multilevel"))
        for depth in range(9):
            level = element("lvl", ilvl=depth)
            level.append(element("start", val=1))
            level.append(element("numFmt", val="decimal" if tag == "ol" else "bullet"))
            level.append(element("lvlText", val=f"%{depth + 1}." if tag == "ol" else MARKS[depth % 3]))
            level.append(element("lvlJc", val="left"))
            properties = element("pPr")
            properties.append(element("ind", left=425 * (depth + 1), hanging=425))
            level.append(properties)
            made.append(level)
        return made

    def new(self, tag: str, start: int) -> int:
        """The number of a list that begins at `start`."""
        self.count += 1
        made = element("num", numId=self.count)
        made.append(element("abstractNumId", val=0 if tag == "ul" else 1))
        if tag == "ol":
            for depth in range(9):
                override = element("lvlOverride", ilvl=depth)
                override.append(element("startOverride", val=start))
                made.append(override)
        self.root.append(made)
        return self.count


def number(paragraph: Paragraph, list_number: int, depth: int) -> None:
    """Make a paragraph an item of a list."""
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = depth
    properties.get_or_add_numId().val = list_number


def repeat(row: _Row) -> None:
    """A heading row, which stands on every page and is read out with its cells."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))


def add_words(paragraph: Paragraph, words: str, *, is_bold: bool, is_italic: bool, href: str) -> None:
    if not words:
        return
    if href:
        run = Run(add_link(paragraph, href, words), paragraph)
    else:
        run = paragraph.add_run(words)
    if is_bold:
        run.bold = True
    if is_italic:
        run.italic = True


def add_link(paragraph: Paragraph, address: str, words: str):
    """A link; returns its run."""
    key = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), key)
    paragraph._p.append(link)
    return linked_run(link, words)


def linked_run(link, words: str):
    run = OxmlElement("w:r")
    properties = OxmlElement("w:rPr")
    properties.append(element("rStyle", val="Hyperlink"))
    run.append(properties)
    text = OxmlElement("w:t")
    text.text = words
    text.set(qn("xml:space"), "preserve")
    run.append(text)
    link.append(run)
    return run


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """A field such as PAGE, with what it shows until it is worked out."""
    field = element("fldSimple", instr=code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def bookmark(paragraph: Paragraph, name: str, key: int) -> None:
    start, end = element("bookmarkStart", id=key, name=f"_Toc_{name}"), element("bookmarkEnd", id=key)
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)


def add_contents(document: Document, titles: list[tuple[str, str]]) -> None:
    """A TOC field with its entries in place: name of the bookmark and title."""
    for position, (name, title) in enumerate(titles):
        paragraph = document.add_paragraph(style="TOC 1")
        if position == 0:
            paragraph._p.append(mark("begin"))
            run, code = OxmlElement("w:r"), OxmlElement("w:instrText")
            code.text = r' TOC \o "1-1" \h \z \u '
            code.set(qn("xml:space"), "preserve")
            run.append(code)
            paragraph._p.append(run)
            paragraph._p.append(mark("separate"))
        link = element("hyperlink", anchor=f"_Toc_{name}")
        paragraph._p.append(link)
        linked_run(link, title)
        if position == len(titles) - 1:
            paragraph._p.append(mark("end"))


def mark(kind: str):
    run = OxmlElement("w:r")
    run.append(element("fldChar", fldCharType=kind))
    return run


def add_picture(document: Document, content: bytes, alt: str, width: Emu) -> None:
    """A picture that fits the page, with words for those who cannot see it."""
    shape = document.add_picture(BytesIO(content))
    scale = min(1, width / shape.width, TALLEST / shape.height)
    shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
    shape._inline.docPr.set("descr", alt)


@contextmanager
def control(document: Document, tag: str):
    """What is added meanwhile stands in a content control with this tag."""
    body = document.element.body
    before = len(body)
    last = body[-1] if before and body[-1].tag == qn("w:sectPr") else None
    start = before - (last is not None)
    yield
    made = [one for one in body[start:] if one.tag != qn("w:sectPr")]
    if not made:
        return
    holder, properties, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    properties.append(element("tag", val=tag))
    holder.append(properties)
    holder.append(content)
    body.insert(start, holder)
    for one in made:
        content.append(one)
