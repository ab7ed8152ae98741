"""What the portal vouches for about an agency: four levels, each with what was checked, how, when and until when.

    1  contact checked                  an answer from the published e-mail address or phone
    2  registration checked             the certificate, its credit code and its name
    3  compared with the public registry
    4  recommended by peers             level 2, and two agencies of level 3 or a department vouch for it

A level counts for twelve months, and from level 2 on only as long as name, code and type are what was checked. Where the
code fails its check (or there is none) one person proposes and another confirms. Groups that are not registered anywhere
reach levels 1 and 4. An agency has the highest level in force.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orgs import application, audit, recommendation, uscc
from orgs.application import ApplicationError
from orgs.evidence import Scan
from orgs.models import Agency, Application, Evidence, Role, User, Verification
from orgs.permissions import can, is_portal_staff, portal_staff
from portal import mail

Level = Verification.Level
REMIND_BEFORE = timedelta(days=30)
UNREGISTERED = "org:informal"
#: What a person of the staff compared; when one of these changes, levels from 2 on fall.
FACTS = ("legal_name", "uscc", "org_type")
NEEDS = {
    Level.CONTACT: gettext_lazy(
        "We write to your public e-mail address or call your public phone number, and you answer."
    ),
    Level.CERTIFICATE: gettext_lazy(
        "A scan or photo of your registration certificate. We compare its name and credit code with your entry."
    ),
    Level.REGISTRY: gettext_lazy(
        "We look your agency up in the public registry and compare it with your entry. You need not send anything."
    ),
    Level.RECOMMENDED: gettext_lazy(
        "Two agencies of level 3 recommend you in their console, or a civil-affairs or social-work department "
        "confirms in a letter that it knows your work."
    ),
}


class VerificationError(ApplicationError):
    """A refusal, with a sentence for people."""


def current(agency: Agency, on: date | None = None) -> Verification | None:
    """The highest verification in force on that day (today)."""
    return agency.verifications.in_force(on).order_by("-level", "-expires_on").first()


def reachable(agency: Agency) -> list[int]:
    """The levels that this agency can have at all."""
    return [Level.CONTACT, Level.RECOMMENDED] if is_unregistered(agency) else list(Level)


def is_unregistered(agency: Agency) -> bool:
    """A community group or team of volunteers without a registration of its own."""
    return agency.org_type.code.startswith(UNREGISTERED) and not agency.uscc


def doubt(agency: Agency) -> str:
    """Why one person alone cannot vouch for the registration, or nothing."""
    if is_unregistered(agency):
        return ""
    if not agency.uscc:
        return _("The agency has given no credit code.")
    verdict = uscc.check(agency.uscc)
    return "" if verdict.answer == uscc.Answer.FINE else verdict.sentence


def facts_of(agency: Agency) -> dict[str, str]:
    """What is compared, as it is now."""
    return {
        "legal_name": agency.legal_name,
        "uscc": agency.uscc or "",
        "org_type": agency.org_type.code,
    }


@transaction.atomic
def ask(
    agency: Agency, *, level: int, by: User, message: str = "", scans: Iterable[Scan] = ()
) -> Application:
    """Ask the portal's staff to verify one's agency. Raises VerificationError or EvidenceError."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    scans = list(scans)
    if not can(by, "profile.edit", agency):
        raise VerificationError(_("Only the agency's owners and managers ask for verification."))
    if agency.status != Agency.Status.LISTED:
        raise VerificationError(_("Your agency is not listed yet. Verification comes after."))
    if agency.applications.open().filter(kind=Application.Kind.VERIFICATION).exists():
        raise VerificationError(_("You asked already. The staff will answer by e-mail."))
    check_is_reachable(agency, level)
    if level == Level.CERTIFICATE and not scans:
        raise VerificationError(_("Please add a scan or photo of your registration certificate."))
    return application.ask(
        agency, Application.Kind.VERIFICATION, by=by, message=message, level=level, scans=scans
    )


