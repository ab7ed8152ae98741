"""The day's work: reminders, what expires, what must be deleted. The worker does it in the morning when nobody has.

For an administrator's own timer; it may run more than once a day.
"""

from django.core.management.base import BaseCommand

from portal import timer


class Command(BaseCommand):
    help = "Do what is done once a day: reminders, expiry, deletion."

    def handle(self, **options):
        for line in timer.run_daily():
            self.stdout.write(line)
