"""How two agencies show that they work together: one proposes, and it is public once every named party has confirmed.

Who proposed takes a proposal back while somebody is still asked; any party ends what all have confirmed. Both stay in
the history of the parties. The same parties have one partnership of a kind at a time.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from django.db import IntegrityError, transaction
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
        .exclude(partnership__parties__state=PartnershipParty.State.WITHDRAWN)
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
    stands_for = key_of(kind, [agency, *others])
    standing = Partnership.objects.select_for_update().filter(stands_for=stands_for).first()
    if standing and standing.is_over:  # it was to end by itself on a day that has come
        make_room(standing)
    elif standing:
        raise PartnershipError(sentence_for(standing))
    try:
        with transaction.atomic():
            partnership = Partnership.objects.create(
                kind=kind, title=title, summary=summary, started_on=started_on, stands_for=stands_for
            )
    except IntegrityError:  # the other side proposed the same in this moment
        raise PartnershipError(sentence_for(Partnership.objects.get(stands_for=stands_for)))
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
    partnership = Partnership.objects.select_for_update().get(pk=party.partnership_id)
    party = PartnershipParty.objects.select_related("agency").get(pk=party.pk)
    if not can(by, "partnerships.propose", party.agency):
        raise PartnershipError(_("Only owners and managers answer for their agency."))
    if partnership.is_withdrawn:
        raise PartnershipError(_("This proposal was taken back. Propose it yourself if you work together."))
    if party.state != PartnershipParty.State.INVITED:
        raise PartnershipError(_("Your agency has already answered this proposal."))
    party.state, party.confirmed_by, party.confirmed_at = state, by, timezone.now()
    party.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    if state == PartnershipParty.State.DECLINED:
        make_room(partnership)
    return party


@transaction.atomic
def withdraw(partnership: Partnership, *, by: User) -> Partnership:
    """Take back a proposal that somebody has still to answer. Raises PartnershipError."""
    partnership = Partnership.objects.select_for_update().get(pk=partnership.pk)
    proposer = proposing_party(partnership)
    if not can(by, "partnerships.propose", proposer.agency):
        raise PartnershipError(_("Only owners and managers of the agency that proposed it take it back."))
    if partnership.is_confirmed:
        raise PartnershipError(_("Everybody has confirmed it already. You can end it instead."))
    if partnership.is_withdrawn:
        raise PartnershipError(_("This proposal was taken back already."))
    proposer.state = PartnershipParty.State.WITHDRAWN
    proposer.save(update_fields=["state"])
    make_room(partnership)
    return partnership


@transaction.atomic
def end(partnership: Partnership, *, by: User, on: date | None = None) -> Partnership:
    """End what all have confirmed, for any of the parties; the others are told. Raises PartnershipError."""
    on = on or timezone.localdate()
    partnership = Partnership.objects.select_for_update().get(pk=partnership.pk)
    parties = list(partnership.parties.select_related("agency"))
    own = [party for party in parties if can(by, "partnerships.propose", party.agency)]
    if not own:
        raise PartnershipError(_("Only owners and managers of an agency in it end a partnership."))
    if not partnership.is_confirmed:
        raise PartnershipError(_("It is not confirmed yet. Take the proposal back, or decline it."))
    if partnership.is_over:
        raise PartnershipError(_("This partnership has ended already."))
    partnership.ended_on = max(on, partnership.started_on)
    partnership.save(update_fields=["ended_on"])
    make_room(partnership)
    for party in parties:
        if party not in own:
            for person in deciders(party.agency):
                context = {"partnership": partnership, "agency": party.agency, "by": own[0].agency}
                mail.send("partnership_ended", to=person.email, language=person.language, context=context)
    return partnership


def proposing_party(partnership: Partnership) -> PartnershipParty:
    """Who proposed it is the first of its parties."""
    return partnership.parties.select_related("agency").order_by("pk")[0]


def key_of(kind: Topic, agencies: Iterable[Agency]) -> str:
    """The same for the same kind and parties, whoever proposes."""
    parties = sorted(agency.pk for agency in agencies)
    return sha256(f"{kind.code} {parties}".encode()).hexdigest()


def sentence_for(standing: Partnership) -> str:
    """Why the same cannot be proposed again."""
    if standing.is_confirmed:
        return _(
            "You already have this partnership, since %(since)s: “%(title)s”. End it before you propose it anew."
        ) % {
            "since": standing.started_on,
            "title": standing.title,
        }
    return _("This is already proposed: “%(title)s”. It waits for the answer of everybody in it.") % {
        "title": standing.title
    }


def make_room(partnership: Partnership) -> None:
    """What ended, was declined or taken back can be proposed again."""
    partnership.stands_for = None
    partnership.save(update_fields=["stands_for"])
