"""What is too large is refused before it is read, and no link of a form leads into a script."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from tests import factories

pytestmark = pytest.mark.django_db

LINKS = [
    field
    for model in apps.get_models()
    if model._meta.app_label in ("portal", "orgs", "events", "casestudies")
    for field in model._meta.local_fields
    if isinstance(field, models.URLField)
]
NO_LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    " javascript:alert(1)",
    "//evil.example",
]


def test_a_body_that_is_too_large_is_answered_413(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client.force_login(factories.user())
    answer = client.post(
        "/accounts/login/", "x=" + "y" * 2000, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("link", NO_LINKS)
def test_no_link_field_takes_what_leads_into_a_script_or_a_file(link):
    assert LINKS
    for field in LINKS:
        with pytest.raises(ValidationError):
            field.run_validators(link)
