"""How much of what gives people away the check finds, on passages written by hand before it was tuned.

In `tests/casestudies/deidentify_set/` a line is a passage; ⟦!…⟧ marks what is certain, ⟦?…⟧ what is doubtful, a passage
without marks must stay without findings. `tuned.txt` was looked at while the rules were made, `held_out.txt` was not.
A mark counts as found when a finding overlaps at least half of it; a certain one only when the finding is certain. A
doubtful finding is right when it overlaps any mark. Prints one `name value unit` a line, and how fast 200 pages are.
`--misses` prints what went wrong in the tuned half only.
"""

import re
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from casestudies.deidentify import Finding, findings

FOLDER = Path(__file__).resolve().parent.parent / "casestudies" / "deidentify_set"
MARK = re.compile(r"⟦([!?])(.*?)⟧")
DEMO = Path(__file__).resolve().parents[2] / "casestudies" / "demo" / "data"
HALVES = ("tuned", "held_out")
PAGES, CHARACTERS_A_PAGE = 200, 900


class Mark(NamedTuple):
    start: int
    end: int
    is_certain: bool

    def is_found_by(self, finding: Finding) -> bool:
        return min(self.end, finding.end) - max(self.start, finding.start) >= (self.end - self.start) / 2


class Passage(NamedTuple):
    text: str
    marks: list[Mark]


class Score(NamedTuple):
    """Shares, and what went wrong in words."""

    certain_recall: float
    doubtful_recall: float
    doubtful_precision: float
    false_certain: int
    misses: list[str]


def passage(line: str) -> Passage:
    text, marks, end = "", [], 0
    for match in MARK.finditer(line):
        text += line[end : match.start()]
        marks.append(Mark(len(text), len(text) + len(match[2]), match[1] == "!"))
        text, end = text + match[2], match.end()
    return Passage(text + line[end:], marks)


def passages(half: str) -> list[Passage]:
    lines = (FOLDER / f"{half}.txt").read_text(encoding="utf-8").splitlines()
    return [passage(line) for line in lines if line and not line.startswith("#")]


def score(half: str) -> Score:
    """Measure one half."""
    hit = {True: 0, False: 0}
    all_of = {True: 0, False: 0}
    right = doubtful = false_certain = 0
    misses = []
    for text, marks in passages(half):
        found = findings(text)
        for mark in marks:
            all_of[mark.is_certain] += 1
            is_hit = any(mark.is_found_by(one) and (one.certain or not mark.is_certain) for one in found)
            hit[mark.is_certain] += is_hit
            if not is_hit:
                misses.append(f"missed {text[mark.start : mark.end]}  in  {text}")
        for one in found:
            is_right = any(one.start < mark.end and mark.start < one.end for mark in marks)
            if not is_right:
                misses.append(f"false  {one.text} ({one.kind}, {one.why})  in  {text}")
            if one.certain:
                false_certain += not is_right
            else:
                doubtful, right = doubtful + 1, right + is_right
    return Score(
        hit[True] / all_of[True], hit[False] / all_of[False], right / max(1, doubtful), false_certain, misses
    )


def seconds_for_a_long_report() -> float:
    """The cases of the demo world as one text of 200 pages, with a passage of the set after every page. The best of three."""
    prose = "\n".join(file.read_text(encoding="utf-8") for file in sorted(DEMO.glob("*.toml")))
    long = (prose * 3)[: PAGES * CHARACTERS_A_PAGE]
    marked = cycle(one.text for half in HALVES for one in passages(half))
    pages = [long[at : at + CHARACTERS_A_PAGE] for at in range(0, len(long), CHARACTERS_A_PAGE)]
    text = "\n".join(f"{page}\n{next(marked)}" for page in pages)
    times = []
    for _again in range(3):
        began = time.process_time()
        findings(text)
        times.append(time.process_time() - began)
    return min(times)


def main() -> None:
    for half in HALVES:
        result = score(half)
        print(f"passages_{half} {len(passages(half))} passages")
        print(f"deidentify_certain_recall_{half} {result.certain_recall:.3f} share")
        print(f"deidentify_doubtful_recall_{half} {result.doubtful_recall:.3f} share")
        print(f"deidentify_doubtful_precision_{half} {result.doubtful_precision:.3f} share")
        print(f"deidentify_false_certain_{half} {result.false_certain} findings")
        if half == "tuned" and "--misses" in sys.argv:
            print("\n".join(result.misses))
    worst = [score(half) for half in HALVES]
    for name in ("certain_recall", "doubtful_recall", "doubtful_precision"):
        print(f"deidentify_{name} {min(getattr(one, name) for one in worst):.3f} share")
    print(f"deidentify_200_pages {seconds_for_a_long_report():.2f} s")


if __name__ == "__main__":
    main()
