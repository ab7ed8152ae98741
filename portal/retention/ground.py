"""What the portal itself keeps, and until when."""

from datetime import date, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from portal import storage
from portal.retention import Rule, midnight
from portal.search import query_log

FAILED_KEPT_FOR = timedelta(days=30)


def end_sessions(on: date) -> list[str]:
    """Delete sessions that are over, with the device and address that were noted for them."""
    number, _rows = Session.objects.filter(expire_date__lt=midnight(on)).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return [f"{number} sessions that are over deleted"] if number else []


def drop_failed_jobs(on: date) -> list[str]:
    """Delete mail and other jobs that failed for good a month ago; until then somebody may look at them."""
    old = DBTaskResult.objects.failed().filter(finished_at__lt=midnight(on) - FAILED_KEPT_FOR)
    number, _rows = old.delete()
    return [f"{number} jobs that failed a month ago deleted"] if number else []


def sweep_broken_uploads(on: date) -> list[str]:
    number = storage.sweep_broken_uploads()
    return [f"{number} parts of files that never arrived deleted"] if number else []


RULES = [
    Rule(
        _("Where you are signed in, with the device and its network address"),
        _("So that nobody else uses your account."),
        _("Until you sign out, or for two weeks without a visit."),
        end_sessions,
    ),
    Rule(
        _("Mail on its way"),
        _("So that it arrives although the mail server is away."),
        _("Until it is sent; what could not be sent, for 30 days."),
        drop_failed_jobs,
    ),
    Rule(
        _("Files of which only a part arrived"),
        _("So that a file is whole before anybody sees it."),
        _("For a day."),
        sweep_broken_uploads,
    ),
    Rule(
        _("What readers search for"),
        _("So that editors see what is not found."),
        _("The words from the third day on which they are asked, for 90 days; never who asked."),
        query_log.forget,
    ),
    Rule(
        _("Lines that the server writes about requests"),
        _("So that faults and attacks are found."),
        _("By keys alone, without names or addresses, for as long as the administrator keeps logs."),
    ),
    Rule(
        _("Backups"),
        _("So that nothing is lost."),
        _(
            "As long as the administrator keeps them. Whoever closed their account is removed again when one is restored."
        ),
    ),
]
