"""Two entries of one agency become one. What points at the duplicate points at the survivor afterwards.

Foreign keys are found in the models, so an app above needs no line here. A row that the survivor has already (the same
partner, the same text) is dropped; an app whose rows need more thought than that has an `agency_merge.py` with
`join(agency, survivor)`, which is asked first. What was said or decided about the duplicate itself stays with it: when its
information was confirmed, how it was verified, who was invited to it.
"""

from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Count, ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Revision, RevisionMixin

from orgs import audit, history, verification
from orgs.membership import withdraw_dead_offers
from orgs.models import (
    Agency,
    Application,
    AuditEntry,
    Confirmation,
    FreshnessReminder,
    Invitation,
    JoinRequest,
    Membership,
    OwnershipTransfer,
    Partnership,
    Role,
    User,
    Verification,
)
from orgs.permissions import CLOSED, higher, is_portal_staff
from portal.search import indexing

#: What stays with the duplicate; memberships have rules of their own.
STAYS = (
    AuditEntry,
    Confirmation,
    FreshnessReminder,
    Invitation,
    OwnershipTransfer,
    Verification,
    Agency.funding.through,
)


class MergingError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def merge(agency: Agency, *, into: Agency, by: User) -> Agency:
    """Make `agency` a former entry of `into`, which is returned as it is then. Raises MergingError."""
    if not is_portal_staff(by):
        raise MergingError(_("Only portal staff merge entries."))
    agency, survivor = hold(agency, into)
    check(agency, survivor)
    with history.recorded(survivor, by=by), indexing.in_bulk():
        join(agency, survivor)
    answer_what_is_settled(survivor, by=by)
    audit.record(audit.Action.MERGED, by=by, agency=survivor, what=agency.legal_name)
    return survivor


def join(agency: Agency, survivor: Agency) -> None:
    agency.status, agency.merged_into, agency.claimed_at = Agency.Status.MERGED, survivor, None
    hand_on_names(agency, survivor)
    agency.save()
    survivor.save()
    move_people(agency, survivor)
    for app in settings.RECORD_APPS:
        if find_spec(f"{app}.agency_merge"):
            import_module(f"{app}.agency_merge").join(agency, survivor)
    for model, field in references():
        move(model, field, agency, survivor)
    rewrite_drafts(agency, survivor)
    drop_links_to_the_lead(survivor)
    now = timezone.now()
    agency.invitations.filter(accepted_at=None, revoked_at=None).update(revoked_at=now)
    agency.verifications.awaiting_second().update(revoked_at=now)
    verification.drop(survivor)  # it may have the duplicate's code now
    withdraw_dead_offers(agency)
    with_themselves = Partnership.objects.annotate(count=Count("parties")).filter(count__lt=2)
    Partnership.objects.filter(pk__in=with_themselves.values("pk"), parties__agency=survivor).delete()


def preview(agency: Agency) -> list[tuple[str, int]]:
    """What a merge would move: the words for each kind of row, and how many there are."""
    counts = [
        (
            Membership._meta.verbose_name_plural,
            agency.memberships.exclude(status=Membership.Status.LEFT).count(),
        )
    ]
    for model, field in references():
        if not model._meta.auto_created and not field.remote_field.hidden and model is not Agency:
            rows = model._base_manager.filter(**{field.name: agency})
            counts.append((model._meta.verbose_name_plural, rows.count()))
    return [(words, count) for words, count in counts if count]


def check(agency: Agency, survivor: Agency) -> None:
    """Whether the one may go into the other. Raises MergingError."""
    if agency == survivor:
        raise MergingError(_("Choose two different entries."))
    if agency.status == Agency.Status.MERGED:
        raise MergingError(_("%(agency)s has been merged already.") % {"agency": agency})
    if survivor.status in CLOSED:
        raise MergingError(_("%(agency)s is not in the directory, so it cannot stay.") % {"agency": survivor})
    if agency.status == Agency.Status.LISTED and survivor.status != Agency.Status.LISTED:
        raise MergingError(
            _("%(agency)s waits to be listed. Merge it the other way round, or list it first.")
            % {"agency": survivor}
        )
    remaining = {person for person, row in people_after(agency, survivor).items() if is_owner(*row)}
    is_claimed = survivor.claimed_at or agency.claimed_at
    if is_claimed and not User.objects.filter(pk__in=remaining, is_active=True).exists():
        raise MergingError(
            _("Nobody would own %(agency)s: its owner is suspended in one of the entries. End that first.")
            % {"agency": survivor}
        )


