"""Thousands of random histories of a few people and agencies; after every step the promises hold.

A history is a list of steps: somebody invites, accepts, leaves, removes, suspends, hands over, is locked, merges … as
whoever happens to be drawn, allowed or not. Many attempts are refused, and a refusal must change nothing that matters. In most
draws the step is steered to somebody with whom it can succeed, so that every kind is really carried out many times over.
The rules are run as they are, on the real database, each history in a transaction of its own that is rolled back.
"""

import os
from collections import Counter
from dataclasses import dataclass, field

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from orgs import invitation, joining, leaving, membership, merging, ownership
from orgs.models import Agency, Invitation, Membership, OwnershipTransfer, Role, User
from orgs.permissions import agencies_where, can, roles_to_give
from tests import factories

pytestmark = pytest.mark.django_db

#: Parts of the whole, so that two cores share it. Together 2,000 histories or more.
PARTS = 4
FULL = 2000 // PARTS
HISTORIES = int(os.environ.get("HISTORIES", "2000")) // PARTS
PEOPLE, FEWEST_STEPS, MOST_STEPS = 5, 5, 8
REFUSALS = (
    invitation.InvitationError,
    joining.JoiningError,
    leaving.LeavingError,
    membership.MembershipError,
    merging.MergingError,
    ownership.OwnershipError,
)


class NothingThere(Exception):
    """A step that found nothing to act on."""


@dataclass
class World:
    """Who and what there is, and what the history so far says beside the database."""

    people: list[User]
    agencies: list[Agency]
    staff: User
    used: set[int] = field(default_factory=set)  # invitations that were accepted
    done: Counter = field(default_factory=Counter)


@dataclass
class Seen:
    """The state of things between two steps, read in two queries."""

    memberships: dict[tuple[int, int], tuple[str, str]]  # agency and person: role and status
    locked: set[int]  # accounts that are not active
    claimed: set[int]  # agencies that need an owner

    @classmethod
    def now(cls) -> "Seen":
        found = list(Membership.objects.values_list("agency", "user", "role", "status", "user__is_active"))
        agencies = Agency.objects.exclude(claimed_at=None).exclude(status__in=["withdrawn", "merged"])
        return cls(
            {(agency, person): (role, status) for agency, person, role, status, _active in found},
            {person for _agency, person, _role, _status, is_active in found if not is_active},
            set(agencies.values_list("pk", flat=True)),
        )

    def owners(self, agency: int) -> list[int]:
        return [
            person
            for (place, person), held in self.memberships.items()
            if place == agency and held == ("owner", "active") and person not in self.locked
        ]


# -- The steps: each is told the acting person, another person, an agency, and a number to choose by ------------------


def invite(world, by, other, agency, n):
    if n % 4:  # mostly somebody who does not belong yet
        belong = agency.memberships.active().values_list("user", flat=True)
        other = next((person for person in world.people if person.pk not in belong), other)
    invitation.invite(agency, email=other.email, role=Role.values[n % 3], by=by)


def last(found):
    """The newest of them, or nothing to do."""
    if (one := found.order_by("pk").last()) is None:
        raise NothingThere
    return one


def nth(found, n):
    """One of them by a number, or nothing to do."""
    if not (rows := list(found.order_by("pk"))):
        raise NothingThere
    return rows[n % len(rows)]


def accept_any_invitation(world, by, other, agency, n):
    """Somebody tries an invitation, whoever it was for and whatever became of it; sometimes it was for them."""
    sent = nth(Invitation.objects.all(), n)
    take(world, sent, by=User.objects.filter(email=sent.email).first() or by if n % 3 else by)


def accept_invitation(world, by, other, agency, n):
    """The invited person accepts the newest invitation."""
    sent = last(Invitation.objects.filter(accepted_at=None))
    take(world, sent, by=User.objects.filter(email=sent.email).first() or by)


def take(world, chosen, *, by):
    was_alive = chosen in invitation.addressed_to(by)
    gives = roles_to_give(chosen.created_by, chosen.agency)
    taken = invitation.accept(chosen, by=by)
    assert chosen.pk not in world.used, "an invitation was used twice"
    assert was_alive
    assert taken.role == chosen.role
    assert taken.role in gives, "a role above what its giver could give"
    world.used.add(chosen.pk)


def on_invitation(rule):
    def step(world, by, other, agency, n):
        sent = agency.invitations.filter(accepted_at=None, revoked_at=None) if n % 4 else agency.invitations
        chosen = last(sent.select_related("created_by"))
        rule(chosen, by=chosen.created_by if n % 4 > 1 else by)

    return step


