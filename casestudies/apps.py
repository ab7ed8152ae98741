from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CaseStudiesConfig(AppConfig):
    name = "casestudies"
    verbose_name = _("Case studies")

    def ready(self):
        from casestudies import (  # noqa: F401  rules need the models, which are there only now
            attachment,
            deid_check,
            review,
            review_guard,
            rounds,
            version_guard,
            versions,
        )
        from casestudies.models.casestudy import about_to_publish

        review.write_our_letters()
        rounds.listen()
        versions.listen()
        pre_migrate.connect(version_guard.before_migrate, sender=self)
        post_migrate.connect(version_guard.after_migrate, sender=self)
        pre_migrate.connect(review_guard.before_migrate, sender=self)
        post_migrate.connect(review_guard.after_migrate, sender=self)
        about_to_publish.connect(deid_check.refuse_to_publish, dispatch_uid="nobody_is_given_away")
