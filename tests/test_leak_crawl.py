"""The leak crawl: a canary in every text of every row, then every address, read and written to, by people it is not for.

What everybody may read is declared here, by kind of row and field; then what colleagues read of their own agency, and
reviewers of what they were given. What is one's own says the table of personal data. Whatever else comes back is a leak,
wherever it came from: a page, a feed, a file, a header, a refusal.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import Q
from django.urls import reverse

from casestudies.models import CaseStudy, Review, ReviewRound
from casestudies.models.casestudy import CaseStudyQuerySet
from casestudies.models.reading_list import ReadingListQuerySet
from events.models import Event, Feedback
from events.models.event import EventQuerySet
from orgs.models import Agency, User
from portal import personal_data
from portal.search import rebuild
from tests import factories
from tests.addresses import ADDRESSES, body_for, leading, leading_nowhere
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
CANARY = re.compile(r"zq\d{5}qz")
#: Texts that are no words of people: they carry a form that a canary would break.
FORMED = re.compile(
    r"slug|code|token|secret|key|hash|status|language|time_zone|scheme|digest|stamp|number|file|sha|uscc|format|kind"
    r"|role|licence|identifier|period|fingerprint|content_type|website|url|password|mime|template"
)
#: Rows that are the vocabulary's and the portal's own.
NOBODYS = {"Topic", "Division", "Turn", "Erasure", "LastChange"}
PLACES = [
    "/",
    "/en/",
    "/agencies/",
    "/agencies/?view=coverage",
    "/en/events/",
    "/events/?when=past",
    "/cases/",
    "/network/",
]
#: Who is sent to addresses that lead nowhere, too: one without an account and one with.
SENT_ASTRAY = ("anonymous", "stranger")
SEARCHES = [
    f"/{where}/?q=zq" for where in ("search", "en/search", "search/suggest", "events", "agencies", "cases")
]
#: Which rows of a model everybody may read; of one that is not here, all.
PUBLIC_ROWS = {
    "CaseStudy": Q(live=True),
    "Event": ~Q(status=Event.Status.DRAFT),
    "EventSession": ~Q(event__status=Event.Status.DRAFT),
    "CaseQuestion": Q(is_public=True),
    "ReadingList": Q(audience="public"),
    "ListEntry": Q(reading_list__audience="public"),
}
#: What everybody may read of them.
PUBLIC = {
    "Adaptation": "changes context reasons remark result_text",
    "Agency": "address hotline legal_name name_en public_email public_phone short_name supervising_unit wechat_account",
    "Attachment": "alt_text caption",
    "CalendarPage": "introduction",
    "CaseFile": "name",
    "CaseQuestion": "answer text",
    "CaseStudy": "abstract abstract_en aims background consent_note ethics_approval ethics_statement evidence_basis "
    "funding_note further_text needs_assessment outcomes participation_note process reflection theory title title_en "
    "transferability what_did_not_work",
    "Certificate": "title",
    "DirectoryPage": "introduction",
    "Event": "accessibility contact description fee summary summary_en title title_en venue",
    "EventSeries": "summary title",
    "EventSession": "title",
    "HomePage": "introduction",
    "LibraryPage": "introduction",
    "ListEntry": "note",
    "Location": "address name_en name_zh phone",
    "Material": "name",
    "ReadingList": "about title",
    "ResearchInterest": "about data question",
    "Service": "eligibility name_en name_zh summary",
    "Verification": "method",
}
#: What comes with a secret address that somebody passed on, or with the name of a list that its maker publishes.
BY_ADDRESS = {
    "place": "Nomination.name User.name",
    "shared_list": "ReadingList.about ReadingList.title User.name",
    "reading_list": "User.name",
    "public_lists": "User.name",
    "search_feed": "SavedSearch.name SavedSearch.query",
}
DRAFT = "draft of "
#: What people read of an agency that they belong to, in whatever role: the kind of row, the way to its agency, the fields.
#: Not here, and so not for members who lead nothing: who registered, what they answered, hours, feedback, evidence,
#: invitations and requests to join, the log, addresses of colleagues, who reviews, what reviewers write before the decision,
#: notes of colleagues.
OF_MY_AGENCY = [
    ("Attachment", "case__agency", "name title"),
    ("CaseAuthor", "case__agency", "agency_name name name_en"),
    ("CaseQuestion", "case__agency", "text"),
    ("CaseStudy", "agency", PUBLIC["CaseStudy"]),
    ("CaseStudy", "agency", [DRAFT + name for name in f"{PUBLIC['CaseStudy']} abstract_zh title_zh".split()]),
    ("Event", "host", PUBLIC["Event"]),
    ("EventSession", "event__host", "title"),
    ("Membership", "agency", "title"),
    ("Partnership", "parties__agency", "title"),
    ("ReviewRound", "case__agency", "reason reply"),
    ("User", "memberships__agency", "name"),
    ("User", "case_questions__case__agency", "name"),  # who asked its authors
]
#: What reviewers read of the submissions that they were given: the text as it was submitted, and no later one.
OF_MY_REVIEWS = [
    ("CaseStudy", "review_rounds__assignments__user", "title"),
    ("ReviewRound", "assignments__user", PUBLIC["CaseStudy"]),
]


def plant() -> dict[str, tuple[type[models.Model], str, int]]:
    """Each canary and where it lies: the model, the field, the key of the row."""
    planted: dict[str, tuple[type[models.Model], str, int]] = {}
    for model, field in texts():
        for pk in model._base_manager.values_list("pk", flat=True):
            canary = f"zq{len(planted):05d}qz"
            words = f"{canary}@example.org" if isinstance(field, models.EmailField) else canary
            row = models.QuerySet(model).filter(pk=pk)
            with (
                suppress(DatabaseError),
                transaction.atomic(),
            ):  # a guard or a constraint keeps the row as it is
                row.update(**{field.name: words})
                planted[canary] = (model, field.name, pk)
    of_cases = [field.name for model, field in texts() if model is CaseStudy]
    for asked in ReviewRound.objects.select_related("revision"):  # what was submitted stands in a revision,
        for name in of_cases:
            canary = f"zq{len(planted):05d}qz"
            asked.revision.content[name] = canary
            planted[canary] = (ReviewRound, name, asked.pk)
        asked.revision.save(update_fields=["content"])
    for case in CaseStudy.objects.all():  # and what its agency writes on, in a later one
        for name in of_cases:
            canary = f"zq{len(planted):05d}qz"
            setattr(case, name, canary)
            planted[canary] = (CaseStudy, DRAFT + name, case.pk)
        case.save_revision(clean=False)
    return planted


def texts() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every field of ours into which words are written."""
    for app in ("portal", "orgs", "events", "casestudies"):
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.local_fields:
                is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
                is_long = (getattr(field, "max_length", None) or 99) > 13
                if is_text and is_long and model.__name__ not in NOBODYS and not FORMED.search(field.name):
                    yield model, field


