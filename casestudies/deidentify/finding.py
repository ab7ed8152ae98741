"""What the check finds: a stretch of text by which somebody could be recognised."""

import dataclasses
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum

#: Full-width forms, other scripts' digits and the many dashes, each as one plain character: positions stay the same.
WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x2007: 0x20}
for stop in "，；？！":  # what parts sentences stays what it is
    del WIDTHS[ord(stop)]
WIDTHS |= {ord(dash): ord("-") for dash in "‐‑‒–—―−﹣－"}
WIDTHS |= {ord(dot): ord("·") for dot in "•・‧∙⋅"}
SENTENCE_ENDS = re.compile(r"[。！？!?；;\n]|\.(?=\s)")


class Kind(StrEnum):
    """What a finding is; the value is kept in the log."""

    IDENTITY = "identity"
    PHONE = "phone"
    CARD = "card"
    PLATE = "plate"
    ACCOUNT = "account"
    EMAIL = "email"
    PERMIT = "permit"
    ADDRESS = "address"
    SCHOOL_CLASS = "school_class"
    EMPLOYER = "employer"
    BIRTH = "birth"
    NAME = "name"
    RECORD = "record"


@dataclass(frozen=True)
class Finding:
    """One stretch of a text. `why` and `replacement` are keys and words that the caller puts into sentences."""

    kind: Kind
    start: int
    end: int
    text: str
    certain: bool
    why: str
    replacement: str = ""
    field: str = ""
    sentence: str = dataclasses.field(default="", compare=False)
    offset: int = dataclasses.field(default=0, compare=False)

    @property
    def before(self) -> str:
        return self.sentence[: self.offset]

    @property
    def after(self) -> str:
        return self.sentence[self.offset + len(self.text) :]

    def standing_in(self, text: str) -> "Finding":
        """With the sentence in which it stands; very long ones are cut."""
        left = max(
            (m.end() for m in SENTENCE_ENDS.finditer(text, max(0, self.start - 80), self.start)), default=0
        )
        left = max(left, self.start - 80, 0)
        stop = SENTENCE_ENDS.search(text, self.end, self.end + 80)
        right = stop.end() if stop else min(len(text), self.end + 80)
        words = text[left:right]
        lead = len(words) - len(words.lstrip())
        return replace(self, sentence=words.strip("\n "), offset=self.start - left - lead)


def plain_width(text: str) -> str:
    """The text with plain digits, letters, spaces and dashes, character for character."""
    return text.translate(WIDTHS) if text.isascii() is False else text


def without_overlaps(found: list[Finding]) -> list[Finding]:
    """In the order of the text. Where two overlap the certain one stays, then the longer one."""
    kept: list[Finding] = []
    edges: list[int] = []  # starts and ends of what is kept, in turn
    for one in sorted(found, key=lambda f: (not f.certain, f.start - f.end, f.start)):
        place = bisect_right(edges, one.start)
        if place % 2 == 0 and (place == len(edges) or edges[place] >= one.end):
            edges[place:place] = [one.start, one.end]
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)
