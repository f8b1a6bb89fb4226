"""A target: its base URL, gateway, credentials, models, expected failures and limits.

A target file is TOML. A key is given by the name of the environment variable that holds it:

    base_url = "https://host/v1"
    gateway = "foxora"

    [keys]
    default = { env = "GATEWAY_API_KEY" }

    [models]
    chat = "gpt-4o-mini"

    [credential]
    header = "api-key"

    [query]
    api-version = { value = "preview" }

    [files]
    reference = "file-8f3a"

    [protocols]
    anthropic = "https://host/anthropic"

    [[expected_failures]]
    requirement = "errors.not-an-object"
    reason = "answers 500 to a JSON array"
    link = "https://..."
    until = 2026-12-31
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from conformance import register
from conformance.errors import InvalidTarget
from conformance.target import gateways, target_file
from conformance.target.way import Credential, Way, way_of

KEY_VARIABLE = "GATEWAY_API_KEY"
Environment = Callable[[str], str | None]
"""The value of a variable of the environment, or None."""
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A name of a header, see RFC 9110, section 5.1."""
ANYWHERE = "http://unnamed.invalid/v1"
ODD = re.compile(r"[\s\x00-\x1f\x7f]")
"""What no address holds."""
CREDENTIAL = re.compile(r"(?:^|-)(?:auth|authorization|key|apikey|token|secret|cookie|password)(?:-|$)", re.IGNORECASE)
"""Names of headers that carry a credential: `x-api-key`, and not `x-portkey-provider`."""