def found(
    world, who: str, *, names=tuple(ADDRESSES), methods=("get", "post")
) -> Iterator[tuple[str, str, str]]:
    """Every canary that comes back: the name of the address, what was asked, the canary."""
    doors = [(name, path) for name in names for path in leading(world, name)]
    if who in SENT_ASTRAY:
        doors += [(name, path) for name in names for path in leading_nowhere(world, name)]
    doors += [("", path) for path in [*PLACES, *SEARCHES, *world["own doors"].get(who, ())]]
    for name, path in doors:
        for method in methods:
            client = world["visitors"][who].client(
                raise_request_exception=False
            )  # signing out is one of them
            with transaction.atomic():  # what is posted is undone
                answer = getattr(client, method)(path, body_for(name, world) if method == "post" else None)
                for canary in set(CANARY.findall(said(answer))):
                    yield name, f"{method} {path}", canary
                transaction.set_rollback(True)


def said(answer) -> str:
    """All of an answer; a calendar's long lines in one piece."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return body.decode(errors="replace").replace("\r\n ", "") + headers


def model_called(kind: str) -> type[models.Model]:
    return next(model for model, _field in texts() if model.__name__ == kind)


def mine(person: User | None) -> set[tuple[str, str, object]]:
    """What somebody reads beyond what everybody does: each kind, field and row."""
    if person is None:
        return set()
    agencies = list(person.memberships.values_list("agency", flat=True))
    rows = {
        (kind.of.__name__, name, row.pk)
        for kind in personal_data.kinds()
        for names, about in [(kind.told(), kind.about(person, [person.email])), *kind.done(person)]
        for name in names
        for row in about or ()
    }
    for table, keys in ((OF_MY_AGENCY, agencies), (OF_MY_REVIEWS, [person.pk])):
        for kind, way, names in table:
            found_rows = models.QuerySet(model_called(kind)).filter(**{f"{way}__in": keys})
            fields = names.split() if isinstance(names, str) else names
            rows |= {(kind, name, pk) for pk in found_rows.values_list("pk", flat=True) for name in fields}
    return rows


def everybodys(planted: dict) -> set[str]:
    """The canaries that everybody may read."""
    rows = {
        model: set(
            models.QuerySet(model).filter(PUBLIC_ROWS.get(model.__name__, Q())).values_list("pk", flat=True)
        )
        for model in {model for model, _field, _pk in planted.values()}
    }
    return {
        canary
        for canary, (model, field, pk) in planted.items()
        if field in PUBLIC.get(model.__name__, "").split() and pk in rows[model]
    }


def leaks(world, who: str, planted: dict, **limits) -> set[str]:
    """What this visitor reads and may not."""
    public = everybodys(planted)
    own = mine(world["people"][who])
    told = set()
    for name, question, canary in found(world, who, **limits):
        if canary not in planted:
            continue
        model, field, pk = planted[canary]
        kind = model.__name__
        by_address = BY_ADDRESS.get(name, "").split()
        if not (canary in public or (kind, field, pk) in own or f"{kind}.{field}" in by_address):
            told.add(f"{kind}.{field} of row {pk}: {question}")
    return told


@pytest.fixture
def world(world):
    """One of everything with what not even colleagues read of each other, and with more people who look."""
    agency, member, newcomer = world["agency"], world["people"]["member"], world["people"]["newcomer"]
    event = Event.objects.get(public_id=world["arguments"]["public_id"]["event"])
    case = CaseStudy.objects.get(public_id=world["arguments"]["public_id"]["case"])
    registration = event.registrations.get(user=newcomer)
    question = event.questions.create(position=0, label="饮食？", kind="short")
    registration.answers.create(question=question, asked="饮食？", text="不吃花生")
    Feedback.objects.create(event=event, content=5, teaching=5, setting=5, differently="早点", comment="谢谢")
    registration.hours.create(
        minutes=60,
        role="researcher",
        occurred_on=event.starts_at.date(),
        is_correction=True,
        reason="补记",
        at=event.starts_at,
    )
    lead = world["people"]["manager"]
    event.messages.create(
        by=lead, group="seated", subject="改", text="改", form_key=uuid4(), at=event.starts_at
    )
    case.notes.create(user=lead, text="我的话")
    reviewing = Review.objects.get(assignment__user=newcomer)
    reviewing.comments.create(section="process", text="谁说的？")

    author = factories.member_of(factories.agency())
    factories.case(author.memberships.get().agency, live=False)
    reviewer = factories.user()
    given = factories.reading(reviewer, agency, by=member)
    people = {"researcher": factories.user(occupation="researcher"), "author": author, "reviewer": reviewer}
    return {
        **world,
        "people": world["people"] | people,
        "visitors": world["visitors"] | {who: Visitor(person) for who, person in people.items()},
        "own doors": {
            "reviewer": [reverse(name, args=[given.public_id]) for name in ("my_review", "my_review_text")]
        },
    }


@pytest.fixture
def planted(world):
    where = plant()
    rebuild()
    return where


@pytest.mark.parametrize("who", ["anonymous", "stranger", "researcher", "author", "reviewer", "member"])
def test_nothing_comes_back_that_is_not_for_them(world, planted, who):
    assert len(planted) > 300
    assert leaks(world, who, planted) == set()


@pytest.mark.parametrize(
    ("rows", "filter", "names"),
    [
        (EventQuerySet, "visible_to", ["event", "calendar_feed", "agency"]),
        (CaseStudyQuerySet, "visible_to", ["case", "cases_csv", "agency"]),
        (CaseStudyQuerySet, "published", ["cases_csv", "agency", "case_feed"]),
        (ReadingListQuerySet, "public", ["public_lists", "reading_list"]),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else value if isinstance(value, str) else "",
)
def test_a_filter_that_is_taken_away_lets_a_canary_out(world, planted, monkeypatch, rows, filter, names):
    """The control: each of these filters is what keeps the crawl silent."""
    monkeypatch.setattr(rows, filter, lambda self, *args, **kwargs: self.all())
    monkeypatch.setattr(
        "portal.second_factor.demand_shown", lambda request: None
    )  # a second lock on some of them
    assert leaks(world, "stranger", planted, names=names, methods=["get"])


@pytest.mark.parametrize(
    ("door", "model", "names", "who"),
    [
        ("orgs.console.door.agencies_where", Agency, ["roster", "answers", "event_hours"], "stranger"),
        ("orgs.console.door.agencies_where", Agency, ["roster", "answers", "event_hours"], "member"),
        ("casestudies.console.access.editable_cases", CaseStudy, ["edit_case", "preview_case"], "author"),
    ],
)
def test_a_door_that_stands_open_lets_a_canary_out(world, planted, monkeypatch, door, model, names, who):
    monkeypatch.setattr(door, lambda *args: model.objects.all())
    for name in names:
        assert leaks(world, who, planted, names=[name], methods=["get"]), name


def test_a_reviewer_reads_the_text_as_it_was_submitted_and_not_what_was_written_since(world, planted):
    read = {
        planted[canary][:2] for _name, _asked, canary in found(world, "reviewer", names=[], methods=["get"])
    }
    assert (ReviewRound, "process") in read
    assert (CaseStudy, DRAFT + "process") not in read
