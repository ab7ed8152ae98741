"""Adaptations: an agency records that it tried what a case study describes.

The adapting agency alone decides to publish. The original's agency is told, and may say something to it in public.
The cases that are linked make families: an adaptation has one original, and nothing descends from itself.
"""

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from casestudies.exchange import family_picture
from casestudies.models import Adaptation, CaseStudy
from casestudies.usage import counting
from orgs.models import Agency, User
from orgs.permissions import Roles, can, carriers
from portal import mail
from portal.models import Turn

#: Who may publish in the name of the adapting agency, and remark in that of the original's.
LEADS = "profile.edit"
MOST_GENERATIONS = 12
TRIED_SHOWN = 10


class AdaptationError(Exception):
    """What cannot be done with an adaptation, in a sentence for people."""


@transaction.atomic
def record(original: CaseStudy, *, agency: Agency, by: User, **fields) -> Adaptation:
    """Begin a draft of what `agency` did with a published case. Raises AdaptationError."""
    if not CaseStudy.objects.published().filter(pk=original.pk).exists():
        raise AdaptationError(_("Only a published case study can be adapted."))
    return change(Adaptation(of=original, agency=agency, created_by=by), by=by, **fields)


@transaction.atomic
def change(adaptation: Adaptation, *, by: User, **fields) -> Adaptation:
    """Keep what was written, in a draft or in what is published already. Raises AdaptationError.

    It is written onto the row as it is now: who changes what staff hide at the same moment does not show it again.
    """
    if adaptation.pk:
        locked = Adaptation.objects.select_for_update(of=("self",)).select_related("agency", "of")
        adaptation = locked.get(pk=adaptation.pk)
    if not can(by, "cases.write", adaptation.agency):
        raise AdaptationError(_("You do not write for this agency."))
    if adaptation.status != Adaptation.Status.DRAFT and not can(by, LEADS, adaptation.agency):
        raise AdaptationError(_("What is published is changed by those who lead the agency."))
    for name, value in fields.items():
        setattr(adaptation, name, value)
    if adaptation.case_id:
        keep_family_straight(adaptation)
    adaptation.save()
    return adaptation


def keep_family_straight(adaptation: Adaptation) -> None:
    """Refuse a link that is not the agency's own, is taken, or makes a case descend from itself.

    One family lock for all: two links made at once could each be right and make a circle together.
    """
    Turn.objects.get_or_create(name="case families", defaults={"period": ""})
    Turn.objects.select_for_update().get(name="case families")
    if not CaseStudy.objects.published().filter(pk=adaptation.case_id, agency=adaptation.agency).exists():
        raise AdaptationError(_("Link a published case study that your agency leads."))
    others = Adaptation.objects.exclude(pk=adaptation.pk)
    if others.filter(case=adaptation.case_id).exists():
        raise AdaptationError(_("This case study is linked to another adaptation already."))
    parents = dict(others.filter(case__isnull=False).values_list("case", "of"))
    ancestor = adaptation.of_id
    while ancestor is not None:
        if ancestor == adaptation.case_id:
            raise AdaptationError(_("A case study cannot be an adaptation of what was adapted from it."))
        ancestor = parents.get(ancestor)


@transaction.atomic
def publish(adaptation: Adaptation, *, by: User) -> Adaptation:
    """Show an adaptation to everybody and tell the original's agency. Raises AdaptationError."""
    adaptation = Adaptation.objects.select_for_update(of=("self",)).get(pk=adaptation.pk)
    if not can(by, LEADS, adaptation.agency):
        raise AdaptationError(_("Those who lead the agency publish in its name."))
    if adaptation.agency.status != Agency.Status.LISTED:
        raise AdaptationError(_("Your agency is not listed in the directory yet."))
    if adaptation.status != Adaptation.Status.DRAFT:
        raise AdaptationError(_("This adaptation is not a draft."))
    adaptation.status, adaptation.published_at = Adaptation.Status.PUBLIC, timezone.now()
    adaptation.save(update_fields=["status", "published_at"])
    if adaptation.of.agency_id != adaptation.agency_id:
        counting.add(adaptation.of, counting.Kind.ADAPTATION)
        for lead in carriers(LEADS).filter(agency=adaptation.of.agency_id).select_related("user"):
            mail.send(
                "adaptation_published",
                to=lead.user.email,
                language=lead.user.language,
                context={"adaptation": adaptation, "person": lead.user},
            )
    return adaptation


def remark(adaptation: Adaptation, *, by: User, text: str) -> Adaptation:
    """What the original's agency says to a published adaptation; no text takes it back. Raises AdaptationError."""
    if not can(by, LEADS, adaptation.of.agency):
        raise AdaptationError(_("Those who lead the original's agency may add a remark."))
    if not adaptation.is_public:
        raise AdaptationError(_("This adaptation is not published."))
    adaptation.remark = text.strip()
    adaptation.remark_at = timezone.now() if adaptation.remark else None
    adaptation.save(update_fields=["remark", "remark_at"])
    return adaptation


