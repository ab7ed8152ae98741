"""What Google's csp_evaluator 1.1.8 objects to in a Content-Security-Policy, read in Python; and a little more.

A hole here is what it finds with a severity below 50 (high, syntax, medium, and what strict policies lack). Beyond it,
`object-src` is 'none', `base-uri` is said, text never becomes code, and scripts come from no other host, so that no list
of hosts that help to get round a policy has to be kept. What it says at 50 or more is advice: 'self' is safe as long as
nobody can upload a script or make one with a callback, trusted types, a place for reports.
"""

import re

DIRECTIVES = {
    "base-uri", "child-src", "connect-src", "default-src", "font-src", "form-action", "frame-ancestors", "frame-src",
    "img-src", "manifest-src", "media-src", "object-src", "report-to", "report-uri", "require-trusted-types-for", "sandbox",
    "script-src", "script-src-attr", "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "trusted-types",
    "upgrade-insecure-requests", "worker-src",
}  # fmt: skip
KEYWORDS = "self|none|unsafe-inline|unsafe-eval|wasm-unsafe-eval|unsafe-hashes|strict-dynamic|report-sample"
SECRET = re.compile(r"'(?:nonce|sha256|sha384|sha512)-(.+)'")
SOURCE = re.compile(
    rf"'(?:{KEYWORDS})'|{SECRET.pattern}|[a-z]+:|\*|(?:https?://)?[\w*-]+(?:\.[\w-]+)+(?::\d+)?(?:/\S*)?"
)
FOREIGN = {"*", "data:", "http:", "https:", "blob:", "filesystem:"}


def read(policy: str) -> dict[str, list[str]]:
    """The directives by name. Of one that is said twice, browsers take the first."""
    rules: dict[str, list[str]] = {}
    for name, *words in filter(None, (part.split() for part in policy.split(";"))):
        rules.setdefault(name.lower(), words)
    return rules


def holes_in(policy: str) -> list[str]:
    """What a browser that keeps to this policy would let through, or would not understand."""
    rules = read(policy)
    otherwise = rules.get("default-src", ["*"])
    scripts = [
        *rules.get("script-src", otherwise),
        *rules.get("script-src-elem", []),
        *rules.get("script-src-attr", []),
    ]
    sources = [word for name, words in rules.items() if name.endswith("-src") for word in words]
    secrets = [found[1] for word in sources if (found := SECRET.fullmatch(word))]
    found = {
        "scripts from anywhere": FOREIGN & set(scripts),
        "scripts of another host": [
            word for word in scripts if not word.startswith("'") and word not in FOREIGN
        ],
        "scripts in the page": {"'unsafe-inline'", "'unsafe-hashes'"} & set(scripts),
        "text as code": "'unsafe-eval'" in scripts,
        "plugins": rules.get("object-src", otherwise) != ["'none'"],
        "another base of addresses": rules.get("base-uri") not in (["'self'"], ["'none'"]),
        "nonces that can be guessed": [secret for secret in secrets if len(secret) < 8],
        "strict-dynamic without a nonce": "'strict-dynamic'" in scripts and not secrets,
        "what came unencrypted": [word for word in sources if word.startswith("http://")],
        "words that browsers do not know": {*rules.keys() - DIRECTIVES}
        | {word for word in sources if not SOURCE.fullmatch(word)},
    }
    return [hole for hole, is_there in found.items() if is_there]
