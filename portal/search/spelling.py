"""What may have been meant by words that find little, and what a half-typed word may become.

The words are those of the names in the index (titles, topics, agencies) and of the synonyms, as their counts. Chinese is
known as pairs of characters, so any run can be judged without a dictionary: where a pair is known to nobody, a character
of the same or nearly the same sound may have been meant, or one that makes both of its pairs known. Other words are one
or two letters away from a known one, or the pinyin of one.
"""

import re
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from heapq import nlargest, nsmallest
from math import log2

from django.apps import apps
from pypinyin import Style, pinyin

from portal.search import analysis, engine, thesaurus
from portal.search.engine import SearchIsAway
from portal.search.query import LONGEST_TEXT, OR

KEPT = 300.0  # seconds that a process uses the same vocabulary
FEW = 3  # who finds so many is asked nothing
MOST_TRIED = 4  # corrections of one question that are looked for
MOST_WORDS, MOST_READINGS = 6, 4  # that one half-typed word becomes

# What each step of a run of Chinese costs. A known pair costs up to 2, less the more names have it.
UNKNOWN, SAME_SOUND, NEAR_SOUND, OTHER_CHARACTER = 8.0, 2.0, 3.5, 5.0
WORTH = 2.0  # that a correction must save
BEAM = 12
LONGEST_RUN = 16  # characters; what is longer is a sentence
#: What many who speak a southern dialect do not tell apart.
_ALIKE = ((re.compile("^([zcs])h"), r"\1"), (re.compile("([aei])ng$"), r"\1n"), (re.compile("^l"), "n"))