def ask_to_join(world, by, other, agency, n):
    if n % 4:  # mostly somebody who neither belongs nor has asked
        taken = {*agency.memberships.exclude(status="left").values_list("user", flat=True)}
        taken |= {*agency.join_requests.filter(status="pending").values_list("user", flat=True)}
        by = next((person for person in world.people if person.pk not in taken), by)
    joining.ask_to_join(agency, user=User.objects.get(pk=by.pk))


def answer_join_request(world, by, other, agency, n):
    asked = agency.join_requests.filter(status="pending") if n % 3 else agency.join_requests
    (joining.accept if n % 4 else joining.decline)(last(asked), by=by if n else world.staff)


def on_membership(rule, **arguments):
    def step(world, by, other, agency, n):
        held = agency.memberships.filter(user=other)
        if n % 4:  # mostly somebody over whom an owner has a say
            held = agency.memberships.active().exclude(role=Role.OWNER).exclude(user=by)
        rule(nth(held, n), by=by, **arguments)

    return step


def leave(world, by, other, agency, n):
    held = agency.memberships.filter(user=by)
    if n % 2:  # somebody who is not the last owner
        held = agency.memberships.active().exclude(role=Role.OWNER).select_related("user")
    membership.leave(last(held), by=last(held).user)


def restore(world, by, other, agency, n):
    membership.restore(last(agency.memberships.filter(status="suspended")), by=by)


def change_role(world, by, other, agency, n):
    gives = roles_to_give(by, agency)
    on_membership(membership.change_role, role=Role.values[n % 3])(world, by, other, agency, n)
    assert Role.values[n % 3] in gives, "a role above what its giver could give"


def offer_ownership(world, by, other, agency, n):
    if n % 4:  # mostly somebody to whom it can be offered
        other = ownership.possible_takers(agency).first() or other
    ownership.offer(agency, to=other, by=by)


def accept_ownership(world, by, other, agency, n):
    offer = last(OwnershipTransfer.objects.all())
    giver_owned = can(offer.giver, "ownership.transfer", offer.agency)
    ownership.accept(offer, by=by if n % 4 == 0 else offer.taker)
    assert giver_owned, "the ownership was taken from somebody who had it no more"


def withdraw_ownership(world, by, other, agency, n):
    offer = last(agency.transfers.filter(status="offered") if n % 4 else agency.transfers)
    ownership.withdraw(offer, by=offer.giver if n % 4 else by)


def lock_account(world, by, other, agency, n):
    if n % 3 == 0:
        other = next((owner.user for owner in agency.memberships.filter(role=Role.OWNER)), other)
    leaving.deactivate(other, by=world.staff, is_releasing=n % 2 == 0)


def unlock_account(world, by, other, agency, n):
    User.objects.filter(pk=other.pk).update(is_active=True)


def close_account(world, by, other, agency, n):
    if n % 2:  # somebody who is not the last owner anywhere
        able = User.objects.filter(pk__in=[person.pk for person in world.people], is_active=True)
        by = next((person for person in able if not leaving.only_owned_by(person)), by)
    leaving.close_account(by)


def merge(world, by, other, agency, n):
    first, second = world.agencies if n % 2 else reversed(world.agencies)
    merging.merge(first, into=second, by=world.staff)


STEPS = {
    "invite": invite,
    "accept invitation": accept_invitation,
    "accept any invitation": accept_any_invitation,
    "resend": on_invitation(invitation.resend),
    "revoke": on_invitation(invitation.revoke),
    "ask to join": ask_to_join,
    "answer request": answer_join_request,
    "leave": leave,
    "remove": on_membership(membership.remove),
    "suspend": on_membership(membership.suspend),
    "restore": restore,
    "change role": change_role,
    "offer": offer_ownership,
    "accept ownership": accept_ownership,
    "withdraw offer": withdraw_ownership,
    "lock account": lock_account,
    "unlock account": unlock_account,
    "close account": close_account,
    "merge": merge,
}
#: Drawn more often, because others need them first.
OFTEN = [
    "restore",
    "invite",
    "invite",
    "accept invitation",
    "accept invitation",
    "offer",
    "offer",
    "accept ownership",
]
#: Beside the people by number: whoever owns the agency at that moment.
AN_OWNER = range(PEOPLE, PEOPLE + 6)

step = st.tuples(
    st.sampled_from([*STEPS, *OFTEN]),
    st.integers(0, AN_OWNER[-1]),
    st.integers(0, PEOPLE - 1),
    st.sampled_from([0, 0, 1]),
    st.integers(0, 11),
)


