"""Each case that is published already gets its first version: the revision that readers see."""

from django.db import migrations
from django.utils import timezone


def number_what_is_published(apps, schema_editor):
    CaseStudy = apps.get_model("casestudies", "CaseStudy")
    CaseVersion = apps.get_model("casestudies", "CaseVersion")
    cases = CaseStudy.objects.filter(live=True).exclude(live_revision=None)
    for case in cases.only("pk", "live_revision_id", "last_published_at").iterator():
        CaseVersion.objects.get_or_create(
            revision_id=case.live_revision_id,
            defaults={
                "case_id": case.pk,
                "number": 1,
                "kind": "first",
                "published_at": case.last_published_at or timezone.now(),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("casestudies", "0007_versions_and_withdrawal")]
    operations = [migrations.RunPython(number_what_is_published, migrations.RunPython.noop)]
