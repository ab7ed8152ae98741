"""ORCID identifiers: sixteen digits in groups of four, the last of them a check character (ISO 7064 MOD 11-2)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHAPE = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.A)
_PREFIX = re.compile(r"^(?:https?://)?(?:www\.)?orcid\.org/", re.I)


def check_character(digits: str) -> str:
    """The last character that belongs to the first fifteen digits."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)


def normalised(value: str) -> str:
    """The identifier as ORCID writes it, from what people paste: an address, or digits without hyphens.

    Raises ValidationError with a sentence when it is none, or when the check character is another.
    """
    bare = re.sub(r"[\s‐-―-]", "", _PREFIX.sub("", value.strip()).rstrip("/")).upper()
    if not re.fullmatch(r"\d{15}[\dX]", bare, re.A):
        raise ValidationError(_("An ORCID has sixteen digits, such as 0000-0002-1825-0097."))
    if check_character(bare[:15]) != bare[15]:
        raise ValidationError(_("This ORCID has a slip of the pen: its last character does not fit."))
    return "-".join(bare[start : start + 4] for start in range(0, 16, 4))


def validate(value: str) -> None:
    """For model fields: the value is an ORCID in its own spelling."""
    if normalised(value) != value:
        raise ValidationError(_("An ORCID has sixteen digits, such as 0000-0002-1825-0097."))
