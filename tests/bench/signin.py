"""How long a refused sign-in takes for an address that has an account and for one that has none, alternately.

Prints medians and their difference, a line `name value unit` each. Nothing is asserted here: clocks of shared machines wander.
That both are hashed equally often is held by `tests/portal/seals/test_equal_work.py`.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.apart import apart

ROOT = Path(__file__).resolve().parent.parent.parent
TRIES = 100  # of each kind
PAGES = {
    "signin": ("account_login", {"login": "{}", "password": "wrong-but-long-enough"}),
    "code": ("account_request_login_code", {"email": "{}"}),
    "reset": ("account_reset_password", {"email": "{}"}),
}


def main() -> None:
    """Measure in a process of its own, with a database and files of its own."""
    with tempfile.TemporaryDirectory(prefix="tongxing-bench-") as folder:
        subprocess.run(
            [sys.executable, "-m", "tests.bench.signin", "measure"],
            cwd=ROOT,
            env=apart(folder),
            check=True,
        )


def measure() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.conf import settings
    from django.core.cache import cache
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from tests import factories

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    person = factories.with_address(factories.user(password="two rivers meet here"))
    for label, (name, form) in PAGES.items():
        took: dict[str, list[float]] = {person.email: [], "nobody-here@example.org": []}
        for _try in range(TRIES):
            for address, seconds in took.items():
                cache.clear()  # the limits on attempts
                client, said = Client(), {field: words.format(address) for field, words in form.items()}
                begun = time.perf_counter()
                client.post(reverse(name), said)
                seconds.append(time.perf_counter() - begun)
        known, unknown = (median(seconds) * 1000 for seconds in took.values())
        print(f"{label}_known_median {known:.1f} ms")
        print(f"{label}_unknown_median {unknown:.1f} ms")
        print(f"{label}_difference {abs(known - unknown) / max(known, unknown) * 100:.1f} %")


if __name__ == "__main__":
    measure() if "measure" in sys.argv else main()
