"""Numbering what is published, and what changed from one version to the next."""

import difflib
import re

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from wagtail.log_actions import get_active_log_context
from wagtail.models import Revision
from wagtail.signals import published

from casestudies import rich_text
from casestudies.models import CaseStudy, CaseVersion
from casestudies.review import rounds
from orgs import audit

#: A Latin word, a number, a single other character (Chinese is compared by characters), or space.
PIECES = re.compile(r"[A-Za-z]+|\d+|\s+|.", re.DOTALL)
#: Beyond this many pieces on a side a changed paragraph is shown whole: comparing costs their product.
COMPARED_AT_MOST = 2_000
WORDS = ("title", "title_en", "title_zh", "abstract", "abstract_en", "abstract_zh")


@transaction.atomic
def keep(case: CaseStudy, revision: Revision, *, kind: str = "", change_note: str = "") -> CaseVersion:
    """Give a published revision its number. The same revision keeps the number it has. The case row is locked meanwhile."""
    CaseStudy.objects.select_for_update().get(pk=case.pk)
    if known := CaseVersion.objects.filter(revision=revision).first():
        return known
    number = (case.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    first, other = CaseVersion.Kind.FIRST, kind or CaseVersion.Kind.TEXT
    return CaseVersion.objects.create(
        case_id=case.pk,
        number=number,
        revision=revision,
        published_at=timezone.now(),
        kind=first if number == 1 else other,
        change_note=change_note,
    )


def keep_what_is_published(sender, instance, revision=None, **kwargs) -> None:
    """What was submitted with the text goes into its version, and its round is accepted."""
    if isinstance(instance, CaseStudy) and revision is not None:
        asked = instance.review_rounds.open().first()
        said = {"kind": asked.kind, "change_note": asked.change_note} if asked else {}
        version = keep(instance, revision, **said)
        by = get_active_log_context().user
        audit.record(
            audit.Action.CASE_PUBLISHED,
            by=by if getattr(by, "pk", None) else None,
            agency=instance.agency,
            what=instance.title,
            version=version.number,
        )
        if asked:
            rounds.accept(instance, version)


def listen() -> None:
    """Whoever publishes, by rule or in the admin, makes a version."""
    published.connect(keep_what_is_published, dispatch_uid="casestudies.versions")


def text_of(version: CaseVersion) -> CaseStudy:
    """What was published under this number. Citations of it name the number and its own address."""
    case = version.revision.as_object()
    case.shown_version = version
    return case


def changes(older: CaseStudy, newer: CaseStudy) -> list[dict]:
    """What differs, in reading order: `name`, `title` and `html` with `del` and `ins`. Texts that are equal are left out."""
    found = []
    for name in (*WORDS, *CaseStudy.SECTIONS):
        before, after = (plain(case, name) for case in (older, newer))
        if before != after:
            html = marked(before, after)
            found.append({"name": name, "title": CaseStudy.section_title(name), "html": html})
    return found


def plain(case: CaseStudy, name: str) -> str:
    text = getattr(case, name) or ""
    return rich_text.to_plain(text) if name in CaseStudy.SECTIONS else text


def marked(before: str, after: str) -> SafeString:
    """Two texts in one, what went in `del` and what came in `ins`: paragraph by paragraph, then within a paragraph."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    parts = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = "".join(old[a:b]), "".join(new[c:d])
        parts.append(format_html("{}", gone) if what == "equal" else within(gone, came))
    return mark_safe("".join(parts))  # noqa: S308  each part is escaped


def within(gone: str, came: str) -> SafeString:
    old, new = PIECES.findall(gone), PIECES.findall(came)
    if not old or not new or max(len(old), len(new)) > COMPARED_AT_MOST:
        return tagged([("del", gone), ("ins", came)])
    pairs = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pairs.append(("span", "".join(old[a:b])))
        else:
            pairs += [("del", "".join(old[a:b])), ("ins", "".join(new[c:d]))]
    return tagged(pairs)


def tagged(pairs: list[tuple[str, str]]) -> SafeString:
    return format_html_join("", "<{0}>{1}</{0}>", [pair for pair in pairs if pair[1]])
