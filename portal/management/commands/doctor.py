"""Say what is wrong with this installation and what to do, in Chinese or English."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal.doctor import How, examine

SIGNS = {How.WELL: "✓", How.LOOK: "!", How.WRONG: "✗"}


class Command(BaseCommand):
    help = "Say what is wrong with this installation and what to do. Ends with 1 when something is wrong."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default="zh-hans"
        )

    def handle(self, *, language, **options):
        styles = {How.WELL: self.style.SUCCESS, How.LOOK: self.style.WARNING, How.WRONG: self.style.ERROR}
        wrong = 0
        with override(language):
            for finding in examine():
                wrong += finding.how is How.WRONG
                self.stdout.write(styles[finding.how](f"{SIGNS[finding.how]} {finding.what}"))
                if finding.advice:
                    self.stdout.write(f"    → {finding.advice}")
            if wrong:
                raise CommandError(
                    ngettext("%(count)d thing is wrong.", "%(count)d things are wrong.", wrong)
                    % {"count": wrong}
                )
            self.stdout.write(_("Nothing is wrong."))
