"""The paper of a case study as a Word file: real headings, lists and tables, so that it can be worked with and read back.

What the portal adds (who, evidence, how to cite) stands in content controls with the tag `PORTAL`, so that whoever reads
the file back in knows the text from it. The same paper gives the same bytes.
"""

import zipfile
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from casestudies.paper import word_parts
from casestudies.paper.words import Paper
from casestudies.report.word import PORTAL

DAWN = (1980, 1, 1, 0, 0, 0)  # the time of every part
INK, QUIET, ACCENT = RGBColor(0x2B, 0x26, 0x22), RGBColor(0x6B, 0x62, 0x5B), RGBColor(0xB4, 0x51, 0x2C)
WIDTH = Cm(16)


def word_file(paper: Paper) -> bytes:
    """The .docx."""
    return _Writer(paper).content()


class _Writer:
    def __init__(self, paper: Paper):
        self.paper, self.words = paper, paper.words
        self.labels = paper.words["labels"]
        self.document: Document = docx.Document()
        self.lists = word_parts.Lists(self.document)

    def content(self) -> bytes:
        self.describe()
        self.set_styles()
        self.margins()
        self.title_page()
        self.sections()
        self.last_pages()
        file = BytesIO()
        self.document.save(file)
        return repacked(file.getvalue())

    # -- The file -----------------------------------------------------------------------------------------------------

    def describe(self) -> None:
        """Properties that help a library, and none of a machine."""
        words, properties = self.words, self.document.core_properties
        names = [one["name"] for one in words["authors"]] or [words["agency"]]
        properties.title = words["title"][:255]
        properties.author = "; ".join(names)[:255]
        properties.subject = words["kind"][:255]
        properties.keywords = "; ".join(words["keywords"])[:255]
        properties.comments = words["licence"]["words"][:255]
        properties.language = "en" if self.is_latin else "zh-CN"
        properties.last_modified_by = ""
        properties.revision = 1
        properties.created = properties.modified = self.paper.at.replace(microsecond=0, tzinfo=None)
        package = self.document.part.package
        for key, relation in list(package.rels.items()):
            if relation.reltype.endswith(("/thumbnail", "/extended-properties")):
                del package.rels[key]

    @property
    def is_latin(self) -> bool:
        return self.words["language"] == "en"

    def set_styles(self) -> None:
        """Song for the text, hei for headings, and the language that a spelling checker and a voice need."""
        styles = self.document.styles
        defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        word_parts.set_fonts(defaults, "Times New Roman", "宋体")
        word_parts.set_language(defaults, self.words["language"])
        for name, size, east, colour in (
            ("Normal", 10.5, "宋体", INK),
            ("Title", 22, "黑体", INK),
            ("Subtitle", 13, "宋体", QUIET),
            ("Heading 1", 15, "黑体", ACCENT),
            ("Heading 2", 12, "黑体", INK),
            ("Heading 3", 10.5, "黑体", INK),
            ("Quote", 10.5, "楷体", INK),
            ("Caption", 9, "宋体", QUIET),
            ("Header", 8.5, "宋体", QUIET),
            ("Footer", 8.5, "宋体", QUIET),
            ("List Paragraph", 10.5, "宋体", INK),
        ):
            style = styles[name]
            style.font.size, style.font.color.rgb = Pt(size), colour
            style.font.italic = False
            word_parts.set_fonts(style.element.get_or_add_rPr(), "Times New Roman", east)
        normal = styles["Normal"].paragraph_format
        normal.line_spacing, normal.space_after = 1.4, Pt(6)
        styles["Title"].element.pPr.remove_all("w:pBdr")
        quote = styles["Quote"].paragraph_format
        quote.left_indent = Cm(0.8)
        entry = styles.add_style("TOC 1", WD_STYLE_TYPE.PARAGRAPH)
        entry.base_style = styles["Normal"]
        quiet = styles.add_style("Quiet", WD_STYLE_TYPE.CHARACTER)
        quiet.font.color.rgb = QUIET
        link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
        link.font.color.rgb, link.font.underline = RGBColor(0x8C, 0x3F, 0x22), True

    def margins(self) -> None:
        """A4, with the title above, address and page below."""
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin = section.bottom_margin = Cm(2.5)
        mark = self.words["draft_mark"]
        section.header.paragraphs[0].text = " · ".join(filter(None, [mark, self.words["title"][:60]]))
        citation = self.words["citation"]
        below = section.footer.paragraphs[0]
        below.text = (citation["addresses"][0][1] if citation else self.words["portal"]) + "\t\t"
        word_parts.add_field(below, "PAGE", "1")
        below.add_run(" / ")
        word_parts.add_field(below, "NUMPAGES", "1")

    # -- What the portal says -----------------------------------------------------------------------------------------

    def title_page(self) -> None:
        words, labels, document = self.words, self.labels, self.document
        if words["draft_mark"]:
            with self.by_the_portal():
                document.add_paragraph().add_run(words["draft_mark"]).bold = True
        document.add_paragraph(words["title"], style="Title")
        with self.by_the_portal():
            if words["second_title"]:
                self.in_second_language(document.add_paragraph(words["second_title"], style="Subtitle"))
            self.quiet(document.add_paragraph(), words["kind"])
            for one in words["authors"]:
                self.author(one)
            document.add_paragraph(words["agency"])
            self.facts(words["particulars"])
            self.cite()
            self.facts([[labels["licence"], words["licence"]["words"]]], words["licence"]["url"])
        if words["abstract"]:
            document.add_paragraph(labels["abstract"], style="Heading 1")
            for one in words["abstract"]:
                document.add_paragraph(one)
        if words["keywords"]:
            joined = ("; " if self.is_latin else "；").join(words["keywords"])
            document.add_paragraph(labels["keywords"], style="Heading 1")
            document.add_paragraph(joined)
        with self.by_the_portal():
            for one in words["second_abstract"]:
                self.in_second_language(document.add_paragraph(one))
            if words["second_abstract_note"]:
                self.quiet(document.add_paragraph(), words["second_abstract_note"])
            if words["topics"]:
                self.facts([[labels["topics"], ("; " if self.is_latin else "；").join(words["topics"])]])
            self.evidence()
            self.contents()

    def author(self, one: dict) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.add_run(one["name"]).bold = True
        if one["name_en"]:
            paragraph.add_run(f" {one['name_en']}")
        self.quiet(paragraph, f"  {one['about']}")
        if one["orcid"]:
            paragraph.add_run("  ")
            word_parts.add_link(paragraph, one["orcid"], one["orcid"])

    def cite(self) -> None:
        citation = self.words["citation"]
        if not citation:
            return
        self.document.add_paragraph(self.labels["cite"], style="Heading 2")
        for style, reference in citation["references"]:
            self.quiet(self.document.add_paragraph(), style)
            self.document.add_paragraph(reference)
        for name, address in citation["addresses"]:
            paragraph = self.document.add_paragraph()
            self.quiet(paragraph, f"{name}  ")
            word_parts.add_link(paragraph, address, address)

    def evidence(self) -> None:
        told = self.words["evidence"]
        self.document.add_paragraph(self.labels["evidence"], style="Heading 2")
        self.document.add_paragraph(f"{told['level']} / {told['most']}  {told['words']}")
        for one in told["basis"]:
            self.document.add_paragraph(one)
        self.quiet(self.document.add_paragraph(), told["note"])
        if self.words["facts"]:
            self.document.add_paragraph(self.labels["facts"], style="Heading 2")
            self.facts(self.words["facts"])

    def contents(self) -> None:
        """A table of contents that is right as it is, with links; a word processor adds the pages when it is asked to."""
        titles = [(section["name"], section["title"]) for section in self.words["sections"]]
        if titles:
            self.document.add_paragraph(self.labels["contents"], style="Heading 2")
            word_parts.add_contents(self.document, titles)

    def facts(self, pairs: list[list[str]], url: str = "") -> None:
        for name, words in pairs:
            paragraph = self.document.add_paragraph()
            self.quiet(paragraph, f"{name}  ")
            paragraph.add_run(words)
            if url:
                paragraph.add_run(" ")
                word_parts.add_link(paragraph, url, url)

    def quiet(self, paragraph: Paragraph, words: str) -> None:
        paragraph.add_run(words, style="Quiet")

    def in_second_language(self, paragraph: Paragraph) -> None:
        for run in paragraph.runs:
            word_parts.set_language(run._r.get_or_add_rPr(), self.words["second_language"])

    def by_the_portal(self):
        return word_parts.control(self.document, PORTAL)

    # -- The text -----------------------------------------------------------------------------------------------------

    def sections(self) -> None:
        for number, section in enumerate(self.words["sections"], 1):
            heading = self.document.add_paragraph(section["title"], style="Heading 1")
            word_parts.bookmark(heading, section["name"], number)
            self.blocks(section["blocks"])
            self.pictures(section["pictures"])

    def blocks(self, nodes: list[dict]) -> None:
        for node in nodes:
            match node["tag"]:
                case "h3" | "h4":
                    style = f"Heading {node['level']}"
                    self.inline(self.document.add_paragraph(style=style), node["words"])
                case "ul" | "ol":
                    self.add_list(node, 0)
                case "blockquote":
                    for one in node["blocks"]:
                        if "words" in one:
                            self.inline(self.document.add_paragraph(style="Quote"), one["words"])
                        else:
                            self.blocks([one])
                case "table":
                    self.table(node)
                case _:
                    self.inline(self.document.add_paragraph(), node["words"])

    def add_list(self, node: dict, depth: int) -> None:
        number = self.lists.new(node["tag"], node["start"])
        for item in node["items"]:
            is_first = True
            for one in item:
                if one["tag"] in ("ul", "ol"):
                    self.add_list(one, depth + 1)
                elif "words" in one:
                    paragraph = self.document.add_paragraph(style="List Paragraph")
                    if is_first:
                        word_parts.number(paragraph, number, min(depth, 8))
                    else:
                        paragraph.paragraph_format.left_indent = Cm(0.75 * (depth + 1))
                    self.inline(paragraph, one["words"])
                else:
                    self.blocks([one])
                is_first = False

    def table(self, node: dict) -> None:
        rows = [*node["head"], *node["rows"]]
        if not rows:
            return
        if node["caption"]:
            self.inline(self.document.add_paragraph(style="Caption"), node["caption"])
        table = self.document.add_table(len(rows), node["columns"], style="Table Grid")
        table.autofit = True
        for position, row in enumerate(rows):
            is_head = position < len(node["head"])
            if is_head:
                word_parts.repeat(table.rows[position])
            for cell, content in zip(table.rows[position].cells, row, strict=True):
                paragraph = cell.paragraphs[0]
                for count, words in enumerate(lines_of(content)):
                    paragraph = paragraph if count == 0 else cell.add_paragraph()
                    self.inline(paragraph, words, is_bold=is_head)
        self.document.add_paragraph()

    def inline(self, paragraph: Paragraph, words: list, *, is_bold=False, is_italic=False, href="") -> None:
        for one in words:
            if isinstance(one, str):
                word_parts.add_words(paragraph, one, is_bold=is_bold, is_italic=is_italic, href=href)
            elif one["tag"] == "br":
                paragraph.add_run().add_break()
            else:
                self.inline(
                    paragraph,
                    one["words"],
                    is_bold=is_bold or one["tag"] == "strong",
                    is_italic=is_italic or one["tag"] == "em",
                    href=href or one["href"],
                )

    def pictures(self, found: list[dict]) -> None:
        for one in found:
            words = " · ".join(filter(None, [one["caption"], one["terms"]]))
            if one["file"]:
                content = self.paper.pictures[one["file"]]
                word_parts.add_picture(self.document, content, one["alt"], WIDTH)
            else:
                words = f"{one['alt']} — {words}"
            self.document.add_paragraph(words, style="Caption")

    # -- What follows -------------------------------------------------------------------------------------------------

    def last_pages(self) -> None:
        words, labels, document = self.words, self.labels, self.document
        if words["pictures"]:
            with self.by_the_portal():
                document.add_paragraph(labels["pictures"], style="Heading 1")
            self.pictures(words["pictures"])
        with self.by_the_portal():
            if words["files"]:
                document.add_paragraph(labels["files"], style="Heading 1")
            for one in words["files"]:
                paragraph = document.add_paragraph()
                paragraph.add_run(one["title"]).bold = True
                self.quiet(paragraph, f"  {one['about']}")
                if one["caption"]:
                    document.add_paragraph(one["caption"])
                if one["url"]:
                    word_parts.add_link(document.add_paragraph(), one["url"], one["url"])
            if words["ethics"]["facts"] or words["ethics"]["paragraphs"]:
                document.add_paragraph(labels["ethics"], style="Heading 1")
            self.facts(words["ethics"]["facts"])
            for one in words["ethics"]["paragraphs"]:
                document.add_paragraph(one)


def lines_of(blocks: list[dict]) -> list[list]:
    """The paragraphs of a cell, those of lists within it too."""
    lines: list[list] = []
    for one in blocks:
        if "words" in one:
            lines.append(one["words"])
        for item in one.get("items", []):
            lines += [["• ", *line] for line in lines_of(item)]
        lines += lines_of(one.get("blocks", []))
    return lines


def repacked(content: bytes) -> bytes:
    """The package with one time for every part: python-docx writes that of the machine."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, DAWN), old.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
