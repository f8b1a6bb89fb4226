"""Authentication, permissions and rate limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from reference_server.errors import Refusal
from reference_server.fixtures import Fixtures, Key
from reference_server.state.store import Store
from reference_server.wire.call import Call

_MESSAGES = {
    "expired_credential": "This API key has expired.",
    "invalid_credential": "This API key was revoked.",
    "forbidden": "This API key may not use this operation.",
    "spend_limit": "The spend limit of this account is reached.",
    "no_payment_method": "This account has no payment method on file.",
}
HEADERS = {"bearer": "authorization", "x-api-key": "x-api-key", "x-goog-api-key": "x-goog-api-key"}
TEST = "x-test-id"
"""The header in which a test says which one it is."""
_USE = {
    "bearer": "`Authorization: Bearer <key>`",
    "x-api-key": "`x-api-key: <key>`",
    "x-goog-api-key": "`x-goog-api-key: <key>`",
}
QUERY = {"gemini": "key"}
"""The query parameter that carries the credential in the older form of a protocol."""
MINUTE = 60.0
_OF_CREDENTIAL = ("expired_credential", "invalid_credential")


class Access:
    """Authenticates calls and enforces the limits of a contract: `x-gateway`'s `protocols` and `limits`."""

    def __init__(
        self, fixtures: Fixtures, store: Store, limits: Mapping[str, Any], protocols: Mapping[str, Any]
    ) -> None:
        self._credentials = {name: one["credentials"] for name, one in protocols.items()}
        self._fixtures = fixtures
        self._store = store
        self._shared = limits.get("scope") in ("account", "team")
        wait = limits.get("retry_after")
        self._wait = wait if isinstance(wait, int) else 1
        self._per_minute = limits.get("requests_per_minute") or 60
        self._plans = limits.get("plans", {})
        self._ceilings = limits

    def authenticate(self, call: Call, required: bool) -> Key | None:
        """The key of a request. Where none is required, a missing or unusable one counts as no key."""
        try:
            return self._key(self._token(call))
        except Refusal:
            if required:
                raise
            return None

    def _token(self, call: Call) -> str:
        """The credential of a request, from the first of the protocol's headers that is present, else from the query.

        Raises Refusal.
        """
        kinds = self._credentials[call.protocol]
        for kind in kinds:
            if value := call.headers.get(HEADERS[kind]):
                return _bearer(value) if kind == "bearer" else value.strip()
        if in_query := call.query.get(QUERY.get(call.protocol, "")):
            return str(in_query[0])
        raise Refusal("missing_credential", f"No API key was sent: use {' or '.join(_USE[kind] for kind in kinds)}.")

    def _key(self, token: str) -> Key:
        key = self._fixtures.key(token)
        if key is None:
            raise Refusal("invalid_credential", "The API key is not valid.")
        if key.refused in _OF_CREDENTIAL:
            raise Refusal(key.refused, _MESSAGES[key.refused])
        return key

    def admit(self, key: Key | None, operation: str) -> None:
        """Raise Refusal when the state of the key, or its limit, forbids the operation now."""
        if key is None:
            return
        if key.refused == "rate_limited":
            raise self._limited(self._per_minute, self._wait)
        if key.refused and operation not in key.free:
            raise Refusal(key.refused, _MESSAGES[key.refused])
        if key.requests and not self._store.admit(self._bucket(key), key.requests, key.window):
            self._store.advance(key.window)
            raise self._limited(key.requests, max(1, round(key.window)))
        if key.capped:
            self._demand_room(key)

    def _demand_room(self, key: Key) -> None:
        """Count a request. Raises Refusal when its account has used up the requests or the tokens of this minute."""
        ceilings = self._plans.get(key.plan, self._ceilings)
        for unit, amount in (("tokens", 0), ("requests", 1)):
            limit = ceilings.get(f"{unit}_per_minute")
            wait = self._store.spend(used(key, unit), amount, limit, MINUTE) if limit else 0.0
            if wait:
                self._store.advance(wait)
                raise self._limited(limit, math.ceil(wait), unit)

    def _bucket(self, key: Key) -> str:
        return key.account if self._shared else key.token

    def _limited(self, limit: int, wait: int, unit: str = "requests") -> Refusal:
        headers = limit_headers(limit, 0, wait, unit)
        return Refusal("rate_limited", f"Too many {unit}: retry in {wait} s.", headers=headers)

    def upstream_limited(self) -> Refusal:
        """The refusal that passes on the rate limit of a provider."""
        return Refusal(
            "rate_limited", "The provider limits the rate.", headers=limit_headers(self._per_minute, 0, self._wait)
        )


def _bearer(value: str) -> str:
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def test_of(headers: Mapping[str, str]) -> str:
    """The test that sends a request: as its header says, else what follows `@` in the key; empty when neither does."""
    keys = [headers[name] for name in HEADERS.values() if "@" in headers.get(name, "")]
    return headers.get(TEST) or (keys[0].rpartition("@")[2] if keys else "")


def used(key: Key, unit: str) -> str:
    """The bucket in which the requests, or the tokens, of an account are counted for a minute."""
    return f"{unit} of {key.account}"


def limit_headers(limit: int, remaining: int, wait: int, unit: str = "requests") -> dict[str, str]:
    """Both ways to signal a limit of requests or tokens; `wait` is in seconds."""
    headers = {
        f"x-ratelimit-limit-{unit}": str(limit),
        f"x-ratelimit-remaining-{unit}": str(remaining),
        f"x-ratelimit-reset-{unit}": f"{wait}s",
    }
    return headers if remaining else {"retry-after": str(wait), **headers}
