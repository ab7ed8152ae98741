"""Writing what comes in into a row: only what differs, and without what its model refuses."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext


def change(row: models.Model, facts: dict) -> dict:
    """Set what differs and return it as {field: value before}."""
    before = {}
    for name, value in facts.items():
        if getattr(row, name, None) != value:
            before[name] = getattr(row, name, None) if row.pk else row._meta.get_field(name).get_default()
            setattr(row, name, value)
    return before


def leave_out_what_is_wrong(row: models.Model, before: dict, notes: list[str], *, needed: set[str]) -> None:
    """Put back each changed field that its model refuses, with a note. Raises ValidationError for the needed ones."""
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - set(before))
    except ValidationError as error:
        if needed & set(error.error_dict):
            raise
        for name, messages in error.message_dict.items():
            notes.append(
                gettext("“%(value)s” was left out. %(field)s: %(reason)s")
                % {
                    "value": str(getattr(row, name))[:80],
                    "field": row._meta.get_field(name).verbose_name,
                    "reason": " ".join(messages),
                }
            )
            setattr(row, name, before[name])
