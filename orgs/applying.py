"""How an agency comes into the directory: a person applies for it, portal staff look at it and list it."""

import re
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from orgs.membership import take_in
from orgs.models import Agency, AgencyText, Role, User
from orgs.permissions import is_portal_staff
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
MAX_SLUG = 50


class ApplyingError(Exception):
    """A refusal, with a sentence for people."""


@transaction.atomic
def apply_for_agency(*, by: User, mission: str, language: str = CHINESE, **facts) -> Agency:
    """Make an agency that waits to be listed, with its words, and the applicant as its owner.

    `facts` are fields of Agency; `legal_name` and `org_type` are needed. Raises ApplyingError.
    """
    User.objects.select_for_update().get(pk=by.pk)
    waiting = by.memberships.active().filter(agency__status=Agency.Status.DRAFT).count()
    if waiting >= OPEN_APPLICATIONS:
        raise ApplyingError(
            _("%(count)s of your agencies wait to be listed. Please wait until they are.")
            % {"count": waiting}
        )
    if Agency.objects.listed().filter(legal_name=facts["legal_name"]).exists():
        raise ApplyingError(_("An agency of this name is listed already. Ask to join it."))
    agency = Agency.objects.create(
        **facts,
        slug=free_slug(facts.get("short_name") or facts["legal_name"]),
        status=Agency.Status.DRAFT,
        confirmed_on=timezone.localdate(),
    )
    AgencyText.objects.create(agency=agency, language=language, mission=mission)
    take_in(agency, user=by, role=Role.OWNER)
    agency.refresh_from_db(fields=["claimed_at", "stamp", "updated_at"])
    return agency


@transaction.atomic
def list_agency(agency: Agency, *, by: User) -> Agency:
    """Put the agency into the directory and tell its owners. Listing a listed agency does nothing. Raises ApplyingError."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    if not is_portal_staff(by):
        raise ApplyingError(_("Only portal staff list agencies."))
    if agency.status == Agency.Status.LISTED:
        return agency
    agency.status = Agency.Status.LISTED
    agency.save(update_fields=["status", "updated_at"])
    for owner in User.objects.filter(
        pk__in=agency.memberships.active().filter(role=Role.OWNER).values("user")
    ):
        mail.send("agency_listed", to=owner.email, language=owner.language, context={"agency": agency})
    return agency


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
