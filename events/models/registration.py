"""Seats and the people who take them. `taken <= capacity` is a constraint of the database, whoever writes."""

import uuid
from collections import Counter
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from orgs.models import Agency, User
from orgs.names import seen_as_written
from portal.prepared import Prepared


class SeatPool(models.Model):
    """A part of the room with a number of seats. Pools divide the room: a registration takes its seat from one."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Open to all")
        ONLINE = "online", _("Online")
        AGENCY = "agency", _("Kept for one agency")

    event = models.ForeignKey(Event, models.CASCADE, related_name="pools")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.OPEN)
    agency = models.ForeignKey(
        Agency, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    #: From then on what an agency has not used is open to all.
    release_at = models.DateTimeField(_("open to all from"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("seats"))
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    #: How many seats of an allotment were opened to all, so that what was given can still be told.
    released = models.PositiveIntegerField(_("opened to all"), default=0, db_default=0, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("seat pool")
        verbose_name_plural = _("seat pools")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"],
                condition=~Q(kind="agency"),
                name="one_open_pool_of_a_kind_per_event",
            ),
            models.UniqueConstraint(
                fields=["event", "agency"],
                condition=Q(kind="agency"),
                name="one_allotment_per_agency_and_event",
            ),
            models.CheckConstraint(
                condition=Q(kind="agency", agency__isnull=False) | (~Q(kind="agency") & Q(agency=None)),
                name="an_allotment_says_for_whom",
            ),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="no_pool_is_oversold"),
            models.CheckConstraint(condition=Q(capacity__lte=10000), name="a_pool_has_at_most_10000_seats"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.taken}/{self.capacity}"

    @property
    def given(self) -> int:
        """How many seats an agency was given, those included that are open to all by now."""
        return self.capacity + self.released


class RegistrationQuerySet(models.QuerySet):
    def live(self):
        """Those with a seat, in line for one, or waiting for the host's yes."""
        return self.filter(status__in=Registration.LIVE)

    def who_came(self):
        """Those who were there for some time, as far as it was noted down."""
        return self.filter(Exists(Registration.objects.noted_down().filter(pk=OuterRef("pk"))))

    def no_shows(self):
        """Those who had a seat at an event where attendance was noted down, and were not there."""
        noted_down = Registration.objects.noted_down()
        return self.filter(
            ~Exists(noted_down.filter(pk=OuterRef("pk"))),
            Exists(noted_down.filter(event=OuterRef("event"))),
            status=Registration.Status.CONFIRMED,
        )

    def noted_down(self):
        """Those with a valid attendance; as often as they have one, so ask for it by `Exists`."""
        return self.filter(attendances__isnull=False, attendances__voided_at=None)

    def in_line(self):
        """Those who wait, by the time they came."""
        return self.filter(status=Registration.Status.WAITLISTED).order_by("waiting_since", "pk")

    def in_turn(self, agency: int | None = None) -> list[int]:
        """The keys of those who wait, the next one first; of one agency when it is given.

        Agencies take turns, and within an agency who came first is first: ten people of one large agency who come in
        the first minute would otherwise take every seat that is given back. The n-th person of an agency stands behind
        everybody who is their agency's (n-1)-th, counting those who already got a seat from this line. People who come
        for themselves are each their own agency.
        """
        served = Registration.Status.CONFIRMED
        rows = list(
            self.counted_in_line().order_by("waiting_since", "pk").values_list("pk", "agency", "status")
        )
        turns = Counter(own for _pk, own, status in rows if own and status == served)
        order = []
        for came, (pk, own, status) in enumerate(rows):
            if status == served:
                continue
            if own:
                turns[own] += 1
            if agency in (None, own):
                order.append((turns[own] if own else 1, came, pk))
        return [pk for _turn, _came, pk in sorted(order)]

    def counted_in_line(self):
        """Those who wait or got a seat from the line."""
        served = Q(status=Registration.Status.CONFIRMED, promoted_at__isnull=False)
        return self.filter(Q(status=Registration.Status.WAITLISTED) | served)


