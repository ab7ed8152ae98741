"""What the tests of this app begin with."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_chinese():
    """A page asked for in English leaves its language behind; every test begins in Chinese."""
    with translation.override("zh-hans"):
        yield
