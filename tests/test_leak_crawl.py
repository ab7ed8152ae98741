"""The leak crawl: a canary in every text of every row, then every address, read and written to, by people it is not for.

What everybody may read is declared here, by kind of row and field. Whatever else comes back is a leak, wherever it came
from: a page, a feed, a file, a header, a refusal.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import Q
from wagtail.models import Revision

from casestudies.models import CaseStudy
from casestudies.models.casestudy import CaseStudyQuerySet
from casestudies.models.reading_list import ReadingListQuerySet
from events.models import Event
from events.models.event import EventQuerySet
from orgs.models import Agency
from portal.search import rebuild
from tests.addresses import ADDRESSES, body_for, leading, leading_nowhere

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
    for case in CaseStudy.objects.all():  # what its agency writes on stands in a revision
        for field in (field for model, field in texts() if model is CaseStudy):
            canary = f"zq{len(planted):05d}qz"
            setattr(case, field.name, canary)
            planted[canary] = (Revision, field.name, case.pk)
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
    client = world["visitors"][who].client(raise_request_exception=False)
    doors = [(name, path) for name in names for path in leading(world, name) + leading_nowhere(world, name)]
    doors += [("", path) for path in [*PLACES, *SEARCHES]]
    for name, path in doors:
        for method in methods:
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


def leaks(world, who: str, planted: dict, **limits) -> set[str]:
    """What this visitor reads and may not."""
    public = {
        (model.__name__, pk)
        for model in {model for model, _field, _pk in planted.values()}
        for pk in models.QuerySet(model)
        .filter(PUBLIC_ROWS.get(model.__name__, Q()))
        .values_list("pk", flat=True)
    }
    me = world["people"][who]
    told = set()
    for name, question, canary in found(world, who, **limits):
        if canary not in planted:
            continue
        model, field, pk = planted[canary]
        kind = model.__name__
        is_public = field in PUBLIC.get(kind, "").split() and (kind, pk) in public
        is_mine = me is not None and kind == "User" and pk == me.pk
        if not (is_public or is_mine or f"{kind}.{field}" in BY_ADDRESS.get(name, "").split()):
            told.add(f"{kind}.{field} of row {pk}: {question}")
    return told


@pytest.fixture
def planted(world):
    where = plant()
    rebuild()
    return where


@pytest.mark.parametrize("who", ["anonymous", "stranger"])
def test_nothing_comes_back_that_is_not_everybodys(world, planted, who):
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
    ("door", "model", "names"),
    [
        ("orgs.console.door.agencies_where", Agency, ["roster", "members", "answers", "event_hours"]),
        ("casestudies.console.access.editable_cases", CaseStudy, ["edit_case", "preview_case"]),
    ],
)
def test_a_door_that_stands_open_lets_a_canary_out(world, planted, monkeypatch, door, model, names):
    monkeypatch.setattr(door, lambda *args: model.objects.all())
    names = [name for name in names if name in ADDRESSES]
    assert leaks(world, "stranger", planted, names=names, methods=["get"])
