"""What was typed becomes a question that any engine can answer. Pure: no engine, no database.

People may write phrases in quotation marks, a minus before what they do not want, OR between what will do as well, and
title: or agency: before what must stand there. Nothing they write is an error.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.utils.timezone import localdate

from portal.search import analysis
from portal.search.thesaurus import Word, synonyms

#: Text fields of the index and what a hit in them weighs.
WEIGHTS = {
    # Everything that is said of the record; the measure of the others.
    "text": 1.0,
    # Counted on top of the text: a title of ours is short and says what the record is about.
    "title": 0.6,
}
#: One Chinese character says little, but it is what is left of a word that the record writes otherwise (工资, 工钱). At
#: 0.4 more answers were found than at 0.2 on every set, in both halves of the questions, and the best stayed the best.
SINGLE_WEIGHTS = {"single": 0.4}
#: What joins and asks is rare in some records and would weigh much by its rarity alone. With all of its weight the right
#: passage was the first of 5,763 for 93.0% of the questions, with a third for 95.5%, with none for 95.1%.
EMPTY_WEIGHT = 0.3

#: What people may write before a colon, in the words of either language, and the field that they mean.
FIELDS = {"title": "title", "标题": "title", "agency": "agency", "机构": "agency"}
OR = frozenset({"OR", "|", "或"})
#: Synonyms of one question. A cluster refuses questions of more than 1,024 conditions.
MOST_SYNONYMS = 200

#: Who types the whole title of a record wants that record. For each token of the title: a record of other words reaches
#: at most 2.2 times the weight of a token in each field, this one has it at least once, and the difference is below 3.
WHOLE_WEIGHT = 3.0
#: A name of an agency typed as pinyin, in place of an English word that is written alike.
PINYIN_WEIGHT = 0.8
#: Gentle, and on top of the words: less than what a second word that is asked for brings, which is two and more where a
#: word stands in one record of ten. Practice of this year and the last is closer to rules that hold; by years of age:
FRESHNESS = {-1: 0.3, 0: 0.3, 1: 0.2, 2: 0.1}
#: What was compared or tried elsewhere has more to say to who wants to repeat it; by level of evidence:
EVIDENCE = {2: 0.1, 3: 0.2, 4: 0.3}

LONGEST_TEXT = 200  # characters; longer questions are cut
FILTERS = ("topics", "pop", "svc", "mth", "division", "year", "agency", "language", "form", "evidence")

_FIELD = rf"(?i:(?P<field{{0}}>{'|'.join(FIELDS)})[:：])?"
# Syntax begins a word; quotation marks in the middle of a sentence are only that.
_PARTS = re.compile(
    rf"""(?<!\S)(?P<minus0>[-－])?{_FIELD.format(0)}"""
    r"""(?:"(?P<a>[^"]*)"|“(?P<b>[^”]*)”|「(?P<c>[^」]*)」)(?!\S)"""
    rf"""|(?:(?<!\S)(?P<minus1>[-－])?{_FIELD.format(1)})?(?P<plain>\S+)"""
)


@dataclass(frozen=True)
class Choice:
    """One token, or several in a row."""

    tokens: Word
    weight: float = 1.0
    #: The only field to look in, or all.
    field: str = ""

    @property
    def fields(self) -> Mapping[str, float]:
        """The text fields to look in, each with its weight."""
        if self.field:
            return {self.field: 1.0}
        is_single = len(self.tokens) == 1 and analysis.is_single(self.tokens[0])
        return SINGLE_WEIGHTS if is_single else WEIGHTS


@dataclass(frozen=True)
class Slot:
    """One thing asked for. The best of its choices counts, never their sum."""

    choices: tuple[Choice, ...]

    @property
    def is_one_token(self) -> bool:
        return len(self.choices) == 1 and len(self.choices[0].tokens) == 1


@dataclass(frozen=True)
class Query:
    slots: tuple[Slot, ...] = ()  # `minimum` of them must be there
    minimum: int = 0
    phrases: tuple[Slot, ...] = ()  # all must be there
    without: tuple[Slot, ...] = ()  # none may be there
    faint: tuple[Slot, ...] = ()  # these only help to order
    liked: tuple[tuple[str, float], ...] = ()  # tags that help to order, and by how much
    #: Filter name to the values of which one must be there.
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: What to answer when no words say what is wanted: everything, or nothing.
    is_open: bool = False

    @property
    def has_no_words(self) -> bool:
        return not (self.slots or self.phrases)

    @property
    def asks_for_nothing(self) -> bool:
        return self.has_no_words and not self.is_open

    def without_filters(self, names: Iterable[str]) -> "Query":
        return replace(self, filters={n: values for n, values in self.filters.items() if n not in set(names)})


def required(slots: int, asked: int) -> int:
    """How many slots a record must have, of so many that carry meaning, among so many things asked.

    A short question is a list of words and means them all. A long one is a sentence: most of its bigrams are no
    words, and asking for two of them lost one answer in fifty of 1,190 questions, for one is often all there is.
    """
    return 1 if asked >= 5 else min(slots, 2)