class Vocabulary:
    """The words that are known, with how many names have each."""

    def __init__(self, counts: Mapping[str, int], terms: Iterable[str] = ()):
        self.terms = sorted({term for term in terms if _is_chinese(term) and len(term) > 2})
        known: dict[str, int] = defaultdict(int, counts)
        for word in {word for term in terms for word in analysis.words(term)}:
            known[word] += 1
        self.counts = dict(known)
        self.after: dict[str, set[str]] = defaultdict(set)
        self.before: dict[str, set[str]] = defaultdict(set)
        latin = []
        for word in self.counts:
            if not _is_chinese(word):
                latin.append(word)
            elif len(word) == 2:
                self.after[word[0]].add(word[1])
                self.before[word[1]].add(word[0])
        self.latin = sorted(latin)
        self.letters = [_letters(word) for word in self.latin]
        self.stems = {analysis.stem(word) for word in self.latin}
        self.by_reading: dict[str, set[str]] = defaultdict(set)
        self.by_sound: dict[str, set[str]] = defaultdict(set)
        for character in self.after.keys() | self.before.keys():
            for reading in readings(character):
                self.by_reading[reading].add(character)
                self.by_sound[_sound(reading)].add(character)
        self.halves = {reading[:end] for reading in self.by_reading for end in range(1, len(reading) + 1)}

    # -- Wrong words ---------------------------------------------------------------------------------------------------

    def corrected(self, text: str) -> Iterator[str]:
        """What may have been meant, the likeliest first, without the text itself."""
        pieces = list(_pieces(text))
        better = [self._better(folded) for folded, _start, _end in pieces]
        best = [each[:1] for each in better]
        seen = {text}
        for choice in (
            best,
            *([*best[:at], [other], *best[at + 1 :]] for at, each in enumerate(better) for other in each[1:]),
        ):
            words = _written(
                text, [(new[0], *piece[1:]) for new, piece in zip(choice, pieces, strict=True) if new]
            )
            if words not in seen:
                seen.add(words)
                yield words

    def _better(self, word: str) -> list[str]:
        if _is_chinese(word):
            found = self.better_run(word)
            return list(dict.fromkeys([*found, *self.terms_like(word)])) if len(word) > 1 else []
        if word in self.counts or analysis.stem(word) in self.stems:
            return []
        return [*self.better_word(word), *self.read(word)]

    def better_word(self, word: str) -> list[str]:
        """Known words at one letter from this one, of longer words at two. Names with numbers in them are as they are."""
        if len(word) < 4 or not word.isalpha():
            return []
        reach = 1 if len(word) < 7 else 2
        letters = _letters(word)
        near = [
            (distance, -self.counts[other], other)
            for other, theirs in zip(self.latin, self.letters, strict=True)
            if (letters ^ theirs).bit_count() <= 2 * reach
            and abs(len(other) - len(word)) <= reach
            and (distance := edits(word, other)) <= reach
        ]
        return [other for _distance, _count, other in nsmallest(3, near)]

    def better_run(self, run: str) -> list[str]:
        """The same run with characters that make its pairs known."""
        if len(run) > LONGEST_RUN or all(pair in self.counts for pair in _pairs(run)):
            return []
        paths = {run[0]: 0.0, **self._instead(run, 0)}
        for at in range(1, len(run)):
            steps = {run[at]: 0.0, **self._instead(run, at)}
            longer = {
                path + character: cost + changed + self._cost(path[-1] + character)
                for path, cost in paths.items()
                for character, changed in steps.items()
            }
            paths = dict(nsmallest(BEAM, longer.items(), key=lambda each: each[1]))
        as_it_is = sum(self._cost(pair) for pair in _pairs(run))
        return [
            path
            for path, cost in nsmallest(3, paths.items(), key=lambda each: each[1])
            if cost < as_it_is - WORTH
        ]

    def _instead(self, run: str, at: int) -> dict[str, float]:
        """What may have been meant by one character, where a pair with it is unknown."""
        around = [pair for pair in (run[max(0, at - 1) : at + 1], run[at : at + 2]) if len(pair) == 2]
        unknown = [pair for pair in around if pair not in self.counts]
        if not unknown:
            return {}
        instead: dict[str, float] = {}
        if len(unknown) == 2:
            fitting = self.after[run[at - 1]] & self.before[run[at + 1]]
            instead |= dict.fromkeys(fitting, OTHER_CHARACTER)
        for reading in readings(run[at]):
            instead |= dict.fromkeys(self.by_sound.get(_sound(reading), ()), NEAR_SOUND)
        for reading in readings(run[at]):
            instead |= dict.fromkeys(self.by_reading.get(reading, ()), SAME_SOUND)
        instead.pop(run[at], None)
        return instead

    def _cost(self, pair: str) -> float:
        count = self.counts.get(pair)
        return 2 / log2(1 + count) if count else UNKNOWN

    def terms_like(self, run: str) -> list[str]:
        """Topics and synonyms that are this run but for one character too many, too few or another."""
        if len(run) < 3 or run in self.terms:
            return []
        return [term for term in self.terms if abs(len(term) - len(run)) < 2 and edits(run, term) == 1][:3]

    # -- Pinyin and half-typed words -----------------------------------------------------------------------------------

    def read(self, letters: str, *, is_half: bool = False) -> list[str]:
        """The known Chinese behind pinyin without tones, of two syllables and more; the last one may be half-typed."""
        if not (letters.isascii() and letters.isalpha() and len(letters) <= analysis.LONGEST_TOKEN):
            return []
        found: dict[str, float] = {}
        ways: dict[int, dict[str, float]] = {0: {"": 0.0}}
        for at in range(len(letters)):
            paths = dict(nsmallest(BEAM, ways.get(at, {}).items(), key=lambda each: each[1]))
            for end in range(at + 1, min(len(letters), at + 6) + 1):
                syllable = letters[at:end]
                is_last = end == len(letters)
                characters = self.by_reading.get(syllable, set())
                if is_half and is_last and syllable in self.halves:
                    characters = set().union(
                        *(them for reading, them in self.by_reading.items() if reading.startswith(syllable))
                    )
                for path, cost in paths.items():
                    for character in characters & self.after[path[-1]] if path else characters:
                        spent = cost + (self._cost(path[-1] + character) if path else 0.0)
                        there = ways.setdefault(end, {})
                        there[path + character] = min(spent, there.get(path + character, spent))
        found = {path: cost for path, cost in ways.get(len(letters), {}).items() if len(path) > 1}
        return nsmallest(MOST_READINGS, found, key=lambda path: (found[path] / len(path), path))

    def completed(self, text: str) -> str:
        """The question with what its last word may become, if that is not Chinese: "legal migr OR migrant OR …"."""
        pieces = list(_pieces(text))
        if not pieces or pieces[-1][2] != len(text) or _is_chinese(pieces[-1][0]):
            return text
        word, start, _end = pieces[-1]
        first = bisect_left(self.latin, word)
        last = bisect_left(self.latin, word + "\uffff")
        words = nlargest(MOST_WORDS, self.latin[first:last], key=lambda each: self.counts[each])
        instead = dict.fromkeys([word, *words, *self.read(word, is_half=True)])
        return f"{text[:start].rstrip()} {' OR '.join(instead)}".strip()


