"""Encryption of an archive with a passphrase, block by block, so that it never has to fit into memory.

The STREAM construction with AES-256-GCM (Hoang, Reyhanitabar, Rogaway, Vizár 2015; age and Tink do the same): each block
is sealed with its number, and the last one as the last, so no block can be changed, moved, left out or cut off. The key
comes from the passphrase by scrypt. Everything is from the `cryptography` package.
"""

import io
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from portal.backup import BackupRefused

MAGIC = b"tongxing-sealed-1\n"
SALT, NONCE, TAG = 16, 7, 16  # bytes
BLOCK = 1024 * 1024
COST = 2**16  # of scrypt: 64 MB and a fifth of a second for each guess


def key_of(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode()))


def nonce_of(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


class Sealing(io.RawIOBase):
    """A file to write to; what arrives in `target` is encrypted. It is whole only after `close`."""

    def __init__(self, target, passphrase: str):
        salt, self._prefix = os.urandom(SALT), os.urandom(NONCE)
        self._key, self._target = key_of(passphrase, salt), target
        self._waiting, self._number = bytearray(), 0
        target.write(MAGIC + salt + self._prefix)

    def writable(self) -> bool:
        return True

    def write(self, block) -> int:
        self._waiting += block
        while len(self._waiting) > BLOCK:  # one block stays back: it may be the last
            self._seal(self._waiting[:BLOCK], is_last=False)
            del self._waiting[:BLOCK]
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._seal(self._waiting, is_last=True)
            super().close()

    def _seal(self, block, *, is_last: bool) -> None:
        nonce = nonce_of(self._prefix, self._number, is_last)
        self._target.write(self._key.encrypt(nonce, bytes(block), None))
        self._number += 1


class Unsealing(io.RawIOBase):
    """A file to read from; `source` is an encrypted one, its magic still unread. Raises BackupRefused where it is broken."""

    def __init__(self, source, passphrase: str):
        head = source.read(len(MAGIC) + SALT + NONCE)
        salt, self._prefix = head[len(MAGIC) : -NONCE], head[-NONCE:]
        self._key, self._source = key_of(passphrase, salt), source
        self._number, self._open, self._is_over = 0, b"", False
        self._next = source.read(BLOCK + TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, target) -> int:
        while not self._open and not self._is_over:
            self._unseal()
        count = min(len(target), len(self._open))
        target[:count] = self._open[:count]
        self._open = self._open[count:]
        return count

    def _unseal(self) -> None:
        sealed, self._next = self._next, self._source.read(BLOCK + TAG)
        self._is_over = not self._next
        nonce = nonce_of(self._prefix, self._number, self._is_over)
        try:
            self._open = self._key.decrypt(nonce, sealed, None)
        except InvalidTag as wrong:
            what = "The passphrase is wrong" if self._number == 0 else "The archive is damaged or cut off"
            raise BackupRefused(f"{what}, so nothing was put back.") from wrong
        self._number += 1
