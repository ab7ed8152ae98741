"""Keeping the open records like the published cases, so that a harvester who asks what changed since then misses nothing.

A record is stamped a few seconds into the future and shown only once that moment has come. So whatever carries a stamp
up to now has been committed, and who asks again from the moment of the last answer gets all that came since.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from casestudies.models import CaseStudy, OpenRecord, OpenRecordSet
from casestudies.open_data import datacite, dublin_core
from orgs.models import Agency
from portal.models import Topic

#: Longer than the transaction below may take.
STAMPED_AHEAD = timedelta(seconds=5)
#: Vocabulary: name of the set above its terms.
TOPIC_SETS = {
    Topic.Scheme.POPULATION: "population",
    Topic.Scheme.SERVICE: "service",
    Topic.Scheme.METHOD: "method",
}
BATCH = 200


def refresh(pks: Iterable[int], *, at: datetime | None = None) -> int:
    """Bring the open records of these cases to what is published. Returns how many say something else now.

    A case that was never published has none. One whose facts did not change keeps its stamp.
    """
    changed, pks = 0, sorted(set(pks))
    for start in range(0, len(pks), BATCH):
        changed += _refresh(pks[start : start + BATCH], at)
    return changed


def refresh_all(*, at: datetime | None = None) -> int:
    """The same for all that is or was published: for what changes without a sign, such as the name of a term."""
    ever = CaseStudy.objects.ever_published().values_list("pk", flat=True)
    return refresh(ever, at=at)


def reconcile(on: date) -> list[str]:
    """The same once a day, with a line about it when something had changed."""
    changed = refresh_all()
    return [f"{changed} open records say something else"] if changed else []


@transaction.atomic
def _refresh(pks: list[int], at: datetime | None) -> int:
    stamp = (at or timezone.now()) + STAMPED_AHEAD
    OpenRecord.objects.bulk_create(
        [
            OpenRecord(case=case, public_id=case.public_id, told_at=stamp)
            for case in CaseStudy.objects.ever_published().filter(pk__in=pks, open_record=None)
        ],
        ignore_conflicts=True,
    )
    of_these = OpenRecord.objects.filter(case__in=pks) | OpenRecord.objects.filter(
        case=None, is_deleted=False
    )
    records = list(of_these.select_for_update().prefetch_related("sets").order_by("pk"))
    cases = {case.pk: case for case in CaseStudy.objects.published().for_export().filter(pk__in=pks)}
    changed = [record for record in records if _bring_up(record, cases.get(record.case_id), stamp)]
    OpenRecord.objects.bulk_update(changed, ["told_at", "is_deleted", "fingerprint"])
    return len(changed)


def _bring_up(record: OpenRecord, case: CaseStudy | None, stamp: datetime) -> bool:
    """Set on the record what holds of the case, and keep its sets. Returns whether that is something new."""
    fingerprint = fingerprint_of(case, record) if case else ""
    if record.is_deleted == (case is None) and record.fingerprint == fingerprint:
        return False
    record.is_deleted, record.fingerprint = case is None, fingerprint
    record.told_at = max(stamp, record.told_at)
    if case:
        before, after = {one.spec for one in record.sets.all()}, set(sets_of(case))
        record.sets.filter(spec__in=before - after).delete()
        OpenRecordSet.objects.bulk_create(
            [OpenRecordSet(record=record, spec=spec) for spec in sorted(after - before)]
        )
    return True


def sets_of(case: CaseStudy) -> list[str]:
    """The sets of a published case: its agencies, what it is about, its kind, language, evidence and licence."""
    agencies = [case.agency, *(partner.agency for partner in case.partners.all())]
    codes = {
        f"{TOPIC_SETS[topic.scheme]}:{topic.code.partition(':')[2].replace('.', ':')}"
        for topic in case.topics.all()
        if topic.scheme in TOPIC_SETS
    }
    return sorted(
        {
            *(f"agency:{agency.slug}" for agency in agencies if agency.status == Agency.Status.LISTED),
            *codes,
            f"kind:{case.kind}",
            f"language:{case.language.partition('-')[0]}",
            f"evidence:{case.evidence_level}",
            f"licence:{case.licence}",
        }
    )


def fingerprint_of(case: CaseStudy, record: OpenRecord) -> str:
    """A fingerprint of all that harvesters are told of the case."""
    facts = [datacite.attributes(case, doi=record.doi), dublin_core.elements(case), sets_of(case)]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
