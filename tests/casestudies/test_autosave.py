"""Saving while somebody writes: what can be saved is, what cannot is said, and two at the same moment lose nothing."""

import json

import pytest
from django.urls import reverse

from casestudies.writing import authoring, draft_merge, parallel
from tests import factories
from tests.casestudies.test_authoring import complete_case
from tests.casestudies.test_console import filled_in


@pytest.fixture
def case(agency, member):
    return authoring.start_case(agency, by=member, title="两年转衔", process="<p>过程</p>")


def send(client, case, seen=None, **fields):
    seen = draft_merge.seen(authoring.draft_of(case)) if seen is None else seen
    address = reverse("autosave_case", args=[case.agency.slug, case.public_id])
    return client.post(address, filled_in(case, seen=json.dumps(seen), **fields))


@pytest.mark.django_db
class TestAnswers:
    def test_saved_with_what_the_form_carries_from_now_on(self, client, case, member):
        client.force_login(member)
        answer = send(client, case, process="新的过程").json()
        assert answer["state"] == "saved"
        assert answer["seen"] == draft_merge.seen(authoring.draft_of(case))
        assert authoring.draft_of(case).process == "<p>新的过程</p>"
        assert authoring.draft_of(case).live is False

    def test_what_can_be_saved_is_and_the_rest_is_said(self, client, case, member):
        client.force_login(member)
        answer = send(client, case, process="新的过程", title="", started_on="2022-02-30").json()
        assert set(answer["refused"]) == {"title", "started_on"}
        draft = authoring.draft_of(case)
        assert (draft.title, draft.process) == ("两年转衔", "<p>新的过程</p>")

    def test_a_section_that_was_left_out_is_not_emptied(self, client, case, member):
        client.force_login(member)
        send(client, case, abstract="摘要", unchanged="process,background")
        assert authoring.draft_of(case).process == "<p>过程</p>"

    def test_html_of_the_editor_is_cleaned(self, client, case, member):
        client.force_login(member)
        html = '<div>好<b onclick="x">重</b></div><script>偷</script><p style="x">二</p>'
        send(client, case, process=html, **{"process-as": "html"})
        assert authoring.draft_of(case).process == "<p>好<strong>重</strong></p>\n<p>二</p>"

    def test_both_texts_come_back_and_the_conflict_stays_until_it_is_decided(
        self, client, case, agency, member
    ):
        seen = draft_merge.seen(authoring.draft_of(case))
        authoring.save_draft(case, by=factories.member_of(agency), process="<p>她的</p>")
        client.force_login(member)
        for _attempt in range(2):
            answer = send(client, case, seen, process="我的", abstract="摘要").json()
            seen = answer["seen"]
            [one] = answer["both"]
            assert (one["field"], one["mine"], one["theirs"]) == ("process", "我的", "她的")
        assert (authoring.draft_of(case).process, authoring.draft_of(case).abstract) == (
            "<p>她的</p>",
            "摘要",
        )

        answer = send(client, case, {**seen, "process": one["seen"]}, process="我的", abstract="摘要").json()
        assert answer["state"] == "saved"
        assert authoring.draft_of(case).process == "<p>我的</p>"
        assert parallel.waiting(case, by=member) == []

    def test_what_others_wrote_elsewhere_is_not_undone_by_a_form_that_never_showed_it(
        self, client, case, agency, member
    ):
        seen = draft_merge.seen(authoring.draft_of(case))
        client.force_login(member)
        authoring.save_draft(case, by=factories.member_of(agency), background="<p>她的背景</p>")
        for words in ("一", "二", "三"):
            seen = send(client, case, seen, process=words, background="").json()["seen"]
        draft = authoring.draft_of(case)
        assert (draft.background, draft.process) == ("<p>她的背景</p>", "<p>三</p>")

    def test_in_review_it_says_so_and_changes_nothing(self, client, agency, member):
        case = complete_case(agency, member)
        authoring.submit(case, by=member)
        client.force_login(member)
        answer = send(client, case, process="偷偷改")
        assert (answer.status_code, answer.json()["state"]) == (409, "review")
        assert authoring.draft_of(case).process == "<p>过程。</p>"

    @pytest.mark.parametrize("seen", ["", "{", "[]", "3"])
    def test_without_fingerprints_nothing_is_written_over(self, client, case, member, seen):
        client.force_login(member)
        address = reverse("autosave_case", args=[case.agency.slug, case.public_id])
        assert client.post(address, filled_in(case, process="新", seen=seen)).status_code == 400
        assert authoring.draft_of(case).process == "<p>过程</p>"

    def test_strangers_find_nothing(self, client, case, stranger):
        client.force_login(stranger)
        assert send(client, case, process="偷").status_code == 404
        assert authoring.draft_of(case).process == "<p>过程</p>"
