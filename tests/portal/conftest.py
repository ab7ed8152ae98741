"""What tests of kept pages and of their parts share."""

import pytest
from django.db import connection


@pytest.fixture
def change(django_capture_on_commit_callbacks):
    """Do something as if its transaction went through."""

    def run(act, *arguments, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            answer = act(*arguments, **fields)
        connection.run_on_commit.clear()  # as a commit does
        return answer

    return run
