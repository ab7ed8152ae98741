"""The demo world's reviews, built by the rules: a case in each state, published ones reviewed by others than their own."""

from collections import Counter

import pytest

from casestudies.demo import review
from casestudies.models import ReviewAssignment, ReviewRound
from casestudies.review import mark as review_mark
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_demo_world_has_a_case_in_each_state_of_review(moderator):
    agencies = {state[1]: factories.agency(slug=state[1]) for state in review.STATES}
    owners = {key: factories.member_of(agency, role="owner") for key, agency in agencies.items()}
    for email, _role, _topics in review.LISTED:
        factories.member_of(factories.agency(), email=email, is_sample=True)
    review.enlist(moderator)
    published = []
    for number, (key, agency) in enumerate(agencies.items()):
        asked = factories.submitted(agency, owners[key])
        review.publish(asked.case, number, editor=moderator)
        published.append(asked.case_id)
    review.build(moderator, agencies)
    states = Counter(ReviewRound.objects.filter(number=2).values_list("status", flat=True))
    assert states == {"check": 1, "review": 2, "revise": 1, "declined": 1}
    assert ReviewAssignment.objects.filter(status="invited", user__email="researcher@example.org").exists()
    assert Counter(mark.is_reviewed for mark in review_mark.marks_of(published).values())[True] == 2
