"""Jobs that failed for good: moderators see what and why without anybody's data, and put them back or drop them."""

import smtplib

import pytest
from django.urls import reverse
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult

from portal import dead_letters
from portal.mail import queue
from portal.outbox import ATTEMPTS
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS, WORDS = "lin.canary@example.org", "登录码 482913"


def failed(n: int = 1) -> list[DBTaskResult]:
    """Jobs as the worker leaves them after the last attempt."""
    for _each in range(n):
        queue(subject=WORDS, body=WORDS, to=ADDRESS, language="zh-hans")
    jobs = list(DBTaskResult.objects.filter(status="READY"))
    for job in jobs:
        job.args_kwargs["kwargs"]["attempt"] = ATTEMPTS
        try:
            raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, WORDS.encode())})
        except smtplib.SMTPRecipientsRefused as error:
            job.set_failed(error)
        job.save()
    return jobs


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


def act(client, id, action="retry"):
    return client.post(reverse("act_on_failed_jobs"), {"id": id, "action": action}, follow=True)


def test_a_moderator_sees_what_failed_and_why_and_nobodys_data(staff):
    failed()
    page = staff.get(reverse("failed_jobs")).content.decode()
    assert "portal.mail.deliver" in page
    assert "SMTPRecipientsRefused 550" in page
    assert "test_dead_letters.py" in page
    assert f"<td>{ATTEMPTS}</td>" in page
    assert ADDRESS not in page
    assert "482913" not in page


def test_the_menu_leads_there(staff):
    assert reverse("failed_jobs") in staff.get(reverse("wagtailadmin_home")).content.decode()


def test_one_is_tried_again_from_the_beginning_and_delivered(staff, deliver):
    first, second = failed(2)
    DBTaskResult.objects.update(worker_ids=["w"] * ATTEMPTS)
    act(staff, first.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("READY", "FAILED")
    assert "attempt" not in first.args_kwargs["kwargs"]
    assert (first.traceback, first.exception_class_path, first.worker_ids) == ("", "", [])
    assert [mail.to for mail in deliver()] == [[ADDRESS]]


def test_looking_at_the_address_of_the_buttons_does_nothing(staff):
    failed()
    assert staff.get(reverse("act_on_failed_jobs"), {"id": "all", "action": "drop"}).status_code == 405
    assert dead_letters.dead_letters().count() == 1


def test_two_who_press_at_once_put_it_back_once_and_drop_nothing_that_waits():
    [job] = failed()
    seen_by_both = DBTaskResult.objects.filter(pk=job.pk)
    assert [dead_letters.try_again(seen_by_both) for _each in range(2)] == [1, 0]
    assert dead_letters.drop(seen_by_both) == 0
    assert seen_by_both.get().status == "READY"


def test_all_are_tried_again(staff):
    failed(3)
    assert "3" in act(staff, "all").content.decode()
    assert not dead_letters.dead_letters().exists()
    assert DBTaskResult.objects.ready().count() == 3


def test_what_is_dropped_is_gone_with_all_that_it_carried(staff):
    first, second = failed(2)
    act(staff, first.pk, "drop")
    assert list(DBTaskResult.objects.values_list("pk", flat=True)) == [second.pk]


def test_only_what_failed_is_touched(staff):
    """A job that is waiting or being done is not a dead letter, whoever names it."""
    queue(subject="x", body="x", to=ADDRESS, language="en")
    waiting = DBTaskResult.objects.get()
    act(staff, waiting.pk, "drop")
    act(staff, "all", "drop")
    assert DBTaskResult.objects.count() == 1


@pytest.mark.parametrize("id", ["", "x", "流", "' OR 1=1 --"])
def test_an_id_that_is_none_does_nothing(staff, id):
    failed()
    assert act(staff, id, "drop").status_code == 200
    assert dead_letters.dead_letters().count() == 1


def test_a_job_that_killed_its_workers_says_so(staff):
    [job] = failed()
    DBTaskResult.objects.update(exception_class_path="", traceback="", worker_ids=["w"] * ATTEMPTS)
    job.refresh_from_db()
    with override("en"):
        assert dead_letters.told(job).fault == "killed its worker"


@pytest.mark.parametrize(
    "make", [factories.user, lambda: factories.member_of(factories.agency(), role="owner")]
)
def test_nobody_else_sees_or_changes_them(client, make):
    [job] = failed()
    for person in (None, make()):
        if person:
            client.force_login(person)
        page = client.get(reverse("failed_jobs"))
        assert page.status_code in (302, 403)
        client.post(reverse("act_on_failed_jobs"), {"id": job.pk, "action": "drop"})
        assert dead_letters.dead_letters().count() == 1


def test_the_page_costs_the_same_with_one_and_with_thirty(staff, django_assert_max_num_queries):
    failed()
    staff.get(reverse("failed_jobs"))
    with django_assert_max_num_queries(40) as one:
        staff.get(reverse("failed_jobs"))
    failed(30)
    with django_assert_max_num_queries(len(one)):
        staff.get(reverse("failed_jobs"))
