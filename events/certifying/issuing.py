"""Certificates: who gets one, issuing, revoking, and issuing anew when a name was wrong.

A certificate is about hours that stand in the ledger, and for who attended the share of the event that its host asks
for. There is one valid one per registration. What was issued is never changed: a corrected one is a new version with a
number of its own, and the old number says that it was replaced.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from events.hours import ledger
from events.models import Certificate, CertificateRule, Event, Registration
from events.registering.refusals import RegistrationError
from orgs.models import User
from orgs.names import seen_as_written
from portal import mail
from portal.outbox import after_commit

DEFAULT_SHARE = 80


class CertificateError(ledger.HoursError):
    """A refusal about certificates. Its text is a sentence for people."""


class NotEarned(CertificateError):
    """No seat, no hours in the ledger, or too little attended."""


class NoCertificate(CertificateError):
    """There is none that holds."""


class ReasonMissing(CertificateError):
    """Who takes something away says why."""


class AlreadyIssued(CertificateError):
    """The name can be changed only before the certificate is issued."""


def share_of(event: Event) -> int:
    """How many per cent of the event somebody must have attended."""
    rule = CertificateRule.objects.filter(event=event).first()
    return rule.share if rule else DEFAULT_SHARE


def set_share(event: Event, share: int) -> None:
    """From now on; certificates that were issued stay."""
    CertificateRule.objects.update_or_create(event=event, defaults={"share": share})


def qualifies(share: ledger.Share, asked: int) -> bool:
    """Whether somebody earned a certificate: a seat, hours in the ledger, and enough of the event."""
    return share.registration.has_seat and share.granted > 0 and share.percent >= asked


@transaction.atomic
def issue(registration: Registration, *, by: User, at: datetime | None = None) -> Certificate:
    """The certificate of this person: a new one, or the one that holds. Raises HoursError."""
    at = at or timezone.now()
    event = ledger.hold(registration.event, by=by, at=at)
    registration = lock(registration)
    if valid := registration.certificates.valid().first():
        return valid
    return write(registration, event, by=by, at=at)


def write(registration: Registration, event: Event, *, by: User, at: datetime) -> Certificate:
    """A new version with what holds now, and the letter about it. The caller has locked and asked."""
    (share,) = ledger.shares(event, [registration])
    asked = share_of(event)
    if not registration.has_seat:
        raise NotEarned(
            _("%(person)s has no seat at this event. A certificate is for who came.")
            % {"person": registration.known_as}
        )
    if not share.granted:
        raise NotEarned(
            _("%(person)s has no hours yet. Grant the hours first.") % {"person": registration.known_as}
        )
    if not qualifies(share, asked):
        raise NotEarned(
            _("%(person)s attended %(percent)d per cent. A certificate needs %(asked)d per cent.")
            % {"person": registration.known_as, "percent": share.percent, "asked": asked}
        )
    sessions = list(event.sessions.all())
    last = registration.certificates.order_by("-version").first()
    certificate = Certificate.objects.create(
        registration=registration,
        version=last.version + 1 if last else 1,
        name=registration.name_to_certify,
        title=event.title,
        title_en=event.title_en or (event.title if event.language == "en" else ""),
        hosts=[{"zh": host.legal_name, "en": host.name_en} for host in event.all_hosts],
        role=registration.hours.first().role,
        minutes=share.granted,
        starts_on=sessions[0].days[0],
        ends_on=max(session.days[-1] for session in sessions),
        language=registration.person.language,
        issued_at=at,
        issued_by=by,
    )
    tell(certificate, "certificate_issued")
    return certificate


@transaction.atomic
def revoke(registration: Registration, *, reason: str, by: User, at: datetime | None = None) -> Certificate:
    """Take the certificate back, with a reason that the person and whoever checks it reads. Raises HoursError."""
    at = at or timezone.now()
    ledger.hold(registration.event, by=by, at=at)
    if not reason.strip():
        raise ReasonMissing(_("Say why you take the certificate back."))
    certificate = end(lock(registration), Certificate.Status.REVOKED, reason=reason.strip(), by=by, at=at)
    tell(certificate, "certificate_revoked")
    return certificate


@transaction.atomic
def issue_anew(
    registration: Registration, *, by: User, name: str = "", at: datetime | None = None
) -> Certificate:
    """A new version in place of the one that holds: with another name, or with hours that were corrected.

    Raises HoursError; ValidationError for a name with invisible characters.
    """
    at = at or timezone.now()
    event = ledger.hold(registration.event, by=by, at=at)
    registration = lock(registration)
    end(registration, Certificate.Status.REPLACED, reason="", by=by, at=at)
    if name := " ".join(name.split()):
        seen_as_written(name)
        registration.certificate_name = name
        registration.save(update_fields=["certificate_name"])
    return write(registration, event, by=by, at=at)


@transaction.atomic
def name_certificate(registration: Registration, *, name: str) -> Registration:
    """How the person wants to be called on the certificate, said before it is issued. Raises AlreadyIssued."""
    registration = lock(registration)
    if registration.certificates.valid().exists():
        raise AlreadyIssued(
            _("Your certificate has been issued. If the name is wrong, ask the host to issue it anew.")
        )
    seen_as_written(name)
    registration.certificate_name = " ".join(name.split())
    registration.save(update_fields=["certificate_name"])
    return registration


@transaction.atomic
def issue_to_all(event: Event, *, by: User, at: datetime | None = None) -> None:
    """Let the worker issue the certificates of everybody who earned one. Asking again while it works changes nothing."""
    at = at or timezone.now()
    ledger.hold(event, by=by, at=at)
    rule = CertificateRule.objects.get_or_create(event=event)[0]
    if rule.issuing_since is None:
        CertificateRule.objects.filter(pk=rule.pk).update(issuing_since=at)
        issue_each.enqueue(event=event.pk, by=by.pk)


@after_commit
def issue_each(*, event: int, by: int):
    """One certificate after the other, each for itself, so that the page shows how far it is. Repeatable."""
    found, host = Event.objects.filter(pk=event).first(), User.objects.filter(pk=by).first()
    if found is None or host is None:
        return
    try:
        for registration in waiting(found):
            try:
                issue(registration, by=host)
            except NotEarned:
                continue  # corrected since we looked
    except RegistrationError:
        pass  # who asked lost the right, or the event was called off: the rest is not issued
    finally:
        CertificateRule.objects.filter(event=event).update(issuing_since=None)


def waiting(event: Event) -> list[Registration]:
    """Who earned a certificate and has none that holds; who had one taken back gets no new one by the heap."""
    asked = share_of(event)
    event = Event.objects.prefetch_related("sessions").get(pk=event.pk)
    had_one = set(
        Certificate.objects.filter(
            Q(status=Certificate.Status.VALID) | Q(status=Certificate.Status.REVOKED),
            registration__event=event,
        ).values_list("registration", flat=True)
    )
    return [
        share.registration
        for share in ledger.shares(event)
        if qualifies(share, asked) and share.registration.pk not in had_one
    ]


def end(registration: Registration, status: str, *, reason: str, by: User, at: datetime) -> Certificate:
    """Let the certificate that holds hold no longer. Raises NoCertificate."""
    certificate = registration.certificates.valid().first()
    if certificate is None:
        raise NoCertificate(_("%(person)s has no valid certificate.") % {"person": registration.known_as})
    certificate.status, certificate.revoked_reason = status, reason
    certificate.revoked_at, certificate.revoked_by = at, by
    certificate.save(update_fields=["status", "revoked_reason", "revoked_at", "revoked_by"])
    return certificate


def lock(registration: Registration) -> Registration:
    """The registration as it is now, held until the transaction ends."""
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("event", "user__profession", "agency").get(pk=registration.pk)


def tell(certificate: Certificate, template: str) -> None:
    """Write to the person, where we have an address."""
    person = certificate.registration.person
    if person.email:
        mail.send(
            f"events/{template}",
            to=person.email,
            language=person.language,
            context={
                "certificate": certificate,
                "person": person,
                "event": certificate.registration.event,
            },
            key=f"{certificate.public_id}.{template}",
        )
