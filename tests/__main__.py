"""`make test`: everything that this machine can run, and an honest list of what it could not.

The suite on SQLite, the same suite on PostgreSQL, journeys in Chromium. On Debian as root what is missing is
installed by apt. With STRICT=1 a part that could not run is a failure.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STRICT = os.environ.get("STRICT") == "1"
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
CHROMIUM = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]


class Missing(Exception):
    """A part cannot run here, and why."""


def install(*packages: str) -> None:
    """Install Debian packages where we may; where we may not, the caller finds out by looking again."""
    if IS_ROOT and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            env=environment,
            **quiet,
        )


def find_chromium() -> str:
    """The path of a browser that Playwright can drive."""
    for attempt in range(2):
        for name in CHROMIUM:
            if path := shutil.which(name):
                return path
        if attempt == 0:
            install("chromium", "fonts-noto-cjk")
    raise Missing(
        "no Chromium or Chrome was found; install one (Debian: apt-get install chromium fonts-noto-cjk)"
    )


def find_fonts() -> None:
    """See to the fonts that certificates are set in."""
    from typst import Fonts

    for attempt in range(2):
        if {"Noto Serif CJK SC", "HanaMinA", "HanaMinB"} <= set(Fonts().families()):
            return
        if attempt == 0:
            install("fonts-noto-cjk", "fonts-hanazono")
    raise Missing(
        "no fonts for certificates were found; install them "
        "(Debian: apt-get install fonts-noto-cjk fonts-hanazono)"
    )


def postgres_bin() -> Path:
    """The folder with initdb and pg_ctl."""
    for attempt in range(2):
        places = sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
        )
        places += [Path(path).parent for path in [shutil.which("initdb")] if path]
        for place in places:
            if (place / "initdb").exists() and (place / "pg_ctl").exists():
                return place
        if attempt == 0:
            install("postgresql")
    raise Missing(
        "no PostgreSQL was found; install it (Debian: apt-get install postgresql) or set TEST_DATABASE_URL"
    )


@contextmanager
def postgres(*, is_durable: bool = False):
    """A PostgreSQL of our own on a free loopback port, gone afterwards; or the one that TEST_DATABASE_URL names.

    Tests need no data after a power cut; measurements do, because waiting for the disk is part of what they measure.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    tools = postgres_bin()
    folder = Path(tempfile.mkdtemp(prefix="tongxing-postgres-"))
    run_as = {}
    if IS_ROOT:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        run_as = {"user": "postgres", "group": account.pw_gid, "extra_groups": []}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fast = "" if is_durable else "fsync=off synchronous_commit=off full_page_writes=off"
    options = " ".join(
        f"-c {option}"
        for option in [
            *fast.split(),
            "max_connections=200",
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
        ]
    )
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder, **run_as}
    try:
        subprocess.run(
            [
                tools / "initdb",
                "-D",
                folder / "data",
                "-A",
                "trust",
                "-U",
                "tongxing",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
            check=True,
            **quiet,
        )
        subprocess.run(
            [tools / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"],
            check=True,
            **quiet,
        )
        yield f"postgres://tongxing@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            [tools / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"],
            check=False,
            stderr=subprocess.DEVNULL,
            **quiet,
        )
        shutil.rmtree(folder, ignore_errors=True)


def run_pytest(name: str, *arguments: str, **environment: str) -> tuple[int, dict, set[str]]:
    """Run pytest once. Returns its exit code, the counts, and the reasons of what was skipped."""
    print(f"\n== {name} ==", flush=True)
    with tempfile.TemporaryDirectory(prefix="tongxing-test-") as folder:
        report = Path(folder) / "report.xml"
        code = subprocess.run(
            [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments],
            cwd=ROOT,
            env={**os.environ, "VAR_DIR": folder, **environment},
            check=False,
        ).returncode
        suite = ET.parse(report).getroot().find("testsuite") if report.exists() else None
    if suite is None:
        return code or 1, {"tests": 0, "skipped": 0}, set()
    reasons = {skip.get("message", "") for skip in suite.iter("skipped")}
    return code, {"tests": int(suite.get("tests")), "skipped": int(suite.get("skipped"))}, reasons


def main() -> int:
    began = time.monotonic()
    failed, could_not_run, lines, skipped = [], [], [], set()

    def part(name: str, *arguments: str, **environment: str) -> None:
        code, counts, reasons = run_pytest(name, *arguments, **environment)
        lines.append(
            f"{name}: {counts['tests'] - counts['skipped']} tests ran"
            + (f", {counts['skipped']} skipped" if counts["skipped"] else "")
        )
        skipped.update(reasons)
        if code:
            failed.append(name)

    try:
        find_fonts()
    except Missing as error:
        could_not_run.append(f"Certificates as PDF: {error}")
    part("SQLite", "-n", "2", "--ignore=tests/journeys")
    try:
        with postgres() as url:
            # Random histories are long; the invariants that they try are the same on both databases.
            few = {"DATABASE_POOL": "70", "HISTORIES": "400"}
            part("PostgreSQL", "-n", "2", "--ignore=tests/journeys", DATABASE_URL=url, **few)
    except (Missing, subprocess.CalledProcessError) as error:
        could_not_run.append(f"PostgreSQL: {error}")
    try:
        part("Browser", "tests/journeys", CHROMIUM=find_chromium())
    except Missing as error:
        could_not_run.append(f"Browser: {error}")

    print(f"\n== Summary ({time.monotonic() - began:.0f} s) ==")
    print("\n".join(lines))
    for reason in sorted(skipped):
        print(f"skipped: {reason}")
    for reason in could_not_run:
        print(f"could not run: {reason}")
    if failed:
        print("FAILED: " + ", ".join(failed))
    return 1 if failed or (STRICT and could_not_run) else 0


if __name__ == "__main__":
    sys.exit(main())
