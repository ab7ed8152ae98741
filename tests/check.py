"""`make check`: everything about the code that can be said without running the product."""

import os
import subprocess
import sys
from pathlib import Path

from tests.machine import Missing, find_fonts

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "only-for-the-check-" + "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
    "ALLOWED_HOSTS": "portal.example.org",
    "SITE_URL": "https://portal.example.org",
    "DATABASE_URL": "postgres://tongxing@localhost/tongxing",
    "EMAIL_URL": "smtp+tls://portal:password@smtp.example.org:587",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
    "OAI_NAMESPACE": "tongxing.org.cn",
}

CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "lint": ([str(BIN / "ruff"), "check", "--quiet", "."], {}),
    "format": ([str(BIN / "ruff"), "format", "--check", "--quiet", "."], {}),
    "types of the rules": ([str(BIN / "mypy"), "--no-error-summary"], {}),
    "templates": ([str(BIN / "djlint"), "templates", "--lint", "--quiet"], {}),
    "missing migrations": ([sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    "production settings": (
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    "message catalogues": ([sys.executable, "-m", "tests.messages"], {}),
    "import picture": (
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_architecture.py"],
        {},
    ),
}


def main() -> int:
    failed = []
    try:
        find_fonts()
    except Missing as error:
        print(error)  # the check of production settings fails over it
    for name, (command, environment) in CHECKS.items():
        result = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )
        print(f"{'ok    ' if result.returncode == 0 else 'FAILED'} {name}", flush=True)
        if result.returncode:
            failed.append(name)
            print(result.stdout + result.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
