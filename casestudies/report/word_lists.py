"""The lists of a Word document (ECMA-376, part 1, 17.9): how deep an item stands, how it is numbered, and from where on."""

import re
from dataclasses import dataclass

from docx.oxml.ns import qn

#: Ways to count in Chinese. Who numbers like this divides a report (一、) or a part of it (（一）).
CHINESE_FORMATS = {
    "chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "ideographTraditional",
    "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand", "taiwaneseDigital",
}  # fmt: skip


def value_of(node) -> str | None:
    return node.get(qn("w:val")) if node is not None else None


@dataclass
class Line:
    """A paragraph that stands in a list: how deep, numbered or not, its HTML, and its number."""

    depth: int
    tag: str
    html: str
    start: int = 1


class Numbering:
    """What the document says about its lists, and how far each has counted."""

    def __init__(self, source):
        parts = source.part.rels.values()
        part = next((one.target_part for one in parts if one.reltype.endswith("/numbering")), None)
        root = part.element if part is not None else None
        self.levels = self.read_levels(root) if root is not None else {}
        self.starts = self.read_starts(root) if root is not None else {}
        self.counts: dict[tuple[str, int], int] = {}

    @staticmethod
    def read_levels(root) -> dict:
        """For each list and depth how it is numbered ("bullet", "decimal" …) and what stands around the number."""
        abstract = {
            node.get(qn("w:abstractNumId")): {
                level.get(qn("w:ilvl")): (
                    value_of(level.find(qn("w:numFmt"))),
                    value_of(level.find(qn("w:lvlText"))) or "",
                )
                for level in node.findall(qn("w:lvl"))
            }
            for node in root.findall(qn("w:abstractNum"))
        }
        return {
            (node.get(qn("w:numId")), depth): level
            for node in root.findall(qn("w:num"))
            for depth, level in abstract.get(value_of(node.find(qn("w:abstractNumId"))), {}).items()
        }

    @staticmethod
    def read_starts(root) -> dict[str, int]:
        """The number with which a list begins, where it says so."""
        overridden = {
            node.get(qn("w:numId")): value_of(level.find(qn("w:startOverride"))) or ""
            for node in root.findall(qn("w:num"))
            for level in node.findall(qn("w:lvlOverride"))
            if level.get(qn("w:ilvl")) == "0"
        }
        return {
            key: int(words)
            for key, words in overridden.items()
            if words.isascii() and words.isdigit() and len(words) < 7
        }

    def level_of(self, properties, style) -> tuple[str, str] | None:
        """The list and the depth in it, as the document names them, or None for a paragraph in none."""
        node = properties.find(qn("w:numPr")) if properties is not None else None
        while node is None and style is not None:
            node = style.element.pPr.find(qn("w:numPr")) if style.element.pPr is not None else None
            style = style.base_style
        number = value_of(node.find(qn("w:numId"))) if node is not None else None
        if number in (None, "0"):
            return None
        depth = value_of(node.find(qn("w:ilvl"))) or "0"
        return number, depth if depth.isascii() and depth.isdigit() else "0"

    def line(self, properties, style, html: str) -> Line | None:
        """The paragraph as an item of a list, or None."""
        if found := self.level_of(properties, style):
            number, depth = found[0], min(int(found[1]), 8)
            number_format = self.levels.get(found, ("bullet", ""))[0]
            tag = "ul" if number_format in ("bullet", "none", None) else "ol"
            return Line(depth, tag, html, self.counted(number, depth) if tag == "ol" else 1)
        by_name = re.match(r"List (Bullet|Number)\s*(\d?)$", style.name or "") if style is not None else None
        if by_name:
            return Line(int(by_name[2] or 1) - 1, "ul" if by_name[1] == "Bullet" else "ol", html)
        return None

    def counted(self, number: str, depth: int) -> int:
        """The number of an item. A list that goes on after a paragraph goes on counting."""
        for key in [key for key in self.counts if key[0] == number and key[1] > depth]:
            del self.counts[key]
        first = self.starts.get(number, 1) if depth == 0 else 1
        self.counts[number, depth] = self.counts.get((number, depth), first - 1) + 1
        return self.counts[number, depth]

    def heading_depth(self, properties, style) -> int | None:
        """1 for a paragraph that Word numbers 一、 and 2 for （一）; None for others."""
        found = self.level_of(properties, style)
        number_format, around = self.levels.get(found, (None, "")) if found else (None, "")
        if number_format not in CHINESE_FORMATS:
            return None
        return 2 if around.lstrip().startswith(("（", "(")) or found[1] != "0" else 1  # type: ignore[index]


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
