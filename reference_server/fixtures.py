"""The models, keys and files of the server, as `fixtures.toml` lists them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files as resources

import msgspec

OWNER = "reference"
"""The provider of models whose name has none."""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model named by its behaviour.

    `lengthy` answers are longer; it `thinks` so many tokens before it speaks. `fails` is the cause of its failure,
    `once` limits it to the first request of a conversation, `after` delays it by so many events of a stream. `chain`
    names the models tried next. `pause` is in seconds. A model with `dimensions` gives embeddings of that length, and
    shorter ones when it `shortens`. `makes` are the kinds of files that it answers with, such as `image`. One that
    `fails_late` accepts a job which then fails. `speaks` turns text into speech, `transcribes` turns speech into text.
    """

    doc: str
    accepts: frozenset[str] = frozenset()
    makes: frozenset[str] = frozenset()
    pause: float = 0.0
    lengthy: bool = False
    thinks: int = 0
    fails: str | None = None
    once: bool = False
    after: int = 0
    chain: tuple[str, ...] = ()
    dimensions: int = 0
    shortens: bool = False
    fails_late: bool = False
    speaks: bool = False
    transcribes: bool = False


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key named by its state. `refused` is the cause with which every operation but those in `free` is refused.

    `requests` may be made in each `window` (seconds), by the key or by its account; None for no limit. `plan` is the
    account's.
    """

    doc: str
    account: str
    refused: str | None = None
    free: frozenset[str] = frozenset()
    requests: int | None = None
    window: float = 1.0
    plan: str = "pro"
    token: str = ""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stored text document."""

    doc: str
    name: str
    media_type: str
    text: str


class Fixtures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the server knows by name. `aliases` are further names of models."""

    models: dict[str, Model]
    aliases: dict[str, str]
    keys: dict[str, Key]
    files: dict[str, File]

    @property
    def names(self) -> list[str]:
        """All names of models."""
        return [*self.aliases, *self.models]

    def model(self, name: str) -> Model | None:
        """The model of a name or alias, or None. The provider of our own models may stand before it."""
        own = name.removeprefix(f"{OWNER}/")
        return self.models.get(self.aliases.get(own, own))

    def key(self, token: str) -> Key | None:
        """The key of a token, or None. What follows an `@` makes a separate account of the same kind."""
        name, _, suffix = token.partition("@")
        known = self.keys.get(name)
        if known is None or not suffix:
            return known
        return msgspec.structs.replace(known, token=token, account=f"{known.account}@{suffix}")


@cache
def load() -> Fixtures:
    """The fixtures that come with the package."""
    text = resources(__package__).joinpath("fixtures.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    for token, key in document["keys"].items():
        key["token"] = token
    return msgspec.convert(document, Fixtures)
