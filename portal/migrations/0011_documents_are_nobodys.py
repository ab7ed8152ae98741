"""Groups lose what they might do with Wagtail's documents, which the portal does not use (`portal/no_documents.py`)."""

from django.db import migrations


def take_from_all_groups(apps, schema_editor):
    given = apps.get_model("wagtailcore", "GroupCollectionPermission")
    given.objects.filter(permission__content_type__app_label="wagtaildocs").delete()
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="wagtaildocs")
    for group in apps.get_model("auth", "Group").objects.all():
        group.permissions.remove(*permissions)


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0010_last_changes_told_apart'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('wagtailcore', '0066_collection_management_permissions'),
        ('wagtaildocs', '0014_alter_document_file_size'),
    ]

    operations = [migrations.RunPython(take_from_all_groups, migrations.RunPython.noop)]
