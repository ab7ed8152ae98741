"""A dated part of an event."""

import uuid
from datetime import date, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import zones


class EventSession(models.Model):
    """A dated part of an event. Its calendar identity never changes; `sequence` rises with every change of time or place."""

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    title = models.CharField(_("title of this part"), max_length=200, blank=True)
    is_all_day = models.BooleanField(_("all day"), default=False)
    ical_uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    #: When its time was last changed. Reminders of before then are not made up for.
    moved_at = models.DateTimeField(null=True, editable=False)
    #: When it was to start when people first read of it. Stays when the session moves.
    announced_starts_at = models.DateTimeField(null=True, blank=True, editable=False)
    external_id = models.CharField(
        _("identifier at the source"), max_length=60, null=True, blank=True, editable=False
    )

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "external_id"], name="one_session_per_source_identifier_and_event"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_session_ends_after_it_starts"
            ),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def days(self) -> list[date]:
        """The days it touches where the event's clocks are. An end at midnight belongs to the day before."""
        return self.days_in(self.event.zone)

    def days_in(self, zone: tzinfo) -> list[date]:
        """The days it touches on a calendar of that zone; a session of whole days has the same days everywhere."""
        if self.is_all_day:
            zone = self.event.zone
        first = timezone.localdate(self.starts_at, zone)
        last = max(first, timezone.localdate(self.ends_at - timedelta(microseconds=1), zone))
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    @property
    def when(self) -> str:
        """Day and time on the event's clocks."""
        return self.when_in(self.event.time_zone)

    def when_for(self, reader) -> str:
        """Day and time on the clocks that the reader chose, when those show something else than the event's; or ""."""
        own = getattr(reader, "time_zone", "")
        if not own or self.is_all_day:
            return ""
        there, here = (
            timezone.localtime(self.starts_at, ZoneInfo(name)) for name in (self.event.time_zone, own)
        )
        return "" if there.utcoffset() == here.utcoffset() else self.when_in(own)

    def when_in(self, name: str) -> str:
        """Day and time in the reader's language, such as "December 3, 2026 (Thursday), 14:00–17:00".

        On the clocks of the zone, which is named when it is not that of Beijing.
        """
        zone = ZoneInfo(name)
        days = self.days_in(zone)
        first, last = days[0], days[-1]
        words = {
            "day": date_format(first, "DATE_FORMAT"),
            "weekday": date_format(first, "l"),
            "last_day": date_format(last, "DATE_FORMAT"),
            "start": date_format(timezone.localtime(self.starts_at, zone), "H:i"),
            "end": date_format(timezone.localtime(self.ends_at, zone), "H:i"),
        }
        if self.is_all_day:
            if first == last:
                return gettext("%(day)s (%(weekday)s), all day") % words
            return gettext("%(day)s – %(last_day)s, all day") % words
        if first == last:
            when = gettext("%(day)s (%(weekday)s), %(start)s–%(end)s") % words
        else:
            when = gettext("%(day)s, %(start)s – %(last_day)s, %(end)s") % words
        if name == zones.DEFAULT:
            return when
        return gettext("%(when)s, %(zone)s") % {
            "when": when,
            "zone": zones.in_words(name, self.starts_at),
        }
