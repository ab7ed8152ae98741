"""A passkey that lives in a test: what a device answers to WebAuthn's two questions, with a real key and real signatures."""

import json
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

FLAGS = AuthenticatorData.FLAG


class Passkey:
    """One key pair of one device, for one host. It always says that its owner was present and was recognised."""

    def __init__(self, host="testserver", origin="http://testserver"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.host_hash = sha256(host.encode()).digest()
        self.origin = origin

    def said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def about_itself(self, flags, credential=b"") -> AuthenticatorData:
        return AuthenticatorData.create(
            self.host_hash, FLAGS.USER_PRESENT | FLAGS.USER_VERIFIED | flags, 0, credential
        )

    def answer(self, response: dict, **more) -> dict:
        encoded = {name: websafe_encode(value) for name, value in response.items()}
        own = {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key"}
        return {**own, "response": encoded, "clientExtensionResults": {"credProps": {"rk": True}}, **more}

    def register(self, challenge: str = "") -> dict:
        """What a browser sends after navigator.credentials.create."""
        public = AttestedCredentialData.create(
            Aaguid(bytes(16)), self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        attested = AttestationObject.create("none", self.about_itself(FLAGS.ATTESTED, public), {})
        return self.answer(
            {"clientDataJSON": self.said("webauthn.create", challenge), "attestationObject": bytes(attested)}
        )

    def sign(self, challenge: str, user_handle: str = "") -> dict:
        """What a browser sends after navigator.credentials.get."""
        told, about = self.said("webauthn.get", challenge), self.about_itself(FLAGS(0))
        signature = self.key.sign(bytes(about) + sha256(told).digest(), ec.ECDSA(SHA256()))
        return self.answer(
            {
                "clientDataJSON": told,
                "authenticatorData": bytes(about),
                "signature": signature,
                "userHandle": user_handle.encode(),
            }
        )
