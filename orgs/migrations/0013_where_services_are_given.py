"""Services say at which places they are given; services and places know when they changed and have public identifiers."""

import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


def identify(apps, schema_editor):
    """Each place its own identifier: a default computed once would be the same for all."""
    Location = apps.get_model("orgs", "Location")
    for location in Location.objects.filter(public_id=None):
        location.public_id = uuid.uuid4()
        location.save(update_fields=["public_id"])


def changed():
    return models.DateTimeField(auto_now=True, default=timezone.now, verbose_name="updated")


class Migration(migrations.Migration):
    dependencies = [("orgs", "0012_what_partnerships_stand_for")]
    operations = [
        migrations.AddField("service", "updated_at", changed(), preserve_default=False),
        migrations.AddField("location", "updated_at", changed(), preserve_default=False),
        migrations.AddField("location", "public_id", models.UUIDField(default=None, null=True, editable=False)),
        migrations.RunPython(identify, migrations.RunPython.noop),
        migrations.AlterField(
            "location", "public_id", models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
        ),
        migrations.CreateModel(
            name="ServiceAtLocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="orgs.location"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="orgs.service"
                    ),
                ),
            ],
            options={
                "verbose_name": "service at a place",
                "verbose_name_plural": "services at places",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "location"), name="a_service_is_at_a_place_once")
                ],
            },
        ),
        migrations.AddField(
            "service",
            "locations",
            models.ManyToManyField(
                blank=True,
                related_name="services",
                through="orgs.ServiceAtLocation",
                to="orgs.location",
                verbose_name="places where it is given",
            ),
        ),
    ]
