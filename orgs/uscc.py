"""The unified social credit code (GB 32100-2015): what its eighteen characters say, and whether they can be right.

    1 registering department · 2 category · 3–8 division · 9–17 organisation code (GB 11714) · 18 check character

There are three answers, because genuine early codes fail the check characters: a code that only fails those is
DOUBTFUL and asks for a look at the certificate. Only what cannot be a code at all is MALFORMED. The division is a hint:
divisions are dissolved while codes stay.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
DEPARTMENTS = "123456789ANY"


class Answer(StrEnum):
    FINE = "fine"
    DOUBTFUL = "doubtful"
    MALFORMED = "malformed"


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a code. `code` is as it should be kept; `sentences` say every doubt."""

    code: str
    answer: Answer
    sentences: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return " ".join(self.sentences)


def normalise(text: str) -> str:
    """The code in capitals of half width, without spaces and hyphens between."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text).upper()
        if not character.isspace() and character not in "-‐–—·\x00\u200b\ufeff"
    )


def check(text: str) -> Verdict:
    """Whether `text` can be a unified social credit code, and if not, why."""
    code = normalise(text)
    if len(code) != 18:
        return Verdict(
            code,
            Answer.MALFORMED,
            (
                gettext("A unified social credit code has 18 characters; this one has %(count)d.")
                % {"count": len(code)},
            ),
        )
    strange = sorted(set(code) - set(ALPHABET))
    if strange:
        return Verdict(
            code,
            Answer.MALFORMED,
            (
                gettext("A unified social credit code never contains: %(characters)s.")
                % {"characters": " ".join(strange)},
            ),
        )
    if not code[2:8].isdigit():
        return Verdict(
            code, Answer.MALFORMED, (gettext("The characters 3 to 8 must be the digits of a division."),)
        )
    doubts = []
    if code[0] not in DEPARTMENTS:
        doubts.append(
            gettext("No registering department has the sign “%(character)s”.") % {"character": code[0]}
        )
    if code[16] != organisation_check_character(code[8:16]):
        doubts.append(
            gettext("The organisation code in it (characters 9 to 17) fails its check character (GB 11714).")
        )
    if code[17] != check_character(code[:17]):
        doubts.append(gettext("The last character fails the check (GB 32100)."))
    if doubts:
        doubts.append(gettext("Some genuine early codes do so. Compare it with the certificate."))
        return Verdict(code, Answer.DOUBTFUL, tuple(doubts))
    return Verdict(code, Answer.FINE)


def refuse_malformed(text: str) -> None:
    """A validator: what cannot be a code is not kept as one. Raises ValidationError."""
    verdict = check(text)
    if verdict.answer == Answer.MALFORMED:
        raise ValidationError(verdict.sentence)


def check_character(first: str) -> str:
    """The eighteenth character for the first seventeen (GB 32100-2015, modulus 31)."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first: str) -> str:
    """The ninth character of an organisation code for its first eight (GB 11714, modulus 11). Letters count from 10."""
    total = sum(
        int(character, 36) * weight for character, weight in zip(first, ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]


def division_code(code: str) -> str:
    """The division of the registering authority at the time, six digits; a hint only."""
    return code[2:8]
