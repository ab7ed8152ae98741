"""Who may do what for an agency. Three roles, each a fixed bundle of responsibilities; the table here decides and is shown."""

from dataclasses import dataclass

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from orgs.models import Agency, Invitation, Membership, Role, User
from portal.prepared import Prepared

EVERYBODY = (Role.OWNER, Role.MANAGER, Role.MEMBER)
LEADS = (Role.OWNER, Role.MANAGER)

#: Responsibility: the roles that carry it, and the words for people.
RESPONSIBILITIES = {
    "profile.edit": (LEADS, _("Change the agency's information and confirm that it is right")),
    "members.view": (EVERYBODY, _("See who belongs to the agency")),
    "members.decide": (LEADS, _("Say yes or no to people who ask to join, and end memberships")),
    "members.invite": (LEADS, _("Invite people, in no role above one's own")),
    "members.roles": ((Role.OWNER,), _("Give roles")),
    "ownership.transfer": ((Role.OWNER,), _("Hand the agency over to another member")),
    "events.publish": (LEADS, _("Announce events and see who registered")),
    "events.nominate": (LEADS, _("Put colleagues down for events of any agency")),
    "cases.write": (EVERYBODY, _("Write case studies")),
    "cases.submit": (EVERYBODY, _("Submit case studies for review")),
    "cases.withdraw": (LEADS, _("Withdraw published case studies")),
    "partnerships.propose": (LEADS, _("Propose and confirm partnerships")),
    "log.read": ((Role.OWNER,), _("Read who did what for the agency")),
    "recommendations.give": (LEADS, _("Recommend other agencies that you know well")),
}

#: Which roles a role may give: none above itself.
GIVES = {Role.OWNER: EVERYBODY, Role.MANAGER: (Role.MANAGER, Role.MEMBER), Role.MEMBER: ()}
#: Entries that nobody acts for any more.
CLOSED = (Agency.Status.WITHDRAWN, Agency.Status.MERGED)

#: What others see in the agency's name, mail to strangers included, waits until the agency itself is listed.
IN_PUBLIC = (
    "events.publish",
    "events.nominate",
    "cases.submit",
    "partnerships.propose",
    "recommendations.give",
    "members.invite",
)


def agencies_where(user, responsibility: str):
    """The agencies for which this person carries the responsibility now: both membership and account are in force."""
    roles, _words = RESPONSIBILITIES[responsibility]
    if not user.is_authenticated:
        return Agency.objects.none()
    held = user.memberships.active().filter(role__in=roles)
    agencies = Agency.objects.filter(pk__in=held.values("agency")).exclude(status__in=CLOSED)
    return agencies.listed() if responsibility in IN_PUBLIC else agencies


def carriers(responsibility: str):
    """The memberships that carry the responsibility now, of every agency."""
    roles, _words = RESPONSIBILITIES[responsibility]
    return Membership.objects.active().filter(role__in=roles)


def can(user, responsibility: str, agency: Agency) -> bool:
    """Whether this person carries the responsibility for this agency. Asks the database, so a removal counts at once."""
    return can_for(user, responsibility, agency.pk)


def can_for(user, responsibility: str, agency_id: int) -> bool:
    """`can`, for an agency of which only the key is at hand."""
    if not user.is_authenticated:
        return False
    held = carriers(responsibility).filter(user=user, agency=agency_id)
    if responsibility in IN_PUBLIC:
        return held.filter(agency__status=Agency.Status.LISTED).exists()
    return held.exclude(agency__status__in=CLOSED).exists()


ROLES: Prepared[Membership] = Prepared(
    lambda user: (
        Membership.objects.active().filter(user=user).select_related("agency").order_by("agency__legal_name")
    )
)


@dataclass(frozen=True)
class Roles:
    """The roles that somebody has now, read once: for a page that asks `can` and `agencies_where` several times."""

    memberships: list[Membership]

    @classmethod
    def of(cls, user) -> "Roles":
        """In the order of the agencies' names."""
        if not user.is_authenticated:
            return cls([])
        return cls(ROLES.all(user=user.pk))

    @property
    def agencies(self) -> list[Agency]:
        return [membership.agency for membership in self.memberships]

    def agencies_where(self, responsibility: str) -> list[Agency]:
        """The agencies for which the person carries the responsibility."""
        roles, _words = RESPONSIBILITIES[responsibility]
        held = [membership.agency for membership in self.memberships if membership.role in roles]
        if responsibility in IN_PUBLIC:
            return [agency for agency in held if agency.status == Agency.Status.LISTED]
        return [agency for agency in held if agency.status not in CLOSED]

    def can(self, responsibility: str, agency_id: int) -> bool:
        """Whether the person carries the responsibility for this agency."""
        return any(agency.pk == agency_id for agency in self.agencies_where(responsibility))


def roles_to_give(user, agency: Agency) -> tuple[str, ...]:
    """The roles in which this person may bring others into the agency, the highest first. Asks the database."""
    if not can(user, "members.invite", agency):
        return ()
    return GIVES[Role(user.memberships.active().get(agency=agency).role)]


def may_give(user, role: str, agency: Agency) -> bool:
    """Whether this person may bring somebody into the agency in that role: nobody grants above their own."""
    return role in roles_to_give(user, agency)


def still_given(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """The invitations whose sender could give the role today: the others are dead. `may_give` for many at once."""
    senders = Membership.objects.active().filter(user=OuterRef("created_by"), agency=OuterRef("agency"))
    given = Q()
    for role, gives in GIVES.items():
        given |= Q(Exists(senders.filter(role=role)), role__in=gives)
    return invitations.filter(given, agency__status=Agency.Status.LISTED)


def higher(first: str, second: str) -> str:
    """The role of the two that carries more."""
    return min(Role(first), Role(second), key=EVERYBODY.index)


def portal_staff() -> QuerySet[User]:
    """The people who look after the portal, for mail that goes to all of them."""
    return ModelBackend().with_perm("orgs.change_agency")


def is_portal_staff(user) -> bool:
    """Portal staff look after agencies that have nobody yet, and decide what is listed."""
    return user.is_authenticated and user.has_perm("orgs.change_agency")
