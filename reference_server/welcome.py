"""What the command prints when the server is ready."""

from __future__ import annotations

from collections.abc import Mapping

from reference_server import protocols
from reference_server.fixtures import USUAL_KEY

TITLES = {"openai": "OpenAI", "anthropic": "Anthropic", "gemini": "Gemini"}
_MODEL = "gpt-5.5"


def line(root: str, bases: Mapping[str, str]) -> str:
    """The base URL alone."""
    return f"{root}{bases[protocols.DEFAULT]}"


def document(root: str, bases: Mapping[str, str]) -> str:
    """For programs, in one line: the base URL, those of all protocols, and a key."""
    import json

    places = {name: f"{root}{base}" for name, base in bases.items()}
    return json.dumps({"base_url": line(root, bases), "protocols": places, "key": USUAL_KEY})


def screen(root: str, bases: Mapping[str, str]) -> str:
    """The base URL in the first line, which programs read, and how to begin. `bases` are the paths of the protocols."""
    addresses = {name: f"{root}{base}" for name, base in bases.items()}
    usual = line(root, bases)
    lines = [usual, "", *(f"{TITLES[name]:10} {address}" for name, address in addresses.items())]
    return "\n".join([*lines, f"{'Key':10} {USUAL_KEY}", "", *_example(usual), "", *_documents(root)])


def _example(base: str) -> list[str]:
    return [
        f"curl {base}/chat/completions -H 'authorization: Bearer {USUAL_KEY}' -H 'content-type: application/json' \\",
        f"""  -d '{{"model": "{_MODEL}", "messages": [{{"role": "user", "content": "Hello"}}]}}'""",
    ]


def _documents(root: str) -> list[str]:
    return [
        "Models, keys and faults: reference-server --list. Options: reference-server --help.",
        f"Every operation: {root}/docs; for programs {root}/openapi.json, or {root}/openapi-3.1.json",
    ]
