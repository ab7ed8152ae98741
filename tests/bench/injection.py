"""Whether sqlmap finds a way into the database by the questions that anybody may ask: `make bench-injection`.

The server runs as in production on PostgreSQL, with the demo world and without limits of asking. Prints
`injection_PAGE_parameters value parameters`, those that sqlmap can inject into, and fails when there is one; what
sqlmap said of it stands beside.

sqlmap is no dependency of the portal. Install it anywhere and name its command:

    python3 -m venv FOLDER && FOLDER/bin/pip install sqlmap
    SQLMAP=FOLDER/bin/sqlmap make bench-injection
"""

import re
import subprocess
import sys
import tempfile

from tests.bench.registration import production
from tests.machine import Missing, find_tool, postgres
from tests.world import ROOT

#: The five addresses at which most parts of a question go into a query.
QUESTIONS = {
    "search": "/en/search/?q=children&kind=case&page=1",
    "directory": "/en/agencies/?q=service&population=pop:children&district=330100&level=2&focus=service&sort=confirmed",
    "calendar": "/en/events/?q=training&topic=svc:legal&mode=online&kind=training&view=month&month=2026-12",
    "library": "/en/cases/?q=children&kind=project&year=2026&place=330100&sort=newest&page=1",
    "services": "/hsds/v3/services?search=legal&modified_after=2026-01-01&page=1&per_page=10&minimal=0",
}
OPTIONS = [
    "--batch",
    "--disable-coloring",
    "--dbms=PostgreSQL",
    "--level=2",
    "--risk=2",
    "--threads=4",
    "--skip=Host",
]


def injected(sqlmap: str, url: str) -> tuple[list[str], str]:
    """The parameters that sqlmap can inject into, and all that it said."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sqlmap, "-u", url, *OPTIONS, f"--output-dir={folder}"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    if "tested parameters" not in ran.stdout and "Parameter: " not in ran.stdout:
        raise RuntimeError(f"sqlmap tried nothing at {url}:\n{ran.stdout}")
    return re.findall(r"^Parameter: (\S+)", ran.stdout, re.MULTILINE), ran.stdout


def main() -> int:
    try:
        sqlmap = find_tool("sqlmap", "tests/bench/injection.py")
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    is_open = False
    with postgres() as database:
        settings = {
            "SECURE_SSL_REDIRECT": "0",
            "ALLOWED_HOSTS": "portal.example.org,127.0.0.1",
            "RATE_LIMITS": "0",
        }
        with production(database, **settings) as (port, environment):
            demo = [sys.executable, "manage.py", "build_demo"]
            subprocess.run(demo, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
            for page, question in QUESTIONS.items():
                found, said = injected(sqlmap, f"http://127.0.0.1:{port}{question}")
                print(f"injection_{page}_parameters {len(found)} parameters", flush=True)
                if found:
                    is_open = True
                    print(said, file=sys.stderr)
    return int(is_open)


if __name__ == "__main__":
    sys.exit(main())
