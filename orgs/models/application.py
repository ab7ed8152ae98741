"""What people ask of the portal's staff for an agency: to list it, to be given it, to verify it. With private evidence."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.user import User
from portal.storage import private_storage


class ApplicationQuerySet(models.QuerySet):
    def open(self):
        """Those that wait for an answer."""
        return self.filter(status=Application.Status.OPEN)


class Application(models.Model):
    class Kind(models.TextChoices):
        LISTING = "listing", _("To be listed")
        CLAIM = "claim", _("To look after the entry")
        VERIFICATION = "verification", _("To be verified")

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="applications", verbose_name=_("agency"))
    applicant = models.ForeignKey(
        User, models.CASCADE, related_name="applications", verbose_name=_("applicant")
    )
    message = models.TextField(_("message"), max_length=1000, blank=True)
    #: The level that a verification is asked for; see `Verification.Level`.
    level = models.PositiveSmallIntegerField(_("level asked for"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), max_length=500, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "applicant"],
                condition=Q(status="open"),
                name="one_open_application_of_a_kind_per_person_and_agency",
            ),
            models.CheckConstraint(
                condition=Q(status="open", decided_at=None)
                | (~Q(status="open") & Q(decided_at__isnull=False)),
                name="an_answered_application_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.agency}"


def evidence_path(evidence: "Evidence", name: str) -> str:
    """A path that says nothing about the agency or the file's name."""
    return f"evidence/{evidence.public_id}"


class Evidence(models.Model):
    """A scan that proves something, for the applicant and the portal's staff only. Deleted 90 days after the decision;
    its hash stays, so that it can be said which file was looked at."""

    class Kind(models.TextChoices):
        CERTIFICATE = "certificate", _("Registration certificate")
        LETTER = "letter", _("Letter of the agency or of its supervising body")
        REGISTRY = "registry", _("Picture of the public registry")
        OTHER = "other", _("Other")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CERTIFICATE)
    name = models.CharField(_("name of the file"), max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage, upload_to=evidence_path, max_length=200, blank=True)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=(Q(deleted_at=None) & ~Q(file="")) | (Q(deleted_at__isnull=False) & Q(file="")),
                name="evidence_is_a_file_until_it_is_deleted",
            )
        ]

    def __str__(self):
        return self.name
