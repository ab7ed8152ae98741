"""Build the demo world, or take it away again."""

import time
from datetime import date

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal import demo


class Command(BaseCommand):
    help = "Build the demo world: invented agencies, events and case studies. --remove takes it away."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument(
            "--today", type=date.fromisoformat, default=None, help="The day the demo stands on, YYYY-MM-DD."
        )
        parser.add_argument("--remove", action="store_true")

    def handle(self, *, seed, today, remove, **options):
        if remove:
            demo.remove()
            call_command("rebuild_search", verbosity=0)
            self.stdout.write("The demo world is gone.")
            return
        if demo.is_built():
            raise CommandError("The demo world is there already. Take it away first: build_demo --remove")
        began = time.monotonic()
        self.stdout.write("Building the demo world (first time only) …")
        demo.build(seed=seed, today=today or date.today(), step=self.step)
        self.step("search index")
        call_command("rebuild_search", verbosity=0)
        self.stdout.write(f"  done in {time.monotonic() - began:.0f} s")

    def step(self, what: str) -> None:
        self.stdout.write(f"  · {what}")
        self.stdout.flush()
