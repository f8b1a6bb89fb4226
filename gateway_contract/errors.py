"""The errors of the contract itself.

    ContractError
    ├── UnknownGateway          no overlay has that name
    ├── UnreadableSource        a source file is not the YAML it should be
    │   └── DuplicateKey        a mapping names the same key twice
    ├── BrokenReference         a `$ref` points at nothing
    ├── DuplicateComponent      two files define the same component
    ├── InvalidOverlay          an action is malformed or matches nothing
    ├── InvalidGateway          `x-gateway` breaks its schema
    └── StaleDocument           a built file differs from its sources

Every error has a message, which says what is wrong, and a `hint`, which says what to do about it.
"""

from __future__ import annotations

from gateway_contract.nearest import near


class ContractError(Exception):
    """A defect of the contract or of its use."""

    hint = "Run `python -m gateway_contract check`."

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class UnknownGateway(ContractError):
    """No overlay describes a gateway of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"no gateway is called {name!r}", f"{near(name, known)} Choose one of: {', '.join(known)}.".lstrip()
        )


class UnreadableSource(ContractError):
    """A source file cannot be read as one YAML mapping."""

    hint = "A source file is one YAML mapping; the message names the line."


class DuplicateKey(UnreadableSource):
    """A mapping names the same key twice; YAML libraries would silently keep the last."""

    hint = "Remove or rename one of the two."


class BrokenReference(ContractError):
    """A reference points at a file or a component that does not exist."""

    hint = "A reference reads `<file>#/<section>/<name>`, relative to the file it stands in."


class DuplicateComponent(ContractError):
    """Two files define a component of the same section and name."""

    hint = "Component names are shared by all files in schemas/: rename one of the two."


class InvalidOverlay(ContractError):
    """An overlay action is malformed, or its target matches nothing."""

    hint = "Compare the target with the base document; an action that changes nothing is a mistake."


class InvalidGateway(ContractError):
    """The `x-gateway` extension does not satisfy openapi/x-gateway.schema.json."""

    hint = "openapi/x-gateway.schema.json describes every key."


class StaleDocument(ContractError):
    """A built file is missing or differs from what its sources give."""

    hint = "Run `python -m gateway_contract build` and commit openapi/built/."
