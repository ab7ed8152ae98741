"""What is wrong with this installation and what to do about it, in words for a part-time administrator.

Each examination says one sentence: all is well, something should be looked at, or something is wrong. One that cannot be
made counts as wrong, with the reason, and keeps none of the others from being made.
"""

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.mail import get_connection
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import health
from portal.backup.taking import archives
from portal.models import Turn
from portal.outbox_state import outbox_state
from portal.search import comparing
from portal.search.engine import SearchIsAway

GIGABYTE = 1024**3
#: The worker looks at the clock every ten seconds and notes it down; no job that is due waits that long either.
WORKER_IS_QUIET = timedelta(minutes=5)
BACKUP_IS_OLD = timedelta(hours=26)
CLOCKS_DIFFER = timedelta(seconds=5)
PATIENCE = 5  # seconds


class How(Enum):
    WELL = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    how: How
    what: str
    #: What to do, in one sentence; empty when there is nothing to do.
    advice: str = ""


def well(what: str) -> Iterator[Finding]:
    yield Finding(How.WELL, what)


def look(what: str, advice: str) -> Iterator[Finding]:
    yield Finding(How.LOOK, what, advice)


def wrong(what: str, advice: str) -> Iterator[Finding]:
    yield Finding(How.WRONG, what, advice)


def of_the_settings() -> Iterator[Finding]:
    if not settings.IN_PRODUCTION:
        yield from look(
            _("This is a development installation: it answers this machine only and sends no mail."),
            _("Set ENVIRONMENT=production on a public server; it then names each setting that is missing."),
        )
        return
    said = [one for one in checks.run_checks(include_deployment_checks=True) if not one.is_silenced()]
    for one in said:
        how = How.WRONG if one.level >= checks.ERROR else How.LOOK
        yield Finding(how, f"{one.id}: {one.msg}", one.hint or "")
    if not said:
        yield from well(_("The settings, the seals of cookies and answers, and the fonts are in order."))


def of_the_database() -> Iterator[Finding]:
    try:
        health.ask_database()
    except Exception as error:
        yield from wrong(
            _("The database does not answer (%(error)s).") % {"error": type(error).__name__},
            _("Start it, and look whether DATABASE_URL names it: systemctl status postgresql"),
        )
        return
    yield from well(_("The database answers."))
    try:
        health._Migrations().ask()
    except health.NotWell:
        yield from wrong(
            _("The database is older than the program: migrations are missing."),
            _("Take a backup, then run: python manage.py migrate"),
        )
    else:
        yield from well(_("All migrations are applied."))


def of_the_disks() -> Iterator[Finding]:
    places = {
        str(settings.VAR_DIR),
        str(settings.MEDIA_ROOT),
        str(settings.PRIVATE_ROOT),
        settings.BACKUP_DIR,
    }
    for place in sorted(place for place in places if place and Path(place).exists()):
        free = shutil.disk_usage(place).free / GIGABYTE
        facts = {"place": place, "free": f"{free:.1f}"}
        advice = _("Make room: old backups and logs first, then a larger disk.")
        if free < 1:
            yield from wrong(_("Only %(free)s GB are free at %(place)s.") % facts, advice)
        elif free < 5:
            yield from look(_("Only %(free)s GB are free at %(place)s.") % facts, advice)
        else:
            yield from well(_("%(free)s GB are free at %(place)s.") % facts)


