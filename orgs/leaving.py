"""How a person leaves the portal: their account is locked by its staff, or closed by themselves.

No claimed agency is left without an owner by it. The person makes somebody else owner first; where that cannot be,
portal staff release the agency: its entry and its people stay, and it can be claimed anew.

What the person still takes part in is ended by each record app: a module `leaving` with `leave(user)`.
"""

from collections.abc import Iterable
from functools import partial
from importlib import import_module
from importlib.util import find_spec

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, FileField, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from orgs import application, audit, evidence
from orgs.membership import end_what_depended
from orgs.models import Agency, Application, Evidence, Invitation, JoinRequest, Membership, Role, User
from orgs.permissions import CLOSED, is_portal_staff
from portal import erasures, mail

#: What stands where the name was, for readers of either language.
NOBODY = "已注销账号 (closed account)"
CLOSED_ADDRESS = "@account.invalid"
#: Rows of other makers that are about an account alone: app and model, and the key.
OF_THE_ACCOUNT = [
    ("allauth.mfa:mfa.Authenticator", "user"),
    ("wagtail:wagtailcore.APIToken", "user"),
    ("wagtail:wagtailcore.PageSubscription", "user"),
    ("wagtail:wagtailcore.UploadedFile", "uploaded_by_user"),
    ("wagtail.admin:wagtailadmin.EditingSession", "user"),
    ("wagtail.admin:wagtailadmin.FormState", "user"),
    ("orgs:wagtailusers.UserProfile", "user"),
]


class LeavingError(Exception):
    """A refusal, with a sentence for people. `agencies` would be left without an owner."""

    def __init__(self, sentence: str, agencies: Iterable[Agency] = ()):
        super().__init__(sentence)
        self.agencies = list(agencies)


class LastOwner(LeavingError):
    def __init__(self, agencies: Iterable[Agency]):
        agencies = list(agencies)
        names = _(", ").join(str(agency.name) for agency in agencies)
        super().__init__(
            _(
                "Nobody else owns %(agencies)s. Somebody else must become owner first, or the entry is released."
            )
            % {"agencies": names},
            agencies,
        )


def only_owned_by(*people: User):
    """The claimed agencies that would have no owner left without these people."""
    owners = Membership.objects.active().filter(agency=OuterRef("pk"), role=Role.OWNER)
    return (
        Agency.objects.exclude(claimed_at=None)
        .exclude(status__in=CLOSED)
        .filter(Exists(owners), ~Exists(owners.exclude(user__in=people)))
    )


@transaction.atomic
def release(agency: Agency, *, by: User) -> Agency:
    """Give an entry free to be claimed anew. Its owners stay as managers. Raises LeavingError."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if not (is_portal_staff(by) or by.has_perm("orgs.change_user")):
        raise LeavingError(_("Only portal staff release an entry."))
    set_free(agency)
    audit.record(audit.Action.RELEASED, by=by, agency=agency)
    return agency


@transaction.atomic
def deactivate(user: User, *, by: User, is_releasing: bool = False) -> User:
    """Lock an account: the person has no right any more, from the next request on. Raises LeavingError, LastOwner.

    Agencies that only this person owns stop it, unless they are released with it.
    """
    if not by.has_perm("orgs.change_user"):
        raise LeavingError(_("Only portal staff lock accounts."))
    user = hold(user)
    alone = list(only_owned_by(user))
    if alone and not is_releasing:
        raise LastOwner(alone)
    for agency in alone:
        release(agency, by=by)
    switch_off(user)
    audit.record(audit.Action.SECURITY, by=by, about=user, change="locked")
    return user


@transaction.atomic
def close_account(user: User) -> User:
    """Close one's own account for good. Raises LastOwner.

    Memberships end; open requests, invitations and offers with them. Name, addresses, ways to sign in and sessions
    are removed. What the person wrote and took part in stays, under no name; places to come are given back. The ledger
    of erasures remembers it, so that a restored backup forgets the person again.
    """
    user = hold(user)
    if alone := list(only_owned_by(user)):
        raise LastOwner(alone)
    address, language, name = user.email, user.language, str(user)
    forget(user)
    mail.send("account_closed", to=address, language=language, context={"person": name})
    return user


@transaction.atomic
def replay(ledger: set[str]) -> list[User]:
    """Forget again whoever is in the ledger of erasures and was brought back by an older backup. Returns them.

    Nobody is written to. Agencies that only such a person owns are released: they left them once.
    """
    back = [
        user
        for user in User.objects.exclude(email__endswith=CLOSED_ADDRESS)
        if erasures.is_known(user.public_id, ledger)
    ]
    for user in back:
        user = hold(user)
        for agency in only_owned_by(user):
            set_free(agency)
        forget(user)
    tell_the_apps("replay", ledger)
    return back


def forget(user: User) -> None:
    """Remove the person from everything; `user` is held."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    mail.forget({*addresses, *(address.lower() for address in addresses)})
    for session in UserSession.objects.filter(user=user):
        session.end()
    Invitation.objects.filter(email__in=addresses, accepted_at=None).delete()
    Invitation.objects.filter(Q(email__in=addresses) | Q(accepted_by=user)).update(
        email=closed_address(user), message=""
    )
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    switch_off(user)
    tell_the_apps("forget", user)
    for membership in user.memberships.exclude(status=Membership.Status.LEFT).select_related(
        "agency", "user"
    ):
        membership.status, membership.role, membership.is_shown = Membership.Status.LEFT, Role.MEMBER, False
        membership.title = ""
        membership.save()
        audit.record(audit.Action.MEMBER_OUT, by=user, agency=membership.agency, about=user)
        end_what_depended(membership)
    user.memberships.update(title="")
    user.join_requests.update(message="", reason="")
    user.join_requests.filter(status=JoinRequest.Status.PENDING).update(
        status=JoinRequest.Status.WITHDRAWN, decided_at=timezone.now()
    )
    for asked in user.applications.open():
        application.close(asked, Application.Status.WITHDRAWN, by=user)
    user.applications.update(message="", reason="")
    for proof in Evidence.objects.filter(Q(uploaded_by=user) | Q(application__applicant=user)):
        evidence.forget_one(proof)
    forget_the_editor(user)
    user.name, user.email = NOBODY, closed_address(user)
    user.is_staff = user.is_superuser = False
    user.wants_to_join = user.last_login = None
    user.occupation = User.Occupation.OTHER
    user.set_unusable_password()
    user.save()
    audit.record(audit.Action.ACCOUNT_CLOSED, by=user, about=user)
    erasures.write_down(user.public_id)


