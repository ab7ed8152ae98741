"""Somebody who attended, and the certificate of it."""

from datetime import timedelta

import pytest

from events.certifying import issuing
from events.hours import ledger
from tests import factories
from tests.events.test_hours import attend, seat


@pytest.fixture
def event(agency):
    return factories.event(agency, starts_in=-timedelta(days=1), title="个案管理", title_en="Case management")


@pytest.fixture
def mine(event, manager, deliver):
    """A place of somebody who attended all of it, with the hours granted and the earlier letters sent."""
    mine = seat(event, factories.user(name="欧阳红", email="secret@example.org"))
    attend(mine, 180)
    ledger.grant(event, by=manager)
    deliver()
    return mine


@pytest.fixture
def certificate(mine, manager):
    return issuing.issue(mine, by=manager)
