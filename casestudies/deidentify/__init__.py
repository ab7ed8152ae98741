"""Finds in a text by what a person could be recognised. Pure: text in, findings out, nothing is kept.

Certain are things with a form of their own (checksum, cue word, address below the street); doubtful are likely names and
numbers that only look like one. See each file for the grammar of its kinds.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from casestudies.deidentify.finding import Finding, Kind, plain_width, without_overlaps
from casestudies.deidentify.handles import handles
from casestudies.deidentify.names import names
from casestudies.deidentify.numbers import numbers
from casestudies.deidentify.places import places
from casestudies.deidentify.pseudonyms import Pseudonyms, replacement

__all__ = ["Finding", "Kind", "Known", "Pseudonyms", "findings"]


@dataclass(frozen=True)
class Known:
    """What is public anyway: names of authors and agencies, and the telephones, mail and addresses of their profiles."""

    names: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()

    def is_contact(self, words: str) -> bool:
        bare = bare_contact(words)
        return len(bare) >= 5 and any(
            bare in contact or contact in bare
            for contact in map(bare_contact, self.contacts)
            if len(contact) >= 5
        )

    def is_name(self, words: str) -> bool:
        return any(words in name or name in words for name in self.names if name)


def bare_contact(words: str) -> str:
    return re.sub(r"[^0-9a-z@一-鿿]", "", plain_width(words).lower())


def findings(
    text: str, *, field: str = "", known: Known = Known(), pseudonyms: Pseudonyms | None = None
) -> list[Finding]:
    """All findings in a text, in its order, none overlapping, each in its sentence and with a replacement.

    `known` is never flagged. Give the same `pseudonyms` for every text of a case.
    """
    plain = plain_width(text)
    public: Iterable[str] = known.names

    def is_public(words: str) -> bool:
        return known.is_name(words) or known.is_contact(words)

    found = [
        one for one in (*numbers(plain), *handles(plain)) if not known.is_contact(text[one.start : one.end])
    ]
    found += places(plain, is_public)
    hidden = [place for name in public if name for place in spans(plain, plain_width(name))]
    for one in names(plain, public):
        if not any(start <= one.start and one.end <= end for start, end in hidden):
            found.append(one)
    masks = pseudonyms or Pseudonyms(plain)
    whole = []
    for one in without_overlaps(found):
        standing = replace(one, text=text[one.start : one.end], field=field).standing_in(text)
        whole.append(replace(standing, replacement=replacement(standing, masks)))
    return whole


def spans(text: str, word: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(re.escape(word), text)]
