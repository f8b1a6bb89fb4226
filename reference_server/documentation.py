"""`/docs`: the contract of the gateway for people, in one page that needs nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from gateway_contract import AMONG, NEEDS, Contract, Operation
from reference_server.welcome import TITLES

STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d8dce2, #3a404a); --dim: light-dark(#59636e, #9aa4b2); }
body { margin: 0 auto; max-width: 1000px; padding: 24px 16px 80px; font: 15px/1.55 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 32px 0 8px; }
h3 { font-size: 14px; margin: 18px 0 6px; }
p { margin: 6px 0; } .dim { color: var(--dim); }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { margin: 6px 0; padding: 10px 12px; border: 1px solid var(--line); border-radius: 6px; }
pre { overflow: auto; max-height: 360px; }
details.operation { border-top: 1px solid var(--line); padding: 8px 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 60px; font-weight: 600; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0; border-top: 1px solid var(--line); }
th { font-size: 12px; color: var(--dim); font-weight: 500; }
"""
DEEPEST = 3
"""How deep the fields of a body are listed; what is below is in the document."""


def page(contract: Contract, root: str) -> str:
    """The page of a contract, as it is served below an address."""
    info = contract.document["info"]
    title = escape(info["title"])
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>',
        f"<h1>{title}</h1><p>{escape(info['summary'])}</p>",
        '<p class="dim">The whole document: <a href="/openapi.json">OpenAPI 3.2</a>, ',
        '<a href="/openapi-3.1.json">3.1</a>.</p>',
    ]
    for protocol, base in contract.bases.items():
        own = [one for one in contract.operations.values() if one.protocol == protocol]
        parts.append(f"<h2>{TITLES[protocol]} <code>{escape(root + base)}</code></h2>")
        parts += ["".join(_operation(one, base)) for one in own]
    return "\n".join([*parts, "</body></html>"])


def _operation(operation: Operation, base: str) -> Iterator[str]:
    document = operation.document
    path, summary = escape(base + operation.path), escape(document["summary"])
    yield f'<details class="operation" id="{operation.id}"><summary><span class="method">{operation.method}</span> '
    yield f'<code>{path}</code> <span class="dim">{summary}</span></summary>'
    yield f"<p>{escape(document.get('description', ''))}</p>"
    for where in ("query", "headers"):
        if parameters := getattr(operation, where):
            yield f"<h3>{where.capitalize()}</h3>{_table(_rows(operation, {'properties': parameters}))}"
    for media_type in operation.request_types:
        fields = _rows(operation, operation.request_schema(media_type))
        yield f"<h3>Body, <code>{media_type}</code></h3>{_table(fields)}"
    content = operation.resolve(document.get("requestBody", {})).get("content", {})
    for media_type, one in content.items():
        yield from _examples(operation, media_type, one)
    for status, response in document["responses"].items():
        answer = operation.resolve(response)
        yield f"<h3>{status}</h3><p>{escape(answer['description'])}</p>"
        if takers := dict.fromkeys(link["operationId"] for link in answer.get("links", {}).values()):
            yield f"<p>What it names is taken by {', '.join(f'<code>{escape(one)}</code>' for one in takers)}.</p>"
        for media_type, one in answer.get("content", {}).items():
            yield from _examples(operation, media_type, one)
    yield "</details>"


def _rows(operation: Operation, schema: dict[str, Any], within: str = "", depth: int = 1) -> Iterator[tuple[str, ...]]:
    """The name, type and description of each field of an object, and of those within it."""
    for part in schema.get("allOf", ()):
        yield from _rows(operation, operation.resolve(part), within, depth)
    for name, member in schema.get("properties", {}).items():
        whole = {**operation.resolve(member), **{key: value for key, value in member.items() if key != "$ref"}}
        duty = ["required"] if name in schema.get("required", ()) else []
        duties = "; ".join([*duty, *_rules(whole)])
        yield f"{within}{name}", _type(operation, whole), duties, whole.get("description", "")
        if depth < DEEPEST:
            items = whole.get("items")
            inner = operation.resolve(items) if isinstance(items, dict) else whole
            yield from _rows(operation, inner, f"{within}{name}{'[]' if items else ''}.", depth + 1)


def _rules(schema: dict[str, Any]) -> Iterator[str]:
    """What a field needs beside it, and among which names those in it have to be."""
    if NEEDS in schema:
        yield f"needs {', '.join(schema[NEEDS])}"
    yield from (f"{own} is among {place}" for own, place in schema.get(AMONG, {}).items())


def _type(operation: Operation, schema: dict[str, Any]) -> str:
    """`string`, `integer or null`, `one of auto, low`, `array of string`."""
    if "const" in schema or "enum" in schema:
        return ", ".join(json.dumps(one, ensure_ascii=False) for one in schema.get("enum", [schema.get("const")]))
    branches = [operation.resolve(one) for key in ("anyOf", "oneOf") for one in schema.get(key, ())]
    if branches:
        return " or ".join(dict.fromkeys(_type(operation, one) for one in branches))
    types = schema.get("type", "any")
    text = types if isinstance(types, str) else " or ".join(types)
    items = schema.get("items")
    return f"{text} of {_type(operation, operation.resolve(items))}" if isinstance(items, dict) else text


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("Field", "Type", "", "Description"))
    body = "".join(
        f"<tr><td><code>{escape(name)}</code></td>{''.join(f'<td>{escape(one)}</td>' for one in rest)}</tr>"
        for name, *rest in rows
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _examples(operation: Operation, media_type: str, content: dict[str, Any]) -> Iterator[str]:
    for name, example in content.get("examples", {}).items():
        one = operation.resolve(example)
        value = one.get("value", one.get("dataValue", one.get("serializedValue")))
        text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
        yield f"<details><summary>{escape(name)} <code>{escape(media_type)}</code></summary>"
        yield f"<pre>{escape(text)}</pre></details>"
