"""What the portal holds about people: the table knows every field, and a person gets all of their own and nothing else's."""

import csv
import io
import json
import zipfile
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Comment

from casestudies.models import DeidentificationDecision, Presentation, ResearchAnswer, ResearchInterest
from events.models import Answer, Attendance, DoorEntry, Nomination, Question, Registration
from events.registering.registration import register
from orgs import membership
from orgs.models import AuditEntry, Confirmation, User, Verification
from portal import personal_data
from portal.models import HomePage
from portal.personal_data import TOLD, Sort
from tests import factories

pytestmark = pytest.mark.django_db

OURS = ("portal", *settings.RECORD_APPS)


def fields_of(model) -> set[str]:
    """The fields that are columns or tables of the model itself."""
    return {field.name for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many)}


def without() -> set[str]:
    return {label for part in personal_data.parts() for label in part.WITHOUT}


# -- The table --------------------------------------------------------------------------------------------------------


def test_every_model_of_ours_is_in_the_table_or_said_to_hold_nothing_about_people():
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}
    known = {kind.model for kind in personal_data.kinds()}
    assert sorted(ours - known - without()) == [], "Write them into personal_data.py of their app"
    assert sorted(known & without()) == []
    assert sorted(without() - ours) == []


def test_every_field_of_a_model_about_people_is_in_the_table():
    missing = {
        kind.model: sorted(fields_of(kind.of) ^ set(kind.fields))
        for kind in personal_data.kinds()
        if kind.of._meta.app_label in OURS and kind.whose and fields_of(kind.of) ^ set(kind.fields)
    }
    assert missing == {}


def test_a_model_that_is_said_to_hold_nothing_points_at_nobody():
    """Whatever has a key to an account, of other makers too, stands in the table with that key."""
    strays = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.related_model is User and not model._meta.proxy
    }
    known = {f"{kind.model}.{name}" for kind in personal_data.kinds() for name in kind.fields}
    assert sorted(strays - known) == []


def test_every_column_that_a_person_reads_has_a_chinese_name():
    assert [
        (kind.model, name)
        for kind in personal_data.kinds()
        for name in kind.told()
        if personal_data.heading(kind.of, name).isascii() and name != "orcid"
    ] == []


def test_what_is_told_of_a_deed_is_no_field_about_somebody_else():
    for kind in personal_data.kinds():
        for names in kind.acts.values():
            assert all(kind.fields[name] in TOLD for name in names.split()), kind.model


def test_every_kind_says_what_for_how_long_and_what_becomes_of_it():
    for kind in personal_data.kinds():
        assert all(map(str, (kind.purpose, kind.kept, kind.closing, kind.name))), kind.model


def test_no_key_or_password_is_told():
    for kind in personal_data.kinds():
        for name, sort in kind.fields.items():
            if sort in TOLD:
                assert not any(word in name for word in ("token", "hash", "password", "secret")), name


# -- What one person gets ---------------------------------------------------------------------------------------------


def everything_about(person: User) -> str:
    held = personal_data.held(person, sorted(membership.addresses_of(person)))
    return json.dumps([(str(kind.title), kind.headings, kind.rows) for kind in held], ensure_ascii=False)


@pytest.fixture
def canaries(world):
    """Everybody of the world of examples under a name that nothing else has, with their address confirmed."""
    people = list(User.objects.order_by("pk"))
    for person in people:
        person.name = f"金丝雀{person.pk}号"
        person.save()
        person.emailaddress_set.filter(email=person.email).exists() or factories.with_address(person)
        Registration.objects.filter(user=person).update(note=f"备注{person.pk}号")
    return people


def test_nobody_gets_the_name_address_or_words_of_somebody_else(canaries):
    for person in canaries:
        told = everything_about(person)
        assert person.name in told
        assert person.email in told
        for other in canaries:
            if other != person:
                assert other.name not in told, (person, other)
                assert other.email not in told, (person, other)
                assert f"备注{other.pk}号" not in told


