"""Everything between a checkout and a running portal on this machine: what `make run` calls."""

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal import demo, setup


class Command(BaseCommand):
    help = "Prepare the database, build the demo world the first time, and serve the portal on this machine."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *, port, **options):
        if settings.IN_PRODUCTION:
            raise CommandError(
                "This serves a demo. In production run the WSGI server and the worker: see README.md."
            )
        if "SITE_URL" not in os.environ and urlsplit(settings.SITE_URL).port != port:
            # The settings write the port into every link, and were read before this command read its arguments.
            os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PORT": str(port)})  # noqa: S606
        os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"  # this server is for one person
        self.say("Preparing the database …")
        call_command("migrate", verbosity=0)
        setup.run()
        if not demo.is_built():
            call_command("build_demo", stdout=self.stdout)
        call_command("run_daily", stdout=self.stdout)
        worker = subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                sys.argv[0],
                "worker",
                "--interval",
                "0.5",
                "--no-startup-delay",
            ]
        )
        # However we end, the worker ends with us.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.welcome(port)
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, skip_checks=True)
        finally:
            worker.terminate()
            try:
                worker.wait(timeout=10)
            except subprocess.TimeoutExpired:  # what it had begun is taken up again at the next start
                worker.kill()

    def welcome(self, port: int) -> None:
        """Say where everything is."""
        here = f"http://127.0.0.1:{port}"
        self.say(f"\n同行 Tongxing is ready:  {here}/   (English: {here}/en/)")
        self.say(f"  Edit and moderate:     {here}/admin/")
        self.say(f"  Mail that was sent:    {here}/dev/mail/")
        self.say(f"\n  Demo accounts, all with the password  {demo.PASSWORD}")
        for account in demo.ACCOUNTS:
            self.say(f"    {account['email']:<28} {account['what']}")
        self.say("\n  Ctrl-C stops it.\n")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
