from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseStudiesConfig(AppConfig):
    name = "casestudies"
    verbose_name = _("Case studies")

    def ready(self):
        from casestudies import version_guard, versions
        from casestudies.deidentify import check
        from casestudies.files import attachment  # noqa: F401  rules need the models, which are there only now
        from casestudies.models.casestudy import about_to_publish
        from casestudies.review import guard, rounds, submission

        submission.write_our_letters()
        rounds.listen()
        versions.listen()
        about_to_publish.connect(rounds.refuse_unreviewed, dispatch_uid="reviewers_have_read_it")
        version_guard.guard.listen(self)
        guard.guard.listen(self)
        about_to_publish.connect(check.refuse_to_publish, dispatch_uid="nobody_is_given_away")
