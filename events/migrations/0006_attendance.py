import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0005_guests_and_form_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('starts_at', models.DateTimeField(verbose_name='came')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='went')),
                ('source', models.CharField(choices=[('qr', 'QR code'), ('code', 'six-digit code'), ('list', 'list at the door'), ('log', 'log of an online meeting')], max_length=4, verbose_name='how we know')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
                ('registration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='events.registration', verbose_name='registration')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='attendances', to='events.eventsession', verbose_name='session')),
            ],
            options={
                'verbose_name': 'attendance',
                'verbose_name_plural': 'attendances',
                'ordering': ['starts_at', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='who_goes_came_before')],
            },
        ),
    ]
