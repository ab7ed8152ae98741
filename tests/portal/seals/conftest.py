"""What the tests of what keeps the portal shut begin with."""

import pytest
from django.core.cache import cache


@pytest.fixture
def second_factor_is_demanded(settings):
    """As in production; nothing is left of the digits that another test used."""
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()
