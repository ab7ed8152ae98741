"""The passage that answers, with the words that were found marked. From the stored text, the same for every engine."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from portal.bilingual import Text
from portal.search import analysis
from portal.search.query import Query

LENGTH = 110  # characters of a passage of Chinese
WIDE = 2.2  # an English passage is this much longer
_SENTENCE_END = re.compile(r"[。！？；!?;\n]|\.\s")


class Passage(NamedTuple):
    """A passage as safe HTML, and its language. Empty when the record has no text."""

    html: SafeString
    language: str

    def __str__(self) -> str:
        return self.html

    def __bool__(self) -> bool:
        return bool(self.html)


class Mark(NamedTuple):
    start: int
    end: int
    word: tuple[str, ...]


def passage(texts: Iterable[Text], query: Query) -> Passage:
    """The stretch of the texts that holds the most of what was asked, marked; the beginning when it holds nothing."""
    words = _words(query)
    most = len({word for same_start in words.values() for word in same_start})
    best: tuple[int, Text, int, list[Mark]] | None = None
    for text in texts:
        marks = _marks(text, words)
        length = _length(text)
        start, worth = _best_stretch(marks, length)
        if best is None or worth > best[0]:
            best = (worth, text, start, marks)
        if worth == most:
            break
    if best is None:
        return Passage(mark_safe(""), "")
    _worth, text, start, marks = best
    return Passage(_marked(text, _begin(text, start), _length(text), marks), text.language)


def _words(query: Query) -> dict[str, list[tuple[str, ...]]]:
    """What to mark, by first token."""
    words: dict[str, list[tuple[str, ...]]] = {}
    for slot in (*query.slots, *query.phrases):
        for choice in slot.choices:
            words.setdefault(choice.tokens[0], []).append(choice.tokens)
    for same_start in words.values():
        same_start.sort(key=len, reverse=True)
    return words


def _marks(text: str, words: dict[str, list[tuple[str, ...]]]) -> list[Mark]:
    folded = analysis.fold(text)
    marks = []
    for token in analysis.places(folded, words):
        for word in words[token.text]:
            there = [token]
            if len(word) > 1:
                there = list(islice(analysis.pieces(folded, token.start), len(word)))
            if tuple(each.text for each in there) == word:
                marks.append(Mark(token.start, there[-1].end, word))
                break
    if marks and len(folded) != len(text):
        at = analysis.origin(text)
        marks = [Mark(at[start], at[end - 1] + 1, word) for start, end, word in marks]
    return sorted(marks)


def _length(text: Text) -> int:
    return round(LENGTH * (WIDE if text.language == "en" else 1))


def _best_stretch(marks: list[Mark], length: int) -> tuple[int, int]:
    """Where the stretch with the most different words begins, and their number."""
    best, worth = 0, 0
    first = 0
    for last, mark in enumerate(marks):
        while mark.end - marks[first].start > length and first < last:
            first += 1
        different = len({each.word for each in marks[first : last + 1]})
        if different > worth:
            best, worth = marks[first].start, different
    return best, worth


def _begin(text: str, start: int) -> int:
    """The beginning of the sentence when it is near, else a little before the first mark."""
    near = max(0, start - LENGTH // 3)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, near, start)]
    return ends[-1] if ends else near


def _marked(text: str, begin: int, length: int, marks: list[Mark]) -> SafeString:
    end = min(len(text), begin + length)
    parts = ["…" if begin else ""]
    at = begin
    for start, stop in _merged([mark for mark in marks if mark.start >= begin and mark.end <= end]):
        parts += [escape(text[at:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        at = stop
    parts += [escape(text[at:end].rstrip()), "…" if end < len(text) else ""]
    return mark_safe("".join(parts))  # noqa: S308  every part of the text was escaped above


def _merged(marks: list[Mark]) -> list[tuple[int, int]]:
    """The places of the marks, overlapping ones as one: 农民 and 民工 are 农民工."""
    merged: list[tuple[int, int]] = []
    for start, end, _word in sorted(marks):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
