"""The rich text of a section: which HTML is kept, and the same text as Markdown for people to edit.

Only what print, harvest and a screen reader can carry is kept. The console edits sections as Markdown in a plain
text area: it works on every phone, without JavaScript, in an instant messenger and in a Word paste alike; an editor
made of a div does not. `to_markdown` and `from_markdown` undo each other for everything that `clean` lets through.
"""

import re
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import Delimiter

from casestudies import rich_tree
from casestudies.rich_tree import Node

TAGS = frozenset(
    [
        "p",
        "br",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "blockquote",
        "strong",
        "em",
        "a",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
DROPPED_WITH_CONTENT = frozenset({"script", "style", "template", "iframe", "object", "noscript"})
#: What other programs write, and what we call it.
RENAMED = {"h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "b": "strong", "i": "em", "div": "p"}
_TAG = re.compile(r"</?[a-z][^>]*>")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(DROPPED_WITH_CONTENT),
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)


def star(state, silent: bool) -> bool:
    """Read a run of `*`. Markdown's own rule asks for spaces that Chinese does not have: it takes the second mark of
    `**目标：**帮助` for no end. Here a run opens when no space follows it and closes when none stands before it.
    """
    if silent or state.src[state.pos] != "*":
        return False
    length = len(state.src) - state.pos - len(state.src[state.pos :].lstrip("*"))
    before, after = state.src[: state.pos][-1:], state.src[state.pos + length :][:1]
    for _star in range(length):
        state.push("text", "", 0).content = "*"
        state.delimiters.append(
            Delimiter(
                marker=ord("*"),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=bool(after.strip()),
                close=bool(before.strip()),
            )
        )
    state.pos += length
    return True


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
# People do not mean these: an indent, a row of dashes, a back quote. Their words would be lost with them.
_markdown.disable(
    ["image", "code", "fence", "hr", "lheading", "reference", "backticks", "html_block", "html_inline"]
)
_markdown.inline.ruler.at("emphasis", star)


def clean(html: str) -> str:
    """The HTML with nothing in it but what we keep. Safe to show as it is."""
    html = CONTROL_CHARACTERS.sub("", html)
    html = re.sub(
        r"<(/?)(h[1256]|b|i|div)(?=[\s/>])", lambda m: f"<{m[1]}{RENAMED[m[2].lower()]}", html, flags=re.I
    )
    return re.sub(r"<p>\s*</p>", "", _cleaner.clean(html)).strip()


def from_markdown(text: str) -> str:
    """Clean HTML of a text in Markdown. HTML in it is taken as words, but for `<br>`, which a table cell needs."""
    return _clean_rendered(_markdown.render(CONTROL_CHARACTERS.sub("", text)))


def _clean_rendered(html: str) -> str:
    return clean(re.sub(r"&lt;br\s*/?&gt;", "<br>", html))


def markdown_blocks(text: str, heading) -> list:
    """A Markdown text taken apart: `heading(text, level)` for its headings, clean HTML for each block between."""
    tokens = _markdown.parse(CONTROL_CHARACTERS.sub("", text))
    blocks, start, depth = [], 0, 0
    for position, token in enumerate(tokens):
        depth += token.nesting
        if depth:
            continue
        part, start = tokens[start : position + 1], position + 1
        html = _markdown.renderer.render(part, _markdown.options, {})
        if part[0].type == "heading_open":
            blocks.append(heading(to_plain(html), int(part[0].tag[1])))
        elif kept := _clean_rendered(html):
            blocks.append(kept)
    return blocks


def to_plain(html: str) -> str:
    """The words alone, one line for each block. Takes clean HTML, in which every other `<` is written `&lt;`."""
    broken = re.sub(r"</(?:p|h3|h4|li|tr|blockquote|caption)>|<br>", "\n", html)
    broken = re.sub(r"</t[dh]>", "\t", broken)
    lines = (line.strip() for line in unescape(_TAG.sub("", broken)).splitlines())
    return "\n".join(line for line in lines if line)


def to_markdown(html: str) -> str:
    """The text of a section as Markdown. Takes clean HTML."""
    return "\n\n".join(_MarkdownWriter().blocks(rich_tree.tree(html))).strip()


class _MarkdownWriter:
    """Writes the small tree of a section."""

    def blocks(self, parent: Node) -> list[str]:
        """The Markdown blocks of the children."""
        return [written for block in rich_tree.blocks(parent) for written in self.block(block)]

    def block(self, node: Node) -> list[str]:
        match node.tag:
            case "p":
                words = self.inline(node.children).strip()
                return [guard_start(words)] if words else []
            case "h3" | "h4":
                words = self.inline(node.children).strip().replace("\n", " ")
                return [f"{'#' * int(node.tag[1])} {words}"] if words else []
            case "blockquote":
                inner = "\n\n".join(self.blocks(node))
                return ["\n".join(f"> {line}".rstrip() for line in inner.split("\n"))] if inner else []
            case "ul" | "ol":
                return [self.list(node)]
            case "table":
                return [self.table(node)]
            case _:
                return self.blocks(node)

    def list(self, node: Node) -> str:
        items = [child for child in node.children if isinstance(child, Node) and child.tag == "li"]
        is_loose = any(isinstance(part, Node) and part.tag == "p" for item in items for part in item.children)
        start = node.attributes.get("start") or ""
        number = None if node.tag == "ul" else int(start) if re.fullmatch(r"\d{1,8}", start, re.A) else 1
        lines = []
        for offset, item in enumerate(items):
            mark = "- " if number is None else f"{number + offset}. "
            inner = ("\n\n" if is_loose else "\n").join(self.blocks(item))
            first, *rest = inner.split("\n")
            indented = [f"{' ' * len(mark)}{line}" if line else "" for line in rest]
            lines.append("\n".join([f"{mark}{first}".rstrip(), *indented]))
        return ("\n\n" if is_loose else "\n").join(lines)

    def table(self, node: Node) -> str:
        rows, captions = [], []
        for part in walk(node):
            if part.tag == "tr":
                cells = [cell for cell in part.children if isinstance(cell, Node)]
                rows.append([self.cell(cell) for cell in cells])
            elif part.tag == "caption":
                captions.append(self.inline(part.children).strip())
        width = max(map(len, rows), default=0)
        if not width:
            return "\n\n".join(captions)
        head, *body = [row + [""] * (width - len(row)) for row in rows]
        lines = [head, ["---"] * width, *body]
        return "\n\n".join([*captions, "\n".join(f"| {' | '.join(row)} |" for row in lines)])

    def cell(self, node: Node) -> str:
        blocks = "<br>".join(block for block in self.blocks(node) if block)
        return re.sub(r"\n+", "<br>", blocks).replace("|", "\\|")

    def inline(self, children) -> str:
        return "".join(
            escape(re.sub(r"[ \t\n\r]+", " ", child)) if isinstance(child, str) else self.mark(child)
            for child in children
        )

    def mark(self, node: Node) -> str:
        if node.tag == "br":
            return "\n"
        words = self.inline(node.children)
        inner = words.strip()
        if not inner:
            return words
        before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        match node.tag:
            case "strong":
                inner = f"**{inner}**"
            case "em":
                inner = f"*{inner}*"
            case "a" if node.attributes.get("href"):
                inner = f"[{inner}](<{node.attributes['href']}>)"
        return before + inner + after


def walk(node: Node):
    """Every part of a table, in order."""
    for child in node.children:
        if isinstance(child, Node):
            yield child
            if child.tag != "tr":
                yield from walk(child)


def escape(words: str) -> str:
    """Words that Markdown would take for marks."""
    words = re.sub(r"([\\*\[\]])", r"\\\1", words)
    words = re.sub(r"<(?=[A-Za-z/!?])", r"\\<", words)
    return re.sub(r"&(?=#?\w+;)", r"\\&", words)


def guard_start(paragraph: str) -> str:
    """A paragraph with lines that begin like a heading, a list, a quotation or a table, but are none."""
    lines = []
    for line in paragraph.split("\n"):
        line = re.sub(r"^\s*(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|[-|:]+(?=[-|:\s]*$))", r"\\\1", line)
        line = re.sub(r"^\s*(\d{1,9})([.)])(?=\s|$)", r"\1\\\2", line)
        lines.append(line.strip())
    return "\n".join(lines)
