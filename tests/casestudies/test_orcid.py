"""ORCID: sixteen digits whose last one can be reckoned from the others."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from casestudies.models import CaseAuthor
from casestudies.open_data import orcid
from tests import factories


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0001-5109-3700", "0000-0001-5109-3700"),
        ("orcid.org/0000-0002-1694-233x/", "0000-0002-1694-233X"),
        ("0000000218250097", "0000-0002-1825-0097"),
        (" 0000–0002–1825–0097 ", "0000-0002-1825-0097"),
    ],
)
def test_what_people_paste_is_spelled_as_orcid_spells_it(typed, meant):
    assert orcid.normalised(typed) == meant


def test_every_single_wrong_digit_is_noticed():
    right = "0000000218250097"
    for place in range(16):
        for digit in "0123456789":
            if digit != right[place]:
                with pytest.raises(ValidationError):
                    orcid.normalised(right[:place] + digit + right[place + 1 :])


@pytest.mark.parametrize("typed", ["", "0000-0002-1825-009", "１" * 16, "0000-0002-1825-00977", "x" * 16])
def test_what_is_none_is_refused(typed):
    with pytest.raises(ValidationError):
        orcid.normalised(typed)


@pytest.mark.django_db
def test_the_table_takes_nothing_of_another_shape():
    case = factories.case()
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseAuthor.objects.create(case=case, name="甲", orcid="orcid.org/0000")
    assert CaseAuthor.objects.create(case=case, name="甲", orcid="0000-0002-1694-233X").pk
