"""A case study that was submitted and checked."""

import pytest

from casestudies.review import editorial
from tests import factories
from tests.casestudies.review.steps import MET


@pytest.fixture
def asked(agency, member, moderator, deliver):
    """A submitted text that passed the check."""
    found = editorial.check(factories.submitted(agency, member), by=moderator, met=MET)
    deliver()
    return found
