"""Do what is due now: reminders of this minute, jobs that a killed worker left, and the day's work from the morning on.

For a timer beside the worker or instead of its clock. It may run twice, at the same moment too: whose turn it is, the
database decides (`portal.timer`).
"""

from django.core.management.base import BaseCommand

from portal import timer


class Command(BaseCommand):
    help = "Do what is due and not done yet. May run as often as one likes, and twice at once."

    def handle(self, **options):
        for line in timer.tick():
            self.stdout.write(line)
