from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseStudiesConfig(AppConfig):
    name = "casestudies"
    verbose_name = _("Case studies")

    def ready(self):
        from casestudies import attachment, review  # noqa: F401  rules need the models, which are there only now

        review.write_our_letters()
