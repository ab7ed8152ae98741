"""A doubtful code needs a second person, agencies recommend each other, and a code is unique where it counts."""

import django.db.models.deletion
import orgs.uscc
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0007_who_looks_after_which_entry'),
        ('portal', '0002_trust_invitations_and_freshness'),
        ('wagtailimages', '0027_image_description'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=300, verbose_name='how you know them')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='recommended')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='taken back')),
            ],
            options={
                'verbose_name': 'recommendation',
                'verbose_name_plural': 'recommendations',
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='application',
            name='level',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='level asked for'),
        ),
        migrations.AddField(
            model_name='verification',
            name='is_doubtful',
            field=models.BooleanField(default=False, verbose_name='needs a second check'),
        ),
        migrations.AddField(
            model_name='verification',
            name='reminded_on',
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='verification',
            name='revoked_because',
            field=models.CharField(blank=True, max_length=300, verbose_name='why it was revoked'),
        ),
        migrations.AddField(
            model_name='verification',
            name='second_checked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='second check'),
        ),
        migrations.AlterField(
            model_name='agency',
            name='uscc',
            field=models.CharField(blank=True, max_length=18, null=True, validators=[orgs.uscc.refuse_malformed], verbose_name='unified social credit code'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('certificate', 'Registration certificate'), ('letter', 'Letter of the agency or of its supervising body'), ('registry', 'Picture of the public registry'), ('other', 'Other')], default='certificate', max_length=12, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='verification',
            name='note',
            field=models.TextField(blank=True, max_length=1000, verbose_name='note for the staff'),
        ),
        migrations.AddConstraint(
            model_name='agency',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'merged'), _negated=True), fields=('uscc',), name='one_agency_per_credit_code', violation_error_message='Another agency has this unified social credit code.'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(('second_checker', None), ('second_checked_at__isnull', False), _connector='OR'), name='a_second_check_says_when'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.UniqueConstraint(condition=models.Q(('is_doubtful', True), ('revoked_at', None), ('second_checked_at', None)), fields=('agency',), name='one_proposed_verification_per_agency'),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='orgs.agency', verbose_name='recommended agency'),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='by_agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations_given', to='orgs.agency', verbose_name='recommended by'),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='given_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('agency', 'by_agency'), name='one_standing_recommendation_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.CheckConstraint(condition=models.Q(('agency', models.F('by_agency')), _negated=True), name='no_agency_recommends_itself'),
        ),
    ]
