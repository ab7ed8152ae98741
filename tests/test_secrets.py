"""No secret stands in a file that everybody gets: keys of known makers, passwords in addresses, and what looks drawn by lot."""

import math
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: How keys look whose makers marked them.
MARKED = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}"  # Amazon
    r"|\b(?:LTAI|AKID)[A-Za-z0-9]{12,}"  # Alibaba, Tencent
    r"|\bAIza[\w-]{35}"  # Google
    r"|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20}"
    r"|\bnpm_[A-Za-z0-9]{36}|\bpypi-AgE[\w-]{20,}"
    r"|\bxox[abprs]-[\w-]{10,}|\bsk_live_\w{16,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}"  # a signed token (JWT)
    r"|django-insecure-[^\s\"'\\]{5,}"
)
IN_ADDRESS = re.compile(r"[a-z+]{3,}://[^\s:/@\"'`<>{}]+:([^\s:/@\"'`<>{}]+)@")
GIVEN = re.compile(
    r"^[ \t-]*\w*(?:SECRET|PASSWORD|PASSPHRASE|TOKEN|_KEY)\w*[=:][ \t]*(?!\"\")([^\s$#]\S*)", re.MULTILINE
)
SETTINGS = {".env", ".yaml", ".yml", ".conf", ".service", ".timer"}
WORD = re.compile(r"[\w+/=-]{20,}", re.ASCII)
#: Python's packages are named with the fingerprint of what is installed.
FINGERPRINT = re.compile(r"sha256[:-][\w+/=]+")
#: What looks drawn by lot and is not a secret.
KNOWN = {
    "org/officeDocument/2006/extended-properties": "a name in Word files",
    "org/officeDocument/2006/relationships/": "a name in Word files",
    "org/2001/XMLSchema-instance": "a name in XML files",
    "0b2d9a8fc81f420f369928c24331091ff0525976": "the version from which a vendored file was made",
    "e8af31edb56d0522f4de74495839385ef019ba8bc90d38e5ecb2f18795d86fb2": "the fingerprint of a vendored file",
    "0100c9fe92ef0000000049454e44ae426082": "the end of a picture",
    "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH": "stands in for a secret in the check of settings",
    "0123456789abcdef0123456789abcdef": "stands in for a fingerprint",
}


def entropy(word: str) -> float:
    """Bits a character, as far as the characters themselves tell."""
    return -sum(count / len(word) * math.log2(count / len(word)) for count in Counter(word).values())


def looks_drawn_by_lot(word: str) -> bool:
    """A key in hexadecimal digits, or one of letters of both sizes and digits."""
    if re.fullmatch(r"[0-9a-fA-F]{32,}", word):
        return entropy(word) >= 3
    kinds = re.search("[a-z]", word), re.search("[A-Z]", word), re.search("[0-9].*[0-9]", word)
    return all(kinds) and entropy(word) >= 4


def secrets_in(text: str, kind: str = "") -> list[str]:
    """What in a file of this kind looks like a secret."""
    found = [hit[0] for hit in MARKED.finditer(text)]
    found += [hit[0] for hit in IN_ADDRESS.finditer(text) if hit[1] != "password"]
    if kind in SETTINGS:
        found += [hit[0].strip() for hit in GIVEN.finditer(text)]
    words = WORD.findall(FINGERPRINT.sub("", text))
    return found + [word for word in words if word not in KNOWN and looks_drawn_by_lot(word)]


def handed_out() -> list[Path]:
    """Every file that is kept in the repository."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    files = [ROOT / name for name in names.decode().split("\0") if name]
    return files or pytest.skip("this is no clone of the repository")


def test_no_file_that_is_handed_out_holds_a_secret():
    found, read = {}, 0
    for file in handed_out():
        try:
            text = file.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture; or one that is just being removed
        read += 1
        if secrets := secrets_in(text, file.suffix):
            found[str(file.relative_to(ROOT))] = secrets
    assert found == {}
    assert read > 1000


#: Made here, so that this file holds none.
PLANTED = [
    "-----BEGIN " + "RSA PRIVATE KEY-----",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "LTAI" + "5tABCDEFGHIJ",
    "ghp_" + "a1" * 18,
    "glpat-" + "a1" * 10,
    "xoxb-" + "1234567890",
    "eyJ" + "hbGciOiJI" * 2 + ".eyJ" + "zdWIiOiIx" * 2,
    "django-insecure-" + "x)3!k",
    "postgres://tongxing:" + "correct-horse@db.internal/tongxing",
    "x = '" + "9f86d081884c7d65" + "9a2feaa0c55ad015'",
    "x = '" + "Zk3vQ9pL0xW7" + "bT2mN8rJ5cH1'",
]


@pytest.mark.parametrize("planted", PLANTED)
def test_a_secret_that_is_planted_is_found(planted):
    assert secrets_in(f"before\n{planted} after\n")


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_a_setting_that_is_filled_in_is_found_where_settings_are_kept(kind):
    assert secrets_in("POSTGRES_PASSWORD" + "=hunter2", kind)
    assert secrets_in("  SECRET_KEY" + ": two rivers", kind)
    assert (
        secrets_in(
            'SECRET_KEY=\nOWNER_PASSWORD: ""\nPOSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?Set it in .env}\n', kind
        )
        == []
    )
