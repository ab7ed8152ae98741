"""What stands behind the address of an administrative division, so that a service area can be looked up."""

import re

from django.db.models import QuerySet

from orgs.models import Division
from orgs.open_data.identity import division_uri
from orgs.open_data.taxonomy import said


def divisions() -> QuerySet[Division]:
    """With the divisions above them."""
    return Division.objects.select_related("parent__parent__parent")


def find(key: str) -> Division | None:
    """The division that an address ends in: its code and its first year, 441900-1988."""
    match = re.fullmatch(r"(\d{6,12})-(\d{4})", key)
    return divisions().filter(code=match[1], first_year=match[2]).first() if match else None


def division_record(division: Division) -> dict:
    return said(
        {
            "uri": division_uri(division),
            "code": division.code,
            "name": division.name_zh,
            "alternate_name": division.name_en,
            "level": division.level,
            "first_year": division.first_year,
            "last_year": division.last_year,
            "parent": division_uri(division.parent) if division.parent else None,
        }
    )
