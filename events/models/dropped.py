"""Sessions that an event no longer has, as long as calendars must still be told."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models.event import Event
from events.models.session import EventSession

FACTS = ("starts_at", "ends_at", "title", "is_all_day", "ical_uid", "sequence")


class DroppedSession(models.Model):
    """What stood in people's calendars, with the SEQUENCE that says its end. A program that missed it keeps it for ever."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="dropped_sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    title = models.CharField(max_length=200, blank=True)
    is_all_day = models.BooleanField(default=False)
    ical_uid = models.UUIDField(unique=True)
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("dropped session")
        verbose_name_plural = _("dropped sessions")

    def __str__(self):
        return str(self.as_session())

    @classmethod
    def of(cls, session: EventSession, *, at: datetime) -> "DroppedSession":
        """A row for a session that was just taken away; its SEQUENCE has risen already."""
        facts = {name: getattr(session, name) for name in FACTS}
        return cls(event_id=session.event_id, at=at, **facts)

    def as_session(self) -> EventSession:
        """The session that it was, to write down as an entry. Never to be saved."""
        return EventSession(event=self.event, **{name: getattr(self, name) for name in FACTS})
