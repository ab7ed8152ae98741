"""The drawing of the network: nodes and paths with their places, laid out here and not in the browser.

Springs pull partners together, everybody keeps a distance, labels are moved apart. No chance is involved, so the same
links give the same picture. What is drawn is decided in `orgs/network.py`.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from unicodedata import east_asian_width

from orgs.models import Agency
from orgs.ties import TieKind
from portal.models import Topic

EM = 14  # the size of a label in units of the picture; portal/static/portal/css/components.css says the same
LINE = 17
LABEL_EMS = 6.5
MARGIN = 12
SHEET = (560, 400)  # for 20 agencies; labels stay readable where the picture is 40 rem wide
STEP = 110


def css_of(kind: Topic | TieKind) -> str:
    """col:research as the class col-research."""
    return kind.code.replace(":", "-")


@dataclass
class Node:
    agency: Agency
    partners: int
    radius: float
    lines: list[str]
    x: float = 0
    y: float = 0
    is_here: bool = False

    @property
    def label_lines(self) -> list[tuple[str, float]]:
        """The lines of the label, each with its baseline."""
        top = self.y + self.radius + LINE
        return [(line, round(top + number * LINE, 1)) for number, line in enumerate(self.lines)]

    @property
    def width(self) -> float:
        return max(2 * self.radius, *(width_of(line) * EM for line in self.lines), 0) + 8

    @property
    def height(self) -> float:
        return 2 * self.radius + LINE * len(self.lines) + 8


@dataclass
class Edge:
    """A line between two agencies: of one kind, for so many partnerships or things done together."""

    start: Node
    end: Node
    kind: Topic | TieKind
    weight: int = 1
    path: str = ""
    middle: tuple[float, float] = (0, 0)

    @property
    def css(self) -> str:
        return css_of(self.kind)

    @property
    def dash(self) -> str:
        """A confirmed partnership is a whole line; what arose by itself has its own pattern of dashes."""
        return getattr(self.kind, "dash", "")


@dataclass
class Picture:
    nodes: list[Node]
    edges: list[Edge]
    width: float
    height: float


def spring(nodes: list[Node], edges: list[Edge]) -> None:
    """Places by springs and distances (Fruchterman and Reingold 1991), from a start in the order of the links.

    The work is held to about a second for 300 agencies: the more there are, the fewer the rounds. In the end the
    picture is brought to a sheet that is as large as the number of agencies asks for.
    """
    if not nodes:
        return
    neighbours: dict[int, list[int]] = defaultdict(list)
    index = {node.agency.pk: number for number, node in enumerate(nodes)}
    pairs = sorted({(index[edge.start.agency.pk], index[edge.end.agency.pk]) for edge in edges})
    for one, other in pairs:
        neighbours[one].append(other)
        neighbours[other].append(one)
    order = walk(nodes, neighbours)
    count = len(nodes)
    distance = 105.0
    reach = distance * math.sqrt(count) / 2
    xs, ys = [0.0] * count, [0.0] * count
    for number, node in enumerate(
        order
    ):  # a sunflower: linked agencies start near each other, the hub in the middle
        angle, radius = number * 2.399963, reach * math.sqrt((number + 0.5) / count)
        xs[node], ys[node] = radius * math.cos(angle), radius * math.sin(angle)
    rounds = max(40, min(400, 1_600_000 // (count * count)))
    heat = reach / 3
    for step in range(rounds):
        dxs, dys = [0.0] * count, [0.0] * count
        for one in range(count):
            x, y = xs[one], ys[one]
            for other in range(one + 1, count):
                dx, dy = x - xs[other], y - ys[other]
                square = dx * dx + dy * dy or 0.01
                if square < 16 * distance * distance:
                    push = distance * distance / square
                    dxs[one] += dx * push
                    dys[one] += dy * push
                    dxs[other] -= dx * push
                    dys[other] -= dy * push
        for one, other in pairs:
            dx, dy = xs[one] - xs[other], ys[one] - ys[other]
            pull = math.hypot(dx, dy) / distance
            dxs[one] -= dx * pull
            dys[one] -= dy * pull
            dxs[other] += dx * pull
            dys[other] += dy * pull
        limit = heat * (1 - step / rounds) + 0.5
        for one in range(count):  # a little gravity, stronger up and down: the picture is wider than high
            dx, dy = dxs[one] - 0.45 * xs[one], dys[one] - 0.75 * ys[one]
            length = math.hypot(dx, dy) or 0.01
            xs[one] += dx / length * min(length, limit)
            ys[one] += dy / length * min(length, limit)
    side = math.sqrt(count / 20)
    wide, high = max(xs) - min(xs) or 1, max(ys) - min(ys) or 1
    for number, node in enumerate(nodes):
        node.x, node.y = xs[number] * SHEET[0] * side / wide, ys[number] * SHEET[1] * side / high


def line_up_below(alone: list[Node], linked: list[Node]) -> None:
    """Agencies without a partner stand in rows under the picture, ready to be drawn in."""
    bottom = max((node.y + node.height for node in linked), default=0) + 2 * LINE
    left = min((node.x for node in linked), default=0)
    right = max((node.x for node in linked), default=STEP * 5)
    in_a_row = max(1, int((right - left) // STEP))
    for number, node in enumerate(alone):
        row, column = divmod(number, in_a_row)
        last = min(in_a_row, len(alone) - row * in_a_row)
        node.x = (left + right) / 2 + (column - (last - 1) / 2) * STEP
        node.y = bottom + row * 4 * LINE


def walk(nodes: list[Node], neighbours: dict[int, list[int]]) -> list[int]:
    """Every node once, from the best connected outwards along the links."""
    order: list[int] = []
    seen: set[int] = set()
    for start in sorted(
        range(len(nodes)), key=lambda number: (-nodes[number].partners, nodes[number].agency.pk)
    ):
        queue = [start]
        while queue:
            number = queue.pop(0)
            if number not in seen:
                seen.add(number)
                order.append(number)
                queue += neighbours[number]
    return order


def part_labels(nodes: list[Node], *, pinned: int = 0) -> None:
    """Move overlapping nodes apart, label included, along the shorter way. The first `pinned` stay where they are."""
    for _round in range(120):
        is_calm = True
        for number, one in enumerate(nodes):
            for other in nodes[number + 1 :]:
                dx = other.x - one.x
                dy = (other.y - other.radius + other.height / 2) - (one.y - one.radius + one.height / 2)
                over_x = (one.width + other.width) / 2 - abs(dx)
                over_y = (one.height + other.height) / 2 - abs(dy)
                if over_x <= 0 or over_y <= 0:
                    continue
                is_calm = False
                share = 1.0 if number < pinned else 0.5
                if over_x < over_y:
                    move = math.copysign(over_x + 0.5, dx)
                    other.x += move * share
                    one.x -= move * (1 - share)
                else:
                    move = math.copysign(over_y + 0.5, dy)
                    other.y += move * share
                    one.y -= move * (1 - share)
        if is_calm:
            return


def finish(picture: Picture) -> Picture:
    """Set the picture into its frame and draw the paths."""
    nodes = picture.nodes
    if not nodes:
        return Picture([], [], 100, 40)
    left = min(node.x - node.width / 2 for node in nodes) - MARGIN
    top = min(node.y - node.radius for node in nodes) - MARGIN
    for node in nodes:
        node.x, node.y = round(node.x - left, 1), round(node.y - top, 1)
    picture.width = math.ceil(max(node.x + node.width / 2 for node in nodes) + MARGIN)
    picture.height = math.ceil(max(node.y - node.radius + node.height for node in nodes) + MARGIN)
    beside: dict[tuple[int, int], int] = defaultdict(int)
    for edge in picture.edges:
        pair = (edge.start.agency.pk, edge.end.agency.pk)
        edge.path, edge.middle = curve(edge.start, edge.end, beside[pair], picture)
        beside[pair] += 1
    return picture


def curve(start: Node, end: Node, number: int, picture: Picture) -> tuple[str, tuple[float, float]]:
    """A path and its middle. It is a path that leans towards the middle, so that paths come together; the second between two lies beside the first."""
    middle_x, middle_y = (start.x + end.x) / 2, (start.y + end.y) / 2
    lean = 0.16
    x = middle_x + lean * (picture.width / 2 - middle_x)
    y = middle_y + lean * (picture.height / 2 - middle_y)
    length = math.hypot(end.x - start.x, end.y - start.y) or 1
    aside = (number + 1) // 2 * (18 if number % 2 else -18)
    x += aside * (end.y - start.y) / length
    y -= aside * (end.x - start.x) / length
    middle = round((start.x + 2 * x + end.x) / 4, 1), round((start.y + 2 * y + end.y) / 4, 1)
    return f"M{start.x} {start.y}Q{x:.1f} {y:.1f} {end.x} {end.y}", middle


def width_of(text: str) -> float:
    """The width of a text in ems: a Chinese character is one, a Latin letter about half."""
    return sum(1 if east_asian_width(character) in "WF" else 0.55 for character in text)


def wrap(text: str) -> list[str]:
    """A label in at most two lines; what does not fit ends in dots, and stands in full in the title and the table."""
    text = text.partition(",")[0]
    parts = text.split(" ") if " " in text else list(text)
    glue = " " if " " in text else ""
    total = width_of(text)
    widest = 9 if glue else LABEL_EMS + 1.5  # words of Latin letters break less well
    room = LABEL_EMS if total <= LABEL_EMS else min(total / 2 + (1.6 if glue else 0.6), widest)
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}{glue}{part}" if lines[-1] else part
        if width_of(longer) <= room or not lines[-1]:
            lines[-1] = longer
        elif len(lines) == 2:
            lines[-1] += "…"
            break
        else:
            lines.append(part)
    return lines