@dataclass(frozen=True)
class Guest:
    """Somebody without an account whom a colleague put down for an event."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = "zh-hans"

    def __str__(self):
        return self.name


class Registration(models.Model):
    """One person's place at one event. Registering again after cancelling brings the same row back."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Waiting for the host's yes")
        CONFIRMED = "confirmed", _("Seat confirmed")
        WAITLISTED = "waitlisted", _("On the waiting list")
        CANCELLED = "cancelled", _("Cancelled")

    LIVE = (Status.REQUESTED, Status.CONFIRMED, Status.WAITLISTED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations", verbose_name=_("event"))
    pool = models.ForeignKey(
        SeatPool, models.RESTRICT, related_name="registrations", verbose_name=_("seat pool")
    )
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="registrations", verbose_name=_("person")
    )
    #: Somebody whom a colleague put down and who has no account: known by name and telephone or e-mail.
    guest_name = models.CharField(_("name"), max_length=60, blank=True, validators=[seen_as_written])
    guest_phone = models.CharField(_("telephone"), max_length=20, blank=True)
    guest_email = models.EmailField(_("e-mail address"), blank=True)
    nominated_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("put down by")
    )
    #: When a nominated person said "yes, I come" on their own.
    answered_at = models.DateTimeField(_("said yes"), null=True, blank=True)
    #: Which version of `events.registering.notice` the person read when they registered; empty for who was put
    #: down by others, until they answer its questions themselves.
    notice_version = models.CharField(
        _("version of the notice"), max_length=10, blank=True, default="", db_default=""
    )
    #: The form that made it. Sent a second time it changes nothing, whatever has become of the place.
    form_key = models.UUIDField(null=True, blank=True, editable=False)
    agency = models.ForeignKey(
        Agency, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agency at the time")
    )
    note = models.CharField(_("note to the host"), max_length=300, blank=True)
    #: How the person wants their name on the certificate; empty for the name of the account.
    certificate_name = models.CharField(
        _("name on the certificate"), max_length=60, blank=True, validators=[seen_as_written]
    )
    status = models.CharField(_("status"), max_length=12, choices=Status)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    #: When this person came from the waiting list to a seat: their agency has had a turn.
    promoted_at = models.DateTimeField(_("seat from the waiting list"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered"))

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="one_registration_per_person_and_event"),
            models.UniqueConstraint(
                fields=["event", "guest_phone"],
                condition=~Q(guest_phone=""),
                name="one_registration_per_telephone_and_event",
            ),
            models.UniqueConstraint(
                fields=["event", "guest_email"],
                condition=~Q(guest_email=""),
                name="one_registration_per_address_and_event",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest_name="", guest_phone="", guest_email="")
                | (Q(user=None) & ~Q(guest_name="")),
                name="a_place_is_a_person_s_or_a_guest_s",
            ),
            models.CheckConstraint(
                condition=Q(status="waitlisted", waiting_since__isnull=False)
                | (~Q(status="waitlisted") & Q(waiting_since=None)),
                name="who_waits_knows_since_when",
            ),
        ]
        indexes = [models.Index(fields=["event", "status", "waiting_since"])]

    def __str__(self):
        return f"{self.person} · {self.event}"

    @property
    def person(self) -> "User | Guest":
        """Who comes: an account, or a guest. Both have a name (`str`), `email`, which may be empty, and `language`."""
        return self.user or Guest(self.guest_name, self.guest_phone, self.guest_email, self.event.language)

    @property
    def nomination(self):
        """The last time that somebody put this person down, or None when they came on their own."""
        put_down = [one for one in self.nominations.all() if one.made_the_place and not one.declined_at]
        return put_down[-1] if put_down else None

    @property
    def known_as(self) -> "User | Guest":
        """Who comes, as the host may read it. Reads `nominations`: prefetch them.

        Somebody who was put down by e-mail address, and has an account with it, stands here as they were put down until
        they answer in that account: nobody learns from a list which address has one.
        """
        put_down = self.nomination
        if self.user and put_down and not put_down.is_member and not put_down.is_owned:
            return put_down.as_typed
        return self.person

    @property
    def own_url(self) -> str:
        """Where this person sees their place and gives it back: the event's page, or the personal link of who was put down."""
        put_down = self.nomination
        if put_down and (self.user is None or not self.answered_at):
            return put_down.get_absolute_url()
        return self.event.get_absolute_url()

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def place_in_line(self) -> int | None:
        """1 for the next one, as `in_turn` has it; None for who does not wait. Asks the database.

        Counted by agency, so that who reads it in a rush does not read the whole line.
        """
        if self.status != self.Status.WAITLISTED:
            return None
        line = LINE.all(event=self.event_id, pool=self.pool_id, since=self.waiting_since)
        turn = 1 + sum(
            served + before for own, served, _waiting, before in line if own and own == self.agency_id
        )
        place = 1
        for own, served, waiting, before in line:
            if own is None:
                place += before if turn == 1 else waiting
            else:
                in_earlier_turns = min(waiting, max(0, turn - 1 - served))
                came_first_in_this = served < turn <= served + before
                place += in_earlier_turns + came_first_in_this
        return place

    @classmethod
    def of(cls, event: Event, user: User) -> "Registration | None":
        """This person's registration for the event, whatever became of it. Asks the database."""
        if mine := OF_PERSON.first(event=event.pk, user=user.pk):
            mine.event, mine.user = event, user
        return mine

    @property
    def is_online(self) -> bool:
        """Whether they come online where both are possible. Reads `pool`: select it."""
        return self.pool.kind == SeatPool.Kind.ONLINE

    @property
    def has_seat(self) -> bool:
        return self.status == self.Status.CONFIRMED

    @property
    def name_to_certify(self) -> str:
        """What a certificate would call the person: as they asked, or as `known_as` says. Its host reads it."""
        return self.certificate_name or str(self.known_as)

    @property
    def valid_certificate(self):
        """The certificate that holds, or None. Looks at `certificates`: prefetch them for many."""
        return next((one for one in self.certificates.all() if one.is_valid), None)


OF_PERSON: Prepared[Registration] = Prepared(
    lambda event, user: Registration.objects.filter(event=event, user=user)
)
#: The line of a part of the room by agency: how many were served, wait, and have waited since before a moment.
LINE: Prepared[tuple[int | None, int, int, int]] = Prepared(
    lambda event, pool, since: (
        Registration.objects.filter(event=event, pool=pool)
        .counted_in_line()
        .order_by()
        .values("agency")
        .annotate(
            served=Count("pk", filter=Q(status=Registration.Status.CONFIRMED)),
            waiting=Count("pk", filter=Q(status=Registration.Status.WAITLISTED)),
            before=Count("pk", filter=Q(status=Registration.Status.WAITLISTED, waiting_since__lt=since)),
        )
        .values_list("agency", "served", "waiting", "before")
    )
)


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
    reason = models.CharField(max_length=300, blank=True)
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
