"""Subjects of mails are read on locked screens and in the logs of mail servers: no person and no code is in them."""

import re

import pytest
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from events.models import Registration
from orgs.models import User

TEMPLATES = settings.BASE_DIR / "templates"
#: All that a subject may say: names of agencies, titles of events and texts, levels and kinds, numbers and days.
TOLD = {
    "adaptation.agency.label",
    "adaptation.of.display_title",
    "agencies|length",
    "agency.name",
    "answer.institution",
    "application.get_kind_display",
    "by.name",  # of a partnership: an agency
    "case.display_title",
    "event.display_title",
    "event.host.name",
    "event.minimum",
    "first.name",  # of a reminder of freshness: an agency
    "interest.agency.label",
    "interest.question",
    "invitation.agency.name",
    "join_request.agency.name",
    "join_requests|length",
    "message.subject",  # what a host types for a group
    "number",
    "proposer.name",  # of a partnership: an agency
    "transfer.agency.name",
    "verification.expires_on|date",
    "verification.get_level_display",
}


def subjects():
    """Pairs of the file and the line with the subject."""
    for file in sorted((TEMPLATES / "email").rglob("[!_]*.txt")):
        yield file, file.read_text().strip().splitlines()[0]
    for file in sorted(TEMPLATES.glob("*/email/*_subject.txt")):
        yield file, file.read_text()


def values_in(line: str) -> set[str]:
    """What the line says of its context: values bound for a translation, and those that stand by themselves."""
    bound = dict(re.findall(r"(\w+)=([\w.|]+)", line))
    counted = dict(re.findall(r"count (\w+)=([\w.|]+)", line))
    alone = set(re.findall(r"\{\{ ?([^}]+?) ?\}\}", line)) - bound.keys() - counted.keys()
    return {*bound.values(), *counted.values(), *alone}


@pytest.mark.parametrize(("file", "line"), [pytest.param(*one, id=one[0].stem) for one in subjects()])
def test_no_subject_says_more_than_the_agency_the_event_or_the_text(file, line):
    assert values_in(line) - TOLD == set()


@pytest.mark.django_db
def test_no_subject_that_waits_in_the_outbox_names_anybody(world):
    people = {str(person) for person in User.objects.all()}
    people |= set(Registration.objects.exclude(guest_name="").values_list("guest_name", flat=True))
    written = [job.args_kwargs["kwargs"] for job in DBTaskResult.objects.all()]
    said = [mail["subject"] for mail in written if "subject" in mail]
    assert said
    assert [subject for subject in said if any(name in subject for name in people)] == []
