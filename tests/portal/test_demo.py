"""The demo world: the same twice, written to nobody, and gone without a trace."""

from datetime import date

import pytest
from django.core import mail
from django_tasks_db.models import DBTaskResult

from casestudies.models import CaseStudy
from events.models import Event, Registration, SeatPool
from orgs.models import (
    Agency,
    Application,
    Evidence,
    Membership,
    Partnership,
    Recommendation,
    User,
    Verification,
)
from portal import demo
from tests import factories

TODAY = date(2026, 11, 23)


def world() -> dict:
    """The facts of the demo world, without the identifiers that are drawn anew each time."""
    return {
        "agencies": list(Agency.objects.order_by("slug").values_list("slug", "legal_name", "confirmed_on")),
        "people": list(User.objects.order_by("email").values_list("email", "name")),
        "memberships": list(
            Membership.objects.order_by("user__email").values_list(
                "user__email", "agency__slug", "role", "is_shown"
            )
        ),
        "partnerships": list(
            Partnership.objects.confirmed().order_by("title").values_list("title", flat=True)
        ),
        "events": list(Event.objects.order_by("title").values_list("title", "starts_at", "status")),
        "registrations": list(
            Registration.objects.order_by("event__title", "user__email").values_list(
                "event__title", "user__email", "status", "created_at"
            )
        ),
        "cases": list(
            CaseStudy.objects.order_by("title").values_list(
                "title", "agency__slug", "first_published_at", "live"
            )
        ),
    }


@pytest.mark.django_db
def test_the_same_seed_builds_the_same_world_and_one_command_takes_it_away(settings):
    people_before, agencies_before = User.objects.count(), Agency.objects.count()
    demo.build(seed=7, today=TODAY, step=lambda what: None)
    first = world()

    assert (len(first["agencies"]), len(first["events"]), len(first["cases"])) == (25, 60, 36)
    assert len(first["partnerships"]) >= 24
    assert Registration.objects.filter(status="waitlisted").exists()
    assert sorted(Agency.objects.with_level(TODAY).values_list("level", flat=True)) == [0] * 15 + [
        *[1] * 3,
        *[2] * 3,
        *[3] * 3,
        4,
    ]
    assert [agency.legal_name for agency in Agency.objects.unclaimed()] == ["惠州市惠城区南岸新市民服务社"]
    assert sorted(Application.objects.open().values_list("kind", flat=True)) == ["claim", "verification"]
    for pool in SeatPool.objects.all():
        assert pool.taken == pool.registrations.filter(status="confirmed").count() <= pool.capacity
    assert (DBTaskResult.objects.count(), mail.outbox) == (0, [])

    factories.case(Agency.objects.get(slug="dg-tongxin"))  # what people tried out goes too
    demo.remove()
    assert (User.objects.count(), Agency.objects.count()) == (people_before, agencies_before)
    left = (Event, CaseStudy, Partnership, Registration, Application, Evidence, Verification, Recommendation)
    assert [model.objects.count() for model in left] == [0] * 8

    demo.build(seed=7, today=TODAY, step=lambda what: None)
    assert world() == first
