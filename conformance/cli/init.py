"""`init`: writes a target file to fill in, with every fixture that the checks of a gateway can use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.cli import options
from conformance.errors import UsageError
from conformance.target import target_file
from conformance.target.reference import FIXTURES
from gateway_contract import commandline
from gateway_contract.commandline import OUTPUT, names, option, path

CONTENT = "Content"
REFERENCE = "http://127.0.0.1:8000"
Table = dict[str, Any]
SECTIONS = {"keys": "key", "models": "model", "files": "file"}


@commandline.command(
    "init",
    help="Writes a target file with a comment for everything that can be filled in.",
    examples={
        CONTENT: "gateway-conformance init --gateway foxora",
        OUTPUT: "gateway-conformance init --output conformance/target.toml",
    },
)
@option(
    "--gateway",
    metavar="NAME",
    default="openai",
    shell_complete=names(options.gateways),
    section=CONTENT,
    help="whose documents count, default: openai",
)
@option(
    "--reference",
    is_flag=True,
    section=CONTENT,
    help="fill it in with everything that a reference server on port 8000 has",
)
@option("--output", metavar="FILE", type=path, default=Path("target.toml"), section=OUTPUT, help="default: target.toml")
def command(gateway: str, reference: bool, output: Path) -> int:
    """Writes the file. An existing file is never overwritten."""
    from conformance.target import gateways

    gateways.check(gateway)
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text(gateway, reference))
    except FileExistsError:
        raise UsageError(f"{output} exists", "choose another --output") from None
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}", _hint(output)) from None
    first = f"reference-server --gateway {gateway}" if reference else "export GATEWAY_API_KEY"
    print(f"{output}: {first}, then: gateway-conformance run --target {output}")
    return 0


def _hint(output: Path) -> str:
    if output.parent.exists():
        return "choose another --output"
    return f"make the folder {output.parent} first, or choose another --output"


def text(gateway: str, reference: bool = False) -> str:
    """The target file of a gateway, ready to run; optional settings are commented out.

    With `reference` the target is a reference server that plays the gateway, and nothing is left to fill in.
    """
    known = target_file.read(FIXTURES) if reference else {}
    return "\n".join([*_head(gateway, known), *_tables(gateway, known), *_tail()]) + "\n"


def _head(gateway: str, known: Table) -> Iterator[str]:
    import gateway_contract
    from conformance.register.select import EXPENSIVE
    from conformance.target import KEY_VARIABLE

    contract = gateway_contract.load(gateway)
    base_url = contract.gateway["protocols"]["openai"]["base_url"]
    yield f"# Who is judged, held to what {contract.gateway['title']} documents."
    yield f'base_url = "{REFERENCE + urlsplit(base_url).path if known else base_url}"'
    yield f'gateway = "{gateway}"'
    yield "# timeout = 60                # seconds without a byte of an answer"
    yield "# max_time = 1800             # seconds for the whole run"
    yield "# max_requests = 500"
    yield "# requests_per_minute = 30    # the pace; without it, the rate limit that the gateway documents"
    yield '# node_modules = "node_modules"    # holds the official client for Node, where it is not found by itself'
    if costly := sorted(EXPENSIVE & {feature.partition(".")[0] for feature in contract.features}):
        line = f"include = {costly}    # these cost more, and are judged only when asked for".replace("'", '"')
        yield line if known else f"# {line}"
    yield ""
    yield "[keys]"
    yield f"default = {_value(known['keys']['default']) if known else _value({'env': KEY_VARIABLE})}"


def _tables(gateway: str, known: Table) -> Iterator[str]:
    """A line for every fixture that a check of the gateway can use, commented out when its value is not known."""
    used = _used(gateway)
    for section, kind in SECTIONS.items():
        described = _described()[section]
        named = [name for name in described if f"{kind}:{name}" in used]
        if section != "keys" and named:
            yield from ("", f"[{section}]")
        width = max(map(len, named), default=0)
        for name in named:
            line = f"{name:<{width}} = {_value(known[section][name] if known else _placeholder(kind, name))}"
            yield f"{'' if known else '# '}{line}    # {described[name]}"


def _placeholder(kind: str, name: str) -> Any:
    """The placeholder of a value that the reader has to fill in."""
    return {"env": f"GATEWAY_API_KEY_{name.upper().replace('-', '_')}"} if kind == "key" else "..."


def _value(value: Any) -> str:
    """A text, or a table of texts, as TOML."""
    if isinstance(value, str):
        return f'"{value}"'
    return f"{{ {', '.join(f'{name} = {_value(one)}' for name, one in value.items())} }}"


def _used(gateway: str) -> set[str]:
    import gateway_contract
    from conformance import register

    contract = gateway_contract.load(gateway)
    judged = [one for one in register.load().requirements.values() if one.feature in contract.features]
    models = {f"model:{name}" for name in ("chat", *_models_of(contract.features))}
    plans = {f"key:{plan}" for plan in contract.gateway["limits"].get("plans", ())}
    return models.union(plans, *(one.fixtures for one in judged))


def _models_of(features: frozenset[str]) -> Iterator[str]:
    """The models that checks of these features use when the target names them."""
    from conformance.words.ask import MODELS

    words = {"vision": "chat.vision", "audio": "chat.audio", "files": "chat.files", "speech": "audio.speech"}
    words |= {"transcriptions": "audio.transcriptions", "gemini-embeddings": "gemini.embeddings", "slow": "chat.stream"}
    tasks = {"images": "tasks.images", "music": "tasks.audio"}
    for name in ("vision", "audio", "files", "slow", *MODELS):
        if {words.get(name, name), tasks.get(name)} & features:
            yield name


def _described() -> dict[str, dict[str, str]]:
    import tomllib

    path = Path(__file__).parents[1] / "target" / "fixtures.toml"
    described: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return described


def _tail() -> Iterator[str]:
    yield ""
    yield "[headers]                                         # sent with every request"
    yield '# x-team = { value = "research" }                 # { env = "NAME" } for a secret'
    yield "[query]                                           # at the end of every address"
    yield '# api-version = { value = "preview" }'
    yield "[credential]                                      # where the key goes, instead of Authorization: Bearer"
    yield '# header = "api-key"'
    yield "[connection]"
    yield '# proxy = { env = "GATEWAY_PROXY" }'
    yield '# ca_bundle = "ca.pem"                            # trusted instead of the usual certificates'
    yield '# certificate = "client.pem"                      # of the client, with certificate_key'
    yield ""
    yield "# A failure that is known. When the check passes, the run fails until the entry is removed."
    yield "# [[expected_failures]]"
    yield '# requirement = "errors.not-an-object"'
    yield '# reason = "answers 500 to a JSON array"'
    yield '# link = "https://..."'
    yield '# until = "2026-12-31"'
