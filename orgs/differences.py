"""What changed between two versions of an agency's entry, in words: which field, what stood there, what stands there now."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.images.models import Image

from orgs.history import FACTS, LOCATION_FACTS, SERVICE_FACTS, SERVICE_TERMS, TEXTS
from orgs.models import Agency, AgencyText, Audience, Division, Location, Service
from portal.bilingual import pick
from portal.models import Topic

#: Texts of more than a line: shown line by line.
PROSE = frozenset([*TEXTS, "summary"])
#: Identifiers of other systems: kept in a version, told to nobody.
UNSPOKEN = frozenset(["external_id"])


@dataclass(frozen=True)
class Line:
    """A line of a text: kept, removed or added."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One field that changed: its name, and what stood there before and after; for a text the lines as well."""

    field: str
    before: str
    after: str
    lines: tuple[Line, ...] = ()
    #: The logo before and after, each with its alternative text in `before` and `after`.
    pictures: tuple[Image | None, Image | None] | None = None


class Names:
    """What some versions speak of by key, read at once: topics, divisions, logos. What is gone keeps its code."""

    def __init__(self, contents: Iterable[dict[str, Any]]):
        contents, topics, divisions = list(contents), set(), set()
        for content in contents:
            topics |= {content["facts"]["org_type"], *content["funding"]}
            divisions.add(content["facts"]["division"].partition("/")[0])
            for service in content["services"].values():
                topics.update(*(service[name] for name in SERVICE_TERMS))
                divisions |= {key.partition("/")[0] for key in service["areas"]}
        #: A place is called as in the newest version that has it.
        self.places = {
            int(pk): pick(zh=place["name_zh"], en=place["name_en"])
            for content in contents
            for pk, place in content["locations"].items()
        }
        keys = {key for content in contents if (key := content.get("logo"))}
        self.logos = {image.pk: image for image in Image.objects.filter(pk__in=keys)} if keys else {}
        self.topics = {topic.code: topic.name for topic in Topic.objects.filter(code__in=topics)}
        self.divisions = {
            f"{division.code}/{division.first_year}": division.full_name
            for division in Division.objects.filter(code__in=divisions).select_related("parent")
        }

    def spell(self, model, name: str, value: Any) -> str:
        """A value of a field in words; nothing is the empty string."""
        if value is None or value == "" or value == []:
            return ""
        if name in ("org_type", "funding", *SERVICE_TERMS):
            codes = value if isinstance(value, list) else [value]
            return _(", ").join(self.topics.get(code) or code for code in codes)
        if name in ("division", "areas"):
            keys = value if isinstance(value, list) else [value]
            return _(", ").join(self.divisions.get(key) or key for key in keys)
        if name == "locations":
            return _(", ").join(self.places.get(pk, str(pk)) for pk in value)
        if name == "delivery":
            ways = dict(Service.Delivery.choices)
            return _(", ").join(str(ways.get(way, way)) for way in value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return _(", ").join(value)
        return str(dict(model._meta.get_field(name).flatchoices).get(value, value))


def between(before: dict[str, Any], after: dict[str, Any], names: Names) -> list[Change]:
    """Every field that differs, in the order of the page."""
    changes = compare(Agency, FACTS, before["facts"], after["facts"], names)
    changes += compare_logos(before, after, names)
    changes += compare(Agency, ["funding"], before, after, names)
    for language, words in AgencyText._meta.get_field("language").flatchoices:
        old, new = before["texts"].get(language, {}), after["texts"].get(language, {})
        changes += compare(AgencyText, TEXTS, old, new, names, of=words)
    fields = [*SERVICE_FACTS, *SERVICE_TERMS, "areas", "locations"]
    changes += compare_parts(Service, fields, before["services"], after["services"], names)
    changes += compare_parts(Location, LOCATION_FACTS, before["locations"], after["locations"], names)
    audiences = dict(Audience.choices)
    for name in sorted({*before["restricted"], *after["restricted"]}):
        old, new = (version["restricted"].get(name, Audience.PUBLIC) for version in (before, after))
        if old != new:
            field = _("Who sees “%(field)s”") % {"field": label(Agency, name)}
            changes.append(Change(field, str(audiences.get(old, old)), str(audiences.get(new, new))))
    return changes


def compare(model, fields, before: dict, after: dict, names: Names, of: str = "") -> list[Change]:
    """The fields of one thing that differ; `of` says which thing."""
    changes = []
    for name in fields:
        old, new = before.get(name), after.get(name)
        if name in UNSPOKEN or old == new or (name == "locations" and not (old or new)):
            continue
        field = label(model, name)
        if of:
            field = _("%(part)s: %(field)s") % {"part": of, "field": field}
        if name in PROSE:
            old, new = old or "", new or ""
            if old != new:
                changes.append(Change(field, old, new, by_line(old, new)))
        else:
            changes.append(Change(field, names.spell(model, name, old), names.spell(model, name, new)))
    return changes


def compare_logos(before: dict, after: dict, names: Names) -> list[Change]:
    """The logo, if it is another. Versions from before it was part of them say nothing of it."""
    if not ("logo" in before and "logo" in after) or before["logo"] == after["logo"]:
        return []
    pictures = names.logos.get(before["logo"]), names.logos.get(after["logo"])
    old, new = (
        _("a picture that no longer exists") if key and not image else about(image)
        for key, image in zip((before["logo"], after["logo"]), pictures, strict=True)
    )
    return [Change(label(Agency, "logo"), old, new, pictures=pictures)]


def about(image: Image | None) -> str:
    """What a logo shows, or else how large it is; nothing for none."""
    if image is None:
        return ""
    size = {"width": image.width, "height": image.height}
    return image.description or _("a picture of %(width)d × %(height)d pixels") % size


def compare_parts(model, fields, before: dict, after: dict, names: Names) -> list[Change]:
    """Services or places: those that came, those that went, and what changed in those that stayed."""
    changes = []
    kind = capfirst(model._meta.verbose_name)
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        latest = after.get(key) or before[key]
        name = pick(zh=latest["name_zh"], en=latest["name_en"])
        if old is None or new is None:
            changes.append(Change(kind, name if old else "", name if new else ""))
            continue
        of = _("%(kind)s “%(name)s”") % {"kind": kind, "name": name}
        changes += compare(model, fields, old, new, names, of=of)
    return changes


def by_line(before: str, after: str) -> tuple[Line, ...]:
    """Both texts line by line, as in a list of corrections."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line("kept", text) for text in old[i:j]]
            continue
        for removed, added in zip_longest(old[i:j], new[k:m]):
            lines += [Line("removed", removed)] if removed is not None else []
            lines += [Line("added", added)] if added is not None else []
    return tuple(lines)


def label(model, name: str) -> str:
    return capfirst(model._meta.get_field(name).verbose_name)