#: Of what happened, rows that do not change once they are written.
WRITTEN_ONCE = ("orgs.AuditEntry", "events.RegistrationLogEntry", "events.HoursEntry")


@pytest.fixture
def two(world):
    """A person and somebody else, and last of each kind that has a field about somebody else, a row about both."""
    person, other = factories.user(name="本人"), factories.user(name="金丝雀")
    agency, at = world["agency"], timezone.now()
    registration = register(factories.event(agency), user=person, by=person)
    event, session, case = registration.event, registration.event.sessions.get(), factories.case(agency)
    case.save_revision()
    Confirmation.objects.create(agency=agency, section="basics", confirmed_on=at.date())
    Comment.objects.create(page=HomePage.objects.first(), user=person, text="？", contentpath="title")
    DoorEntry.objects.create(
        registration=registration, session=session, way="in", source="qr", at=at, key=uuid4()
    )
    Attendance.objects.create(registration=registration, session=session, starts_at=at, source="list")
    registration.hours.create(
        minutes=60, role="researcher", occurred_on=at, is_correction=True, reason="补记", at=at, by=other
    )
    registration.log.create(status="confirmed", by=other, at=at)
    Nomination.objects.create(registration=registration, agency=agency, name="本人", by=other)
    AuditEntry.objects.create(agency=agency, action="exported", by=other, about=person)
    AuditEntry.objects.create(agency=agency, action="exported", by=person, about=other)
    DeidentificationDecision.objects.create(
        case=case, kind="name", decision="keep", fingerprint="x", reason="化名"
    )
    Presentation.objects.create(case=case, event=event.public_id, host=agency)
    ResearchAnswer.objects.create(
        interest=ResearchInterest.objects.get(), institution="大学", message="我们", sent_at=at
    )
    Verification.objects.update(second_checked_at=at)
    return person, other


def others_of(kind) -> list[str]:
    """What is said to be about somebody else, and whatever points at an account, as what it may be sorted."""
    return [
        name
        for name, sort in kind.fields.items()
        if sort == Sort.OTHERS or kind.of._meta.get_field(name).related_model is User
    ]


def fill(kind, lookup: str, person: User, other: User) -> None:
    """Make a row of this kind the person's by this lookup, and write somebody else into every field about others."""
    row = kind.of._base_manager.order_by("pk").last()
    near, _way, far = lookup.rpartition("__")
    if near:
        thing = getattr(row, near)
        QuerySet(type(thing)).filter(pk=thing.pk).update(**{far: person})
    if kind.model not in WRITTEN_ONCE:
        words = {name: told_of(other, kind.of._meta.get_field(name), row) for name in others_of(kind)}
        mine = {} if near else {lookup: person}
        QuerySet(kind.of).filter(pk=row.pk).update(**words | mine)


def told_of(other: User, field, row):
    """What a field about somebody else holds then."""
    if field.related_model is User:
        return other
    if field.is_relation:
        return getattr(row, field.name)
    return {"title": other.name} if field.get_internal_type() == "JSONField" else other.name


def test_no_field_about_somebody_else_tells_of_them(two):
    """Each kind that has such a field, with the field filled, by every way on which a row comes to a person."""
    person, other = two
    for kind in personal_data.kinds():
        for lookup in (*kind.whose, *kind.acts):
            if set(others_of(kind)) - {lookup}:
                fill(kind, lookup, person, other)
                told = everything_about(person)
                assert str(kind.name) in told, (kind.model, lookup)
                assert other.name not in told, (kind.model, lookup)
                assert other.email not in told, (kind.model, lookup)


@pytest.mark.parametrize(
    ("model", "field"), [("orgs.JoinRequest", "decided_by"), ("wagtailcore.ModelLogEntry", "label")]
)
def test_any_field_about_somebody_else_that_were_told_would_be_found(two, monkeypatch, model, field):
    kind = next(kind for kind in personal_data.kinds() if kind.model == model)
    monkeypatch.setitem(kind.acts, next(iter(kind.acts)), f"{field} {next(iter(kind.acts.values()))}")
    if kind.whose:
        monkeypatch.setitem(kind.fields, field, Sort.DID)
    with pytest.raises(AssertionError):
        test_no_field_about_somebody_else_tells_of_them(two)


