"""The words of the second of two writers: kept when they collide, settled when that writer's words are in the draft.

Nobody's words are thrown away: those that stand are in the revisions, those that do not are here.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from casestudies import rich_text
from casestudies.models import CaseStudy, ParallelText
from casestudies.writing import draft_merge
from orgs.models import User


def keep(case: CaseStudy, words: Mapping[str, str], *, by: User | None) -> None:
    """Keep what this writer typed into units that somebody else changed as well. A later attempt replaces an earlier."""
    for unit, text in words.items():
        ParallelText.objects.update_or_create(
            case=case, field=unit, by=by, settled_at=None, defaults={"words": text}
        )


def settle(case: CaseStudy, fields: Mapping[str, Any], *, by: User | None) -> bool:
    """The writer has decided about these fields. Returns whether anything was waiting for it."""
    units = {draft_merge.unit_of(name) for name in fields}
    waiting = ParallelText.objects.filter(case=case, by=by, settled_at=None, field__in=units)
    return bool(waiting.update(settled_at=timezone.now()))


def waiting(case: CaseStudy, *, by: User) -> list[dict]:
    """This writer's words that did not get into the draft: the field's label, the words, when."""
    rows = ParallelText.objects.filter(case=case, by=by, settled_at=None)
    return [
        {
            "field": row.field,
            "label": draft_merge.label_of(row.field),
            "words": row.words,
            "updated_at": row.updated_at,
        }
        for row in rows
    ]


def in_words(fields: Mapping[str, Any], unit: str) -> str:
    """What was typed into a unit, as people read it: a section as Markdown, a list one on each line."""
    lines = []
    for name in draft_merge.names_of(unit):
        if name in fields:
            lines.append(spelled(name, fields[name]))
    return "\n".join(line for line in lines if line)


def spelled(name: str, value: Any) -> str:
    if name in CaseStudy.SECTIONS:
        return rich_text.to_markdown(rich_text.clean(value))
    if name == "authors":
        return "\n".join(row[0] for row in draft_merge.canonical(name, value))
    if name == "partners":
        return "\n".join(str(getattr(one, "agency", one)) for one in value)
    if isinstance(value, (list, tuple)):
        return "\n".join(str(one) for one in value)
    if isinstance(value, bool):
        return str(CaseStudy._meta.get_field(name).verbose_name) if value else ""  # type: ignore[union-attr]
    choices = dict(getattr(CaseStudy._meta.get_field(name), "choices", None) or ())
    return "" if value is None else str(choices.get(value, value))
