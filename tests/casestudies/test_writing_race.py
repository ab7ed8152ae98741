"""Two people save one draft at the same moment, for real: threads with connections of their own, on whichever database."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django_tasks_db.models import DBTaskResult
from wagtail.models import ModelLogEntry, Revision

from casestudies.models import CaseStudy, ParallelText
from casestudies.writing import authoring, draft_merge
from orgs.models import Agency, User
from tests import factories
from tests.at_once import at_once


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A draft and two colleagues, outside any transaction. Takes away what it brought."""
    with django_db_blocker.unblock():
        agency = factories.agency()
        people = [factories.member_of(agency) for _n in range(2)]
        case = authoring.start_case(agency, by=people[0], title="两人一起写")
        yield case, *people
        kind = ContentType.objects.get_for_model(CaseStudy)
        CaseStudy.objects.get(pk=case.pk).delete()
        Revision.objects.filter(base_content_type=kind, object_id=str(case.pk)).delete()
        ModelLogEntry.objects.filter(content_type=kind, object_id=str(case.pk)).delete()
        Agency.objects.filter(pk=agency.pk).delete()
        User.objects.filter(pk__in=[person.pk for person in people]).delete()
        DBTaskResult.objects.all().delete()


def seen(case):
    return draft_merge.seen(authoring.draft_of(case))


@pytest.mark.parametrize("attempt", range(5))
def test_two_saves_at_the_same_moment_keep_both_sections(committed, attempt):
    case, first, second = committed
    saw = seen(case)
    at_once(
        [
            lambda: authoring.save_draft(case, by=first, seen=saw, process="<p>甲</p>", is_autosave=True),
            lambda: authoring.save_draft(case, by=second, seen=saw, outcomes="<p>乙</p>", is_autosave=True),
        ]
    )
    draft = authoring.draft_of(case)
    assert (draft.process, draft.outcomes) == ("<p>甲</p>", "<p>乙</p>")


@pytest.mark.parametrize("attempt", range(5))
def test_two_saves_of_one_section_at_the_same_moment_keep_both_texts(committed, attempt):
    case, *people = committed
    saw = seen(case)

    def save(n):
        return authoring.save_draft(case, by=people[n], seen=saw, process=f"<p>{n}</p>", is_autosave=True)

    answers = at_once([lambda: save(0), lambda: save(1)], refusals=(authoring.Overtaken,))

    assert sum(isinstance(answer, authoring.Overtaken) for answer in answers) == 1
    texts = {authoring.draft_of(case).process, f"<p>{ParallelText.objects.get(case=case).words}</p>"}
    assert texts == {"<p>0</p>", "<p>1</p>"}


def test_control_who_does_not_say_what_they_saw_writes_over(committed):
    case, *people = committed
    at_once([lambda n=n: authoring.save_draft(case, by=people[n], process=f"<p>{n}</p>") for n in range(2)])
    assert not ParallelText.objects.filter(case=case).exists()
    assert authoring.draft_of(case).process in ("<p>0</p>", "<p>1</p>")
