from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = _("Agencies")
    default = True

    def ready(self):
        from orgs import audit, evidence, owner_guard, sign_in_changes, stamps  # noqa: F401  each listens to what happens to rows

        audit.guard.listen(self)
        sign_in_changes.listen()
        pre_migrate.connect(owner_guard.before_migrate, sender=self)
        post_migrate.connect(owner_guard.after_migrate, sender=self)
        post_delete.connect(owner_guard.refuse_to_delete_the_last_owner, sender="orgs.Membership")


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's user administration with our user's fields."""

    user_viewset = "orgs.wagtail_users.UserViewSet"
    group_viewset = "orgs.wagtail_users.GroupViewSet"