def survivor_of(slug: str, user) -> Agency | None:
    """The entry that stands today for the address of a merged one, if this reader sees it.

    A chain cannot go round: only an entry that is not merged can take another in.
    """
    agency = Agency.objects.filter(slug=slug, status=Agency.Status.MERGED).first()
    while agency and agency.status == Agency.Status.MERGED:
        agency = Agency.objects.get(pk=agency.merged_into_id)
    return Agency.objects.visible_to(user).filter(pk=agency.pk).first() if agency else None


def hold(agency: Agency, into: Agency) -> tuple[Agency, Agency]:
    """Both as they are now, held in the order of their number, so that two merges cannot wait for each other."""
    pks = [agency.pk, into.pk]
    held = {row.pk: row for row in Agency.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    return held[agency.pk], held[into.pk]


def hand_on_names(agency: Agency, survivor: Agency) -> None:
    """The names by which people knew the duplicate, and the codes by which imports find it."""
    names = [*survivor.former_names, agency.legal_name, *agency.former_names]
    survivor.former_names = [name for name in dict.fromkeys(names) if name != survivor.legal_name]
    for field in ("uscc", "external_id"):
        if not getattr(survivor, field) and (value := getattr(agency, field)):
            Agency.objects.filter(pk=agency.pk).update(**{field: None})
            setattr(agency, field, None)
            setattr(survivor, field, value)


def people_after(agency: Agency, survivor: Agency) -> dict[int, tuple[str, str]]:
    """Role and status of everybody after the merge: the higher role, suspended where either is, active where either is."""
    people: dict[int, tuple[str, str]] = {}
    rows = Membership.objects.filter(agency__in=(survivor, agency)).values_list("user", "role", "status")
    for person, role, status in rows:
        before_role, before = people.get(person, (Role.MEMBER, Membership.Status.LEFT))
        order = (Membership.Status.SUSPENDED, Membership.Status.ACTIVE, Membership.Status.LEFT)
        people[person] = higher(before_role, role), min(before, status, key=order.index)
    return people


def is_owner(role: str, status: str) -> bool:
    return role == Role.OWNER and status == Membership.Status.ACTIVE


def move_people(agency: Agency, survivor: Agency) -> None:
    """Owners first, so that the survivor is never without one while the others change."""
    there = {row.user_id: row for row in survivor.memberships.all()}
    here = {row.user_id: row for row in agency.memberships.all()}
    after = people_after(agency, survivor)
    for person in sorted(after, key=lambda person: not is_owner(*after[person])):
        membership = there.get(person) or here[person]
        membership.agency, (membership.role, membership.status) = survivor, after[person]
        if person in there and person in here:
            membership.title = membership.title or here[person].title
            here[person].delete()
        membership.save()
    if survivor.claimed_at is None and any(
        is_owner(row.role, row.status) for row in survivor.memberships.active()
    ):
        survivor.claimed_at = timezone.now()
        survivor.save(update_fields=["claimed_at", "updated_at"])


def references() -> Iterator[tuple[type[models.Model], models.ForeignKey]]:
    """Every foreign key to an agency that moves with a merge, those of many-to-many tables among them."""
    for relation in Agency._meta.get_fields(include_hidden=True):
        is_foreign_key = isinstance(relation, models.ManyToOneRel)
        if is_foreign_key and relation.related_model not in (Membership, *STAYS):
            yield relation.related_model, relation.field


def move(model: type[models.Model], field: models.ForeignKey, agency: Agency, survivor: Agency) -> None:
    """Let every row of the duplicate point at the survivor, or go where the survivor has the same."""
    for row in model._base_manager.filter(**{field.name: agency}).exclude(
        pk=agency.pk if model is Agency else None
    ):
        setattr(row, field.name, survivor)
        try:
            with transaction.atomic():
                row.save(update_fields=[field.name])
        except IntegrityError:
            try:
                row.delete()
            except (ProtectedError, RestrictedError):
                raise MergingError(
                    _("Both entries have “%(row)s”, and other records depend on it. Settle that first.")
                    % {"row": row}
                )


def rewrite_drafts(agency: Agency, survivor: Agency) -> None:
    """Drafts are kept as text with the numbers of agencies in it: there too the survivor takes the place."""
    leads: dict[type[models.Model], list[str]] = defaultdict(list)
    parts: dict[type[models.Model], list[tuple[str, str]]] = defaultdict(list)
    for model, field in references():
        if issubclass(model, RevisionMixin):
            leads[model].append(field.name)
        for whole in model._meta.fields:
            if isinstance(whole, models.ForeignKey) and issubclass(whole.related_model, RevisionMixin):
                parts[whole.related_model].append((whole.remote_field.get_accessor_name(), field.name))
    for model in {*leads, *parts}:
        for revision in Revision.objects.filter(base_content_type=model().get_base_content_type()):
            before = revision.content
            content = {**before}
            for name in leads[model]:
                if content.get(name) == agency.pk:
                    content[name] = survivor.pk
            named = {content.get(name) for name in leads[model]}
            for path, name in parts[model]:
                rows = [
                    {**row, name: survivor.pk} if row.get(name) == agency.pk else row
                    for row in content.get(path, [])
                ]
                once = {row[name]: row for row in reversed(rows)}
                content[path] = [row for row in rows if once[row[name]] is row and row[name] not in named]
            if content != before and agency.pk in agencies_in(before, leads[model], parts[model]):
                Revision.objects.filter(pk=revision.pk).update(content=content)


def agencies_in(content: dict, leads: list[str], parts: list[tuple[str, str]]) -> set:
    """The numbers of the agencies that a draft names."""
    return {content.get(name) for name in leads} | {
        row.get(name) for path, name in parts for row in content.get(path, [])
    }


def drop_links_to_the_lead(survivor: Agency) -> None:
    """Nobody is a partner in their own case or a co-host of their own event: such a link is only the merge's doing."""
    for model, field in references():
        unique = {tuple(sorted(rule.fields)) for rule in model._meta.constraints if is_plain_unique(rule)}
        for other in model._meta.fields:
            if other.many_to_one and tuple(sorted((field.name, other.name))) in unique:
                leads = [
                    lead.name
                    for lead in other.related_model._meta.fields
                    if lead.many_to_one and lead.related_model is Agency and not lead.null
                ]
                for lead in leads:
                    same = {field.name: survivor, f"{other.name}__{lead}": survivor}
                    for row in model._base_manager.filter(**same):
                        row.delete()


def is_plain_unique(rule) -> bool:
    return isinstance(rule, models.UniqueConstraint) and rule.condition is None


def answer_what_is_settled(survivor: Agency, *, by: User) -> None:
    """Requests of people who belong already, and applications for an entry that is in the directory, have their answer."""
    now = timezone.now()
    members = survivor.memberships.active().values("user")
    survivor.join_requests.filter(status=JoinRequest.Status.PENDING, user__in=members).update(
        status=JoinRequest.Status.ACCEPTED, decided_at=now, decided_by=by
    )
    settled = [Application.Kind.CLAIM] if survivor.claimed_at else []
    if survivor.status == Agency.Status.LISTED:
        settled.append(Application.Kind.LISTING)
    for application in survivor.applications.filter(
        status=Application.Status.OPEN, kind__in=settled
    ).select_related("applicant"):
        with override(application.applicant.language):
            application.reason = _("The entry was joined with that of %(agency)s.") % {"agency": survivor}
        application.status = Application.Status.WITHDRAWN
        application.decided_at, application.decided_by = now, by
        application.save(update_fields=["status", "reason", "decided_at", "decided_by"])
