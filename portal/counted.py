"""Numbers that a process adds up in its memory, so that nothing is written while somebody waits."""

import threading
import time
from collections import Counter
from collections.abc import Hashable


class Counted:
    """How often each key was counted since it was last taken; with more than `most` keys, no new one is begun."""

    def __init__(self, most: float = float("inf")):
        self.most = most
        self.lock = threading.Lock()
        self.numbers: Counter[Hashable] = Counter()
        self.taken_at = time.monotonic()

    def add(self, key: Hashable) -> None:
        with self.lock:
            if key in self.numbers or len(self.numbers) < self.most:
                self.numbers[key] += 1

    def take(self) -> Counter:
        """All numbers, which begin anew."""
        with self.lock:
            taken, self.numbers = self.numbers, Counter()
            self.taken_at = time.monotonic()
        return taken

    def give_back(self, taken: Counter) -> None:
        """What could not be written after all."""
        with self.lock:
            self.numbers.update(taken)

    def are_due(self, every: float) -> bool:
        """Whether there is something, and it was last taken so many seconds ago."""
        return bool(self.numbers) and time.monotonic() - self.taken_at >= every
