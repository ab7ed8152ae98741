"""Whoever changes a service, a verification or what they name has changed the agency: it gets another stamp at once.

Heard here and not in the rules, so that the Wagtail admin, an import and a shell keep the directory right as well.
"""

from django.db.models.signals import m2m_changed, post_delete, post_save

from orgs.models import Agency, Service, Verification


def touch(agency_id: int) -> None:
    """The update of a queryset of agencies brings the stamp by itself."""
    Agency.objects.filter(pk=agency_id).update()


def part_changed(sender, instance, **kwargs):
    touch(instance.agency_id)


def terms_changed(sender, instance, action, **kwargs):
    if action.startswith("post_"):
        touch(instance.agency_id)


for part in (Service, Verification):
    post_save.connect(part_changed, sender=part)
    post_delete.connect(part_changed, sender=part)
for relation in Service._meta.many_to_many:
    m2m_changed.connect(terms_changed, sender=relation.remote_field.through)