class Secret:
    """A credential that never appears in output. Only the wire may call `reveal()`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


def carried(value: str, origin: str) -> str:
    """A value that is sent in a header, without a line break at its end, which the file of a secret usually has.

    Raises `InvalidTarget` where HTTP cannot carry it, with its `origin` and what is wrong, never with the value.
    """
    value = value.rstrip("\r\n")
    problems = {
        "is empty": not value,
        "has a line break in it": "\n" in value or "\r" in value,
        "has a control character in it": not value.replace("\n", "").replace("\r", "").isprintable()
        and value.isascii(),
        "has a character in it that is not ASCII": not value.isascii(),
        "begins or ends with a space": value != value.strip(" "),
    }
    if problem := next((problem for problem, has in problems.items() if has), ""):
        raise InvalidTarget(f"{origin} {problem}", "it is sent in a header, where only printable ASCII can stand")
    return value


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """A failure that the operator expects. It is strict: when the check passes, the run fails.

    It is expected up to the day `until`, in UTC, where one is named; after that it is a failure like any other.
    """

    requirement: str
    reason: str
    link: str = ""
    until: date | None = None

    @property
    def is_over(self) -> bool:
        """Whether the last day has passed."""
        return self.until is not None and datetime.now(UTC).date() > self.until


@dataclass(frozen=True, slots=True)
class Target:
    """A deployment to judge.

    `keys` are named by state, `models` by the behaviour they stand for, `files` are ids of uploaded files. `protocols`
    are base URLs other than the documented ones. `include` are the expensive features to judge.
    `requests_per_minute` is the pace; by default it is the limit that the gateway documents.
    `max_time` is in seconds, for the whole run.
    `node_modules` is the folder that holds the official client for Node, where it is not found automatically.
    """

    base_url: str
    gateway: str = "openai"
    keys: Mapping[str, Secret] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    protocols: Mapping[str, str] = field(default_factory=dict)
    include: frozenset[str] = frozenset()
    expected_failures: tuple[ExpectedFailure, ...] = ()
    timeout: float = 60.0
    max_requests: int | None = None
    max_time: float | None = None
    requests_per_minute: int | None = None
    node_modules: str | None = None
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    """What every request carries besides, by lower-case name."""
    query: Mapping[str, str | Secret] = field(default_factory=dict)
    """What the address of every request ends with."""
    credential: Credential = field(default_factory=Credential)
    way: Way = field(default_factory=Way)

    def __post_init__(self) -> None:
        """Raises `InvalidTarget` where a header stands in the place of the key, which no check could then change."""
        if (name := self.credential.header) in self.headers:
            hint = (
                f"give the key by {KEY_VARIABLE}, or under [keys] of a target file, with its scheme under [credential]"
            )
            raise InvalidTarget(f"the header {name} is where the key goes", hint)

    @property
    def local(self) -> bool:
        """Whether the target runs on this machine, so that no pause between requests is needed."""
        return urlsplit(self.base_url).hostname in {"127.0.0.1", "localhost", "::1"}

    def pace(self, limits: Mapping[str, Any]) -> int | None:
        """The most requests in a minute: from the target, else the documented limit, but None on this machine."""
        plans = [plan.get("requests_per_minute") for plan in limits.get("plans", {}).values()]
        documented = limits["requests_per_minute"] or min(filter(None, plans), default=None)
        return self.requests_per_minute or (None if self.local else documented)

    def bases(self, documented: Mapping[str, str]) -> dict[str, str]:
        """The base URL of each protocol, from the paths under which the gateway documents them."""
        own = documented["openai"]
        root = self.base_url.removesuffix(own) if self.base_url.endswith(own) else _root(self.base_url)
        bases = {name: root + path for name, path in documented.items()}
        return {**bases, "openai": self.base_url, **self.protocols}

    def places(self, protocol: str, documented: Mapping[str, str]) -> list[str]:
        """Where a native protocol may be served, as base URLs: the one that the target names, or all usual ones.

        Those are the documented path and no path at all, below what the OpenAI dialect is served below, below that
        without a path of the dialect's own (`/openai/v1`, `/v1beta/openai`), and below the host.
        """
        if protocol in self.protocols:
            return [self.protocols[protocol]]
        below = self.base_url.removesuffix(documented["openai"])
        above = below.removesuffix("/openai").removesuffix("/v1beta")
        roots = dict.fromkeys([below, above, _root(self.base_url)])
        usual = (root + path for root in roots for path in (documented[protocol], ""))
        return list(dict.fromkeys([self.bases(documented)[protocol], *usual]))

    def secrets(self) -> Iterator[str]:
        """What must not be shown. Of a header such as `Bearer TOKEN` the token as well."""
        for value in (*self.keys.values(), *self.headers.values(), *self.query.values()):
            if isinstance(value, Secret):
                yield value.reveal()
                yield value.reveal().rpartition(" ")[2]
        yield self.way.password

    def described(self) -> dict[str, Any]:
        """What `from_recording` takes: plain values, no secret."""
        named = {"base_url": self.base_url, "gateway": self.gateway, "keys": sorted(self.keys)}
        tables = {"models": dict(self.models), "files": dict(self.files), "protocols": dict(self.protocols)}
        return {
            **named,
            **tables,
            "include": sorted(self.include),
            "credential": [self.credential.header, self.credential.scheme],
        }

    def fixture(self, name: str) -> bool:
        """Whether the target names the fixture `model:slow`, `key:expired` or `file:reference`."""
        kind, _, label = name.partition(":")
        return label in {"model": self.models, "key": self.keys, "file": self.files}[kind]


def from_recording(recorded: Mapping[str, Any], gateway: str | None = None, model: str | None = None) -> Target:
    """The target of a recording. Its keys are only names: nothing is sent."""
    return Target(
        base_url=recorded["base_url"],
        gateway=gateway or recorded["gateway"],
        keys={name: Secret(f"recorded-{name}") for name in recorded["keys"]},
        models={**recorded["models"], "chat": model} if model else recorded["models"],
        files=recorded["files"],
        protocols=recorded["protocols"],
        include=frozenset(recorded["include"]),
        credential=Credential(*recorded.get("credential", ())),
    )


def from_options(base_url: str, gateway: str | None = None, model: str | None = None) -> Target:
    """A target from the command line alone. The key comes from the environment."""
    key = os.environ.get(KEY_VARIABLE)
    return Target(
        base_url=checked_url(base_url),
        gateway=gateway or "openai",
        keys={"default": Secret(carried(key, KEY_VARIABLE))} if key else {},
        models={"chat": model} if model else {},
    )


def from_file(path: Path, base_url: str | None = None, gateway: str | None = None, model: str | None = None) -> Target:
    """Reads a target file; the other arguments take precedence over it."""
    table = target_file.read(path)
    if not (base_url or table.get("base_url")):
        raise InvalidTarget(f"{path.name} has no base_url", 'add base_url = "https://host/v1", or give --base-url')
    target = _from_table(table, base_url or table["base_url"], path.parent, os.environ.get)
    if target.node_modules:
        checked_folder(Path(target.node_modules), f"{path.name}: node_modules")
    target = replace(target, gateway=gateway or target.gateway)
    return replace(target, models={**target.models, "chat": model}) if model else target


def checked_file(path: Path) -> Target:
    """Reads a target file as far as that needs no environment: each variable counts as set.

    `base_url` is empty where the file leaves it to the command line. Raises `UsageError`.
    """
    table = target_file.read(path)
    target = _from_table(table, table.get("base_url", ANYWHERE), path.parent, lambda name: f"http://value-of-{name}")
    gateways.check(target.gateway)
    return replace(target, base_url=table.get("base_url", ""))


def _from_table(table: Mapping[str, Any], base_url: str, folder: Path, environment: Environment) -> Target:
    connection = dict(table.get("connection", {}))
    proxy = _values({"proxy": connection.pop("proxy")}, "connection", environment) if "proxy" in connection else {}
    return Target(
        base_url=checked_url(base_url),
        gateway=table.get("gateway", "openai"),
        keys=_keys({**_usual_key(environment), **table.get("keys", {})}, environment),
        models=table.get("models", {}),
        files=table.get("files", {}),
        protocols={name: checked_url(url) for name, url in table.get("protocols", {}).items()},
        include=frozenset(table.get("include", ())),
        expected_failures=tuple(_expected(entry) for entry in table.get("expected_failures", [])),
        timeout=table.get("timeout", 60.0),
        max_requests=table.get("max_requests"),
        max_time=table.get("max_time"),
        requests_per_minute=table.get("requests_per_minute"),
        node_modules=table.get("node_modules"),
        headers=_headers(table.get("headers", {}), environment),
        query=_values(table.get("query", {}), "query", environment),
        credential=_credential(table.get("credential", {})),
        way=way_of(connection, folder, _plain(proxy.get("proxy"))),
    )


def _expected(entry: dict[str, Any]) -> ExpectedFailure:
    """Raises `UnknownRequirement` for an id that no requirement has, `InvalidTarget` for a day that is none."""
    register.load().requirement(entry["requirement"])
    until = {"until": _day(entry["until"])} if "until" in entry else {}
    return ExpectedFailure(**{**entry, **until})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidTarget(f"until is {text!r}, which is no day", "write it as 2026-12-31") from None


def checked_url(base_url: str) -> str:
    """The base URL without a trailing slash; raises `InvalidTarget` when it is not an http URL."""
    hint = "give what the official SDK takes: https://host/v1"
    if ODD.search(base_url):
        raise InvalidTarget(f"{base_url!r} has a space or a control character in it", hint)
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise InvalidTarget(f"{base_url!r} is not an http URL: {error}", hint) from None
    if not valid:
        raise InvalidTarget(f"{base_url!r} is not an http URL", hint)
    if parts.username or parts.password or parts.query:
        raise InvalidTarget("the base URL carries credentials or a query", f"put the key into {KEY_VARIABLE}")
    return base_url.rstrip("/")


def checked_folder(path: Path, origin: str) -> Path:
    """The path of a folder that exists; `origin` is what names it. Raises `InvalidTarget`."""
    if not path.is_dir():
        raise InvalidTarget(f"{origin} {path} is no folder", "give the folder node_modules into which npm installs")
    return path


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def headers_from(lines: Iterable[str]) -> dict[str, str | Secret]:
    """Headers from `NAME: value`, as curl takes them; one whose name speaks of a credential is a secret.

    Raises `InvalidTarget`, whose message never holds the value.
    """
    headers: dict[str, str | Secret] = {}
    for line in lines:
        name, _, value = (part.strip() for part in line.partition(":"))
        if not (value and HEADER.fullmatch(name)):
            raise InvalidTarget(f"--header {name[:40]!r} is no header", "write --header 'NAME: value'")
        value = carried(value, f"the value of --header {name}")
        headers[name.lower()] = Secret(value) if CREDENTIAL.search(name) else value
    return headers


def _headers(entries: Mapping[str, Mapping[str, str]], environment: Environment) -> dict[str, str | Secret]:
    """The `[headers]` of a target file."""
    for name in entries:
        if not HEADER.fullmatch(name):
            raise InvalidTarget(f"headers.{name!r:.40} is no name of a header", "write letters, digits and dashes")
    return {name.lower(): value for name, value in _values(entries, "headers", environment).items()}


def _values(
    entries: Mapping[str, Mapping[str, str]], section: str, environment: Environment
) -> dict[str, str | Secret]:
    """What a table of a target file names: a value from the environment is a secret, with the scheme before it."""
    values: dict[str, str | Secret] = {}
    for name, entry in entries.items():
        value = entry.get("value") or environment(entry.get("env", ""))
        if not value:
            raise InvalidTarget(f"the environment variable {entry.get('env')} is not set", f"{section}.{name} needs it")
        value = carried(value, entry.get("env", f"{section}.{name}"))
        value = f"{entry['scheme']} {value}" if "scheme" in entry else value
        values[name] = Secret(value) if "env" in entry else value
    return values


def _credential(table: Mapping[str, str]) -> Credential:
    """Where the key goes. A header other than the usual one has no scheme unless the file names one."""
    header = table.get("header", "authorization").lower()
    if not HEADER.fullmatch(header):
        raise InvalidTarget(f"credential.header {header!r:.40} is no header", "write letters, digits and dashes")
    return Credential(header, table.get("scheme", "Bearer" if header == "authorization" else ""))


def _plain(value: str | Secret | None) -> str | None:
    return value.reveal() if isinstance(value, Secret) else value


def _usual_key(environment: Environment) -> dict[str, object]:
    """What stands for the default key where a file does not name it: as without a file, if the variable is set."""
    return {"default": {"env": KEY_VARIABLE}} if environment(KEY_VARIABLE) else {}


def _keys(entries: Mapping[str, object], environment: Environment) -> dict[str, Secret]:
    run = token_hex(4)
    keys = {name: _key(name, entry, run, environment) for name, entry in entries.items()}
    return {name: key for name, key in keys.items() if key}


def _key(name: str, entry: object, run: str, environment: Environment) -> Secret | None:
    """`{ env = "NAME" }` for a secret, `{ value = "..." }` for a key that is no secret.

    `{run}` within a value becomes a word of this run, for servers that keep an account for every such word.
    """
    match entry:
        case {"env": str(variable)}:
            credential = environment(variable)
            if credential is None and name == "default":
                raise InvalidTarget(f"the environment variable {variable} is not set", f"export {variable}=...")
            return Secret(carried(credential, variable)) if credential else None
        case {"value": str(value)}:
            return Secret(carried(value.replace("{run}", run), f"keys.{name}"))
    raise InvalidTarget(f"keys.{name} is not understood", 'write keys.NAME = { env = "VARIABLE" }')
