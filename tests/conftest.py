"""What every test may use: a set-up portal, people of every kind, the outbox and the mail it sent."""

import shutil
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction
from django.test.utils import override_settings, setup_databases
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from casestudies import similar
from casestudies.models import Attachment, CaseFile
from casestudies.usage import counting
from events import announced
from events.models import Material
from orgs.models import Evidence
from portal import changes, kept, setup
from portal.counted import Counted
from portal.search import edited_synonyms, query_log, spelling
from portal.templatetags import for_a_minute
from portal.templatetags import portal as components
from tests import factories
from tests.migrated import begin_with_migrated, migrated_on_postgresql
from tests.one_of_everything import one_of_everything

DEVELOPMENT = settings.DATABASES["default"]["NAME"]


@pytest.fixture(scope="session")
def django_db_keepdb():
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_keepdb):
    """A run begins with a migrated database and applies nothing."""
    if django_db_keepdb:
        begin_with_migrated(settings.DATABASES["default"]["TEST"]["NAME"])
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_on_postgresql()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, django_db_blocker):
    """Every test starts in a portal that was set up, with its pages, vocabularies and groups."""
    with django_db_blocker.unblock():
        if settings.DATABASES["default"]["NAME"] == DEVELOPMENT:
            # Only races were asked for, which carry no mark: pytest-django thinks that nobody needs a database.
            setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb)
        setup.run()
        DBTaskResult.objects.all().delete()  # each test begins with an empty outbox


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Tests that empty the database run after all others, the races for seats included: those need the set-up."""

    def empties_the_database(item) -> bool:
        marker = item.get_closest_marker("django_db")
        return marker is not None and bool(marker.kwargs.get("transaction"))

    items.sort(key=empties_the_database)


@contextmanager
def files_in(folder):
    """Whatever is kept as a file in this block is kept in that folder."""
    private = FileSystemStorage(location=folder / "private")
    places = {"MEDIA_ROOT": folder / "media", "PRIVATE_ROOT": folder / "private"}
    with pytest.MonkeyPatch.context() as patch, override_settings(**places):
        for model in (Evidence, Material, CaseFile, Attachment):
            patch.setattr(model._meta.get_field("file"), "storage", private)  # the field keeps its own
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_cost_little():
    """A password is hashed as in production, but in one round: its million rounds take half a second each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1)
        yield


@pytest.fixture(autouse=True)
def keeps_to_itself(tmp_path, monkeypatch):
    """Files of a test stay in its own folder, and the language of a page that it asked for ends with it."""
    cache.clear()  # no limit counts what another test did in the same minute
    for_a_minute.MADE.clear()
    translation.activate(settings.LANGUAGE_CODE)
    monkeypatch.setattr(similar, "KEPT_FOR", 0)  # what a test publishes is found beside the others at once
    monkeypatch.setattr(components, "MENU_IS_KEPT", 0)  # or the first of two pages would cost a query more
    monkeypatch.setattr(counting, "SUMS", Counted())  # and what it counted is not written by itself
    monkeypatch.setattr(counting, "WRITTEN_EVERY", float("inf"))
    monkeypatch.setattr(query_log, "SUMS", Counted(query_log.MOST_AT_ONCE))
    monkeypatch.setattr(query_log, "WRITTEN_EVERY", float("inf"))
    monkeypatch.setattr(announced, "KEPT", -1)  # likewise
    monkeypatch.setattr(announced, "LONGEST", -1)
    monkeypatch.setattr(kept, "STORE", kept.Store())  # no test reads the page of another, nor its own:
    monkeypatch.setattr(kept, "KEPT_FOR", 0)
    monkeypatch.setattr(changes, "KNOWN", changes.Known())
    monkeypatch.setattr(changes, "WINDOW", 0)
    monkeypatch.setattr(changes, "ASKED_EVERY", 0)
    monkeypatch.setattr(edited_synonyms, "ASKED_EVERY", 0)  # what staff wrote in one test is gone in the next
    monkeypatch.setattr(spelling, "KEPT", -1)  # and what it indexed is known at once
    with files_in(tmp_path), override_settings(SEARCH_URL=f"tantivy://{tmp_path / 'search'}"):
        yield


@pytest.fixture(scope="module")
def everything(django_db_setup, django_db_blocker, tmp_path_factory):
    """One of everything, made once for all tests of a module, and the folder with its files.

    What a test changes is undone after it: each has a savepoint in the transaction that this one begins.
    """
    folder = tmp_path_factory.mktemp("everything")
    with django_db_blocker.unblock(), transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        with files_in(folder):
            made = one_of_everything()
        yield made, folder
        transaction.set_rollback(True)


@pytest.fixture
def world(everything, db, tmp_path):
    """One of everything, with the files of this test."""
    made, folder = everything
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return made


@pytest.fixture
def deliver():
    """Carry out what is in the outbox, and return the mails that it sent."""

    def run():
        before = len(mail.outbox)
        ready = DBTaskResult.objects.ready().filter(backend_name="outbox")
        # Not by db_worker: it closes the connection, and with it the transaction of the test.
        while job := ready.first():
            job.task.call(*job.task_result.args, **job.task_result.kwargs)
            job.set_successful(None)
        return mail.outbox[before:]

    return run


@pytest.fixture
def agency(db):
    return factories.agency()


@pytest.fixture
def manager(agency):
    return factories.member_of(agency, role="manager")


@pytest.fixture
def member(agency):
    return factories.member_of(agency)


@pytest.fixture
def stranger(db):
    """A signed-in person of another agency."""
    return factories.member_of(factories.agency(), role="owner")


@pytest.fixture
def moderator(db):
    return factories.moderator()
