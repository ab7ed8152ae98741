"""How an agency comes into the directory: a person applies for it, portal staff look at it and list it."""

import re
import secrets
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypinyin import lazy_pinyin

from orgs import application, audit
from orgs.application import ApplicationError
from orgs.evidence import Scan
from orgs.membership import take_in
from orgs.models import Agency, AgencyText, Application, Role, User
from orgs.permissions import can, is_portal_staff
from portal import mail
from portal.bilingual import CHINESE

#: Words that stand in our own addresses, or would look as if the portal itself spoke.
RESERVED_SLUGS = frozenset(
    [
        "about",
        "accounts",
        "admin",
        "agencies",
        "agency",
        "api",
        "calendar",
        "cases",
        "desk",
        "documents",
        "en",
        "events",
        "guide",
        "home",
        "join",
        "list",
        "media",
        "network",
        "new",
        "privacy",
        "search",
        "static",
        "tongxing",
        "www",
    ]
)
OPEN_APPLICATIONS = 3
SAME_CODE = gettext_lazy(
    "Another agency has this unified social credit code already. If it is yours, ask to join it or claim it; "
    "if you cannot find it, leave the code empty and tell the staff in your message."
)
MAX_SLUG = 50


class ApplyingError(ApplicationError):
    """A refusal, with a sentence for people."""


@transaction.atomic
def apply_for_agency(
    *,
    by: User,
    mission: str,
    language: str = CHINESE,
    message: str = "",
    scans: Iterable[Scan] = (),
    **facts,
) -> Agency:
    """Make an agency that waits to be listed, with its words, the applicant as its owner, and a line in the queue.

    `facts` are fields of Agency; `legal_name` and `org_type` are needed. Whether it is there already under another name
    is for people to say (`orgs/duplicates.py`); the same name or code is refused. Raises ApplyingError or EvidenceError.
    """
    User.objects.select_for_update().get(pk=by.pk)
    waiting = by.applications.open().filter(kind=Application.Kind.LISTING).count()
    if waiting >= OPEN_APPLICATIONS:
        raise ApplyingError(
            _("%(count)s of your agencies wait to be listed. Please wait until they are.")
            % {"count": waiting}
        )
    if Agency.objects.listed().filter(legal_name=facts["legal_name"]).exists():
        raise ApplyingError(_("An agency of this name is listed already. Ask to join it."))
    if has_code_of_another(facts.get("uscc")):
        raise ApplyingError(SAME_CODE)
    try:
        with transaction.atomic():
            agency = Agency.objects.create(
                **facts,
                slug=free_slug(facts.get("short_name") or facts["legal_name"]),
                status=Agency.Status.DRAFT,
                confirmed_on=timezone.localdate(),
            )
    except IntegrityError:  # two people of one agency send it in at the same moment
        if has_code_of_another(facts.get("uscc")):
            raise ApplyingError(SAME_CODE)
        raise ApplyingError(_("Somebody sent in the same agency at this moment. Please send it once more."))
    AgencyText.objects.create(agency=agency, language=language, mission=mission)
    take_in(agency, user=by, role=Role.OWNER, by=by)
    agency.refresh_from_db(fields=["claimed_at", "stamp", "updated_at"])
    application.ask(agency, Application.Kind.LISTING, by=by, message=message, scans=scans)
    return agency


@transaction.atomic
def ask_again(agency: Agency, *, by: User, message: str = "", scans: Iterable[Scan] = ()) -> Application:
    """Ask once more for an agency that was declined, after correcting it. Raises ApplyingError or EvidenceError."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if not can(by, "profile.edit", agency):
        raise ApplyingError(_("Only the agency's owners and managers ask for it to be listed."))
    if agency.status != Agency.Status.DRAFT:
        raise ApplyingError(_("This agency does not wait to be listed."))
    if agency.applications.open().filter(kind=Application.Kind.LISTING).exists():
        raise ApplyingError(_("This agency waits for the staff's answer already."))
    return application.ask(agency, Application.Kind.LISTING, by=by, message=message, scans=scans)


@transaction.atomic
def accept(asked: Application, *, by: User) -> Agency:
    """Say yes to an application: the agency is in the directory. Raises ApplicationError."""
    asked = application.hold(asked, by=by)
    if asked.agency.status not in (Agency.Status.DRAFT, Agency.Status.LISTED):
        raise ApplyingError(
            _("This entry is “%(status)s” and cannot be listed.")
            % {"status": asked.agency.get_status_display()}
        )
    return list_agency(asked.agency, by=by)


@transaction.atomic
def list_agency(agency: Agency, *, by: User) -> Agency:
    """Put the agency into the directory, answer who asked for it, and tell its owners. Listing twice is listing once.

    Raises ApplicationError.
    """
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if not is_portal_staff(by):
        raise ApplyingError(_("Only portal staff list agencies."))
    application.check_is_not_ones_own(agency, by=by)
    for asked in agency.applications.open().filter(kind=Application.Kind.LISTING):
        application.close(asked, Application.Status.ACCEPTED, by=by)
    if agency.status == Agency.Status.LISTED:
        return agency
    agency.status = Agency.Status.LISTED
    audit.record(audit.Action.LISTED, by=by, agency=agency)
    agency.save(update_fields=["status", "updated_at"])
    for owner in User.objects.filter(
        pk__in=agency.memberships.active().filter(role=Role.OWNER).values("user")
    ):
        mail.send("agency_listed", to=owner.email, language=owner.language, context={"agency": agency})
    return agency


def has_code_of_another(code: str | None, *, than: Agency | None = None) -> bool:
    """Whether an agency that was not merged has this credit code; `than` does not count."""
    others = Agency.objects.exclude(status=Agency.Status.MERGED).filter(uscc=code)
    if than and than.pk:
        others = others.exclude(pk=than.pk)
    return bool(code) and others.exists()


def free_slug(name: str) -> str:
    """An address for the name that no agency has: Chinese as pinyin, at most 50 characters, a number where it is taken."""
    words = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(name)).lower())
    slug = ""
    for word in words:  # whole syllables only
        if len(slug) + len(word) >= MAX_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word
    slug = slug or f"agency-{secrets.token_hex(3)}"
    taken = set(Agency.objects.filter(slug__startswith=slug).values_list("slug", flat=True)) | RESERVED_SLUGS
    candidate, number = slug, 2
    while candidate in taken:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate
