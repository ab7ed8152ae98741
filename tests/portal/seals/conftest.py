"""What the tests of what keeps the portal shut begin with."""

import pytest


@pytest.fixture
def second_factor_is_demanded(settings):
    """As in production."""
    settings.SECOND_FACTOR_REQUIRED = True
