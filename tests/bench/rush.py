"""A thousand people register for one event within a minute while others browse: `make bench-rush`.

Everybody has an account, comes at a moment of their own within SECONDS, opens the event's page, presses the button and
reads the answer. READERS go through other pages meanwhile, a third of them signed in, and look at each for a second. The
server runs as in production, on PostgreSQL, with the driver on the same machine. Prints `name value unit` a line:
no answer may be a 5xx, and 95 of 100 answers come within a second.
"""

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from tests.bench.registration import RESULT, WORLD, ask, inside, production, visit
from tests.machine import postgres

PEOPLE, SEATS = int(os.environ.get("PEOPLE", "1000")), 300
SECONDS, READERS, READS_FOR = 60, 20, 1.0
PAGES = ("/", "/events/", "/agencies/", "/cases/", "/search/?q=training", "/en/", "/en/events/")
SEED = 10


def p95(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.95)] if waits else 0.0


def read(port: int, cookie: str, chance: random.Random, over: threading.Event) -> list[tuple[int, float]]:
    """One reader. Returns status and seconds of each page; 0 where no answer came."""
    connection, seen = HTTPConnection("127.0.0.1", port, timeout=60), []
    while not over.is_set():
        began = time.monotonic()
        try:
            status = ask(connection, "GET", chance.choice(PAGES), cookie)[0]
        except (OSError, ValueError):
            status, connection = 0, HTTPConnection("127.0.0.1", port, timeout=60)
        seen.append((status, time.monotonic() - began))
        over.wait(READS_FOR)
    connection.close()
    return seen


def come(port: int, event: str, cookie: str, at: float) -> tuple[str, float]:
    """One of the thousand, at their moment. Returns what they read in the end and how long they waited for it."""
    time.sleep(max(0.0, at - time.monotonic()))
    answer, waited, _when = visit(port, event, cookie)
    return answer, waited


def main() -> None:
    chance = random.Random(SEED)
    with postgres(is_durable=True) as url, production(url) as (port, environment):
        world = inside(WORLD, environment, str(PEOPLE + READERS), "1", str(SEATS))
        [event], cookies = world["events"], world["cookies"]
        began, over = time.monotonic(), threading.Event()
        moments = sorted(began + chance.random() * SECONDS for _person in range(PEOPLE))
        with ThreadPoolExecutor(PEOPLE + READERS) as threads:
            readers = [
                threads.submit(read, port, cookies[PEOPLE + n] if n % 3 == 0 else "", random.Random(n), over)
                for n in range(READERS)
            ]
            people = [threads.submit(come, port, event, cookies[n], at) for n, at in enumerate(moments)]
            answers = [one.result() for one in people]
            took = time.monotonic() - began
            over.set()
            pages = [page for reader in readers for page in reader.result()]
        [[capacity, counter, taken]] = inside(RESULT, environment, event)
    outcomes = Counter(answer for answer, _waited in answers)
    errors = {answer: number for answer, number in outcomes.items() if answer.startswith("error")}
    wrong = Counter(status for status, _waited in pages if status == 0 or status >= 500)
    figures = {
        "people": (PEOPLE, "people"),
        "all_answered_s": (took, "s"),
        "answer_p95_s": (p95([waited for _answer, waited in answers]), "s"),
        "pages_read": (len(pages), "pages"),
        "page_p95_s": (p95([waited for _status, waited in pages]), "s"),
        "errors": (sum(errors.values()) + sum(wrong.values()), "answers"),
        "oversold": (max(0, taken - capacity), "seats"),
        "undersold": (max(0, capacity - taken), "seats"),
        "counter_differs": (int(counter != taken), "events"),
    }
    for figure, (value, unit) in figures.items():
        print(f"rush_{figure} {value:.2f} {unit}".replace(".00 ", " "), flush=True)
    for what, number in (errors | {f"page {status}": number for status, number in wrong.items()}).items():
        print(f"# rush: {number} × {what}", flush=True)


if __name__ == "__main__":
    main()