@transaction.atomic
def verify(
    agency: Agency,
    *,
    level: int,
    method: str,
    by: User,
    asked: Application | None = None,
    department: str = "",
    note: str = "",
    on: date | None = None,
    expires_on: date | None = None,
) -> Verification:
    """Record what was checked about an agency, and answer `asked`. Raises ApplicationError.

    It counts for a year from `on`, or until an earlier `expires_on`: what was checked on has an end of its own.

    From level 2 on, a doubtful or missing code makes it a proposal: it counts after `confirm` by another person, and
    stays in the queue until then. `department` names the body that vouches, for level 4 without recommendations.
    """
    agency = Agency.objects.select_for_update(of=("self",)).select_related("org_type").get(pk=agency.pk)
    if not is_portal_staff(by):
        raise VerificationError(_("Only portal staff verify agencies."))
    application.check_is_not_ones_own(agency, by=by)
    if agency.status != Agency.Status.LISTED:
        raise VerificationError(_("Only listed agencies are verified."))
    if not method.strip():
        raise VerificationError(_("Please write how you checked it: the agency and visitors read it."))
    check_is_reachable(agency, level)
    on = on or timezone.localdate()
    expires_on = expires_on or a_year_after(on)
    if not on < expires_on <= a_year_after(on):
        raise VerificationError(_("It counts until a later day, and for a year at most."))
    if level == Level.RECOMMENDED:
        check_recommended(agency, department, on)
    if agency.verifications.awaiting_second().exists():
        raise VerificationError(
            _("A proposal waits for a second person already. Confirm or decline it first.")
        )
    is_doubtful = level >= Level.CERTIFICATE and bool(doubt(agency))
    if is_doubtful and (asked is None or asked.status != Application.Status.OPEN):
        asked = agency.applications.open().filter(
            kind=Application.Kind.VERIFICATION
        ).first() or Application.objects.create(
            agency=agency,
            kind=Application.Kind.VERIFICATION,
            applicant=asked.applicant if asked else by,
            level=level,
        )
    checked = {**facts_of(agency), **({"department": department.strip()} if department.strip() else {})}
    if asked and (pictures := asked.evidence.filter(kind=Evidence.Kind.REGISTRY)):
        checked["registry_sha256"] = [picture.sha256 for picture in pictures]
    made = Verification.objects.create(
        agency=agency,
        application=asked,
        level=level,
        method=method.strip(),
        checked=checked,
        checked_on=on,
        checked_by=by,
        is_doubtful=is_doubtful,
        expires_on=expires_on,
        note=note,
    )
    audit.record(audit.Action.VERIFIED, by=by, agency=agency, level=level, proposed=int(is_doubtful))
    if not is_doubtful:
        settle(made, by=by)
    for person in portal_staff().exclude(pk=by.pk) if is_doubtful else ():
        application.write(asked, "verification_proposed", to=person, verification=made)
    return made


@transaction.atomic
def confirm(verification: Verification, *, by: User) -> Verification:
    """Say as a second person of the staff that a proposal is right: now it counts. Raises ApplicationError."""
    agency = (
        Agency.objects.select_for_update(of=("self",))
        .select_related("org_type")
        .get(pk=verification.agency_id)
    )
    verification = Verification.objects.select_related("application").get(pk=verification.pk)
    if not is_portal_staff(by):
        raise VerificationError(_("Only portal staff verify agencies."))
    application.check_is_not_ones_own(agency, by=by)
    if not verification.awaits_second:
        raise VerificationError(_("This proposal has been answered already."))
    if verification.checked_by is None or verification.checked_by == by:
        raise VerificationError(_("A second person confirms it: not the one who proposed it."))
    if verification.application and verification.application.applicant == by:
        raise VerificationError(_("Nobody answers their own question. A colleague of the staff does."))
    if not is_as_checked(verification, agency):
        raise VerificationError(
            _("Name, code or type changed since it was proposed. Decline it, and check the agency anew.")
        )
    verification.second_checker, verification.second_checked_at = by, timezone.now()
    verification.save(update_fields=["second_checker", "second_checked_at"])
    audit.record(audit.Action.VERIFIED, by=by, agency=agency, level=verification.level, second=1)
    settle(verification, by=by)
    return verification


@transaction.atomic
def accept(
    asked: Application,
    *,
    by: User,
    level: int,
    method: str,
    department: str = "",
    note: str = "",
) -> Verification:
    """Say yes to an agency that asked to be verified, at the level that was checked. Raises ApplicationError."""
    asked = application.hold(asked, by=by)
    return verify(
        asked.agency, level=level, method=method, by=by, asked=asked, department=department, note=note
    )


@transaction.atomic
def revoke(verification: Verification, *, by: User, reason: str) -> Verification:
    """Take a badge away that should not be there, with a reason that the owners read. Raises ApplicationError."""
    agency = Agency.objects.select_for_update().get(pk=verification.agency_id)
    verification = Verification.objects.get(pk=verification.pk)
    if not is_portal_staff(by):
        raise VerificationError(_("Only portal staff verify agencies."))
    application.check_is_not_ones_own(agency, by=by)
    if verification.state != "in_force":
        raise VerificationError(_("This verification is not in force."))
    if not reason.strip():
        raise VerificationError(_("Please give a reason: the agency reads it."))
    verification.revoked_at, verification.revoked_because = timezone.now(), reason.strip()[:300]
    verification.save(update_fields=["revoked_at", "revoked_because"])
    agency.save(update_fields=["updated_at"])
    audit.record(audit.Action.VERIFICATION_REVOKED, by=by, agency=agency, level=verification.level)
    tell_owners(agency, "verification_dropped", reason=verification.revoked_because)
    return verification


