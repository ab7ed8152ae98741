"""Wagtail's documents are not used here, by nobody: a door that nobody goes through would have to be watched.

Wagtail takes any file as a document, keeps it under its own name where the web server hands it out to everybody, and asks
who may have it only at an address of its own. Files of cases, events and applications are examined and lie elsewhere
(`casestudies/files/`, `events/hosting/materials.py`, `orgs/evidence.py`). The app itself stays: Wagtail's admin needs it.
"""

from django.contrib.auth import get_user_model
from wagtail.documents import get_document_model
from wagtail.models import Collection
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.permissions import register_permission_policy


class Nobody(BasePermissionPolicy):
    """Nobody adds, changes, deletes or chooses one, whatever their groups say, superusers included."""

    def user_has_permission(self, user, action):
        return False

    def user_has_any_permission(self, user, actions):
        return False

    def user_has_permission_for_instance(self, user, action, instance):
        return False

    def user_has_any_permission_for_instance(self, user, actions, instance):
        return False

    def instances_user_has_any_permission_for(self, user, actions):
        return self.model._default_manager.none()

    def users_with_any_permission(self, actions):
        return get_user_model().objects.none()

    def collections_user_has_any_permission_for(self, user, actions):
        return Collection.objects.none()

    def collections_user_has_permission_for(self, user, action):
        return Collection.objects.none()


def shut() -> None:
    """Called when the app is ready. For the class itself, which goes before what Wagtail's app registers for it later."""
    document = get_document_model()
    register_permission_policy(document, Nobody(document), exact_class=True)