def of_the_worker() -> Iterator[Finding]:
    turn = Turn.objects.filter(name="worker").first()
    advice = _(
        "Start it: systemctl start tongxing-worker (or: docker compose up -d worker). Then read its log."
    )
    oldest = outbox_state().oldest
    if not turn or not turn.taken_at:
        yield from wrong(_("The worker has never been at work, so no mail leaves."), advice)
    elif timezone.now() - turn.taken_at > WORKER_IS_QUIET:
        when = timezone.localtime(turn.taken_at).strftime("%Y-%m-%d %H:%M")
        yield from wrong(
            _("The worker has not been at work since %(when)s, so no mail leaves.") % {"when": when}, advice
        )
    elif oldest > WORKER_IS_QUIET:
        yield from wrong(
            _("The worker does not get through: a job has waited for %(minutes)d minutes.")
            % {"minutes": oldest.total_seconds() // 60},
            _(
                "Read its log: journalctl -u tongxing-worker. When it says nothing: systemctl restart tongxing-worker"
            ),
        )
    else:
        yield from well(_("The worker is at work."))


def of_the_outbox() -> Iterator[Finding]:
    outbox = outbox_state()
    if outbox.is_late:
        yield from wrong(
            _("%(count)d jobs wait, the oldest for %(minutes)d minutes.")
            % {"count": outbox.waiting, "minutes": outbox.oldest.total_seconds() // 60},
            _("See whether the worker runs and what it says: journalctl -u tongxing-worker"),
        )
    if outbox.retried:
        yield from look(
            _("%(count)d jobs have failed for a quarter of an hour and are tried again.")
            % {"count": outbox.retried},
            _("Most often the mail server is away. They are tried for three days by themselves."),
        )
    if outbox.failed:
        yield from look(
            _("%(count)d jobs have failed for good.") % {"count": outbox.failed},
            _("Open Reports, Failed jobs in the admin: mend the reason, then try them again or drop them."),
        )
    if not (outbox.is_late or outbox.retried or outbox.failed):
        yield from well(_("Mail and background work are up to date."))


def of_the_backups() -> Iterator[Finding]:
    if not settings.BACKUP_DIR:
        yield from wrong(
            _("Nobody knows where the backups are."),
            _(
                "Set BACKUP_DIR to a folder on another disk, and run python manage.py backup each night by a timer."
            ),
        )
        return
    newest = next(iter(archives(Path(settings.BACKUP_DIR))), None)
    advice = _(
        "Run: python manage.py backup. Then see why the timer did not: systemctl status tongxing-backup.timer"
    )
    if newest is None:
        yield from wrong(_("There is no backup at %(place)s.") % {"place": settings.BACKUP_DIR}, advice)
        return
    at = datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    facts = {"when": timezone.localtime(at).strftime("%Y-%m-%d %H:%M")}
    if timezone.now() - at > BACKUP_IS_OLD:
        yield from wrong(_("The newest backup is of %(when)s.") % facts, advice)
    else:
        yield from well(_("The newest backup is of %(when)s.") % facts)


def of_the_mail_server() -> Iterator[Finding]:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield from look(_("Mail is kept on this machine."), _("Set EMAIL_URL to a mail server."))
        return
    server = get_connection(timeout=PATIENCE)
    try:
        server.open()
    except Exception as error:
        yield from wrong(
            _("The mail server does not let us in (%(error)s).") % {"error": type(error).__name__},
            _("Look at EMAIL_URL: host, port, name, password. Mail waits meanwhile and is not lost."),
        )
    else:
        yield from well(_("The mail server lets us in."))
    finally:
        server.close()


def of_the_search() -> Iterator[Finding]:
    try:
        found = comparing.compare()
    except SearchIsAway:
        yield from wrong(
            _("The search engine does not answer. Lists and pages go on without it."),
            _(
                "Start it, and look whether SEARCH_URL names it. What changes meanwhile is indexed afterwards."
            ),
        )
        return
    if found:
        yield from look(
            _("The search index differs from the database: %(what)s.") % {"what": "; ".join(found.lines)},
            _("It is mended each morning. At once: python manage.py check_search"),
        )
    else:
        yield from well(_("The search index says what the database says."))


def of_the_clock() -> Iterator[Finding]:
    if connection.vendor != "postgresql":
        yield from well(_("Portal and database have the same clock."))
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        difference = abs(cursor.fetchone()[0] - timezone.now())
    if difference > CLOCKS_DIFFER:
        yield from wrong(
            _("The clocks of portal and database differ by %(seconds)d seconds.")
            % {"seconds": difference.total_seconds()},
            _("Let both follow a time server: timedatectl set-ntp true"),
        )
    else:
        yield from well(_("Portal and database have the same clock."))


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where the portal sends people is what we want to know, so nobody follows."""

    def redirect_request(self, *arguments, **options):
        return None


def of_the_proxy() -> Iterator[Finding]:
    if not settings.IN_PRODUCTION:
        return
    address = f"{settings.SITE_URL}/robots.txt"
    status, where = ask(address)
    if status == 200:
        yield from well(_("%(address)s answers through the proxy.") % {"address": settings.SITE_URL})
    elif status in (301, 302, 307, 308) and where == address:
        yield from wrong(
            _("The portal sends visitors round in a circle: it does not learn that they came by https."),
            _("Let the proxy say so: proxy_set_header X-Forwarded-Proto $scheme;"),
        )
    elif status == 400:
        yield from wrong(
            _("The portal refuses the name under which it is asked."),
            _("Let the proxy pass the name on (proxy_set_header Host $host;) and put it into ALLOWED_HOSTS."),
        )
    else:
        yield from wrong(
            _("%(address)s does not answer as it should (%(status)s).")
            % {"address": settings.SITE_URL, "status": status or _("nobody there")},
            _("See whether proxy, certificate and web processes run: systemctl status nginx tongxing-web"),
        )


def ask(address: str) -> tuple[int, str]:
    """The status at an address and where it sends us; 0 when nobody answers."""
    try:
        with urllib.request.build_opener(_Stay).open(address, timeout=PATIENCE) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Location", "")
    except OSError:
        return 0, ""


EXAMINATIONS: tuple[Callable[[], Iterator[Finding]], ...] = (
    of_the_settings,
    of_the_database,
    of_the_disks,
    of_the_worker,
    of_the_outbox,
    of_the_backups,
    of_the_mail_server,
    of_the_search,
    of_the_clock,
    of_the_proxy,
)


def examine() -> Iterator[Finding]:
    """What each examination found, in the language that is active."""
    for examination in EXAMINATIONS:
        try:
            yield from examination()
        except Exception as error:
            name = examination.__name__.removeprefix("of_the_")
            yield from wrong(
                _("This could not be examined: %(name)s (%(error)s).")
                % {"name": name, "error": type(error).__name__},
                _("Mend what stands above first, then ask again."),
            )
