"""Why nobody could be reached, told apart: a name, a port, a certificate, silence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from conformance.errors import CannotConnect

NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNEXPECTED_EOF_WHILE_READING"}
"""What OpenSSL says when the other side speaks no TLS."""


def cannot_connect(base_url: str, error: Exception) -> CannotConnect:
    """The error for a target that could not be reached, with its cause and what to do about it."""
    cause, hint = next(filter(None, map(_explained, _causes(error))), ("", "is the gateway running?"))
    if isinstance(error, httpx.ConnectTimeout):
        cause, hint = "it does not answer a connection in time", "is the address right, and no firewall between?"
    return CannotConnect(f"cannot connect to {base_url}" + (f": {cause}" if cause else ""), hint)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _explained(error: BaseException) -> tuple[str, str] | None:
    if isinstance(error, socket.gaierror):
        return "the name of its host is not known", "is the host spelled right, and does the network resolve it?"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens on that port", "is the gateway running, and the port right?"
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "ca_bundle under [connection] in a target file names what to trust, and so does SSL_CERT_FILE"
        return f"its certificate is not trusted: {error.verify_message}", hint
    if isinstance(error, ssl.SSLError):
        plain = error.reason in NO_TLS
        return f"TLS failed: {error.reason}", "does it speak http:// there?" if plain else "which TLS does it speak?"
    return None
