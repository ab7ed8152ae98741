"""Two people write one draft. What only one of them changed is taken; what both changed is put side by side.

A form carries fingerprints of what its writer saw. From those alone follows who changed what since, so the text that
the writer began from need not be kept, and a draft that is saved every few seconds need not keep every state.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from casestudies import rich_text
from casestudies.models import CaseStudy
from casestudies.writing.people import as_author, as_partner

#: Fields that only make sense together are one unit: what one writer says of the end belongs to the beginning.
TOGETHER = {
    "period": ("started_on", "ended_on", "work_status"),
    "consent": ("consent", "has_children_under_14"),
}
_UNIT = {name: unit for unit, names in TOGETHER.items() for name in names}
#: What a draft holds and a writer can change, beside topics.
FIELDS = (
    "title", "title_en", "title_zh", "kind", "language", "translation", "abstract", "abstract_en", "abstract_zh",
    "keywords", "division", "started_on", "ended_on", "work_status", "people_reached", "sessions_held", "service_hours",
    "staff_involved", "volunteers_involved", "cost_band", "funding_note", "evidence_level", "evidence_basis",
    "maturity", "participation", "participation_note", "consent", "has_children_under_14", "consent_note",
    "ethics_statement", "ethics_approval", "licence", *CaseStudy.SECTIONS, "authors", "partners",
)  # fmt: skip


def unit_of(name: str) -> str:
    return _UNIT.get(name, name)


def names_of(unit: str) -> tuple[str, ...]:
    return TOGETHER.get(unit, (unit,))


def label_of(unit: str) -> str:
    """What people call a unit."""
    if unit in ("authors", "partners"):
        return CaseStudy._meta.get_field(unit).related_model._meta.verbose_name_plural  # type: ignore[union-attr]
    return CaseStudy._meta.get_field(names_of(unit)[0]).verbose_name  # type: ignore[union-attr]


def value_of(case: CaseStudy, name: str) -> Any:
    value = getattr(case, name)
    return list(value.all()) if hasattr(value, "all") else value


def canonical(name: str, value: Any) -> Any:
    """The value of a field such that two that mean the same are equal, in types of JSON."""
    if name in CaseStudy.SECTIONS:
        return rich_text.to_markdown(rich_text.clean(value))
    if name == "topics":
        return sorted(topic.code for topic in value)
    if name == "authors":
        # A row of the draft has more to it than an author: only what people typed counts.
        people = [one if hasattr(one, "name_en") else as_author(one) for one in value]
        return [[one.name, one.role, one.name_en, one.agency_name, one.orcid] for one in people]
    if name == "partners":
        agencies = [one if hasattr(one, "writes") else as_partner(one) for one in value]
        return sorted([one.agency.pk, str(one.role), one.writes] for one in agencies)
    if name == "attachments":
        said = ("key", "kind", "title", "alt_text", "caption", "licence", "section")
        return [[str(getattr(one, word)) for word in said] for one in value]
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, (list, tuple)):
        return [str(one) for one in value]
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return None if value is None else str(value)


def fingerprint(values: Iterable[Any]) -> str:
    text = json.dumps(list(values), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def seen(case: CaseStudy) -> dict[str, str]:
    """What a form of this draft carries: unit and fingerprint. Of topics it carries the codes themselves."""
    units: dict[str, list] = {}
    for name in FIELDS:
        units.setdefault(unit_of(name), []).append(canonical(name, value_of(case, name)))
    prints = {unit: fingerprint(values) for unit, values in units.items()}
    return {**prints, "topics": " ".join(canonical("topics", case.topics.all()))}


def merge(
    draft: CaseStudy, fields: Mapping[str, Any], saw: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """What of `fields` is to be written over `draft`, and the units that both writers changed.

    `saw` is `seen` of what the writer began from; a unit that it lacks counts as not changed by others.
    """
    accepted: dict[str, Any] = {}
    both: list[str] = []
    units: dict[str, dict[str, Any]] = {}
    for name, value in fields.items():
        units.setdefault(unit_of(name), {})[name] = value
    stands = seen(draft)
    for unit, values in units.items():
        if unit == "topics":
            accepted["topics"] = merge_topics(draft, values["topics"], saw.get("topics"))
            continue
        mine = fingerprint(
            canonical(name, values[name] if name in values else value_of(draft, name))
            for name in names_of(unit)
        )
        stood = stands.get(unit)
        if unit not in saw or mine == stood or saw[unit] == stood:
            accepted.update(values)
        elif saw[unit] != mine:
            both.append(unit)
    return accepted, both


def says_already(draft: CaseStudy, fields: Mapping[str, Any]) -> bool:
    """Whether writing these fields would change nothing."""
    return all(
        canonical(name, value) == canonical(name, value_of(draft, name)) for name, value in fields.items()
    )


def merge_topics(draft: CaseStudy, mine: Iterable, saw: str | None) -> list:
    """Topics are ticked one by one, so two writers never collide: what either added is in, what either took out is out."""
    chosen = {topic.code: topic for topic in mine}
    if saw is None:
        return list(chosen.values())
    before, stands = set(saw.split()), {topic.code: topic for topic in draft.topics.all()}
    kept = (stands.keys() - (before - chosen.keys())) | (chosen.keys() - before)
    return [{**stands, **chosen}[code] for code in sorted(kept)]


def seen_after(
    newest: CaseStudy, saw: Mapping[str, str], changes: Mapping[str, Any], *, both: set[str]
) -> dict[str, str]:
    """What a form that stays open has seen once its changes are saved, without being shown what others wrote.

    A unit whose saved state is what the writer sent is seen. One that others changed, or that was refused, is not: it
    keeps the fingerprint that the writer began with, so that the next save is still judged by it.
    """
    stands = seen(newest)
    sent = {unit_of(name) for name in changes}
    after = dict(saw)
    for unit, print_ in stands.items():
        if unit in both or unit not in sent:
            continue
        names = names_of(unit)
        mine = (
            " ".join(canonical("topics", changes["topics"]))
            if unit == "topics"
            else fingerprint(canonical(n, changes[n] if n in changes else value_of(newest, n)) for n in names)
        )
        after[unit] = mine if unit == "topics" or mine == print_ else saw.get(unit, print_)
    return after
