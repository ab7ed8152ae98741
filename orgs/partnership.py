"""How two agencies show that they work together: one proposes, and it is public once every named party has confirmed."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs.joining import deciders
from orgs.models import Agency, Partnership, PartnershipParty, User
from orgs.permissions import agencies_where, can
from portal import mail
from portal.models import Topic


class PartnershipError(Exception):
    """A refusal, with a sentence for people."""


def open_to_answer(user):
    """The parties for which this person can still say yes or no, the oldest proposal first."""
    return (
        PartnershipParty.objects.filter(
            agency__in=agencies_where(user, "partnerships.propose"), state=PartnershipParty.State.INVITED
        )
        .select_related("agency", "partnership__kind")
        .prefetch_related("partnership__parties__agency")
        .order_by("partnership__created_at", "pk")
    )


@transaction.atomic
def propose(
    agency: Agency,
    *,
    by: User,
    kind: Topic,
    title: str,
    partners: list[Agency],
    started_on: date,
    summary: str = "",
) -> Partnership:
    """Say that `agency` works with `partners`. The proposer's own yes is in it; the others are asked. Raises PartnershipError."""
    if not can(by, "partnerships.propose", agency):
        raise PartnershipError(_("Only owners and managers propose partnerships for their agency."))
    others = [partner for partner in dict.fromkeys(partners) if partner != agency]
    if not others:
        raise PartnershipError(_("A partnership needs at least one other agency."))
    partnership = Partnership.objects.create(kind=kind, title=title, summary=summary, started_on=started_on)
    for party in (agency, *others):
        PartnershipParty.objects.create(partnership=partnership, agency=party)
    confirm(partnership.parties.get(agency=agency), by=by)
    for partner in others:
        for person in deciders(partner):
            context = {"partnership": partnership, "agency": partner, "proposer": agency}
            mail.send("partnership_proposed", to=person.email, language=person.language, context=context)
    return partnership


@transaction.atomic
def confirm(party: PartnershipParty, *, by: User) -> PartnershipParty:
    """Say yes for one party. Raises PartnershipError."""
    return answer(party, PartnershipParty.State.CONFIRMED, by=by)


@transaction.atomic
def decline(party: PartnershipParty, *, by: User) -> PartnershipParty:
    """Say no for one party; the partnership then stays private. Raises PartnershipError."""
    return answer(party, PartnershipParty.State.DECLINED, by=by)


def answer(party: PartnershipParty, state: str, *, by: User) -> PartnershipParty:
    party = PartnershipParty.objects.select_for_update(of=("self",)).select_related("agency").get(pk=party.pk)
    if not can(by, "partnerships.propose", party.agency):
        raise PartnershipError(_("Only owners and managers answer for their agency."))
    party.state, party.confirmed_by, party.confirmed_at = state, by, timezone.now()
    party.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    return party
