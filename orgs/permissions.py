"""Who may do what for an agency. Three roles, each a fixed bundle of responsibilities; the table here decides and is shown."""

from django.utils.translation import gettext_lazy as _

from orgs.models import Agency, Membership, Role

EVERYBODY = (Role.OWNER, Role.MANAGER, Role.MEMBER)
LEADS = (Role.OWNER, Role.MANAGER)

#: Responsibility: the roles that carry it, and the words for people.
RESPONSIBILITIES = {
    "profile.edit": (LEADS, _("Change the agency's information and confirm that it is right")),
    "members.view": (EVERYBODY, _("See who belongs to the agency")),
    "members.decide": (LEADS, _("Say yes or no to people who ask to join, and end memberships")),
    "members.roles": ((Role.OWNER,), _("Give roles")),
    "events.publish": (LEADS, _("Announce events and see who registered")),
    "cases.write": (EVERYBODY, _("Write case studies")),
    "cases.submit": (EVERYBODY, _("Submit case studies for review")),
    "partnerships.propose": (LEADS, _("Propose and confirm partnerships")),
}

#: What everybody sees in the agency's name waits until the agency itself is listed.
IN_PUBLIC = ("events.publish", "cases.submit", "partnerships.propose")


def agencies_where(user, responsibility: str):
    """The agencies for which this person carries the responsibility now: both membership and account are in force."""
    roles, _words = RESPONSIBILITIES[responsibility]
    if not user.is_authenticated:
        return Agency.objects.none()
    held = user.memberships.active().filter(role__in=roles)
    agencies = Agency.objects.filter(pk__in=held.values("agency")).exclude(status=Agency.Status.WITHDRAWN)
    return agencies.listed() if responsibility in IN_PUBLIC else agencies


def carriers(responsibility: str):
    """The memberships that carry the responsibility now, of every agency."""
    roles, _words = RESPONSIBILITIES[responsibility]
    return Membership.objects.active().filter(role__in=roles)


def can(user, responsibility: str, agency: Agency) -> bool:
    """Whether this person carries the responsibility for this agency. Asks the database, so a removal counts at once."""
    return agencies_where(user, responsibility).filter(pk=agency.pk).exists()


def is_portal_staff(user) -> bool:
    """Portal staff look after agencies that have nobody yet, and decide what is listed."""
    return user.is_authenticated and user.has_perm("orgs.change_agency")
