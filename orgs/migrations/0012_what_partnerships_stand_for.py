"""Partnerships that go on, or wait for an answer, stand for their kind and parties, so that nobody proposes them again."""

from hashlib import sha256

from django.db import migrations


def fill(apps, schema_editor):
    Partnership = apps.get_model("orgs", "Partnership")
    taken = set()
    for partnership in Partnership.objects.filter(ended_on=None).order_by("pk").prefetch_related("parties"):
        parties = partnership.parties.all()
        if any(party.state == "declined" for party in parties):
            continue
        ids = sorted(party.agency_id for party in parties)
        key = sha256(f"{partnership.kind.code} {ids}".encode()).hexdigest()
        if key not in taken:
            taken.add(key)
            Partnership.objects.filter(pk=partnership.pk).update(stands_for=key)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0011_partnerships_end")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
