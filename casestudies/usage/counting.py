"""How often cases are read, downloaded and cited, counted without knowing by whom.

After the Code of Practice of COUNTER (release 5.1): robots and machines do not count (`portal.visit`), nor does what
a browser fetches ahead of the reader; and who does the same to the same case again within DOUBLE_CLICK counts once.
To know that it is the same reader, a hash of the account, or of address and browser, stands in the cache for these 30
seconds. Its salt is random, of one day, and in the cache only. No cookie is set; neither address, browser, account nor
hash is stored: the database holds totals by case, kind and day.

The people of the agencies that wrote a case are not its readers and do not count.

A rush costs nothing: a count is an addition in the memory of the process. After an answer has been sent
(`write_when_due`), and when the process ends, the sums of all cases are written in one statement, at most every
WRITTEN_EVERY seconds. A process that is killed loses what it counted since.
"""

import atexit
import logging
import secrets
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from django.core.cache import cache
from django.core.signals import request_finished
from django.db import connection, transaction
from django.db.models import F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.dispatch import receiver
from django.utils import timezone

from casestudies.models import CasePartner, CaseStudy, DailyCount
from portal.counted import Counted
from portal.visit import Visit

Kind = DailyCount.Kind
DOUBLE_CLICK = 30  # seconds, COUNTER 5.1, 7.2
SALT_LASTS = 26 * 3600  # a day, and a little for clocks that disagree
WRITTEN_EVERY = 10  # seconds
logger = logging.getLogger(__name__)


# -- Does it count ----------------------------------------------------------------------------------------------------


def count(case: CaseStudy, what: str, visit: Visit) -> bool:
    """Count that a published case was used, if a reader did it. Never raises: nobody's page fails for a statistic.

    `what` is VIEW, DOWNLOAD or CITATION. Costs a query or two for whoever is signed in and none for others.
    """
    return count_all([case], what, visit) == 1


def count_all(cases: Iterable[CaseStudy], what: str, visit: Visit) -> int:
    """`count` for many, with the same number of queries. Returns how many counted."""
    try:
        cases = [case for case in cases if case.live]
        if not cases or not visit.is_by_a_reader:
            return 0
        own = written_by_the_people_of(visit.user, cases)
        counted = [case for case in cases if case.pk not in own and is_first_click(case, what, visit)]
        for case in counted:
            SUMS.add((case.pk, str(what), timezone.localdate()))
        return len(counted)
    except Exception:
        logger.warning("A use of a case was not counted", exc_info=True)
        return 0


def written_by_the_people_of(user, cases: list[CaseStudy]) -> set[int]:
    """The cases that this person's own agencies lead, or are named in as taking part. Two queries, or none."""
    if not user.is_authenticated:
        return set()
    agencies = set(user.memberships.active().values_list("agency", flat=True))
    if not agencies:
        return set()
    partnered = CasePartner.objects.filter(case__in=cases, agency__in=agencies).values_list("case", flat=True)
    return {case.pk for case in cases if case.agency_id in agencies} | set(partnered)


def count_kept(case: CaseStudy, *, by) -> None:
    """Count that somebody put a case on a list: once a day, and not for the people of the agencies that wrote it."""
    try:
        is_own = case.pk in written_by_the_people_of(by, [case])
        if not is_own and is_first_click(case, Kind.LIST, Visit(user=by), within=SALT_LASTS):
            add(case, Kind.LIST)
    except OSError:  # as those of all caches that are away
        logger.warning("A case on a list was not counted", exc_info=True)


def is_first_click(case: CaseStudy, what: str, visit: Visit, *, within: int = DOUBLE_CLICK) -> bool:
    """Whether this reader did not just do the same. Every click begins the 30 seconds anew, as COUNTER says."""
    who = f"u{visit.user.pk}" if visit.user.is_authenticated else f"{visit.address}\n{visit.agent}"
    said = "\n".join([salt(), who, str(case.pk), str(what)])
    key = f"counting.{sha256(said.encode()).hexdigest()}"
    if cache.add(key, 1, within):
        return True
    cache.touch(key, within)
    return False


def salt() -> str:
    """Today's secret. When the cache forgets it nobody can say any more which hash was whose."""
    return cache.get_or_set(f"counting.salt.{timezone.localdate()}", secrets.token_hex, SALT_LASTS)


# -- Adding up --------------------------------------------------------------------------------------------------------


SUMS = Counted()


def add(case: CaseStudy, what: str, *, on: date | None = None) -> None:
    """Add one, without asking whether it counts: for what a rule did, once its transaction is through."""
    key = (case.pk, str(what), on or timezone.localdate())
    transaction.on_commit(lambda: SUMS.add(key))


def write() -> int:
    """Write what this process counted, in one statement. Returns how many sums. What cannot be written is kept."""
    taken = SUMS.take()
    if not taken:
        return 0
    try:
        there = set(CaseStudy.objects.filter(pk__in={key[0] for key in taken}).values_list("pk", flat=True))
        # In one order, so that two processes never wait for each other's rows.
        rows = [(*key, number) for key, number in sorted(taken.items()) if key[0] in there]
        upsert(rows)
    except Exception:
        SUMS.give_back(taken)
        raise
    return len(rows)


def upsert(rows: Iterable[tuple[int, str, date, int]]) -> None:
    """Add numbers to the totals: rows of case, kind, day and number."""
    table = connection.ops.quote_name(DailyCount._meta.db_table)
    rows = list(rows)
    for start in range(0, len(rows), 200):
        part = rows[start : start + 200]
        values = ", ".join(["(%s, %s, %s, %s)"] * len(part))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (case_id, kind, {connection.ops.quote_name('on')}, number) VALUES {values} "  # noqa: S608  no foreign words
                f"ON CONFLICT (case_id, kind, {connection.ops.quote_name('on')}) "
                f"DO UPDATE SET number = {table}.number + excluded.number",
                [value for row in part for value in row],
            )


@receiver(request_finished)
def write_when_due(**kwargs) -> None:
    """After an answer has been sent: write what was counted, if the last time is long enough ago."""
    if SUMS.are_due(WRITTEN_EVERY):
        write_quietly()


def write_quietly() -> None:
    try:
        write()
    except Exception:
        logger.warning("What was counted is not written yet", exc_info=True)


@atexit.register
def write_at_the_end() -> None:
    if SUMS.numbers:
        write_quietly()


# -- Reading off ------------------------------------------------------------------------------------------------------


def totals(case: CaseStudy) -> dict[str, int]:
    """How often this case was used, by kind. One query."""
    return dict(case.daily_counts.order_by().values_list("kind").annotate(Sum("number")))


def with_total(cases, what: str, *, name: str = "total"):
    """The cases with their total of one kind under this name, to sort by."""
    sums = DailyCount.objects.filter(case=OuterRef("pk"), kind=what).order_by().values("case")
    number = Subquery(sums.annotate(sum=Sum(F("number"))).values("sum"), output_field=IntegerField())
    return cases.annotate(**{name: Coalesce(number, 0)})
