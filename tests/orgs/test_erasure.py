"""Somebody who closes their account is gone: from every table, from drafts, files, the outbox, and after a restore too."""

import re
from functools import reduce
from operator import or_
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, is_zipfile

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.serializers import deserialize, serialize
from django.db.models import Q
from django.urls import reverse
from wagtail.models import ModelLogEntry, Revision

from casestudies import version_guard
from casestudies.models import CaseAuthor, CaseStudy
from casestudies.review import guard as review_guard
from casestudies.writing import authoring
from events.certifying import check as certificate_check
from events.models import Answer, Certificate, Question, SeatPool
from events.nominating.nomination import Nominee, nominate
from events.registering.registration import register
from orgs import audit, claiming, joining, leaving
from orgs.leaving import NOBODY
from orgs.models import Agency, Evidence, User
from portal import erasures, mail
from portal.models import Erasure
from portal.search import rebuild, search
from tests import factories
from tests.hostile import Planter

pytestmark = pytest.mark.django_db

NAME, EMAIL, PHONE = "欧阳金丝雀", "canary-person@example.org", "13912345678"
#: Whatever would tell who it was.
CANARY = re.compile(f"{NAME}|{EMAIL}|{PHONE}", re.IGNORECASE)


@pytest.fixture(autouse=True)
def ledger(settings, tmp_path):
    settings.ERASURE_LEDGER = tmp_path / "erasures.txt"
    return settings.ERASURE_LEDGER


@pytest.fixture
def person(agency, manager):
    """Somebody with a trace in every corner: memberships, places, answers, drafts, invitations, mail under way."""
    person = factories.with_address(factories.member_of(agency, name=NAME, email=EMAIL))
    agency.memberships.filter(user=person).update(title=f"{NAME}督导")
    other = factories.agency()
    factories.member_of(other, role="owner")
    joining.ask_to_join(other, user=person, message=f"我是{NAME}，电话{PHONE}")
    event = factories.event()
    place = register(event, user=person, by=person, note=f"{PHONE} 找我")
    question = Question.objects.create(event=event, position=0, label="电话？", kind="short")
    Answer.objects.create(registration=place, question=question, asked="电话？", text=PHONE)
    event.log_rows.create(
        key="7f1b4a52-1f4e-4d70-9f5f-2b4f7ad1a111",
        registration=place,
        name=NAME,
        email=EMAIL,
        joined_at=event.starts_at,
        left_at=event.ends_at,
    )
    nominate(
        factories.event(), agency=agency, people=[Nominee(NAME, PHONE, EMAIL, member=person)], by=manager
    )
    draft = authoring.start_case(agency, by=person, title="草稿", authors=[])
    draft.authors.set([CaseAuthor(name=NAME, name_en="Canary", user=person)])
    draft.save()
    draft.save_revision(user=person)
    claiming.claim(factories.agency(), by=person, scans=[factories.scan(f"{NAME}.png")])
    person.applications.update(message=f"我是{NAME}，电话{PHONE}", reason=f"{NAME}未附盖章")
    person.reading_lists.create(title=f"{NAME}的书单")
    mail.send("case_withdrawn", to=EMAIL, language="zh-hans", context={"case": draft})
    from wagtail.log_actions import log

    log(instance=person, action="wagtail.edit", user=manager)
    return person


