"""The rich text of a section as a small tree, for whatever sets it anew: as Markdown, on paper, in a Word file."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

DEEPEST = 100  # elements within elements: nobody writes more, and what reads them calls itself for each
INLINE = frozenset({"strong", "em", "a", "br"})


@dataclass
class Node:
    """An element of clean HTML. `children` are nodes and words in their order."""

    tag: str
    attributes: dict = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    @property
    def is_inline(self) -> bool:
        return self.tag in INLINE

    def nodes(self, *tags: str) -> list["Node"]:
        """The children that are elements, of these tags only when some are given."""
        return [one for one in self.children if isinstance(one, Node) and (not tags or one.tag in tags)]


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        if len(self.open) > DEEPEST:
            return  # its words stay, in what is around it
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag != "br":
            self.open.append(node)

    def handle_endtag(self, tag):
        if tag in {node.tag for node in self.open}:
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data):
        self.open[-1].children.append(data)


def tree(html: str) -> Node:
    """The tree of clean HTML, below a root without a tag."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def blocks(parent: Node) -> list[Node]:
    """The blocks right below: words that stand loose between blocks are paragraphs of their own."""
    found: list[Node] = []
    loose: list[Node | str] = []

    def end_paragraph():
        if any(isinstance(one, Node) or one.strip() for one in loose):
            found.append(Node("p", {}, trimmed(loose)))
        loose.clear()

    for child in parent.children:
        if isinstance(child, str) or child.is_inline:
            loose.append(child)
        else:
            end_paragraph()
            found.append(Node("p", {}, trimmed(child.children)) if child.tag == "p" else child)
    end_paragraph()
    return found


def trimmed(children: list["Node | str"]) -> list["Node | str"]:
    """Words with single blanks, and none at either end."""
    kept = [re.sub(r"[ \t\r\n]+", " ", one) if isinstance(one, str) else one for one in children]
    if kept and isinstance(kept[0], str):
        kept[0] = kept[0].lstrip(" ")
    if kept and isinstance(kept[-1], str):
        kept[-1] = kept[-1].rstrip(" ")
    return [one for one in kept if one != ""]


def words(children: list["Node | str"]) -> str:
    """The words alone."""
    return "".join(one if isinstance(one, str) else words(one.children) or " " for one in children)


def rows(table: Node) -> list[tuple[bool, list[Node]]]:
    """The rows of a table: whether it is a heading, and the cells."""
    found = []
    for part in table.nodes("thead", "tbody", "tr"):
        for row in [part] if part.tag == "tr" else part.nodes("tr"):
            cells = row.nodes("th", "td")
            if cells:
                is_head = part.tag == "thead" or all(cell.tag == "th" for cell in cells)
                found.append((is_head, cells))
    return found
