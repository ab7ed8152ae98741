"""The family tree of a case study, drawn: generations go to the right, each adaptation has a line of its own.

Lengths are SVG units; the picture is as wide as a phone and grows downwards. The nested list beside it says the same.
"""

from itertools import count

WIDTH, LINE, STEP, MARGIN = 320, 44, 22, 14


def draw(family: dict | None) -> dict | None:
    """Nodes with their places and the strokes between them, or none without a family."""
    if family is None:
        return None
    rows = count()
    nodes: list[dict] = []
    strokes: list[str] = []

    def place(node: dict, generation: int) -> tuple[int, int]:
        x, y = MARGIN + generation * STEP, next(rows) * LINE + LINE // 2
        room = (WIDTH - x - 16) // 14
        label = str(node["agency"].label)
        short = label if len(label) <= room * (1 if label and label[0] >= "一" else 2) else ""
        limit = room * (1 if label and label[0] >= "一" else 2)
        nodes.append({**node, "x": x, "y": y, "text": x + 16, "short": short or label[: limit - 1] + "…"})
        for child in node["children"]:
            to_x, to_y = place(child, generation + 1)
            strokes.append(f"M{x} {y + 8}V{to_y - 8}Q{x} {to_y} {x + 8} {to_y}H{to_x - 8}")
        return x, y

    place(family, 0)
    return {"width": WIDTH, "height": len(nodes) * LINE, "nodes": nodes, "strokes": strokes}
