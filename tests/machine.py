"""What this machine must have to run the tests: fonts, a browser, PostgreSQL.

On Debian as root what is missing is installed by apt; elsewhere a sentence says what to install.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

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
