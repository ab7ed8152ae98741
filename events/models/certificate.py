"""Certificates: what was certified, as it was then, under a number that anybody can check."""

import secrets
import unicodedata
import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.hours import HoursRole
from events.models.registration import Registration
from orgs.models import User
from portal.bilingual import Text, language_of, pick

#: Without the signs that people confuse (0 O 1 I L). 31 is prime, so the last sign catches every slip of one sign and
#: every swap of two.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10


def checksum(signs: str) -> str:
    return SIGNS[sum(weight * SIGNS.index(sign) for weight, sign in enumerate(signs, 1)) % len(SIGNS)]


def new_number() -> str:
    """Such as 7K3M9-QWD4P: nine random signs (44 bits) and one that is worked out from them."""
    signs = "".join(secrets.choice(SIGNS) for _sign in range(LENGTH - 1))
    signs += checksum(signs)
    return f"{signs[:5]}-{signs[5:]}"


def as_number(typed: str) -> str | None:
    """The number that somebody typed, however they wrote it; None when it cannot be one."""
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", typed[:60]).upper() if sign.isalnum())
    if len(signs) != LENGTH or set(signs) - set(SIGNS) or checksum(signs[:-1]) != signs[-1]:
        return None
    return f"{signs[:5]}-{signs[5:]}"


class CertificateQuerySet(models.QuerySet):
    def valid(self):
        return self.filter(status=Certificate.Status.VALID)


class Certificate(models.Model):
    """What one person has done at one event, as it was when it was issued. Nothing of it changes but whether it holds."""

    class Status(models.TextChoices):
        VALID = "valid", _("Valid")
        REVOKED = "revoked", _("Revoked")
        REPLACED = "replaced", _("Replaced by a newer one")

    ENDING = frozenset({"status", "revoked_at", "revoked_by", "revoked_reason"})

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=11, unique=True, default=new_number, editable=False)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="certificates")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=240, blank=True)
    #: Who held the event, the host first: `[{"zh": …, "en": …}, …]`.
    hosts = models.JSONField(_("hosts"))
    role = models.CharField(_("role"), max_length=16, choices=HoursRole)
    minutes = models.PositiveIntegerField(_("minutes"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    #: The language that the person reads, and that the PDF is in when nobody asks for the other.
    language = models.CharField(_("language"), max_length=10)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.VALID)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(status="valid"),
                name="one_valid_certificate_per_registration",
            ),
            models.UniqueConstraint(
                fields=["registration", "version"], name="one_certificate_per_registration_and_version"
            ),
            models.CheckConstraint(
                condition=Q(status="valid", revoked_at=None)
                | ~Q(status="valid") & Q(revoked_at__isnull=False),
                name="a_certificate_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="revoked") | ~Q(revoked_reason=""),
                name="a_revoked_certificate_says_why",
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="a_certificate_is_about_some_time"),
        ]

    def __str__(self):
        return self.number

    def save(self, *args, **kwargs):
        if self.pk and not set(kwargs.get("update_fields") or ["everything"]) <= self.ENDING:
            raise TypeError("What a certificate says is never changed. Issue a new one.")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("check_certificate", args=[self.number])

    @property
    def is_valid(self) -> bool:
        return self.status == self.Status.VALID

    @property
    def display_title(self) -> Text:
        title = pick(zh=self.title, en=self.title_en)
        return Text(title, language_of(title))

    @property
    def host_names(self) -> list[Text]:
        return [pick(zh=host["zh"], en=host["en"]) for host in self.hosts]


class CertificateRule(models.Model):
    """What the host of one event asks for before somebody gets a certificate, and whether many are being issued now."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="certificate_rule")
    share = models.PositiveSmallIntegerField(
        _("share of the time that somebody must have attended, in per cent"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    #: Since when the worker issues the certificates of everybody; empty when it has finished.
    issuing_since = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("certificate rule")
        verbose_name_plural = _("certificate rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=100), name="a_share_is_1_to_100_per_cent"
            )
        ]

    def __str__(self):
        return f"{self.share} %"
