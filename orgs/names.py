"""What a name may not hold: characters that nobody sees and that change how the text around the name reads."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: Embeddings, overrides and isolates of the direction of writing (Unicode UAX #9). The plain marks that Arabic and
#: Hebrew need among other letters, U+200E and U+200F, are not among them.
DIRECTIONS = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def seen_as_written(name: str) -> None:
    """Raise ValidationError for a name with control characters or a change of direction."""
    if any(ord(sign) in DIRECTIONS or unicodedata.category(sign) == "Cc" for sign in name):
        raise ValidationError(
            _(
                "There is an invisible character in this text that changes how it reads. Please type it again."
            ),
            code="invisible",
        )
