"""The words of the field that stand for each other, from the files in synonyms/ (their format stands on top of them)."""

import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.search.analysis import tokens

FOLDER = Path(__file__).parent / "synonyms"
FILES = ("zh.txt", "en.txt")

#: A synonym takes the place of the word; it never weighs more than the word itself. Added beside the word instead,
#: synonyms cut recall@10 of the questions they touched from 0.257 to 0.074.
EQUIVALENT = 0.9
#: Somebody who asks for migrants in general is glad of construction workers too, but after the others.
NARROWER = 0.4

_COMMA = re.compile("[,，、]")

Word = tuple[str, ...]  # a word as its tokens


class Group(NamedTuple):
    equivalents: list[str]
    narrower: list[str]
    only_find: list[str]


class LineError(ValueError):
    """A line that cannot be read, in a sentence for people."""


#: By language ("zh", "en") what portal staff wrote in place of the shipped file; portal.search.edited_synonyms sees to it.
edited: dict[str, str] = {}


def parse(text: str) -> dict[str, Group]:
    """The groups of a text by name. Raises LineError naming the first line that cannot be read."""
    groups: dict[str, Group] = defaultdict(lambda: Group([], [], []))
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, *columns = (column.strip() for column in line.split("|"))
        if not name or not 1 <= len(columns) <= 3:
            raise LineError(
                _("Line %(number)d cannot be read: write name | equivalents | narrower | only find.")
                % {"number": number}
            )
        for words, column in zip(groups[name], columns, strict=False):
            for word in filter(None, map(str.strip, _COMMA.split(column))):
                if not tokens(word):
                    raise LineError(
                        _("Line %(number)d: nobody can search for “%(word)s”. Write words.")
                        % {"number": number, "word": word}
                    )
                words.append(word)
    return dict(groups)


def read(folder: Path = FOLDER) -> dict[str, Group]:
    """The groups of all languages by name: those of the files, and of staff where they wrote some."""
    groups: dict[str, Group] = defaultdict(lambda: Group([], [], []))
    for file in FILES:
        text = edited.get(file.partition(".")[0]) if folder == FOLDER else None
        for name, group in parse(text or (folder / file).read_text(encoding="utf-8")).items():
            for words, more in zip(groups[name], group, strict=True):
                words += more
    return dict(groups)


def shipped(language: str) -> str:
    """The text of the file of a language: "zh" or "en"."""
    return (FOLDER / f"{language}.txt").read_text(encoding="utf-8")


def synonyms() -> dict[Word, dict[Word, float]]:
    """For every known word the words that may stand in its place, each with its weight. Follows changes of the files."""
    times = tuple((FOLDER / file).stat().st_mtime_ns for file in FILES)
    return _synonyms((times, tuple(edited.items())))


@lru_cache(maxsize=1)
def _synonyms(_changed: tuple) -> dict[Word, dict[Word, float]]:
    known: dict[Word, dict[Word, float]] = defaultdict(dict)
    for group in read().values():
        equivalents = [tuple(tokens(word)) for word in group.equivalents]
        narrower = [tuple(tokens(word)) for word in group.narrower]
        for word in equivalents + [tuple(tokens(word)) for word in group.only_find]:
            for other in narrower:
                known[word].setdefault(other, NARROWER)
            known[word].update(dict.fromkeys(equivalents, EQUIVALENT))
    for word, others in known.items():
        others.pop(word, None)
    return dict(known)
