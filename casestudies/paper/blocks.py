"""The rich text of a section as JSON that a template can read: blocks, and words with what is around them."""

from casestudies import rich_tree
from casestudies.open_data.citation.source import UNFIT
from casestudies.rich_tree import Node

DEEPEST = 8  # Typst and Word both give up on what is nested without end


def blocks(html: str) -> list[dict]:
    """A section as JSON. Headings have a `level` below the section's own, and none leaves out one."""
    nodes = rich_tree.blocks(rich_tree.tree(html))
    found = [
        block(one) for one in nodes if one.tag not in ("h3", "h4") or rich_tree.words(one.children).strip()
    ]
    has_h3 = False
    for one in found:
        has_h3 = has_h3 or one["tag"] == "h3"
        if one["tag"] in ("h3", "h4"):
            one["level"] = 3 if one["tag"] == "h4" and has_h3 else 2
    return found


def within(node: Node, depth: int) -> list[dict]:
    """The blocks of a quotation, an item or a cell. What is nested deeper than anybody means gives its words alone."""
    if depth > DEEPEST:
        words = rich_tree.words(node.children).strip()
        return [{"tag": "p", "words": [UNFIT.sub(" ", words)]}] if words else []
    return [block(one, depth) for one in rich_tree.blocks(node)]


def block(node: Node, depth: int = 0) -> dict:
    match node.tag:
        case "ul" | "ol":
            start = node.attributes.get("start") or ""
            items = [within(item, depth + 1) for item in node.nodes("li")]
            number = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
            return {"tag": node.tag, "start": number, "items": [item for item in items if item]}
        case "blockquote":
            return {"tag": "blockquote", "blocks": within(node, depth + 1)}
        case "table":
            return table(node, depth)
        case "h3" | "h4" if depth:  # a heading divides a section, not a list
            return {"tag": "p", "words": [{"tag": "strong", "href": "", "words": inline(node.children)}]}
        case _:
            return {"tag": node.tag, "words": inline(node.children)}


def table(node: Node, depth: int) -> dict:
    """Rows of the same length, each cell a list of blocks; those of the heading come first."""
    found = rich_tree.rows(node)
    width = max((len(cells) for _is_head, cells in found), default=0)
    made = [
        (
            is_head,
            [within(cell, depth + 1) for cell in cells] + [[]] * (width - len(cells)),
        )
        for is_head, cells in found
    ]
    captions = [inline(rich_tree.trimmed(one.children)) for one in node.nodes("caption")]
    heads = next((n for n, (is_head, _cells) in enumerate(made) if not is_head), len(made))
    return {
        "tag": "table",
        "columns": width,
        "caption": captions[0] if captions else [],
        "head": [cells for _is_head, cells in made[:heads]],
        "rows": [cells for _is_head, cells in made[heads:]],
    }


def inline(children: list[Node | str]) -> list:
    """Words, and elements around words."""
    found: list = []
    for one in children:
        if isinstance(one, str):
            found.append(UNFIT.sub(" ", one))
        elif one.tag == "br":
            found.append({"tag": "br"})
        elif one.is_inline:
            found.append(
                {"tag": one.tag, "href": one.attributes.get("href") or "", "words": inline(one.children)}
            )
        else:
            found += inline(one.children)
    return found
