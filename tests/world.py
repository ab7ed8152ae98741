"""A real portal for browser tests and measurements: its own folder, the demo world, the server and the worker."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
BROWSER_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: The portals that run, by their address, each with the environment of its commands.
RUNNING: dict[str, dict[str, str]] = {}


@contextmanager
def portal():
    """`make run` in a folder of its own, on a free port. Yields the address without a slash at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tongxing-world-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "VAR_DIR": str(folder), "PORT": str(port)}
    environment.pop("DATABASE_URL", None)
    address = f"http://127.0.0.1:{port}"
    RUNNING[address] = environment
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "manage.py", "start", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        wait_until_it_answers(address, server, folder / "server.log")
        yield address
    finally:
        del RUNNING[address]
        server.terminate()
        server.wait(timeout=20)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def inside(address: str, code: str, *arguments: str) -> None:
    """Run Python in that portal: for what no page can do, such as letting a day pass."""
    script = f"import django; django.setup()\n{code}"
    environment = {**RUNNING[address], "DJANGO_SETTINGS_MODULE": "portal.settings"}
    subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, env=environment, check=True)


def wait_until_it_answers(address: str, server: subprocess.Popen, log: Path, seconds: int = 180) -> None:
    """Return when the home page is served; raise with the server's own words when it is not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"The portal did not start:\n{log.read_text()}")


@contextmanager
def chromium(**context):
    """A browser window that a test drives."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    )
    flags = [*BROWSER_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser.new_context(**context)
        finally:
            browser.close()
