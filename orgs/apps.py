from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = _("Agencies")
    default = True


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's user administration with our user's fields."""

    user_viewset = "orgs.wagtail_users.UserViewSet"
