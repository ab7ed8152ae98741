"""What tests of the hosts' desk may use."""

import pytest


@pytest.fixture
def console(client, manager):
    """The browser of a manager of `agency`."""
    client.force_login(manager)
    return client
