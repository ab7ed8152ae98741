"""The rich text of a section as JSON that a template can read: blocks, and words with what is around them."""

from casestudies import rich_tree
from casestudies.citation.source import UNFIT
from casestudies.rich_tree import Node


def blocks(html: str) -> list[dict]:
    """A section as JSON. Headings have a `level` below the section's own, and none leaves out one."""
    found = [block(node) for node in rich_tree.blocks(rich_tree.tree(html))]
    has_h3 = False
    for one in found:
        has_h3 = has_h3 or one["tag"] == "h3"
        if one["tag"] in ("h3", "h4"):
            one["level"] = 3 if one["tag"] == "h4" and has_h3 else 2
    return found


def block(node: Node) -> dict:
    match node.tag:
        case "ul" | "ol":
            start = node.attributes.get("start") or ""
            items = [[block(one) for one in rich_tree.blocks(item)] for item in node.nodes("li")]
            number = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
            return {"tag": node.tag, "start": number, "items": [item for item in items if item]}
        case "blockquote":
            return {"tag": "blockquote", "blocks": [block(one) for one in rich_tree.blocks(node)]}
        case "table":
            return table(node)
        case _:
            return {"tag": node.tag, "words": inline(node.children)}


def table(node: Node) -> dict:
    """Rows of the same length, each cell a list of blocks; those of the heading come first."""
    found = rich_tree.rows(node)
    width = max((len(cells) for _is_head, cells in found), default=0)
    made = [
        (
            is_head,
            [[block(one) for one in rich_tree.blocks(cell)] for cell in cells] + [[]] * (width - len(cells)),
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
