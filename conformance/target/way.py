"""How a target is reached and where it takes its key, as far as a target file says other than usual."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.errors import InvalidTarget


@dataclass(frozen=True, slots=True)
class Credential:
    """The header that carries the key in the OpenAI dialect, and the word before the key, or none."""

    header: str = "authorization"
    scheme: str = "Bearer"

    @property
    def usual(self) -> bool:
        """Whether it is `Authorization: Bearer KEY`, of which the documents speak."""
        return (self.header, self.scheme) == ("authorization", "Bearer")

    def value(self, token: str) -> str:
        """What stands in the header."""
        return f"{self.scheme} {token}".lstrip()

    def placed(self, own: Mapping[str, str], token: str | None) -> dict[str, str]:
        """The headers of a request, with the key where this target takes it.

        What a request says itself in `Authorization` takes the place of the key: a bearer token moves to where the key
        would be, and anything else stays as it is.
        """
        usual = {} if token is None else {self.header: self.value(token)}
        bearer = own.get("authorization")
        if self.usual or bearer is None:
            return {**usual, **own}
        rest = {name: value for name, value in own.items() if name != "authorization" or value}
        if not bearer.startswith("Bearer "):
            return rest
        del rest["authorization"]
        return {self.header: self.value(bearer.removeprefix("Bearer ")), **rest}


@dataclass(frozen=True, slots=True)
class Way:
    """The proxy, the bundle of trusted certificates, and our own certificate, where they are not the usual ones."""

    proxy: str | None = None
    ca_bundle: Path | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None

    @property
    def password(self) -> str:
        """What of the proxy's address is secret."""
        return urlsplit(self.proxy or "").password or ""

    def context(self) -> ssl.SSLContext:
        """What encrypts. Raises `InvalidTarget` for a file that cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.ca_bundle)
        except OSError as error:
            raise _unusable("ca_bundle", self.ca_bundle, error) from None
        try:
            if self.certificate:
                context.load_cert_chain(self.certificate, self.certificate_key, password="")
        except OSError as error:
            raise _unusable("certificate", self.certificate, error) from None
        return context


def way_of(table: Mapping[str, Any], folder: Path, proxy: str | None) -> Way:
    """The `[connection]` of a target file in that folder, from which paths are counted."""
    if proxy is not None and (urlsplit(proxy).scheme not in {"http", "https"} or not urlsplit(proxy).hostname):
        raise InvalidTarget("connection.proxy is no http URL", "write http://HOST:PORT")
    names = ("ca_bundle", "certificate", "certificate_key")
    files = {name: folder / Path(table[name]).expanduser() for name in names if name in table}
    if "certificate_key" in files and "certificate" not in files:
        raise InvalidTarget("connection.certificate_key has no certificate", "name both, or the file that holds both")
    return Way(proxy, **files)


def _unusable(name: str, path: Path | None, error: OSError) -> InvalidTarget:
    reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    return InvalidTarget(
        f"connection.{name}: cannot use {path}: {reason}", "name a file in PEM, and a key without a password"
    )
