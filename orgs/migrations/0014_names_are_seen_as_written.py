"""Names are refused invisible characters that change how they read. Nothing changes in the database itself."""

import orgs.names
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0013_where_services_are_given'),
    ]

    operations = [
        migrations.AlterField(
            model_name='agency',
            name='legal_name',
            field=models.CharField(max_length=120, validators=[orgs.names.seen_as_written], verbose_name='full name'),
        ),
        migrations.AlterField(
            model_name='agency',
            name='name_en',
            field=models.CharField(blank=True, max_length=160, validators=[orgs.names.seen_as_written], verbose_name='English name'),
        ),
        migrations.AlterField(
            model_name='agency',
            name='short_name',
            field=models.CharField(blank=True, max_length=40, validators=[orgs.names.seen_as_written], verbose_name='short name'),
        ),
        migrations.AlterField(
            model_name='agency',
            name='supervising_unit',
            field=models.CharField(blank=True, max_length=120, validators=[orgs.names.seen_as_written], verbose_name='supervising body'),
        ),
        migrations.AlterField(
            model_name='location',
            name='address',
            field=models.CharField(blank=True, max_length=250, validators=[orgs.names.seen_as_written], verbose_name='address for visitors'),
        ),
        migrations.AlterField(
            model_name='location',
            name='name_en',
            field=models.CharField(blank=True, max_length=200, validators=[orgs.names.seen_as_written], verbose_name='English name'),
        ),
        migrations.AlterField(
            model_name='location',
            name='name_zh',
            field=models.CharField(blank=True, max_length=120, validators=[orgs.names.seen_as_written], verbose_name='Chinese name'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='title',
            field=models.CharField(blank=True, max_length=60, validators=[orgs.names.seen_as_written], verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='partnership',
            name='title',
            field=models.CharField(max_length=120, validators=[orgs.names.seen_as_written], verbose_name='title'),
        ),
        migrations.AlterField(
            model_name='service',
            name='name_en',
            field=models.CharField(blank=True, max_length=200, validators=[orgs.names.seen_as_written], verbose_name='English name'),
        ),
        migrations.AlterField(
            model_name='service',
            name='name_zh',
            field=models.CharField(blank=True, max_length=120, validators=[orgs.names.seen_as_written], verbose_name='Chinese name'),
        ),
        migrations.AlterField(
            model_name='user',
            name='name',
            field=models.CharField(max_length=60, validators=[orgs.names.seen_as_written], verbose_name='name'),
        ),
    ]