# -- What must hold after every step ----------------------------------------------------------------------------------


def check(seen: Seen) -> None:
    unowned = [agency for agency in seen.claimed if not seen.owners(agency)]
    assert unowned == [], "a claimed agency without an active owner"


def check_offers(world: World) -> None:
    offers = Counter(OwnershipTransfer.objects.filter(status="offered").values_list("agency", flat=True))
    assert not offers or max(offers.values()) == 1, "two open transfers"
    used = set(Invitation.objects.exclude(accepted_at=None).values_list("pk", flat=True))
    assert used == world.used, "an invitation was accepted that nobody accepted, or forgotten"


def check_rights(world: World) -> None:
    """Suspended, removed and locked people carry nothing; nobody carries anything for a merged entry."""
    active = set(Membership.objects.active().values_list("user", "agency"))
    merged = set(Agency.objects.filter(status=Agency.Status.MERGED).values_list("pk", flat=True))
    for person in User.objects.filter(pk__in=[person.pk for person in world.people]):
        carried = set(agencies_where(person, "members.view").values_list("pk", flat=True))
        assert carried == {agency for user, agency in active if user == person.pk} - merged
    outside = Membership.objects.exclude(pk__in=Membership.objects.active()).select_related("user", "agency")
    for held in outside:
        assert roles_to_give(held.user, held.agency) == ()


def live(world: World, history) -> None:
    world.used = set()
    before = Seen.now()
    by_key = {person.pk: person for person in world.people}
    for name, by, other, place, n in history:
        agency = world.agencies[place]
        owners = before.owners(agency.pk)
        acting = by_key[owners[0]] if by in AN_OWNER and owners else world.people[by % PEOPLE]
        fresh = User.objects.in_bulk([acting.pk, world.people[other].pk])
        try:
            STEPS[name](world, fresh[acting.pk], fresh[world.people[other].pk], agency, n)
        except REFUSALS:
            assert Seen.now() == before, f"{name} was refused and changed something"
            world.done["refused"] += 1
        except NothingThere:
            world.done["nothing there"] += 1
        else:
            world.done[name] += 1
            before = Seen.now()
            check(before)
    check_offers(world)
    check_rights(world)
    connection.check_constraints()  # PostgreSQL: what its triggers would say at commit


def make_world() -> World:
    """An agency with an owner, a manager and a member, two people outside, and a little under way; a second agency."""
    agencies = [factories.agency(), factories.agency()]
    people = [factories.with_address(factories.user()) for _n in range(PEOPLE)]
    owner, manager, member, invited, asking = people
    for person, role in ((owner, Role.OWNER), (manager, Role.MANAGER), (member, Role.MEMBER)):
        membership.take_in(agencies[0], user=person, role=role)
    membership.take_in(agencies[1], user=manager, role=Role.OWNER)
    membership.take_in(agencies[1], user=member, role=Role.MEMBER)
    Membership.objects.create(agency=agencies[1], user=asking, status="suspended")
    invitation.invite(agencies[0], email=invited.email, role=Role.MEMBER, by=manager)
    joining.ask_to_join(agencies[0], user=asking)
    ownership.offer(agencies[0], to=member, by=owner)
    return World(people, agencies, factories.user(is_superuser=True))


@pytest.mark.parametrize("part", range(PARTS))
def test_the_promises_hold_in_every_history(part, record_property):
    world = make_world()
    histories = Counter()

    @seed(part)
    @settings(max_examples=HISTORIES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(step, min_size=FEWEST_STEPS, max_size=MOST_STEPS))
    def history_holds(history):
        with transaction.atomic():
            live(world, history)
            transaction.set_rollback(True)
        histories["all"] += 1

    history_holds()

    carried_out = {name: world.done[name] for name in STEPS}
    print(f"part {part}: {histories['all']} sequences, {sum(carried_out.values())} steps carried out")
    print(f"  by kind: {carried_out}; refused: {world.done['refused']}")
    record_property("sequences", histories["all"])
    record_property("steps_carried_out", str(carried_out))
    assert histories["all"] >= HISTORIES
    never = [name for name, times in carried_out.items() if not times]
    # A hundred histories (PostgreSQL repeats only some) may miss a rare kind; the full number may not.
    assert len(never) <= (0 if HISTORIES >= FULL else 2), (
        f"these steps never succeeded, so the test saw nothing of them: {never}"
    )
    assert world.done["refused"], "nothing was refused, so the test saw nothing of refusals"
