"""What was reviewed of a published text, said exactly: by whom, which version, and what changed since.

Every published text has passed an editor. Reviewers count for the version that was published out of the text they read;
where that was changed before publication, or a later version changed findings, the mark says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.utils.translation import gettext as _

from casestudies.models import CaseStudy, CaseVersion, ReviewAssignment, ReviewerRole, ReviewRound

#: What is read of a version: the key of the query and the attribute of the record.
ROW = {
    "case": "case_id",
    "number": "number",
    "kind": "kind",
    "published_at": "published_at",
    "revision": "revision_id",
    "pk": "pk",
}
FINDINGS = (CaseVersion.Kind.FINDINGS, CaseVersion.Kind.CORRECTION)


@dataclass(frozen=True)
class Mark:
    """`version` is the one shown, `reviewed` the last one that reviewers read, if any; days are those of the hand-in."""

    version: int
    checked_at: datetime
    reviewed: int | None = None
    practitioner_at: datetime | None = None
    researcher_at: datetime | None = None
    is_changed_after_reading: bool = False
    is_changed_since: bool = False
    has_new_findings: bool = False

    @property
    def is_reviewed(self) -> bool:
        return self.reviewed is not None

    @property
    def words(self) -> str:
        """The badge in a few words."""
        if self.practitioner_at and self.researcher_at:
            return _("Reviewed by a practitioner and a researcher")
        if self.practitioner_at:
            return _("Reviewed by a practitioner")
        if self.researcher_at:
            return _("Reviewed by a researcher")
        return _("Editorial check only")

    @property
    def tone(self) -> str:
        if not self.is_reviewed:
            return "quiet"
        return "amber" if self.has_new_findings else "jade"

    @property
    def reviewed_at(self) -> datetime | None:
        """The day of the last review."""
        return max(filter(None, (self.practitioner_at, self.researcher_at)), default=None)


def mark_of(case: CaseStudy, version: int | None = None) -> Mark | None:
    """The mark of one version (the newest) of a case; none for a text that was never published.

    No query for the versions where they were fetched with the case.
    """
    versions = sorted(case.versions.all(), key=attrgetter("number"))
    rows = [{name: getattr(one, attribute) for name, attribute in ROW.items()} for one in versions]
    return _marks(rows, version).get(case.pk)


def marks_of(cases: Iterable[int], *, version: int | None = None) -> dict[int, Mark]:
    """The marks of these cases (keys), each for its newest version or the one asked for. Three queries at most."""
    known = CaseVersion.objects.filter(case__in=list(cases)).order_by("number")
    return _marks(known.values(*ROW), version)


def _marks(known: Iterable[dict], version: int | None) -> dict[int, Mark]:
    versions: dict[int, list[dict]] = {}
    for row in known:
        if version is None or row["number"] <= version:
            versions.setdefault(row["case"], []).append(row)
    if not versions:
        return {}
    rounds: dict[int, list[dict]] = {}
    for row in (
        ReviewRound.objects.filter(case__in=versions)
        .order_by("number")
        .values("pk", "case", "number", "status", "version", "revision")
    ):
        rounds.setdefault(row["case"], []).append(row)
    reviews: dict[int, list[tuple[str, datetime]]] = {}
    handed_in = ReviewAssignment.objects.filter(
        round__case__in=rounds, status=ReviewAssignment.Status.HANDED_IN
    )
    if rounds:
        for key, role, at in handed_in.values_list("round", "role", "review__handed_in_at"):
            reviews.setdefault(key, []).append((role, at))
    return {case: mark(rows, rounds.get(case, []), reviews) for case, rows in versions.items()}


def mark(versions: list[dict], rounds: list[dict], reviews: dict[int, list[tuple[str, datetime]]]) -> Mark:
    """The mark of the last of these versions, out of the rounds that led to them."""
    shown = versions[-1]
    days: dict[str, datetime] = {}
    reviewed, read, chain = None, set(), []
    by_version = {row["version"]: row for row in rounds if row["version"]}
    for one in versions:
        accepted = by_version.get(one["pk"])
        if accepted is None:
            continue
        chain = leading_to(accepted, rounds)
        said = [(role, at, row["revision"]) for row in chain for role, at in reviews.get(row["pk"], [])]
        if said:
            reviewed, read = one, {revision for _role, _at, revision in said}
            days = {}
            for role, at, _revision in said:
                days[role] = max(at, days.get(role, at))
    later = [one for one in versions if reviewed and one["number"] > reviewed["number"]]
    return Mark(
        version=shown["number"],
        checked_at=shown["published_at"],
        reviewed=reviewed["number"] if reviewed else None,
        practitioner_at=days.get(ReviewerRole.PRACTITIONER),
        researcher_at=days.get(ReviewerRole.RESEARCHER),
        is_changed_after_reading=bool(reviewed) and read != {reviewed["revision"]},
        is_changed_since=bool(later),
        has_new_findings=any(one["kind"] in FINDINGS for one in later),
    )


def leading_to(accepted: dict, rounds: list[dict]) -> list[dict]:
    """The rounds out of which a text was published: the accepted one, and those in which changes were asked for before."""
    chain = []
    for row in rounds:
        if row["number"] > accepted["number"]:
            break
        if row is accepted or row["status"] == ReviewRound.Status.REVISE:
            chain.append(row)
        else:
            chain = []
    return chain
