"""What every test may use: a set-up portal, people of every kind, the outbox and the mail it sent."""

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.storage import FileSystemStorage
from django.test.utils import setup_databases
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from casestudies import counting
from casestudies.models import Attachment, CaseFile
from events import announced
from events.models import Material
from orgs.models import Evidence
from portal import setup
from portal.templatetags import portal as components
from tests import factories

DEVELOPMENT = settings.DATABASES["default"]["NAME"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test starts in a portal that was set up, with its pages, vocabularies and groups."""
    with django_db_blocker.unblock():
        if settings.DATABASES["default"]["NAME"] == DEVELOPMENT:
            # Only races were asked for, which carry no mark: pytest-django thinks that nobody needs a database.
            setup_databases(verbosity=0, interactive=False)
        setup.run()
        DBTaskResult.objects.all().delete()  # each test begins with an empty outbox


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Tests that empty the database run after all others, the races for seats included: those need the set-up."""

    def empties_the_database(item) -> bool:
        marker = item.get_closest_marker("django_db")
        return marker is not None and bool(marker.kwargs.get("transaction"))

    items.sort(key=empties_the_database)


@pytest.fixture(autouse=True)
def keeps_to_itself(settings, tmp_path, monkeypatch):
    """Files of a test stay in its own folder, and the language of a page that it asked for ends with it."""
    translation.activate(settings.LANGUAGE_CODE)
    monkeypatch.setattr(components, "MENU_IS_KEPT", 0)  # or the first of two pages would cost a query more
    monkeypatch.setattr(counting, "SUMS", counting.Sums())  # and what it counted is not written by itself
    monkeypatch.setattr(counting, "WRITTEN_EVERY", float("inf"))
    monkeypatch.setattr(announced, "KEPT", -1)  # likewise
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    private = FileSystemStorage(location=tmp_path / "private")
    for model in (Evidence, Material, CaseFile, Attachment):
        monkeypatch.setattr(model._meta.get_field("file"), "storage", private)  # the field keeps its own
    settings.SEARCH_URL = f"tantivy://{tmp_path / 'search'}"


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
