"""A term knows when it changed, so that open data can say what changed since."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_trust_invitations_and_freshness")]
    operations = [
        migrations.AddField(
            model_name="topic",
            name="updated_at",
            field=models.DateTimeField(auto_now=True, default=timezone.now, verbose_name="updated"),
            preserve_default=False,
        )
    ]
