"""The models, keys and files of the server, as `fixtures.toml` lists them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, cached_property, lru_cache
from importlib.resources import files as resources

import msgspec

from reference_server.errors import UnknownName

OWNER = "reference"
"""The provider of models whose name has none."""
USUAL_KEY = "sk-ok"
PREFIX = "sk-"
"""What the names of keys begin with."""
_LONGEST = 200
"""The most characters of a name that belongs to a family."""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model named by its behaviour.

    `lengthy` answers are longer; it `thinks` so many tokens before it speaks. `fails` is the cause of its failure,
    `once` limits it to the first request of a conversation, `after` delays it by so many events of a stream. `chain`
    names the models tried next. `pause` is in seconds. A model with `dimensions` gives embeddings of that length, and
    shorter ones when it `shortens`. `makes` are the kinds of files that it answers with, such as `image`, of some
    `sizes`; without them of any. One that `fails_late` accepts a job which then fails. `speaks` turns text into speech,
    `transcribes` turns speech into text. One that `moderates` says whether texts, and what it accepts besides, are
    harmful.
    """

    doc: str
    accepts: frozenset[str] = frozenset()
    makes: frozenset[str] = frozenset()
    sizes: tuple[str, ...] = ()
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
    moderates: bool = False

    @property
    def chats(self) -> bool:
        """Whether it answers prompts by words."""
        return not (self.makes or self.dimensions or self.speaks or self.transcribes or self.moderates)

    @property
    def hurries(self) -> bool:
        """Whether it neither pauses in a stream nor fails in one."""
        return not (self.pause or self.after)


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key named by its state. `refused` is the cause with which every operation but those in `free` is refused.

    After `requests`, by the key or by its account, it is refused for a `window` of seconds; None for no limit. `plan`
    is the account's; it is `capped` when the requests and tokens a minute that the gateway documents are its ceiling.
    """

    doc: str
    account: str
    refused: str | None = None
    free: frozenset[str] = frozenset()
    requests: int | None = None
    window: float = 1.0
    plan: str = "pro"
    capped: bool = False
    token: str = ""


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stored text document."""

    doc: str
    name: str
    media_type: str
    text: str


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names that stand for a model although they are not listed: a regular expression for the whole name."""

    names: str
    model: str


class Fixtures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Everything the server knows by name.

    `aliases` are further names of models. A name of a family is no listed one, and is known nevertheless; `guesses`
    know any name. `patterns` are parts of the regular expressions. With `any_model` no name is unknown, with `any_key`
    every token works.
    """

    models: dict[str, Model]
    aliases: dict[str, str]
    patterns: dict[str, str]
    families: tuple[Family, ...]
    guesses: tuple[Family, ...]
    keys: dict[str, Key]
    files: dict[str, File]
    any_model: bool = False
    any_key: bool = False

    @property
    def names(self) -> list[str]:
        """All names of models."""
        return [*self.aliases, *self.models]

    def model(self, name: str) -> Model | None:
        """The model of a name, of an alias or of a family, or None. The provider of our own may stand before it."""
        behaviour = self._behaviour(name.removeprefix(f"{OWNER}/"))
        return self.models[behaviour] if behaviour else None

    @cached_property
    def _behaviour(self) -> Callable[[str], str | None]:
        """Finds the model that a name stands for: as it is listed, else as its family says."""
        optional = f"({self.patterns['provider']})?"
        compiled = [
            (re.compile(f"{optional}(?:{family.names.replace('TAIL', self.patterns['tail'])})"), family.model)
            for family in (*self.families, *(self.guesses if self.any_model else ()))
        ]

        def model(name: str) -> str | None:
            listed = self.aliases.get(name, name)
            if listed in self.models or len(name) > _LONGEST:
                return listed if listed in self.models else None
            return next((model for names, model in compiled if names.fullmatch(name)), None)

        return lru_cache(maxsize=1024)(model)

    def key(self, token: str) -> Key | None:
        """The key of a token, or None. What follows an `@` makes a separate account of the same kind."""
        name, _, suffix = token.partition("@")
        known = self.keys.get(token) or self.keys.get(name)
        if known is None and self.any_key and token:
            return msgspec.structs.replace(self.keys[USUAL_KEY], token=token, account=token)
        if known is None or not suffix:
            return known
        return msgspec.structs.replace(known, token=token, account=f"{known.account}@{suffix}")

    def with_names(
        self, models: Mapping[str, str], keys: Mapping[str, str], any_model: bool, any_key: bool
    ) -> Fixtures:
        """These fixtures with further names: of models, each as another one, and of keys, each in the state of another.

        Raises UnknownName.
        """
        behaviours = {name: self._named(behaviour) for name, behaviour in models.items()}
        states = {name: self._state(state, name) for name, state in keys.items()}
        return msgspec.structs.replace(
            self,
            aliases=behaviours | self.aliases | behaviours,
            keys=self.keys | states,
            any_model=any_model,
            any_key=any_key,
        )

    def _named(self, behaviour: str) -> str:
        name = self._behaviour(behaviour)
        if name is None:
            raise UnknownName("model", behaviour, self.names)
        return name

    def _state(self, state: str, token: str) -> Key:
        """A key in the state of another one, which may be named without its prefix."""
        for name in (state, f"{PREFIX}{state}"):
            if name in self.keys:
                return msgspec.structs.replace(self.keys[name], token=token)
        raise UnknownName("key", state, self.keys)


@cache
def load() -> Fixtures:
    """The fixtures that come with the package."""
    text = resources(__package__).joinpath("fixtures.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    for token, key in document["keys"].items():
        key["token"] = token
    return msgspec.convert(document, Fixtures)