@transaction.atomic
def drop(agency: Agency) -> list[Verification]:
    """After a change: take away what was checked about another name, code or type. The agency falls to level 1.

    Returns what was revoked; without such a change nothing happens, so it may be called after every save.
    """
    agency = Agency.objects.select_for_update(of=("self",)).select_related("org_type").get(pk=agency.pk)
    live = agency.verifications.filter(
        revoked_at=None, level__gte=Level.CERTIFICATE, expires_on__gt=timezone.localdate()
    )
    stale = [one for one in live if not is_as_checked(one, agency)]
    if not stale:
        return []
    now = timezone.now()
    counted = [one for one in stale if one.state == "in_force"]
    agency.verifications.filter(pk__in=[one.pk for one in stale]).update(
        revoked_at=now, revoked_because=_("The agency's name, credit code or type changed.")
    )
    if counted:
        latest = max(counted, key=lambda one: one.expires_on)
        if current(agency) is None:
            Verification.objects.create(
                agency=agency,
                level=Level.CONTACT,
                method=_("Left of a higher level after a change of name, credit code or type."),
                checked=facts_of(agency),
                checked_on=latest.checked_on,
                checked_by=latest.checked_by,
                expires_on=latest.expires_on,
            )
        agency.save(update_fields=["updated_at"])
        tell_owners(agency, "verification_dropped", reason="")
    return stale


def drop_all(on: date) -> list[str]:
    """Whatever changed name, code or type without saying so (an import, a shell) loses its badge here at the latest."""
    verified = Verification.objects.in_force(on).filter(level__gte=Level.CERTIFICATE)
    dropped = sum(
        bool(drop(one.agency))
        for one in verified.select_related("agency__org_type")
        if not is_as_checked(one, one.agency)
    )
    return [f"{dropped} agencies lost their level because their facts changed"] if dropped else []


def remind(on: date) -> list[str]:
    """Write to the owners once, 30 days before the level of their agency expires, unless a newer one replaces it."""
    soon = Verification.objects.in_force(on).filter(
        reminded_on=None, expires_on__lte=on + REMIND_BEFORE, agency__status=Agency.Status.LISTED
    )
    return [line for one in soon.select_related("agency") if (line := remind_of(one, on))]


@transaction.atomic
def remind_of(verification: Verification, on: date) -> str:
    agency = Agency.objects.select_for_update().get(pk=verification.agency_id)
    if not Verification.objects.filter(pk=verification.pk, reminded_on=None).update(reminded_on=on):
        return ""
    lasting = agency.verifications.in_force(on).filter(
        Q(level__gte=verification.level, expires_on__gt=verification.expires_on)
        | Q(level__gt=verification.level)
    )
    if lasting.exists():
        return ""
    tell_owners(agency, "verification_expires", verification=verification)
    return f"{agency.slug}: told that level {verification.level} expires on {verification.expires_on}"


# -- What the rules ask ------------------------------------------------------------------------------------------------


def check_is_reachable(agency: Agency, level: int) -> None:
    if level not in Level.values:
        raise VerificationError(_("Choose a level from 1 to 4."))
    if level not in reachable(agency):
        raise VerificationError(
            _("A group without a registration of its own can have its contact checked and be recommended.")
        )


def check_recommended(agency: Agency, department: str, on: date) -> None:
    """Raises VerificationError while nobody who counts vouches for the agency."""
    has_base = agency.verifications.in_force(on).filter(level__gte=Level.CERTIFICATE).exists()
    if not has_base and not is_unregistered(agency):
        raise VerificationError(_("Level 4 stands on level 2. Check the registration first."))
    vouching = recommendation.that_count(agency, on).count()
    if vouching < recommendation.NEEDED and not department.strip():
        raise VerificationError(
            ngettext(
                "So far %(count)d agency of level 3 recommends it; two are needed, or the name of a department.",
                "So far %(count)d agencies of level 3 recommend it; two are needed, or the name of a department.",
                vouching,
            )
            % {"count": vouching}
        )


def is_as_checked(verification: Verification, agency: Agency) -> bool:
    """Whether name, code and type are still what was compared."""
    now = facts_of(agency)
    return all(verification.checked.get(name, now[name]) == now[name] for name in FACTS)


def settle(verification: Verification, *, by: User) -> None:
    """It counts from now on: show it, answer who asked, tell the owners."""
    agency, asked = verification.agency, verification.application
    agency.save(update_fields=["updated_at"])
    if asked and asked.status == Application.Status.OPEN:
        application.close(asked, Application.Status.ACCEPTED, by=by)
    tell_owners(agency, "agency_verified", verification=verification)


def tell_owners(agency: Agency, template: str, **context) -> None:
    owners = agency.memberships.active().filter(role=Role.OWNER)
    for owner in User.objects.filter(pk__in=owners.values("user")):
        mail.send(
            template,
            to=owner.email,
            language=owner.language,
            context={"agency": agency, "to": owner, **context},
        )


def a_year_after(day: date) -> date:
    """The same day next year; the day after February for a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)
