"""`manage.py start`: everything between a checkout and a running portal."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command


class BegunAnew(Exception):
    """In the place of another program, which would end the tests."""


@pytest.fixture
def begun_anew(monkeypatch):
    def begin(program, arguments, environment):
        raise BegunAnew(environment)

    monkeypatch.setattr(os, "execve", begin)
    monkeypatch.delenv("SITE_URL", raising=False)


def test_a_port_that_is_said_as_an_argument_stands_in_every_link(begun_anew):
    with pytest.raises(BegunAnew) as begun:
        call_command("start", port=8123)
    [environment] = begun.value.args
    read = [sys.executable, "manage.py", "shell", "--no-imports", "-c", "print(settings.SITE_URL)"]
    read[-1] = f"from django.conf import settings; {read[-1]}"
    said = subprocess.run(
        read, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "http://127.0.0.1:8123"
