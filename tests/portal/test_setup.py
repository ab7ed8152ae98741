"""The portal after `setup_portal`."""

import pytest
from wagtail.models import Page, Workflow

from portal import setup
from portal.models import Topic

pytestmark = pytest.mark.django_db


def test_every_place_stands_in_both_languages():
    for slug in ("about", "guide", "privacy", "agencies", "events", "cases"):
        assert {page.url for page in Page.objects.filter(slug=slug)} == {f"/{slug}/", f"/en/{slug}/"}


def test_setting_up_twice_changes_nothing():
    before = (Page.objects.count(), Topic.objects.count(), Workflow.objects.count())
    setup.run()
    assert (Page.objects.count(), Topic.objects.count(), Workflow.objects.count()) == before


def test_a_narrower_topic_knows_its_broader_one():
    assert Topic.objects.get(code="svc:education.2").parent.code == "svc:education"
