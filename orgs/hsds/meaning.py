"""What the fields of HSDS mean to us, whichever form they came in."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from orgs import uscc
from orgs.wording import plain
from portal.bilingual import CHINESE, language_of
from portal.importing import Report

CONTACT = gettext_lazy("personal contacts")
TERM = gettext_lazy("taxonomy terms")
OFFERED = ("", "active")
FREE = {"free", "freeofcharge", "none", "nofee", "nofees", "nocharge", "0", "免费", "无"}
PARTLY = {"partly", "partlypaid", "部分收费"}
PAID = {"paid", "收费"}


def count_contacts(report: Report, where: str, number: int) -> None:
    if number:
        report.counted(
            CONTACT,
            where=where,
            number=number,
            sentence=gettext(
                "People's names, numbers and addresses are not kept. Those of the organisation are."
            ),
        )


def text(record: dict, name: str) -> str:
    """A field as words; nothing where it is no words and no number."""
    value = record.get(name)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def chinese(name: str) -> str:
    """The name when it is Chinese: our short name is."""
    return name if language_of(name) == CHINESE else ""


def described(words: str) -> dict[str, str]:
    return {language_of(words): words} if words else {}


def phone(phones: list[dict]) -> str:
    """The first number to speak at, with its extension; fax, text and teletype are passed over."""
    for entry in phones:
        kind = text(entry, "type") or text(entry, "number_type")
        number = text(entry, "number").strip("\"' ")
        if number and kind in ("", "voice", "hotline", "cell"):
            extension = text(entry, "extension")
            return f"{number} x {extension}" if extension else number
    return ""


def address_line(address: dict) -> str:
    """One line: as it is written in Chinese from the large to the small, else from the small to the large."""
    names = ("address_1", "address_2", "city", "region", "state_province", "postal_code")
    parts = [text(address, name) for name in names if text(address, name)]
    if any(chinese(part) for part in parts):
        order = ("state_province", "region", "city", "address_1", "address_2")
        return "".join(text(address, name) for name in order)
    return ", ".join(parts)


def degrees(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 1e6 else None  # neither infinite nor “not a number”


def credit_code(identifiers: list[str]) -> str:
    """The identifier that is a unified social credit code, if one is."""
    for code in identifiers:
        if re.search(r"\w", code) and uscc.check(code).answer != uscc.Answer.MALFORMED:
            return code
    return ""


def source_id(value: Any, source: str = "hsds") -> str | None:
    """An identifier that is one across sources: a UUID as it stands, a mere number with the source before it."""
    if value in (None, ""):
        return None
    try:
        return f"hsds:{UUID(str(value))}"
    except ValueError:
        return f"{source}:{value}"[:200]


def alternate(legal_name: str, other: str) -> dict[str, str]:
    """The other name by our fields: a Chinese one is the short name, an English one beside a Chinese name the English."""
    if chinese(other):
        return {"short_name": other}
    return {"name_en": other} if chinese(legal_name) and other else {}


def fees(words: str, amounts: Sequence[float] = ()) -> tuple[str, str]:
    """What a service costs as a value of ours, and a note where the words had to be stretched. Sums count without words."""
    meant = re.sub(r"\W", "", plain(words))
    for value, meanings in (("free", FREE), ("partly", PARTLY), ("paid", PAID)):
        if meant in meanings:
            return value, ""
    if meant:
        return "partly", gettext("The fees “%(words)s” were taken as “partly paid”.") % {"words": words[:80]}
    return ("paid" if any(amounts) else "free") if amounts else "", ""


def amount(value: Any) -> float | None:
    """A sum of money; none where it is none."""
    number = degrees(value)
    return number if number is not None and number >= 0 else None


def age(value: Any) -> int | None:
    """Whole years; none where it is none."""
    number = None if isinstance(value, bool) else degrees(value)
    return int(number) if number is not None and 0 <= number <= 150 else None