def understand(text: str, filters: Mapping[str, Iterable] | None = None, *, is_open: bool = False) -> Query:
    """The question behind what was typed. Raises ValueError for a filter that does not exist, never for the text.

    `is_open`: without words it asks for everything.
    """
    today = localdate()
    if unknown := set(filters or ()) - set(FILTERS) - {"only_in"}:
        raise ValueError(f"There is no filter {', '.join(sorted(unknown))}; there are {', '.join(FILTERS)}.")
    wanted: list[str] = []
    phrases: list[Slot] = []
    without: list[Slot] = []
    for group in _groups(_parts(text.replace("\0", " ")[:LONGEST_TEXT])):
        first = group[0]
        if first.is_unwanted:
            without.append(Slot((first.choice,)))
        elif len(group) > 1:
            phrases.append(Slot(tuple(choice for part in group for choice in part.choices)))
        elif first.is_plain:
            wanted.append(first.words)
        else:
            phrases.append(Slot((first.choice,)))
    plain = " ".join(wanted)
    slots, weak = _slots(plain)
    minimum = required(len(slots), len(slots) + len(weak))
    if not slots:  # nothing but the is-what-how of a question: then that is what is asked for
        slots, weak, minimum = weak, [], min(len(weak), 1)
    known = _certain(slots) if minimum == len(slots) else frozenset()
    characters = dict.fromkeys(each for each in analysis.singles(plain) if each not in known)
    singles = [Slot((Choice((each,)),)) for each in characters if not analysis.is_empty(each)]
    return Query(
        slots=tuple(slots),
        minimum=minimum,
        phrases=tuple(phrases),
        without=tuple(without),
        faint=(*weak, *singles, *_whole(plain)),
        liked=(
            *((f"year:{today.year - age}", boost) for age, boost in FRESHNESS.items()),
            *((f"evidence:{level}", boost) for level, boost in EVIDENCE.items()),
        ),
        filters={
            name: tuple(analysis.clean(str(value)) for value in values)
            for name, values in (filters or {}).items()
        },
        is_open=is_open,
    )


class _Part(NamedTuple):
    """A word or a phrase as it was typed, with the syntax before it."""

    words: str
    tokens: Word
    is_unwanted: bool
    is_phrase: bool
    field: str

    @property
    def is_plain(self) -> bool:
        return not (self.is_phrase or self.field)

    @property
    def choice(self) -> Choice:
        return Choice(self.tokens, field=self.field)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may stand in its place where it is one of several."""
        known = synonyms()
        is_known = self.is_plain and self.tokens in known
        return _word(self.tokens, known).choices if is_known else (self.choice,)


def _parts(text: str) -> Iterator[_Part]:
    for match in _PARTS.finditer(text):
        phrase = next((match[name] for name in "abc" if match[name] is not None), None)
        words = match["plain"] if phrase is None else phrase
        field = match["field0"] or match["field1"] or ""
        is_unwanted = bool(match["minus0"] or match["minus1"])
        yield _Part(
            words,
            tuple(analysis.tokens(words)),
            is_unwanted,
            phrase is not None,
            FIELDS.get(field.lower(), ""),
        )


def _groups(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Each part by itself, but those with OR between them together."""
    group: list[_Part] = []
    is_open = False  # the last word was an OR
    for part in parts:
        if part.is_plain and not part.is_unwanted and part.words in OR:
            is_open = bool(group)
        elif part.tokens:
            joins = is_open and not part.is_unwanted and not group[0].is_unwanted
            if group and not joins:
                yield group
                group = []
            group.append(part)
            is_open = False
    if group:
        yield group


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
    covered = spent = 0
    for at, token in enumerate(tokens):
        if at < covered:
            continue
        if at in ends:
            covered = ends[at]
            slot = _word(words[at:covered], known)
            affordable = slot.choices[: 1 + max(0, MOST_SYNONYMS - spent)]
            spent += len(affordable) - 1
            slots.append(Slot(affordable))
            continue
        if analysis.is_empty(token.text):
            weak.append(Slot((Choice((token.text,), EMPTY_WEIGHT),)))
            continue
        bridges = any(token.start < end and start < token.end for start, end in edges)
        own = Choice((token.text,))
        is_latin = token.text.isascii() and token.text.isalpha() and len(token.text) > 2
        as_pinyin = [Choice((token.text,), PINYIN_WEIGHT, "pinyin")] if is_latin else []
        (weak if bridges else slots).append(Slot((own, *as_pinyin)))
    return list(dict.fromkeys(slots)), list(dict.fromkeys(weak))


def _certain(slots: Iterable[Slot]) -> frozenset[str]:
    """The characters of tokens that nothing can replace. Where all slots must be there, every hit has these characters;
    how often they stand in other words says nothing, and reading them takes as long as all the rest."""
    return frozenset("".join(slot.choices[0].tokens[0] for slot in slots if slot.is_one_token))


def _whole(plain: str) -> list[Slot]:
    """What was typed as the title of a record, whatever stands between its words."""
    title = analysis.whole(plain)
    weight = WHOLE_WEIGHT * len(analysis.tokens(plain))
    return [Slot((Choice((title,), weight, "whole"),))] if title else []


def _word(word: Word, known: Mapping[Word, Mapping[Word, float]]) -> Slot:
    """The slot of a known word. A synonym of more tokens is weighed down to the word that it stands for."""
    others = [Choice(other, weight * min(1, len(word) / len(other))) for other, weight in known[word].items()]
    return Slot((Choice(word), *others))
