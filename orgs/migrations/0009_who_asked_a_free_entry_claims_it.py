"""Who asked to join an entry that nobody looks after has claimed it: portal staff answer claims, not requests to join."""

from django.db import migrations
from django.utils import timezone


def turn_into_claims(apps, schema_editor):
    JoinRequest, Membership = apps.get_model("orgs", "JoinRequest"), apps.get_model("orgs", "Membership")
    Application = apps.get_model("orgs", "Application")
    led = Membership.objects.filter(role__in=["owner", "manager"], status="active", user__is_active=True)
    asked = JoinRequest.objects.filter(status="pending", agency__claimed_at=None, agency__status="listed")
    for one in asked.exclude(agency__in=led.values("agency")):
        claim = Application.objects.create(
            kind="claim", agency_id=one.agency_id, applicant_id=one.user_id, message=one.message
        )
        Application.objects.filter(pk=claim.pk).update(created_at=one.created_at)
        one.status, one.decided_at = "withdrawn", timezone.now()
        one.save(update_fields=["status", "decided_at"])


class Migration(migrations.Migration):
    dependencies = [("orgs", "0008_verification_by_two_people")]
    operations = [migrations.RunPython(turn_into_claims, migrations.RunPython.noop)]
