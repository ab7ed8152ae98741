"""The library of the demo world: 36 case studies, each submitted by its agency and approved by the portal's editor."""

import random
import tomllib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from casestudies.demo import exchange, record, review, use
from casestudies.models import CaseStudy
from casestudies.rich_text import from_markdown
from casestudies.writing import authoring
from orgs.models import Agency, Division, User
from portal.models import Topic

DATA = Path(__file__).parent / "data"
WORDS = (
    "title",
    "title_en",
    "language",
    "started_on",
    "ended_on",
    "evidence_level",
    "people_reached",
    "keywords",
)


def build(dice: random.Random, today: date, step: Callable[[str], None]) -> None:
    """Write every case as a draft, submit and approve it; then date its publication a while after the work ended."""
    files = sorted(DATA.glob("*.toml"))
    step(f"{len(files)} case studies")
    topics = {topic.code: topic for topic in Topic.objects.all()}
    places = {division.code: division for division in Division.objects.current()}
    agencies = {agency.slug: agency for agency in Agency.objects.filter(is_sample=True)}
    editor = User.objects.get(email="editor@example.org", is_sample=True)
    review.enlist(editor)
    for number, file in enumerate(files):
        entry = tomllib.loads(file.read_text(encoding="utf-8"))
        agency = agencies[entry["agency"]]
        writer = agency.memberships.get(role="owner").user
        case = authoring.start_case(
            agency,
            by=writer,
            is_sample=True,
            kind=entry["record_type"],
            abstract=entry["abstract"].strip(),
            abstract_en=entry.get("abstract_en", "").strip(),
            division=places.get(entry["division"]),
            **record.fields(entry, topics, agencies),
            **{name: entry[name] for name in WORDS if name in entry},
            **{name: from_markdown(text) for name, text in entry["sections"].items()},
        )
        authoring.submit(case, by=writer)
        review.publish(case, number, editor=editor)
        published = min(
            entry["ended_on"] + timedelta(days=dice.randrange(40, 260)),
            today - timedelta(days=dice.randrange(1, 40)),
        )
        at = timezone.make_aware(datetime.combine(published, time(9)))
        CaseStudy.objects.filter(pk=case.pk).update(first_published_at=at, last_published_at=at)
        case.review_rounds.update(submitted_at=at - timedelta(days=30), decided_at=at)
    use.build(dice, today)
    exchange.build(today)
    step("case studies under review")
    review.build(editor, agencies)


def remove() -> None:
    """Take away what the sample agencies wrote, with its revisions and reviews."""
    use.remove()
    exchange.remove()
    for case in CaseStudy.objects.filter(agency__is_sample=True):
        case.delete()
