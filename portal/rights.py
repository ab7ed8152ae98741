"""What portal staff may do comes from their groups alone, so a page asks one question for it and not two."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission


class RightsOfGroups(AuthenticationBackend):
    """Signs people in as allauth does. Rights that were given to a single account are not looked for and count nothing."""

    def _get_user_permissions(self, user_obj):
        return Permission.objects.none()
