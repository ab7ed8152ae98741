"""Who is signed in, and what they may do as portal staff: that comes from their groups alone."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from portal.prepared import Prepared
from portal.signed_in import read_along

PERSON = Prepared(lambda key: get_user_model().objects.filter(pk=key))
RIGHTS: Prepared[tuple[str, str]] = Prepared(
    lambda person: (
        Permission.objects.filter(group__user=person)
        .order_by()
        .values_list("content_type__app_label", "codename")
    )
)


class RightsOfGroups(AuthenticationBackend):
    """Signs people in as allauth does. Rights that were given to a single account are not looked for and count nothing."""

    def get_user(self, user_id):
        person = read_along(user_id) or PERSON.first(key=user_id)
        return person if person and self.user_can_authenticate(person) else None

    def get_all_permissions(self, user_obj, obj=None):
        """As `ModelBackend` keeps them with the person, for the other backends too."""
        if user_obj.is_superuser or not user_obj.is_active or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = {f"{app}.{name}" for app, name in RIGHTS.all(person=user_obj.pk)}
        return user_obj._perm_cache