def traces() -> list[str]:
    """Every row of every table in which somebody can be known by name, address or number."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            if row.get("status") == "SUCCESSFUL":
                continue  # a job that is done: the worker of a test does not delete its row as the real one does
            if CANARY.search(str(list(row.values()))):
                found.append(f"{model._meta.label} {row}")
    return found


def test_the_person_is_everywhere_before(person):
    """So that the next test can fail."""
    kinds = {trace.partition(" ")[0] for trace in traces()}
    assert {
        "orgs.User",
        "orgs.Membership",
        "orgs.JoinRequest",
        "orgs.Application",
        "orgs.Evidence",
        "events.Registration",
        "events.Answer",
        "events.Nomination",
        "events.MeetingLogRow",
        "casestudies.CaseAuthor",
        "casestudies.ReadingList",
        "account.EmailAddress",
        "wagtailcore.Revision",
        "wagtailcore.ModelLogEntry",
        "django_tasks_database.DBTaskResult",
    } <= kinds


def test_no_row_of_any_table_tells_who_it_was(person, deliver):
    leaving.close_account(person)
    [goodbye] = [sent for sent in deliver() if EMAIL in sent.to]
    assert "账号" in goodbye.subject
    assert traces() == []


def test_the_files_with_which_the_person_proved_something_go_at_once(
    person, django_capture_on_commit_callbacks
):
    proof = Evidence.objects.get(application__applicant=person)
    files, path, mark = proof.file.storage, proof.file.name, proof.sha256
    assert files.exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        leaving.close_account(person)
    proof.refresh_from_db()
    assert not files.exists(path)
    assert (proof.file.name, proof.sha256) == ("", mark)


def plant(person: User) -> None:
    """Name, address and number in each free text of each row that leads to the person, and in the files they handed in."""
    for guard in (version_guard.guard, review_guard.guard, audit.guard):
        guard.remove()
    planter = Planter()
    for label in settings.RECORD_APPS:
        for model in apps.get_app_config(label).get_models():
            theirs = [Q((key.name, person)) for key in model._meta.local_fields if key.related_model is User]
            texts = {
                text.name: f"{NAME} {EMAIL} {PHONE}"[: text.max_length] for text in planter.fields(model)
            }
            for row in model._base_manager.filter(reduce(or_, theirs)) if theirs and texts else ():
                if filled := {name: text for name, text in texts.items() if getattr(row, name)}:
                    model._base_manager.filter(pk=row.pk).update(**filled)
    User.objects.filter(pk=person.pk).update(name=NAME, email=EMAIL)
    person.emailaddress_set.update(email=EMAIL)
    person.refresh_from_db()
    for proof in Evidence.objects.filter(application__applicant=person):
        with ZipFile(proof.file.path, "w", ZIP_DEFLATED) as packed:  # as a Word file is
            packed.writestr("word/document.xml", f"{NAME} {EMAIL} {PHONE}")


def told_by_files(folder: Path) -> set[str]:
    """The folders whose files tell who it was: by their name, or by what is in them, packed or not."""
    found = set()
    for file in filter(Path.is_file, folder.rglob("*")):
        contents = [str(file).encode(), file.read_bytes()]
        if is_zipfile(file):
            with ZipFile(file) as packed:
                contents += [packed.read(name) for name in packed.namelist()]
        if any(CANARY.search(content.decode(errors="replace")) for content in contents):
            found.add(file.relative_to(folder).parts[0])
    return found


def told_by_search() -> set[str]:
    """What is found by name, address or number, and what shows them, whatever it is asked."""
    everything = search("", is_open=True, limit=1000).hits
    shown = {hit.id for hit in everything if CANARY.search(str(hit.texts))}
    return shown | {hit.id for words in (NAME, EMAIL, PHONE) for hit in search(f'"{words}"').hits}


def test_no_file_tells_who_it_was_and_search_only_what_they_published(
    world, tmp_path, deliver, django_capture_on_commit_callbacks
):
    person = world["people"]["newcomer"]
    plant(person)
    case = CaseStudy.objects.get(public_id=world["arguments"]["public_id"]["case"])
    CaseAuthor.objects.create(case=case, name=NAME, user=person)
    rebuild()
    assert told_by_files(tmp_path) == {"private"}
    assert told_by_search() == {f"case:{case.pk}"}
    with django_capture_on_commit_callbacks(execute=True):
        leaving.close_account(person)
    deliver()
    assert told_by_files(tmp_path) == set()
    assert told_by_search() == {f"case:{case.pk}"}  # a published text keeps its authors


def test_what_waited_for_the_person_in_the_outbox_is_not_sent(person, deliver):
    deliver()
    mail.send("case_withdrawn", to=EMAIL, language="zh-hans", context={"case": CaseStudy.objects.first()})
    leaving.close_account(person)
    assert len([sent for sent in deliver() if EMAIL in sent.to]) == 1


def test_a_published_text_keeps_its_authors(person, agency):
    case = factories.case(agency)
    CaseAuthor.objects.create(case=case, name=NAME, user=person)
    leaving.close_account(person)
    assert case.authors.get().name == NAME


def test_places_and_minutes_stay_without_a_name(person):
    place = person.registrations.first()
    leaving.close_account(person)
    place.refresh_from_db()
    assert place.user_id == person.pk
    assert str(place.user) == NOBODY


def test_a_certificate_keeps_its_number_and_says_that_the_name_was_removed(client, world):
    certificate = Certificate.objects.get()
    leaving.close_account(certificate.registration.user)
    page = client.get(reverse("check_certificate", args=[certificate.number])).content.decode()
    assert NOBODY in page
    assert "张红" not in page
    assert "张*" not in page
    assert not certificate_check.is_name(NOBODY, NOBODY)


def test_the_last_owner_is_told_what_to_do_and_nothing_is_forgotten(agency, ledger):
    owner = factories.with_address(factories.member_of(agency, role="owner"))
    with pytest.raises(leaving.LastOwner, match=agency.legal_name):
        leaving.close_account(owner)
    assert User.objects.get(pk=owner.pk).name == owner.name
    assert not Erasure.objects.exists()


def test_that_an_account_was_closed_is_written_down_by_key(person):
    leaving.close_account(person)
    entry = audit.AuditEntry.objects.get(action="account_closed")
    assert entry.about_id == person.pk


# -- The ledger -------------------------------------------------------------------------------------------------------


def test_the_ledger_tells_nobody_who_it_was(person, deliver, ledger):
    public_id = person.public_id
    leaving.close_account(person)
    deliver()
    [line] = Path(ledger).read_text().splitlines()
    assert public_id.hex not in line
    assert str(public_id) not in line
    assert line.split()[0] == erasures.fingerprints(public_id)[0]


def test_the_ledger_is_written_once_however_often_the_job_runs(person, deliver, ledger):
    leaving.close_account(person)
    deliver()
    erasures.bring_file_up_to_date.call()
    assert len(Path(ledger).read_text().splitlines()) == 1


def an_older_backup(person: User):
    """All rows as they are now, to be put back later: what a restore does, without the file of the ledger."""
    kept = serialize(
        "json",
        [
            User.objects.get(pk=person.pk),
            *person.emailaddress_set.all(),
            *person.memberships.all(),
            *person.join_requests.all(),
            *person.registrations.all(),
            *SeatPool.objects.all(),
            *Answer.objects.all(),
            *CaseAuthor.objects.all(),
            *Revision.objects.filter(content__icontains="authors"),
            *ModelLogEntry.objects.all(),
        ],
    )

    def restore():
        Erasure.objects.all().delete()
        for thing in deserialize("json", kept):
            thing.save()

    return restore


def test_who_was_forgotten_is_forgotten_again_after_an_older_backup_came_back(person, deliver, capsys):
    restore = an_older_backup(person)
    leaving.close_account(person)
    deliver()
    restore()
    assert traces()
    call_command("replay_erasures")
    assert "1 people were forgotten again" in capsys.readouterr().out
    assert traces() == []
    assert deliver() == []
    assert Erasure.objects.count() == 1
    call_command("replay_erasures")
    assert "0 people" in capsys.readouterr().out


def test_without_the_ledger_they_would_stay(person, deliver, ledger):
    restore = an_older_backup(person)
    leaving.close_account(person)
    deliver()
    restore()
    ledger.unlink()
    call_command("replay_erasures")
    assert traces()


def test_an_agency_that_came_back_with_its_only_owner_is_released(agency, deliver):
    owner = factories.with_address(factories.member_of(agency, role="owner"))
    erasures.write_down(owner.public_id)
    call_command("replay_erasures")
    assert Agency.objects.get(pk=agency.pk).claimed_at is None
    assert User.objects.get(pk=owner.pk).name == NOBODY


def test_who_is_in_the_ledger_under_a_former_secret_is_known(person, settings):
    mark = erasures.fingerprints(person.public_id)[0]
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 60
    assert erasures.is_known(person.public_id, {mark})


def test_a_ledger_from_elsewhere_is_read_and_a_line_that_was_cut_off_passed_over(person, tmp_path):
    file = tmp_path / "other.txt"
    mark = erasures.fingerprints(person.public_id)[0]
    file.write_text(f"{mark} 2026-11-29T10:00:00+00:00\n{mark[:20]}")
    assert erasures.known(file) == {mark}
    with pytest.raises(CommandError, match="no file"):
        call_command("replay_erasures", tmp_path / "nothing.txt")


def test_others_stay_as_they_are(person, manager, deliver):
    leaving.close_account(person)
    deliver()
    call_command("replay_erasures")
    assert User.objects.get(pk=manager.pk).name == manager.name
    assert settings.SECRET_KEY
