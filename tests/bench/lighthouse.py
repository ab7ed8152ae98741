"""What Lighthouse says of the portal on a simulated phone: `make bench-lighthouse`.

The server runs as in production, with the demo world. Prints `lighthouse_PAGE_CATEGORY value score` for home, library, case
and event, the median of RUNS, and fails when one is below its threshold; what brought it down is named beside.

Lighthouse is no dependency of the portal. Install it anywhere (Node 20 or newer) and name its command:

    PUPPETEER_SKIP_DOWNLOAD=1 npm install --prefix FOLDER lighthouse@12
    LIGHTHOUSE=FOLDER/node_modules/.bin/lighthouse make bench-lighthouse

CHROME_PATH names the browser, if not the one that the tests use. Lighthouse measures processor time, so nothing else
should run on the machine meanwhile.
"""

import json
import os
import statistics
import subprocess
import sys

from tests.bench.registration import production
from tests.machine import IS_ROOT, Missing, find_chromium, find_tool
from tests.pages import public_pages
from tests.world import BROWSER_FLAGS, ROOT

PAGES = ("home", "library", "case", "event")
THRESHOLDS = {"performance": 0.95, "accessibility": 1.0, "best-practices": 1.0, "seo": 1.0}
RUNS = int(os.environ.get("RUNS", "3"))
FLAGS = ["--headless=new", *BROWSER_FLAGS, *(["--no-sandbox"] if IS_ROOT else [])]


def examine(lighthouse: str, chrome: str, url: str) -> dict:
    """The report of one visit on a simulated phone."""
    command = [lighthouse, url, "--quiet", "--output=json", "--output-path=stdout"]
    command += [f"--only-categories={','.join(THRESHOLDS)}", f"--chrome-flags={' '.join(FLAGS)}"]
    environment = {**os.environ, "CHROME_PATH": chrome}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    if ran.returncode:
        raise RuntimeError(f"Lighthouse could not examine {url}:\n{ran.stderr}")
    return json.loads(ran.stdout)


def short_of(report: dict, category: str) -> list[str]:
    """The audits that cost this category something."""
    counted = [part["id"] for part in report["categories"][category]["auditRefs"] if part["weight"]]
    scores = {name: report["audits"][name]["score"] for name in counted}
    return [name for name, score in scores.items() if score is not None and score < 1]


def main() -> int:
    try:
        lighthouse = find_tool("lighthouse", "tests/bench/lighthouse.py")
        chrome = os.environ.get("CHROME_PATH") or find_chromium()
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    is_below = False
    # The browser comes without the proxy that brings https, by the address of this machine.
    hosts = "portal.example.org,127.0.0.1"
    with production("", SECURE_SSL_REDIRECT="0", ALLOWED_HOSTS=hosts) as (port, environment):
        demo = [sys.executable, "manage.py", "build_demo"]
        subprocess.run(demo, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
        address = f"http://127.0.0.1:{port}"
        paths = public_pages(address)
        for page in PAGES:
            reports = [examine(lighthouse, chrome, address + paths[page]) for _run in range(RUNS)]
            for category, threshold in THRESHOLDS.items():
                score = statistics.median(report["categories"][category]["score"] for report in reports)
                print(f"lighthouse_{page}_{category.replace('-', '_')} {score:.2f} score", flush=True)
                if score < threshold:
                    is_below = True
                    why = ", ".join(short_of(reports[-1], category))
                    print(f"below {threshold:.2f}: {page}, {category}: {why}", file=sys.stderr)
    return int(is_below)


if __name__ == "__main__":
    sys.exit(main())
