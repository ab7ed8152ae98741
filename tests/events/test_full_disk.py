"""The disk is full: reading goes on, writing is refused in so many words, nothing is half there, and room heals it."""

import errno
import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import Client
from django.utils import timezone

from events import daily
from events.models import Material, Registration
from portal import invariants, topics
from portal.models import Topic
from tests import factories
from tests.events.test_console import url
from tests.events.test_materials import PDF


@pytest.fixture
def disk(db):
    """SQLite with as many pages as it has and no more, which is how it meets a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk is the server's")
    with connection.cursor() as cursor:

        def pages(pragma: str) -> int:
            cursor.execute(f"PRAGMA {pragma}")
            return cursor.fetchone()[0]

        usual = pages("max_page_count")

        def fill():
            cursor.execute("VACUUM")  # what other tests left free is no room
            pages(f"max_page_count = {pages('page_count')}")

        def make_room():
            pages(f"max_page_count = {usual}")

        yield fill, make_room, lambda: pages("integrity_check")
        make_room()


@pytest.mark.django_db(transaction=True)  # a full disk ends the whole transaction
def test_a_full_database_lets_everybody_read_and_says_that_nothing_was_stored(disk):
    fill, make_room, integrity = disk
    topics.load(Topic.objects)  # another test may have emptied the database before
    event = factories.event(capacity=1000)
    browsers = []
    for _each in range(60):
        browsers.append(Client(raise_request_exception=False))
        browsers[-1].force_login(factories.user())
    fill()
    statuses = [browser.post(f"/en/events/{event.public_id}/register/").status_code for browser in browsers]
    refused = statuses.index(503)  # until then there was room in pages that it had
    answer = browsers[refused].post(f"/en/events/{event.public_id}/register/")
    if answer.status_code == 503:
        assert "what you have just sent was not stored" in answer.content.decode()
    assert browsers[refused].get(f"/en/events/{event.public_id}/").status_code == 200
    make_room()
    assert integrity() == "ok"
    assert list(invariants.look(("events.invariants",))) == []
    assert browsers[refused].post(f"/en/events/{event.public_id}/register/").status_code == 302
    assert Registration.objects.filter(status="confirmed").count() == statuses.count(302) + 1


@pytest.mark.django_db
def test_a_file_that_found_no_room_is_no_row_and_its_half_is_swept(agency, manager, monkeypatch, tmp_path):
    event = factories.event(agency)
    browser = Client(raise_request_exception=False)
    browser.force_login(manager)
    save = FileSystemStorage._save

    def half(storage, name, content):
        save(storage, name, ContentFile(content.read()[:10]))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", half)
    answer = browser.post(
        url("edit_materials", agency.slug, event.public_id),
        {"file": factories.upload("讲义.pdf", PDF), "audience": "before"},
    )
    assert answer.status_code == 507
    assert "磁盘" in answer.content.decode() or "disk" in answer.content.decode()
    assert not Material.objects.exists()
    strays = [path for path in (tmp_path / "private").rglob("*") if path.is_file()]
    assert len(strays) == 1
    os.utime(strays[0], (time.time() - 2 * 86400,) * 2)
    daily.run(timezone.localdate())
    assert not strays[0].exists()