@transaction.atomic
def hide(adaptation: Adaptation, *, by: User, reason: str) -> Adaptation:
    """Portal staff take a published adaptation out of sight. Raises AdaptationError."""
    adaptation = Adaptation.objects.select_for_update(of=("self",)).get(pk=adaptation.pk)
    if not by.has_perm("casestudies.publish_casestudy"):
        raise AdaptationError(_("Only the portal's staff may hide an adaptation."))
    if not adaptation.is_public or not reason.strip():
        raise AdaptationError(_("Hiding a published adaptation needs a reason."))
    adaptation.status, adaptation.hidden_reason = Adaptation.Status.HIDDEN, reason.strip()[:500]
    adaptation.save(update_fields=["status", "hidden_reason"])
    return adaptation


@transaction.atomic
def unhide(adaptation: Adaptation, *, by: User) -> Adaptation:
    """Portal staff show a hidden adaptation again. Raises AdaptationError."""
    adaptation = Adaptation.objects.select_for_update(of=("self",)).get(pk=adaptation.pk)
    if not by.has_perm("casestudies.publish_casestudy"):
        raise AdaptationError(_("Only the portal's staff may hide an adaptation."))
    if adaptation.status != Adaptation.Status.HIDDEN:
        raise AdaptationError(_("Only a hidden adaptation is shown again."))
    adaptation.status, adaptation.hidden_reason = Adaptation.Status.PUBLIC, ""
    adaptation.save(update_fields=["status", "hidden_reason"])
    return adaptation


def is_tried_elsewhere(case: CaseStudy) -> bool:
    """Whether an independent agency adapted it, for all to read: transferability level 4 follows from that."""
    return Adaptation.objects.public().independent().filter(of=case).exists()


# -- Families ---------------------------------------------------------------------------------------------------------


def family(case: CaseStudy) -> dict | None:
    """The family tree that a published case belongs to, or none. Built of what is public alone.

    A node is a dictionary: `title`, `agency`, `url` (empty where the case is no longer to be read), `result`,
    `is_here`, `children`. Two queries whatever its size, as links are rows of two keys.
    """
    if not case.adaptations.all() and not hasattr(case, "adapted_from"):
        return None
    links = list(Adaptation.objects.public().values_list("pk", "of", "case"))
    parents = {own: original for _pk, original, own in links if own}
    root = case.pk
    for _step in range(MOST_GENERATIONS):
        root = parents.get(root, root)
    children: dict[int, list[tuple[int, int | None]]] = {}
    for pk, original, own in links:
        children.setdefault(original, []).append((pk, own))
    wanted, members, keys = [root], {root}, []
    while wanted:
        for pk, own in children.get(wanted.pop(), ()):
            keys.append(pk)
            if own and own not in members:
                members.add(own)
                wanted.append(own)
    if not keys:
        return None
    cases = CaseStudy.objects.select_related("agency").defer(*CaseStudy.SECTIONS)
    tried = {
        one.pk: one
        for one in Adaptation.objects.filter(pk__in=keys)
        .select_related("agency")
        .prefetch_related(Prefetch("of", cases), Prefetch("case", cases))
    }
    top = next(one.of for one in tried.values() if one.of_id == root)

    def node(shown: CaseStudy | None, by: Adaptation | None) -> dict:
        named = shown if shown and (shown.live or not by) else None
        below = children.get(shown.pk, []) if shown else []
        return {
            "title": named.display_title if named else "",
            "agency": by.agency if by else top.agency,
            "result": by.get_result_display() if by else "",
            "result_code": by.result if by else "",
            "url": by.get_absolute_url() if by else (top.get_absolute_url() if top.live else ""),
            "case_url": named.get_absolute_url() if named and named.live else "",
            "is_here": bool(shown and shown.pk == case.pk),
            "children": [node(tried[pk].case, tried[pk]) for pk, _own in sorted(below)],
        }

    return node(top, None)


def agencies_to_adapt_for(case: CaseStudy, roles: Roles) -> list[Agency]:
    """For whom this reader may record that they tried this case; the first few."""
    return [agency for agency in roles.agencies_where("cases.write") if agency.pk != case.agency_id][:5]


def beside(case: CaseStudy) -> dict:
    """What the reading page of a published case says about adaptations: the family, drawn too."""
    if (tree := family(case)) is None:
        return {"tried": [], "tried_elsewhere": False}
    tried = Adaptation.objects.public().filter(of=case).select_related("agency")
    return {
        "tried": list(tried[:TRIED_SHOWN]),
        "tried_elsewhere": is_tried_elsewhere(case),
        "family": tree,
        "family_picture": family_picture.draw(tree),
    }