def test_a_field_about_somebody_else_that_were_told_would_be_found(canaries, monkeypatch):
    kind = next(kind for kind in personal_data.kinds() if kind.model == "orgs.Invitation")
    monkeypatch.setitem(kind.fields, "created_by", Sort.DID)
    with pytest.raises(AssertionError):
        test_nobody_gets_the_name_address_or_words_of_somebody_else(canaries)


def test_a_person_gets_what_they_answered_wrote_and_take_part_in(world):
    person = world["people"]["newcomer"]
    registration = person.registrations.first()
    question = Question.objects.create(event=registration.event, position=0, label="饮食？", kind="short")
    Answer.objects.create(registration=registration, question=question, asked="饮食？", text="不吃花生")
    told = everything_about(person)
    for words in (person.email, "不吃花生", registration.event.title, "入门", "几个人？"):
        assert words in told, words


def test_somebody_without_anything_is_told_of_their_account_and_consent_alone(db):
    held = personal_data.held(factories.user(), [])
    assert [kind.code for kind in held] == ["orgs.user", "orgs.consent"]


def test_one_row_costs_as_many_queries_as_three(world, django_assert_max_num_queries):
    person = world["people"]["newcomer"]

    def queries() -> int:
        with django_assert_max_num_queries(200) as captured:
            personal_data.held(person, [person.email])
        return len(captured)

    before = queries()
    for _n in range(3):
        seen = factories.event()
        register(seen, user=person, by=person)
    assert queries() == before


# -- The page and the file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_page_shows_it_in_both_languages(client, world, language):
    person = world["people"]["newcomer"]
    client.force_login(person)
    page = client.get(f"{language}/desk/account/data/")
    assert page.status_code == 200
    assert person.email in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def taken_along(client) -> zipfile.ZipFile:
    answer = client.post(reverse("take_along"))
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_file_holds_a_page_data_tables_and_the_persons_own_files(client, world):
    person = world["people"]["newcomer"]
    client.force_login(person)
    archive = taken_along(client)
    names = archive.namelist()
    data = json.loads(archive.read("data.json"))
    assert {"index.html", "data.json", "tables/orgs.user.csv"} <= set(names)
    assert person.email in archive.read("index.html").decode()
    assert data["kinds"][0]["purpose"]
    assert data["kinds"][0]["rows"][0]["email"] == person.email
    scans = [name for name in names if name.startswith("files/orgs.evidence")]
    assert archive.read(scans[0])
    table = list(csv.reader(io.StringIO(archive.read("tables/orgs.user.csv").decode("utf-8-sig"))))
    assert person.name in table[1]


def test_no_cell_of_a_table_is_read_as_a_formula(client, world):
    person = world["people"]["newcomer"]
    User.objects.filter(pk=person.pk).update(name="=1+1")
    client.force_login(person)
    table = taken_along(client).read("tables/orgs.user.csv").decode("utf-8-sig")
    assert "=1+1" not in table.replace("'=1+1", "")


def test_it_is_asked_for_by_post_and_written_down_with_its_rows(client, world):
    person = world["people"]["newcomer"]
    client.force_login(person)
    assert client.get(reverse("take_along")).status_code == 405
    assert not AuditEntry.objects.filter(action="exported").exists()
    data = json.loads(taken_along(client).read("data.json"))
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.by, entry.about) == (person, person)
    assert entry.details == {"rows": sum(len(kind["rows"]) for kind in data["kinds"])}


def test_a_file_that_is_lost_does_not_keep_the_rest_from_coming(client, world):
    person = world["people"]["newcomer"]
    for scan in person.applications.get().evidence.all():
        scan.file.storage.delete(scan.file.name)
    client.force_login(person)
    archive = taken_along(client)
    assert not [name for name in archive.namelist() if name.startswith("files/")]
    assert ".png" in archive.read("index.html").decode()
