"""What a client of the read API asks: the parameters of HSDS, understood or refused with a sentence.

A parameter that the list does not know is refused too: a misspelt `modified_after` that silently returns everything
costs a harvester a night.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext

MOST_PER_PAGE = 100
PER_PAGE = 50
LAST_PAGE = 999_999_999  # nine digits
#: No record changed before the one or after the other.
BEFORE_ALL, AFTER_ALL = datetime(1900, 1, 1), datetime(9000, 1, 1)
LONGEST_SEARCH = 100
FORMATS = ("json", "ndjson")
YES_OR_NO = {"true": True, "1": True, "false": False, "0": False, "": False}
PAGING = frozenset({"page", "per_page", "format"})
FLAGS = ("minimal", "full", "full_service", "top_only")
IDENTIFIERS = ("taxonomy_term_id", "taxonomy_id", "organization_id", "parent_id")


class BadQuestion(Exception):
    """A parameter that cannot be answered; the argument is the sentence that says why."""


@dataclass(frozen=True)
class Question:
    """The parameters in our types. `per_page` is None where the client did not choose."""

    page: int = 1
    per_page: int | None = None
    format: str = "json"
    search: tuple[str, ...] = ()
    modified_after: datetime | None = None
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    parent_id: UUID | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    top_only: bool = False


def read(parameters, allowed: frozenset[str]) -> Question:
    """The question in these parameters (a QueryDict or a dict of strings). Raises BadQuestion."""
    unknown = sorted(set(parameters) - allowed)
    if unknown:
        raise BadQuestion(
            gettext("There is no parameter “%(name)s” here. There are: %(names)s.")
            % {"name": unknown[0][:60], "names": ", ".join(sorted(allowed)) or "—"}
        )
    given = {name: parameters[name].strip() for name in parameters}
    for name, value in given.items():
        if "\x00" in value:
            raise BadQuestion(gettext("“%(name)s” holds a character that no text has.") % {"name": name})
    understood: dict = {}
    if "page" in given:
        understood["page"] = whole_number("page", given["page"])
    if "per_page" in given:
        understood["per_page"] = whole_number("per_page", given["per_page"], most=MOST_PER_PAGE)
    if given.get("format"):
        if given["format"] not in FORMATS:
            raise BadQuestion(gettext("“format” is json or ndjson."))
        understood["format"] = given["format"]
    if "search" in given:
        if len(given["search"]) > LONGEST_SEARCH:
            raise BadQuestion(
                gettext("“search” is longer than %(limit)d characters.") % {"limit": LONGEST_SEARCH}
            )
        understood["search"] = tuple(given["search"].split())
    if given.get("modified_after"):
        understood["modified_after"] = moment("modified_after", given["modified_after"])
    for name in IDENTIFIERS:
        if given.get(name):
            understood[name] = identifier(name, given[name])
    for name in FLAGS:
        if name in given:
            understood[name] = yes_or_no(name, given[name])
    return Question(**understood)


def whole_number(name: str, words: str, most: int | None = None) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", words) or not int(words) or (most and int(words) > most):
        raise BadQuestion(
            gettext("“%(name)s” is a whole number from 1 to %(most)d.") % {"name": name, "most": most}
            if most
            else gettext("“%(name)s” is a whole number from 1.") % {"name": name}
        )
    return int(words)


def yes_or_no(name: str, words: str) -> bool:
    if words.lower() not in YES_OR_NO:
        raise BadQuestion(gettext("“%(name)s” is true or false.") % {"name": name})
    return YES_OR_NO[words.lower()]


def identifier(name: str, words: str) -> UUID:
    try:
        return UUID(words)
    except ValueError:
        raise BadQuestion(gettext("“%(name)s” is a UUID.") % {"name": name})


def moment(name: str, words: str) -> datetime:
    """A date (its first moment in China) or a date and time; without an offset it is China's time."""
    words = re.sub(r" (\d\d:?\d\d)$", r"+\1", words) if "T" in words else words  # a + that was not escaped
    try:
        value = parse_datetime(words)
        if value is None and (day := parse_date(words)):
            value = datetime.combine(day, time())
        if value is None:
            raise ValueError(words)
    except ValueError:
        raise BadQuestion(
            gettext(
                "“%(name)s” is a date such as 2026-05-01 or a time such as 2026-05-01T08:00:00Z (ISO 8601)."
            )
            % {"name": name}
        )
    if value.year < BEFORE_ALL.year:  # at either end of the calendar no time zone can be counted with
        value = BEFORE_ALL
    elif value.year >= AFTER_ALL.year:
        value = AFTER_ALL
    return value if timezone.is_aware(value) else timezone.make_aware(value)
