"""The day's work: reminders, what expires, what must be deleted. For a timer; it may run more than once a day."""

from django.core.management.base import BaseCommand

from portal import daily


class Command(BaseCommand):
    help = "Do what is done once a day: reminders, expiry, deletion."

    def handle(self, **options):
        for line in daily.run():
            self.stdout.write(line)