def closed_address(user: User) -> str:
    return f"closed-{user.public_id}{CLOSED_ADDRESS}"


def forget_the_editor(user: User) -> None:
    """What Wagtail and allauth keep about an account; entries about the account itself lose its name."""
    for label, lookup in OF_THE_ACCOUNT:
        if apps.is_installed(label.partition(":")[0]):
            model = apps.get_model(label.partition(":")[2])
            for row in model._base_manager.filter(**{lookup: user}):
                for field in model._meta.concrete_fields:
                    if isinstance(field, FileField) and (file := getattr(row, field.name)):
                        transaction.on_commit(partial(file.storage.delete, file.name))
                row.delete()
    kind = ContentType.objects.get_for_model(User)
    ModelLogEntry.objects.filter(content_type=kind, object_id=str(user.pk)).update(label=NOBODY, data={})


def hold(user: User) -> User:
    """The person as they are now, with the agencies they own held in the order of their number."""
    owned = user.memberships.filter(role=Role.OWNER).values("agency")
    list(Agency.objects.select_for_update().filter(pk__in=owned).order_by("pk"))
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def switch_off(user: User) -> None:
    """Closed entries that only this person owned lose their claim too, so that they can come back without an owner."""
    for agency in Agency.objects.filter(
        status__in=CLOSED, claimed_at__isnull=False, memberships__user=user, memberships__role=Role.OWNER
    ):
        owners = agency.memberships.active().filter(role=Role.OWNER)
        if not owners.exclude(user=user).exists():
            set_free(agency)
    user.is_active = False
    user.save(update_fields=["is_active"])
    tell_the_apps("leave", user)
    active = user.memberships.filter(status=Membership.Status.ACTIVE)
    for membership in active.select_related("agency", "user"):
        end_what_depended(membership)


def tell_the_apps(what: str, of: User | set[str]) -> None:
    """Let every record app do its part: `leave` when an account is locked or closed, `forget` when it is closed, and
    `replay` with the ledger of erasures, for people without an account."""
    for app in settings.RECORD_APPS:
        part = import_module(f"{app}.leaving") if app != "orgs" and find_spec(f"{app}.leaving") else None
        if does := getattr(part, what, None):
            does(of)


def set_free(agency: Agency) -> None:
    agency.claimed_at = None  # first: from here on it may be without an owner
    agency.save(update_fields=["claimed_at", "updated_at"])
    for owner in agency.memberships.filter(role=Role.OWNER).select_related("agency", "user"):
        owner.role = Role.MANAGER
        owner.save(update_fields=["role"])
        end_what_depended(owner)
