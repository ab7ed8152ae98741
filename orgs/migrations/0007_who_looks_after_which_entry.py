"""Entries that have an owner are claimed, drafts wait in the staff's queue, and each section has its date."""

from django.db import migrations

SECTIONS = ("about", "contact", "services", "people")


def fill(apps, schema_editor):
    Agency, Membership = apps.get_model("orgs", "Agency"), apps.get_model("orgs", "Membership")
    Application, Confirmation = apps.get_model("orgs", "Application"), apps.get_model("orgs", "Confirmation")
    owners = Membership.objects.filter(role="owner", status="active", user__is_active=True).order_by("joined_at")
    for membership in owners.select_related("agency"):
        agency = membership.agency
        Agency.objects.filter(pk=agency.pk, claimed_at=None).update(claimed_at=membership.joined_at)
        if agency.status == "draft" and not Application.objects.filter(agency=agency).exists():
            Application.objects.create(kind="listing", agency=agency, applicant_id=membership.user_id)
    for agency in Agency.objects.exclude(confirmed_on=None):
        for section in SECTIONS:
            Confirmation.objects.get_or_create(
                agency=agency, section=section, defaults={"confirmed_on": agency.confirmed_on}
            )


class Migration(migrations.Migration):
    dependencies = [("orgs", "0006_trust_invitations_and_freshness")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
