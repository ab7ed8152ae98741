"""What was typed becomes a question that any engine can answer. Pure: no engine, no database.

People may write phrases in quotation marks and a minus before what they do not want. Nothing they write is an error.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.search import analysis
from portal.search.thesaurus import Word, synonyms

#: Text fields of the index and what a hit in them weighs.
WEIGHTS = {
    # Everything that is said of the record; the measure of the others.
    "text": 1.0,
    # Counted on top of the text: a title of ours is short and says what the record is about.
    "title": 0.6,
}
#: One Chinese character says little; at a fifth of the weight it lifted recall@10 from 0.429 to 0.436.
SINGLE_WEIGHTS = {"single": 0.2}

LONGEST_TEXT = 200  # characters; longer questions are cut
FILTERS = ("topics", "division", "year", "agency", "language")

# Syntax begins a word; quotation marks in the middle of a sentence are only that.
_PARTS = re.compile(
    r"""(?<!\S)(?P<minus>[-－])?(?:"(?P<a>[^"]*)"|“(?P<b>[^”]*)”|「(?P<c>[^」]*)」)(?!\S)"""
    r"""|(?:(?<!\S)(?P<not>[-－]))?(?P<plain>\S+)"""
)


@dataclass(frozen=True)
class Choice:
    """One token, or several in a row."""

    tokens: Word
    weight: float = 1.0

    @property
    def fields(self) -> Mapping[str, float]:
        """The text fields to look in, each with its weight."""
        is_single = len(self.tokens) == 1 and analysis.is_single(self.tokens[0])
        return SINGLE_WEIGHTS if is_single else WEIGHTS


@dataclass(frozen=True)
class Slot:
    """One thing asked for. The best of its choices counts, never their sum."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Query:
    slots: tuple[Slot, ...] = ()  # `minimum` of them must be there
    minimum: int = 0
    phrases: tuple[Slot, ...] = ()  # all must be there
    without: tuple[Slot, ...] = ()  # none may be there
    faint: tuple[Slot, ...] = ()  # these only help to order
    #: Filter name to the values of which one must be there.
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def asks_for_nothing(self) -> bool:
        return not (self.slots or self.phrases)


def required(slots: int, asked: int) -> int:
    """How many slots a record must have, of so many that carry meaning, among so many things asked.

    A short question is a list of words and means them all. A long one is a sentence: most of its bigrams are no
    words, and asking for two of them lost one answer in fifty of 1,190 questions, for one is often all there is.
    """
    return 1 if asked >= 5 else min(slots, 2)


def understand(text: str, filters: Mapping[str, Iterable] | None = None) -> Query:
    """The question behind what was typed. Raises ValueError for a filter that does not exist, never for the text."""
    if unknown := set(filters or ()) - set(FILTERS) - {"only_in"}:
        raise ValueError(f"There is no filter {', '.join(sorted(unknown))}; there are {', '.join(FILTERS)}.")
    wanted: list[str] = []
    phrases: list[Slot] = []
    without: list[Slot] = []
    for part in _PARTS.finditer(text.replace("\0", " ")[:LONGEST_TEXT]):
        words = part["a"] or part["b"] or part["c"] or part["plain"] or ""
        tokens = tuple(analysis.tokens(words))
        if not tokens:
            continue
        if part["minus"] or part["not"]:
            without.append(Slot((Choice(tokens),)))
        elif part["plain"]:
            wanted.append(words)
        else:
            phrases.append(Slot((Choice(tokens),)))
    plain = " ".join(wanted)
    slots, weak = _slots(plain)
    minimum = required(len(slots), len(slots) + len(weak))
    if not slots:  # nothing but the is-what-how of a question: then that is what is asked for
        slots, weak, minimum = weak, [], min(len(weak), 1)
    singles = [Slot((Choice((character,)),)) for character in dict.fromkeys(analysis.singles(plain))]
    return Query(
        slots=tuple(slots),
        minimum=minimum,
        phrases=tuple(phrases),
        without=tuple(without),
        faint=(*weak, *singles),
        filters={name: tuple(map(str, values)) for name, values in (filters or {}).items()},
    )


def _slots(plain: str) -> tuple[list[Slot], list[Slot]]:
    """One slot for each known word with its synonyms and one for each other token; apart from them the weak ones.

    Weak are empty words, and the bigram between a known word and its neighbour, such as 工讨 in 农民工讨薪.
    """
    known = synonyms()
    longest = max(map(len, known), default=1)
    tokens = analysis.spans(plain)
    words = tuple(token.text for token in tokens)
    ends: dict[int, int] = {}  # known words: their first token and the one after their last
    at = 0
    while at < len(words):
        lengths = range(min(longest, len(words) - at), 0, -1)
        length = next((length for length in lengths if words[at : at + length] in known), 0)
        if length:
            ends[at] = at + length
        at += length or 1
    edges = [(tokens[first].start, tokens[end - 1].end) for first, end in ends.items()]

    slots, weak = [], []  # type: ignore[var-annotated]
    covered = 0
    for at, token in enumerate(tokens):
        if at < covered:
            continue
        if at in ends:
            covered = ends[at]
            slots.append(_word(words[at:covered], known))
            continue
        slot = Slot((Choice((token.text,)),))
        bridges = any(token.start < end and start < token.end for start, end in edges)
        (weak if bridges or analysis.is_empty(token.text) else slots).append(slot)
    return slots, weak


def _word(word: Word, known: Mapping[Word, Mapping[Word, float]]) -> Slot:
    """The slot of a known word. A synonym of more tokens is weighed down to the word that it stands for."""
    others = [Choice(other, weight * min(1, len(word) / len(other))) for other, weight in known[word].items()]
    return Slot((Choice(word), *others))
