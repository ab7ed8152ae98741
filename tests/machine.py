"""What this machine must have to run the tests: fonts, a browser, PostgreSQL, OpenSearch.

On Debian as root what is missing is installed by apt; elsewhere a sentence says what to install.
"""

import hashlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
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


def find_tool(name: str, how: str) -> str:
    """The command that the setting NAME names, or the one on the path. Raises Missing; `how` is what to read then."""
    command = os.environ.get(name.upper(), name)
    if found := shutil.which(command):
        return found
    raise Missing(f"there is no “{command}”; install it and set {name.upper()}, as {how} says")


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


def unprivileged() -> dict:
    """As whom PostgreSQL's tools run: they refuse to do so as root."""
    if not IS_ROOT:
        return {}
    return {"user": "postgres", "group": pwd.getpwnam("postgres").pw_gid, "extra_groups": []}


@contextmanager
def postgres(*, is_durable: bool = False, journal: Path | None = None):
    """A PostgreSQL of our own on a free loopback port, gone afterwards; or the one that TEST_DATABASE_URL names.

    Tests need no data after a power cut; measurements do, because waiting for the disk is part of what they measure.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    settings = [] if is_durable else fast
    with postgres_alone(*settings, "max_connections=200", journal=journal) as (_folder, port):
        yield f"postgres://tongxing@127.0.0.1:{port}/postgres"


@contextmanager
def postgres_alone(
    *chosen: str, superuser: str = "tongxing", asks_for_passwords: bool = False, journal: Path | None = None
):
    """A PostgreSQL of our own with these settings, gone afterwards: the folder of its socket, and its port.

    Whoever comes through the socket is believed; whoever comes to the port may be asked for a password. Its journal (WAL)
    is kept in the folder `journal` where one is named.
    """
    tools = postgres_bin()
    folder = Path(tempfile.mkdtemp(prefix="tongxing-postgres-"))
    if IS_ROOT:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = " ".join(
        f"-c {option}"
        for option in [
            *chosen,
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
        ]
    )
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder, **unprivileged()}
    try:
        subprocess.run(
            [
                tools / "initdb",
                "-D",
                folder / "data",
                "--auth-local=trust",
                f"--auth-host={'scram-sha-256' if asks_for_passwords else 'trust'}",
                "-U",
                superuser,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                *(["--waldir", journal] if journal else []),
            ],
            check=True,
            **quiet,
        )
        subprocess.run(
            [tools / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"],
            check=True,
            **quiet,
        )
        yield folder, port
    finally:
        subprocess.run(
            [tools / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"],
            check=False,
            stderr=subprocess.DEVNULL,
            **quiet,
        )
        shutil.rmtree(folder, ignore_errors=True)


def start_again(data: Path) -> None:
    """Start the PostgreSQL of this folder as it was started before, whether it stands still or not."""
    subprocess.run(
        [postgres_bin() / "pg_ctl", "-D", data, "-w", "-l", data.parent / "log", "restart"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=data.parent,
        **unprivileged(),
    )


class SmallDisk:
    """A disk in memory at a folder, which is as large as what is on it while it is full."""

    def __init__(self, folder: Path):
        self.folder = folder

    def fill(self) -> None:
        """Leave room for nothing more. What files hold already can be written over."""
        room = os.statvfs(self.folder)
        self._resize(f"{(room.f_blocks - room.f_bfree) * room.f_frsize}")

    def make_room(self) -> None:
        self._resize("1g")

    def _resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)


@contextmanager
def small_disk():
    """A disk that PostgreSQL may write to. Raises Missing where nobody lets us mount one."""
    if not IS_ROOT:
        raise Missing("only root mounts a small disk")
    folder = Path(tempfile.mkdtemp(prefix="tongxing-disk-"))
    account = pwd.getpwnam("postgres")
    options = f"size=1g,mode=700,uid={account.pw_uid},gid={account.pw_gid}"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True, check=False
    )
    try:
        if mounted.returncode:
            raise Missing(f"nobody lets us mount a small disk here: {mounted.stderr.strip()}")
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()


def who_listens(port: int) -> int:
    """The process that listens on a port of this machine (Linux only). Raises Missing when that cannot be seen."""
    listening = {
        fields[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        + Path("/proc/net/tcp6").read_text().splitlines()[1:]
        if (fields := line.split())[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port
    }
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):  # a process that ended meanwhile, or of somebody else
            if os.readlink(link).removeprefix("socket:[").rstrip("]") in listening:
                return int(link.parts[2])
    raise Missing(f"nobody whom we may see listens on port {port}")


LAUNCHER = ROOT / "tests" / "opensearch"
JAVA = 17  # the least that OpenSearch 2.19 and the HTML checker ask for
SMALL = ["-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
OPENSEARCH_STARTS_WITHIN = 120  # seconds; four when nothing else runs


def java() -> str:
    """The path of a Java that is new enough and can compile, and see to it that Maven is there."""
    for attempt in range(2):
        found, maven = shutil.which("java"), shutil.which("mvn")
        if found and maven and shutil.which("javac"):
            said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
            version = re.search(r'version "(\d+)', said)
            if version and int(version[1]) >= JAVA:
                return found
        if attempt == 0:
            install(f"openjdk-{JAVA}-jdk-headless", "maven")
    raise Missing(
        f"no Java {JAVA} or newer with Maven was found; install them "
        f"(Debian: apt-get install openjdk-{JAVA}-jdk-headless maven) or set SEARCH_TEST_URL"
    )


def jars(pom: Path, what: str) -> str:
    """The jar files that this pom names, fetched from Maven Central once and kept in Maven's own store."""
    kept = ROOT / "var" / f"{pom.parent.name}-{hashlib.sha256(pom.read_bytes()).hexdigest()[:16]}.classpath"
    if kept.exists() and all(Path(jar).exists() for jar in kept.read_text().split(os.pathsep)):
        return kept.read_text()
    kept.parent.mkdir(exist_ok=True)
    beside = kept.with_suffix(f".{os.getpid()}")
    goal = ["dependency:build-classpath", f"-Dmdep.outputFile={beside}", "-Dmdep.includeScope=runtime"]
    fetched = subprocess.run(
        ["mvn", "-q", "-B", "-f", pom, *goal], capture_output=True, text=True, check=False
    )
    if fetched.returncode or not beside.exists():
        raise Missing(f"{what} could not be fetched from Maven Central: {fetched.stdout.strip()[-500:]}")
    os.replace(beside, kept)
    return kept.read_text()


class OpenSearch:
    """An OpenSearch of our own on loopback. It starts while others work; `url()` waits until it answers."""

    def __init__(self):
        java_path, classpath = java(), jars(LAUNCHER / "pom.xml", "OpenSearch")
        self.folder = Path(tempfile.mkdtemp(prefix="tongxing-opensearch-"))
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [java_path, *SMALL, "-cp", classpath, LAUNCHER / "Launch.java", self.folder],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    def url(self) -> str:
        """Its address as SEARCH_URL names it. Raises Missing when it does not start."""
        port = self.folder / "port"
        deadline = time.monotonic() + OPENSEARCH_STARTS_WITHIN
        while not port.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Missing(f"OpenSearch did not start: {(self.folder / 'log').read_text()[-1000:]}")
            time.sleep(0.1)
        return f"opensearch://127.0.0.1:{port.read_text()}"

    def end(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def opensearch():
    """What gives the URL of an OpenSearch that is starting, gone afterwards; or of the one that SEARCH_TEST_URL names."""
    if url := os.environ.get("SEARCH_TEST_URL"):
        yield lambda: url
        return
    server = OpenSearch()
    try:
        yield server.url
    finally:
        server.end()
