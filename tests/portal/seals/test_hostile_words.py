"""Whatever somebody types stays words: no text of anybody becomes an element, a handler or an address of a script.

The texts of `tests/hostile.py` are in every column that holds free text, past all forms, in drafts and in versions. Every page
that shows them is read as a browser reads it; `tests/journeys/test_hostile_words.py` opens three of them in one.
"""

import re

import pytest
from django.db import transaction
from lxml import etree, html

from tests.addresses import ADDRESSES, leading
from tests.hostile import plant, wrong_with

pytestmark = pytest.mark.django_db

ASKED = ["/search/?q=alert", "/search/?q=script", "/cases/?q=alert", "/agencies/?q=alert", "/events/?q=alert",
         "/search/?q=%3Cscript%3Ealert(1)%3C/script%3E", "/cases/?q=%22%20onfocus=alert(1)%20autofocus=%22", "/"]  # fmt: skip
#: Of which columns a reader must have been shown a text in full, or this test would look at pages that show nothing.
SHOWN = {
    "anonymous": {
        "orgs.Agency.legal_name",
        "orgs.AgencyText.description",
        "orgs.Service.summary",
        "events.Event.title",
        "events.Event.description",
        "events.Event.speakers",
        "events.Material.name",
        "casestudies.CaseStudy.abstract",
        "casestudies.CaseStudy.keywords",
        "casestudies.CaseStudy.background",
        "casestudies.Attachment.caption",
        "casestudies.CaseQuestion.answer",
        "casestudies.ReadingList.title",
    },
    "newcomer": {"orgs.User.name", "casestudies.CaseNote.text", "casestudies.Review.reasons", "casestudies.SavedSearch.name"},
    "owner": {"events.Registration.guest_name", "events.MeetingLogRow.name", "orgs.JoinRequest.message"},
    "staff": {"orgs.Evidence.name", "orgs.Application.message"},
    "member": {"events.Question.label", "events.Question.help_text", "events.Question.choices"},
}  # fmt: skip


@pytest.mark.parametrize("who", SHOWN)
def test_no_text_becomes_an_element_a_handler_or_an_address(world, who):
    planter = plant(world)
    client, wrong, shown = world["visitors"][who].client(), {}, set()
    for address in [*ASKED, *(address for name in ADDRESSES for address in leading(world, name))]:
        with transaction.atomic():
            answer = client.get(address)
            transaction.set_rollback(True)
        kind = answer.get("Content-Type", "")
        if answer.streaming or not kind.startswith(("text/html", "image/svg")) or not answer.content:
            continue
        page = html.fromstring(answer.content) if "html" in kind else etree.fromstring(answer.content)
        if found := list(wrong_with(page)):
            wrong[address] = found
        words = page.xpath("string()") + " ".join(page.xpath("//@value"))
        for mark in set(re.findall(r"k\d{4}", words)) & planter.planted.keys():
            where, text = planter.planted[mark]
            if mark + text in words:
                shown.add(where)
    assert wrong == {}
    assert SHOWN[who] - shown == set()
