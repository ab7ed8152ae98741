"""The records of a harvest, page by page.

A page ends at a record and the next begins behind it, in the order of the stamps. Whatever changes in the meantime gets
a later stamp and comes further on in the same harvest, or in the next one from the moment at which this one began; so
nothing is missed, and the token needs no memory on our side. It is signed, and holds what was asked and how far we are.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from casestudies.models import CaseStudy, OpenRecord
from casestudies.open_data.oai.question import Question, Refused

PAGE_SIZE = 100
TOKEN_IS_GOOD_FOR = timedelta(hours=24)
SALT = "casestudies.open_data.oai"


@dataclass(frozen=True)
class Page:
    """Records with their cases; `token` leads on and is empty on the last page. `begins_at` counts from 0."""

    records: list[OpenRecord]
    prefix: str
    begins_at: int
    total: int
    token: str
    expires_at: datetime

    @property
    def is_part(self) -> bool:
        return bool(self.token) or self.begins_at > 0


def told(at: datetime) -> QuerySet[OpenRecord]:
    """The records whose moment has come, with what a record says of its case. A case that is not published is None."""
    cases = CaseStudy.objects.published().for_export()
    return OpenRecord.objects.filter(told_at__lte=at).prefetch_related(
        Prefetch("case", queryset=cases), "sets"
    )


def page(question: Question, *, at: datetime | None = None) -> Page:
    """The page that was asked for. Raises Refused (badResumptionToken, noRecordsMatch)."""
    at = at or timezone.now()
    asked = opened(question, at) if question.token else first(question)
    found = within(told(at), asked)
    if asked["total"] is None:
        asked["total"] = found.count()
        if not asked["total"]:
            raise Refused("noRecordsMatch", "No record fits.")
    if asked["after"]:
        stamp, pk = datetime.fromisoformat(asked["after"][0]), asked["after"][1]
        found = found.filter(Q(told_at__gt=stamp) | Q(told_at=stamp, pk__gt=pk))
    rows = list(found.order_by("told_at", "pk")[: PAGE_SIZE + 1])
    rows, has_more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    begins_at = asked["count"]
    token = ""
    if has_more:
        last = rows[-1]
        following = {
            **asked,
            "after": [last.told_at.isoformat(), last.pk],
            "count": begins_at + len(rows),
            "until_at": int((at + TOKEN_IS_GOOD_FOR).timestamp()),
        }
        token = signing.dumps(following, salt=SALT, compress=True)
    # A list may have grown or shrunk since its first page: the size is never less than what was seen of it.
    total = max(asked["total"], begins_at + len(rows))
    return Page(rows, asked["prefix"], begins_at, total, token, at + TOKEN_IS_GOOD_FOR)


def first(question: Question) -> dict:
    return {
        "verb": question.verb,
        "prefix": question.arguments["metadataPrefix"],
        "set": question.arguments.get("set", ""),
        "since": question.since.isoformat() if question.since else "",
        "before": question.before.isoformat() if question.before else "",
        "after": None,
        "count": 0,
        "total": None,
    }


def opened(question: Question, at: datetime) -> dict:
    """What a token says. Raises Refused when it is not ours, too old, or of another verb."""
    try:
        asked = signing.loads(question.token, salt=SALT)
    except signing.BadSignature:
        asked = None
    if not isinstance(asked, dict) or asked.get("verb") != question.verb:
        raise Refused("badResumptionToken", "This token is not one of ours for this verb.")
    if asked["until_at"] < at.timestamp():
        raise Refused("badResumptionToken", "This token has expired. Begin again, from your last harvest.")
    return asked


def within(records: QuerySet[OpenRecord], asked: dict) -> QuerySet[OpenRecord]:
    """Those of the set (with the sets below it) and of the time that was asked for."""
    if asked["set"]:
        records = records.filter(
            Q(sets__spec=asked["set"]) | Q(sets__spec__startswith=asked["set"] + ":")
        ).distinct()
    if asked["since"]:
        records = records.filter(told_at__gte=datetime.fromisoformat(asked["since"]))
    if asked["before"]:
        records = records.filter(told_at__lt=datetime.fromisoformat(asked["before"]))
    return records


def one(identifier: str, *, at: datetime | None = None) -> OpenRecord:
    """The record with this identifier. Raises Refused (idDoesNotExist)."""
    start = f"oai:{settings.OAI_NAMESPACE}:"
    try:
        public_id = UUID(identifier.removeprefix(start)) if identifier.startswith(start) else None
    except ValueError:
        public_id = None
    record = told(at or timezone.now()).filter(public_id=public_id).first() if public_id else None
    # A UUID can be written in many ways; a name is the same only when it is written the same.
    if record is None or identifier != f"{start}{record.public_id}":
        raise Refused("idDoesNotExist", "There is no record with this identifier.")
    return record


def earliest() -> datetime:
    """No record carries an earlier stamp."""
    first_record = OpenRecord.objects.order_by("told_at").first()
    return first_record.told_at if first_record else timezone.now().astimezone(UTC)


def is_gone(record: OpenRecord) -> bool:
    """Whether the case is published no longer, also in the moment before the record was brought up."""
    return record.is_deleted or record.case is None
