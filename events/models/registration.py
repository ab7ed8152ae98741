"""Seats and the people who take them. `taken <= capacity` is a constraint of the database, whoever writes."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from orgs.models import Agency, User


class SeatPool(models.Model):
    """A part of the room with a number of seats. Pools divide the room: a registration takes its seat from one."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Open to all")
        ONLINE = "online", _("Online")

    event = models.ForeignKey(Event, models.CASCADE, related_name="pools")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.OPEN)
    capacity = models.PositiveIntegerField(_("seats"))
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("seat pool")
        verbose_name_plural = _("seat pools")
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="one_pool_of_a_kind_per_event"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="no_pool_is_oversold"),
            models.CheckConstraint(condition=Q(capacity__lte=10000), name="a_pool_has_at_most_10000_seats"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.taken}/{self.capacity}"


class RegistrationQuerySet(models.QuerySet):
    def live(self):
        """Those with a seat or in line for one."""
        return self.filter(status__in=Registration.LIVE)

    def in_line(self):
        """The waiting list, the first in line first."""
        return self.filter(status=Registration.Status.WAITLISTED).order_by("waiting_since", "pk")


class Registration(models.Model):
    """One person's place at one event. Registering again after cancelling brings the same row back."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("Seat confirmed")
        WAITLISTED = "waitlisted", _("On the waiting list")
        CANCELLED = "cancelled", _("Cancelled")

    LIVE = (Status.CONFIRMED, Status.WAITLISTED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations", verbose_name=_("event"))
    pool = models.ForeignKey(
        SeatPool, models.RESTRICT, related_name="registrations", verbose_name=_("seat pool")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="registrations", verbose_name=_("person"))
    agency = models.ForeignKey(
        Agency, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agency at the time")
    )
    note = models.CharField(_("note to the host"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered"))

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="one_registration_per_person_and_event"),
            models.CheckConstraint(
                condition=Q(status="waitlisted", waiting_since__isnull=False)
                | (~Q(status="waitlisted") & Q(waiting_since=None)),
                name="who_waits_knows_since_when",
            ),
        ]
        indexes = [models.Index(fields=["event", "status", "waiting_since"])]

    def __str__(self):
        return f"{self.user} · {self.event}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def has_seat(self) -> bool:
        return self.status == self.Status.CONFIRMED

    @property
    def place_in_line(self) -> int | None:
        """1 for the first on the waiting list; None for who does not wait."""
        if self.status != self.Status.WAITLISTED:
            return None
        line = self.pool.registrations.in_line()
        before = Q(waiting_since__lt=self.waiting_since) | Q(waiting_since=self.waiting_since, pk__lt=self.pk)
        return line.filter(before).count() + 1


class AppendOnly(models.QuerySet):
    """History is added to. It leaves the database only together with the registration it belongs to."""

    def update(self, **fields):
        raise TypeError("A log entry is never changed.")

    def delete(self):
        raise TypeError("A log entry is never deleted.")


class RegistrationLogEntry(models.Model):
    """What happened to a registration, when and by whom. Rows are added, never changed."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="log")
    status = models.CharField(max_length=12, choices=Registration.Status)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.status} {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("A log entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("A log entry is never deleted.")