# -- The vocabulary in use ---------------------------------------------------------------------------------------------

_lock = threading.Lock()
_kept: tuple[object, float, Vocabulary] | None = None


def vocabulary() -> Vocabulary:
    """What is known just now; KEPT seconds old at most, but while another thread reads it anew. Raises SearchIsAway."""
    global _kept
    known = _kept
    if known and known[0] is engine() and time.monotonic() - known[1] < KEPT:
        return known[2]
    if known and known[0] is engine() and _lock.locked():
        return known[2]
    with _lock:
        if _kept is not known:  # another thread has just read it
            return _kept[2]  # type: ignore[index]
        read = Vocabulary(engine().words(), _terms())
        _kept = (engine(), time.monotonic(), read)
        return read


def _terms() -> list[str]:
    """The words of the field: topics, and synonyms with the words that only find."""
    topics = apps.get_model("portal", "Topic").objects.filter(is_active=True)
    names = [name for names in topics.values_list("name_zh", "name_en") for name in names]
    groups = thesaurus.read().values()
    return [
        analysis.fold(word)
        for word in (*names, *(word for group in groups for words in group for word in words))
    ]


def meant(text: str, found: int, count: Callable[[str], int]) -> str:
    """What to offer to somebody whose words found only so many records; empty for nothing.

    `count`: how many records, FEW at most, people would see for other words with everything else kept. What is offered
    leads to more than what was asked. Who found enough pays nothing.
    """
    if found >= FEW or not text:
        return ""
    try:
        known = vocabulary()
    except SearchIsAway:
        return ""
    tried = (words for words, _number in zip(known.corrected(text), range(MOST_TRIED), strict=False))
    return next((words for words in tried if len(words) <= LONGEST_TEXT and count(words) > found), "")


def completed(text: str) -> str:
    """The question to ask for what somebody has typed so far; the text itself while search is away."""
    try:
        return vocabulary().completed(text)
    except SearchIsAway:
        return text


def read(text: str) -> list[str]:
    """The known Chinese behind pinyin of which the end may be missing; nothing while search is away."""
    try:
        return vocabulary().read(analysis.fold(text), is_half=True)
    except SearchIsAway:
        return []


# -- Characters and letters --------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def readings(character: str) -> tuple[str, ...]:
    """How a Chinese character is read, in letters without tones: 行 is xing and hang."""
    read = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(each.replace("ü", "v") for each in read[0])) if read else ()


@lru_cache(maxsize=2_000)
def _sound(reading: str) -> str:
    for pattern, alike in _ALIKE:
        reading = pattern.sub(alike, reading)
    return reading


def edits(one: str, other: str) -> int:
    """How many letters were added, left out, changed or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    line = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        longer = [at]
        for there, theirs in enumerate(other, start=1):
            cost = min(line[there] + 1, longer[-1] + 1, line[there - 1] + (letter != theirs))
            if at > 1 and there > 1 and letter == other[there - 2] and one[at - 2] == theirs:
                cost = min(cost, before[there - 2] + 1)
            longer.append(cost)
        before, line = line, longer
    return line[-1]


def _letters(word: str) -> int:
    """Which letters a word has, as a set of bits."""
    return sum({1 << (ord(letter) % 64) for letter in word})


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _is_chinese(word: str) -> bool:
    piece = analysis.PIECES.fullmatch(word)
    return piece is not None and piece["chinese"] is not None


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """The runs and words of a question, folded, and where they stand; without its syntax and what it leaves out."""
    folded = analysis.fold(text)
    if len(folded) != len(text):
        return
    for match in analysis.PIECES.finditer(folded):
        start, end = match.span()
        is_left_out = text[:start].rpartition(" ")[2].startswith(("-", "－"))
        is_field = text[end : end + 1] in (":", "：")
        if not (is_left_out or is_field or text[start:end] in OR):
            yield match[0], start, end


def _written(text: str, changes: list[tuple[str, int, int]]) -> str:
    for new, start, end in reversed(changes):
        text = text[:start] + new + text[end:]
    return text
