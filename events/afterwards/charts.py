"""Small pictures of a few numbers: bars beside each other, each with its words. The table beside says the same."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH, HEIGHT = 100, 60
MOST_BARS = 24


@dataclass(frozen=True)
class Bar:
    """One bar on a drawing of 100 × 60, growing from below."""

    words: object
    count: int
    x: float
    y: float
    width: float
    height: float


def bars(numbers: Iterable[tuple[object, int]]) -> list[Bar]:
    """Bars for these words and counts, in their order, the longest as high as the drawing."""
    numbers = list(numbers)
    most = max((count for _words, count in numbers), default=0) or 1
    step = WIDTH / max(len(numbers[:MOST_BARS]), 4)
    drawn = []
    for n, (words, count) in enumerate(numbers):
        height = round(HEIGHT * count / most, 2)
        width = round(step * 0.8, 2) if n < MOST_BARS else 0
        drawn.append(Bar(words, count, round(n * step, 2), HEIGHT - height, width, height))
    return drawn
