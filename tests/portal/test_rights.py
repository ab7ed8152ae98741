"""Rights come from groups, and are read in one question."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from orgs.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def test_all_rights_of_a_person_are_one_question(django_assert_num_queries):
    moderator = User.objects.get(pk=factories.moderator().pk)
    ContentType.objects.clear_cache()

    with django_assert_num_queries(1):
        assert moderator.has_perm("casestudies.publish_casestudy")
        assert moderator.has_perm("orgs.change_agency")
        assert not moderator.has_perm("orgs.no_such_right")


def test_a_right_given_to_an_account_and_not_to_its_group_counts_nothing():
    person = factories.user()
    person.user_permissions.add(Permission.objects.get(codename="change_agency"))

    assert not User.objects.get(pk=person.pk).has_perm("orgs.change_agency")
