"""What every test may use: a set-up portal, people of every kind, the outbox and the mail it sent."""

import pytest
from django.core import mail
from django.core.management import call_command

from portal import setup
from tests import factories


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test starts in a portal that was set up, with its pages, vocabularies and groups."""
    with django_db_blocker.unblock():
        setup.run()


@pytest.fixture(autouse=True)
def keeps_to_itself(settings, tmp_path):
    """Files of a test stay in the test's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"


@pytest.fixture
def deliver():
    """Carry out what is in the outbox, and return the mails that it sent."""

    def run():
        before = len(mail.outbox)
        call_command(
            "db_worker", backend_name="outbox", batch=True, startup_delay=False, interval=0, verbosity=0
        )
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
