"""Takes out of a text what must not leave the process: secrets, and what belongs to members."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

# What is secret wherever it turns up, also when no configuration names it: interaction tokens in Discord's
# routes and in its events, the signatures of addresses, passwords in them, the headers that carry a token or
# a key, anything in the shape of a bot's token, and private keys (also as `repr` writes them, or cut short).
# The address of a picture is no secret once its signature is gone, but a file may bear somebody's name.
_PATTERNS = (
    (re.compile(r"(/webhooks/\d+/)[\w.-]+"), r"\1[token]"),
    (re.compile(r"(/interactions/\d+/)[\w.-]+"), r"\1[token]"),
    (re.compile(r"""(["']token["']: ?["'])[^"']+"""), r"\1[token]"),
    (re.compile(r"(attachments/\d+/\d+/)[^\s\"'<>]+"), r"\1[picture]"),
    (re.compile(r"([?&](?:hm|ex|is|X-Amz-Signature|X-Amz-Credential)=)[^\s&\"']+"), r"\1[signature]"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"), r"\1[password]"),
    (
        re.compile(
            r"((?:x-api-key|authorization)[\"']?\s*[:=,]\s*[\"']?(?:Bot\s+)?)[^\s\"',]+", re.IGNORECASE
        ),
        r"\1[secret]",
    ),
    (re.compile(r"\b[\w-]{18,}\.[\w-]{6,7}\.[\w-]{27,}"), "[token]"),
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
        "[private key]",
    ),
)

_SHORTEST_PRIVATE = 3


class Redaction:
    """Knows the configured secrets, also as JSON, `repr` and addresses write them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        written = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first: one secret may hold another.
        self._secrets = sorted(written, key=len, reverse=True)

    def __call__(self, text: str, private: Iterable[str] = ()) -> str:
        """The text without secrets, and without these `private_forms`."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        for form in private:
            if form in text:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", "[private]", text)
        return text


def private_forms(words: Iterable[str | None]) -> tuple[str, ...]:
    """How words of members may be written, for `Redaction`; short ones would take too much out of ours."""
    found = {form for word in words if word and len(word) >= _SHORTEST_PRIVATE for form in _forms(word)}
    return tuple(sorted(found, key=len, reverse=True))


def _forms(value: str) -> set[str]:
    """How a value may be written: as it is, escaped for JSON or Python, or quoted for an address."""
    plain, ascii_only = json.dumps(value, ensure_ascii=False), json.dumps(value)
    return {
        value,
        plain[1:-1],
        ascii_only[1:-1],
        repr(value)[1:-1],
        ascii(value)[1:-1],
        quote(value, safe=""),
    }
