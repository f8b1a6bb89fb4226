"""The contract: its sources build, its overlays apply, its examples are valid, its built files are current."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml

import gateway_contract
from conformance import register
from gateway_contract import errors
from gateway_contract._build import all_names, build, demand_current, read_built
from gateway_contract._bundle import bundle, documented_by, references
from gateway_contract._overlay import apply_overlay
from gateway_contract._sources import BUILT, EARLIER, GATEWAYS, HERE, read_yaml

NAMES = all_names()
EVERY = pytest.mark.parametrize("name", NAMES)
OVERLAYS = pytest.mark.parametrize("name", gateway_contract.names())


def overlay_with(*actions: dict[str, Any]) -> dict[str, Any]:
    """An overlay with these actions."""
    return {"overlay": "1.0.0", "actions": list(actions), "x-gateway": {}}


def media_types(node: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every schema and Media Type Object with examples below `node`."""
    if isinstance(node, list):
        for item in node:
            yield from media_types(item)
    elif isinstance(node, dict):
        schema = node.get("schema", node.get("itemSchema"))
        if schema is not None and "examples" in node:
            yield schema, node
        for value in node.values():
            yield from media_types(value)


def examples(contract: gateway_contract.Contract) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example of the document: its name, its schema, and its value; each event of a stream is a value."""
    for schema, media_type in media_types(contract.document):
        for name, reference in media_type["examples"].items():
            example = contract.document["components"]["examples"][reference["$ref"].rpartition("/")[2]]
            for value in example["dataValue"] if "itemSchema" in media_type else [example["value"]]:
                yield name, schema, value


@EVERY
def test_document_is_valid_openapi(name: str) -> None:
    """The built document satisfies the OpenAPI 3.2 specification."""
    validation = pytest.importorskip("openapi_spec_validator")

    validation.validate(gateway_contract.load(name).document)


@EVERY
def test_built_file_is_current(name: str) -> None:
    """The committed file equals what its sources give."""
    demand_current(name)


@EVERY
def test_references_are_local(name: str) -> None:
    """The document is self-contained and has no component and no tag that nothing uses."""
    document = gateway_contract.load(name).document
    used = set(references(document))

    assert all(reference.startswith("#/components/") for reference in used)
    for section, named in document["components"].items():
        unused = {key for key in named if f"#/components/{section}/{key}" not in used}
        assert section == "securitySchemes" or not unused
    operations = [operation.document for operation in gateway_contract.load(name).operations.values()]
    assert {tag["name"] for tag in document["tags"]} == {tag for one in operations for tag in one.get("tags", ["none"])}


@EVERY
def test_examples_satisfy_their_schemas(name: str) -> None:
    """Both validators accept every example, and refuse it without its first required field."""
    contract = gateway_contract.load(name)
    components = contract.document["components"]
    checked = list(examples(contract))

    assert checked
    for label, schema, value in checked:
        whole = {**schema, "components": components}
        assert list(jsonschema.Draft202012Validator(whole).iter_errors(value)) == [], label
        assert jsonschema_rs.validator_for(whole).is_valid(value), label
        broken = copy.deepcopy(value)
        if isinstance(broken, (dict, list)) and broken:
            broken.pop(next(iter(broken)) if isinstance(broken, dict) else 0)
        refused = not jsonschema.Draft202012Validator(whole).is_valid(broken)
        assert refused is not jsonschema_rs.validator_for(whole).is_valid(broken), label


def streamed_examples(contract: gateway_contract.Contract) -> Iterator[tuple[gateway_contract.Operation, str]]:
    """The data of every event of every example, with the operation that streams it."""
    examples = contract.document["components"].get("examples", {})
    for operation in contract.operations.values():
        content = contract._resolve(operation.document["responses"].get("200", {})).get("content", {})
        for reference in content.get("text/event-stream", {}).get("examples", {}).values():
            for event in examples[reference["$ref"].rpartition("/")[2]]["dataValue"]:
                yield operation, event["data"]


@EVERY
def test_streamed_examples_hold_valid_chunks(name: str) -> None:
    """The JSON inside the events of the examples satisfies the schema of an event's data."""
    events = list(streamed_examples(gateway_contract.load(name)))

    assert "[DONE]" in [data for _, data in events]
    for operation, data in events:
        assert data == "[DONE]" or operation.event_problem(json.loads(data)) is None, data


@EVERY
def test_every_operation_has_examples(name: str) -> None:
    """Each request, success and error of each operation has at least one example, unless it is binary."""
    contract = gateway_contract.load(name)
    for operation in contract.operations.values():
        bodies = [contract._resolve(response) for response in operation.document["responses"].values()]
        bodies += [operation.document["requestBody"]] if "requestBody" in operation.document else []
        described = [media_type for body in bodies for media_type in body["content"].values() if media_type]
        assert all(media_type.get("examples") for media_type in described), f"{operation.id}: see test_checklist.py"


@EVERY
def test_objects_are_open(name: str) -> None:
    """No schema forbids fields that it does not name."""
    assert '"additionalProperties": false' not in json.dumps(gateway_contract.load(name).document["components"])


@EVERY
def test_features_are_known(name: str) -> None:
    """Every `x-feature` of the document is one that x-gateway can claim; what depends on the model is claimed."""
    known = {requirement.feature for requirement in register.load().requirements.values()}
    contract = gateway_contract.load(name)

    assert set(features_of(contract.document)) <= known
    assert contract.features <= known
    assert set(contract.gateway["model_dependent"]) <= contract.features


def features_of(node: Any) -> Iterator[str]:
    """Every value of `x-feature` below `node`."""
    if isinstance(node, list):
        for item in node:
            yield from features_of(item)
    elif isinstance(node, dict):
        if "x-feature" in node:
            yield node["x-feature"]
        for value in node.values():
            yield from features_of(value)


@EVERY
def test_contradictions_cite_known_sources(name: str) -> None:
    """A decision cites documents that `sources` lists, and is made once."""
    gateway = gateway_contract.load(name).gateway
    decided = [entry["id"] for entry in gateway["contradictions"]]

    assert len(decided) == len(set(decided))
    for entry in gateway["contradictions"]:
        assert set(entry["between"]) <= set(gateway["sources"]), entry["id"]


@EVERY
def test_gateway_agrees_with_the_document(name: str) -> None:
    """The base URL is the server's, and the documented fields are in the schemas."""
    contract = gateway_contract.load(name)
    gateway, schemas = contract.gateway, contract.document["components"]["schemas"]

    assert [server["url"] for server in contract.document["servers"]] == [gateway["protocols"]["openai"]["base_url"]]
    error = schemas["Error"]
    words = {field for field in error["required"] if "null" not in error["properties"][field]["type"]}
    assert words == set(gateway["errors"]["fields"]) - {"param"}
    assert (
        schemas.get("Model", gateway["models"])["required" if "Model" in schemas else "fields"]
        == (gateway["models"]["fields"])
    )
    for template, item in contract.document["paths"].items():
        base, path = gateway["protocols"][item.get("x-protocol", "openai")]["base_url"], item.get("x-path", template)
        (server,) = item.get("servers", contract.document["servers"])
        assert server["url"] + template == base + path
    assert ("models" in contract.features) is ("listModels" in contract.operations)
    assert ("models.retrieve" in contract.features) is ("retrieveModel" in contract.operations)


@EVERY
def test_documented_statuses_are_in_the_document(name: str) -> None:
    """Every status that a cause of chat may have is documented for chat."""
    contract = gateway_contract.load(name)
    operation = contract.operations["createChatCompletion"]
    error = {"error": {"message": "m", "type": "t", "code": "c", "param": None}}
    causes = contract.gateway["errors"]["status"].items()

    for cause, statuses in causes:
        for status in statuses if cause not in ("wrong_method", "unknown_route") else []:
            assert operation.response_problem(status, error) is None, (cause, status)


@OVERLAYS
def test_every_action_matches_and_changes(name: str) -> None:
    """Each action of an overlay matches something and leaves the document different."""
    overlay = read_yaml(GATEWAYS / f"{name}.yaml")
    document = bundle(name)

    for action in overlay["actions"]:
        before = copy.deepcopy(document)
        document = apply_overlay(document, {**overlay, "actions": [action]}, name)
        assert {**document, "x-gateway": None} != {**before, "x-gateway": None}, action["target"]


@pytest.mark.parametrize("place", ["entry", "item"])
def test_path_of_some_gateways_is_in_their_documents_only(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that lists gateways is in their documents only, without the list."""
    only = {"x-gateways": ["foxora", "infery"]}

    def read(path: Path) -> dict[str, Any]:
        source = read_yaml(path)
        if place == "entry" and "paths" in source:
            source["paths"]["/models"] |= only
        if place == "item" and path.parent.name == "paths" and path.stem == "models":
            source["models"] |= only
        return source

    monkeypatch.setattr("gateway_contract._bundle.read_yaml", read)

    assert ["/models" in bundle(name)["paths"] for name in ("openai", "foxora", "infery", "ofox")] == [0, 1, 1, 0]
    assert "x-gateways" not in json.dumps(bundle("foxora"))


def test_path_of_another_protocol_names_its_server() -> None:
    """A path below another base URL than the document's has a server of its own."""
    paths = gateway_contract.load("ofox").document["paths"]

    assert paths["/v1beta/models/{model}:generateContent"]["servers"] == [{"url": "https://api.ofox.ai/gemini"}]
    assert "servers" not in paths["/chat/completions"]


def test_path_of_an_unknown_gateway_is_refused() -> None:
    """A misspelt name is an error, because it would silently drop the path."""
    assert documented_by({}) == NAMES
    with pytest.raises(errors.UnknownGateway, match="acme"):
        documented_by({"x-gateways": ["foxora", "acme"]})


def test_every_file_of_paths_is_used() -> None:
    """openapi.yaml refers to every file in paths/."""
    used = {item["$ref"].partition("#")[0] for item in read_yaml(HERE / "openapi.yaml")["paths"].values()}

    assert used == {f"paths/{path.name}" for path in (HERE / "paths").glob("*.yaml")}


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.yaml")), ids=lambda path: path.name)
def test_source_is_short(path: Path) -> None:
    """A source has fewer than 500 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) < 500


def test_action_without_match_is_refused() -> None:
    """The error names the gateway, the action's number and its target."""
    overlay = overlay_with({"target": "$.info", "update": {"title": "x"}}, {"target": "$.nowhere", "remove": True})

    with pytest.raises(errors.InvalidOverlay, match=r"acme, action 2 \(\$\.nowhere\): the target matches nothing"):
        apply_overlay(bundle(), overlay, "acme")


@pytest.mark.parametrize(
    "action",
    [
        {"target": "$.info"},
        {"target": "$.info", "update": {}, "remove": True},
        {"target": "$.[", "remove": True},
        {"update": {}},
    ],
)
def test_malformed_action_is_refused(action: dict[str, Any]) -> None:
    """An action has a JSONPath and either update or remove."""
    with pytest.raises(errors.InvalidOverlay, match="acme, action 1") as caught:
        apply_overlay(bundle(), overlay_with(action), "acme")

    assert caught.value.hint


def test_repeated_key_is_refused(tmp_path: Path) -> None:
    """A YAML mapping that names a key twice is an error with the line, where PyYAML would keep the last."""
    source = tmp_path / "twice.yaml"
    source.write_text("a:\n  b: 1\n  b: 2\n", encoding="utf-8")

    assert yaml.safe_load(source.read_text(encoding="utf-8")) == {"a": {"b": 2}}
    with pytest.raises(errors.DuplicateKey, match="line 3: the key 'b' is repeated"):
        read_yaml(source)


@pytest.mark.parametrize("text", ["- 1\n", "a: [\n"])
def test_unreadable_source_is_refused(tmp_path: Path, text: str) -> None:
    """A source is one YAML mapping."""
    source = tmp_path / "source.yaml"
    source.write_text(text, encoding="utf-8")

    with pytest.raises(errors.UnreadableSource):
        read_yaml(source)


def test_dates_stay_text(tmp_path: Path) -> None:
    """An unquoted date is not turned into an object that JSON cannot hold."""
    source = tmp_path / "date.yaml"
    source.write_text("day: 2026-11-20\n", encoding="utf-8")

    assert read_yaml(source) == {"day": "2026-11-20"}


def test_unknown_gateway_is_refused_with_a_hint() -> None:
    """The hint lists the known names."""
    with pytest.raises(errors.UnknownGateway, match="acme") as caught:
        gateway_contract.load("acme")

    assert all(name in caught.value.hint for name in NAMES)


def test_base_has_two_names() -> None:
    """None and "openai" are the base contract, loaded once."""
    assert gateway_contract.load() is gateway_contract.load("openai")
    assert gateway_contract.load().name == "openai"


def test_changed_source_is_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A built file whose digest differs from the sources' is not used, and is reported as stale."""
    stale = {**build("openai"), "x-source-digest": "0", "info": {}}
    monkeypatch.setattr("gateway_contract._build.read_built", lambda *_: stale)

    assert gateway_contract._build.read("openai")["info"]["title"]
    with pytest.raises(errors.StaleDocument) as caught:
        demand_current("openai")
    assert "python -m gateway_contract build" in caught.value.hint


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "/chat/completions", "createChatCompletion"),
        ("post", "/chat/completions", "createChatCompletion"),
        ("GET", "/models", "listModels"),
        ("GET", "/models/gpt-4o", "retrieveModel"),
        ("GET", "/models/openai/gpt-4o", "retrieveModel"),
        ("GET", "/models/openai%2Fgpt-4o", "retrieveModel"),
        ("GET", "/models/", None),
        ("GET", "/chat/completions", None),
        ("GET", "/nowhere", None),
    ],
)
def test_find(method: str, path: str, operation: str | None) -> None:
    """A path parameter matches one segment or several, but not none."""
    match = gateway_contract.load().find(method, path)

    assert (match and match.id) == operation


def test_allowed() -> None:
    """A path has its documented methods; an unknown path has none."""
    contract = gateway_contract.load()

    assert contract.allowed("/chat/completions") == ("POST",)
    assert contract.allowed("/models/a/b") == ("GET",)
    assert contract.allowed("/nowhere") == ()


def test_public_operation_needs_no_credential() -> None:
    """An operation whose security allows nothing is open; all others demand a credential."""
    assert gateway_contract.load().operations["listModels"].auth_required
    assert not gateway_contract.load("ofox").operations["listModels"].auth_required
    assert gateway_contract.load("ofox").operations["createChatCompletion"].auth_required


def test_validator_takes_a_reference_or_a_schema() -> None:
    """A reference and an inline schema compile over the document's components, once."""
    contract = gateway_contract.load()
    by_reference = contract.validator("#/components/schemas/Error")

    assert by_reference is contract.validator({"$ref": "#/components/schemas/Error"})
    assert by_reference.is_valid({"message": "m"})
    assert not by_reference.is_valid({})


def test_command_line_checks_and_shows() -> None:
    """`check` succeeds on current files; `show` of an unknown gateway fails with the hint."""
    check = subprocess.run(
        [sys.executable, "-m", "gateway_contract", "check"], capture_output=True, text=True, check=False
    )
    show = subprocess.run(
        [sys.executable, "-m", "gateway_contract", "show", "acme"], capture_output=True, text=True, check=False
    )

    assert check.returncode == 0, check.stderr
    assert show.returncode == 1
    assert "Choose one of" in show.stderr


def test_built_files_have_a_source() -> None:
    """There is no built file of a removed gateway."""
    assert {path.stem for path in BUILT.glob("*.json")} == set(NAMES)
    assert {path.stem for path in EARLIER.glob("*.json")} == set(NAMES)
    assert all(read_built(name) for name in NAMES)


@pytest.mark.parametrize(
    ("operation", "body", "param"),
    [
        ("createChatCompletion", {"top_logprobs": 2}, "top_logprobs"),
        ("createChatCompletion", {"top_logprobs": 2, "logprobs": False}, "top_logprobs"),
        ("createChatCompletion", {"top_logprobs": 2, "logprobs": True}, None),
        ("createChatCompletion", {"top_logprobs": None}, None),
        ("createChatCompletion", {"stream_options": {"include_usage": True}}, "stream_options"),
        ("createCompletion", {"stream_options": {}, "stream": True}, None),
        ("createCompletion", {"stream_options": {}}, "stream_options"),
        ("generateContent", {"generationConfig": {"logprobs": 1}}, "generationConfig.logprobs"),
        ("generateContent", {"generationConfig": {"logprobs": 1, "responseLogprobs": True}}, None),
        ("generateContent", {"generationConfig": None}, None),
        ("createEmbedding", {"stream_options": {}}, None),
        ("listModels", {}, None),
        ("createChatCompletion", {"tool_choice": "auto"}, "tool_choice"),
        ("createChatCompletion", {"tool_choice": "none"}, None),
        ("createChatCompletion", {"parallel_tool_calls": True}, None),
        ("createResponse", {"tool_choice": "auto"}, None),
        ("createResponse", {"tool_choice": "required", "tools": []}, "tool_choice"),
        ("createMessage", {"tool_choice": {"type": "auto"}}, None),
        ("createMessage", {"tool_choice": {"type": "any"}}, "tool_choice"),
        ("countMessageTokens", {"tool_choice": {"type": "any"}}, "tool_choice"),
    ],
)
def test_field_that_needs_another_is_wrong_without_it(operation: str, body: dict[str, Any], param: str | None) -> None:
    problem = gateway_contract.load().operations[operation].rule_problem(body)

    assert (problem and problem.param) == param


def calling(*ids: str) -> dict[str, Any]:
    """A message that makes these calls."""
    return {"role": "assistant", "tool_calls": [{"id": name} for name in ids]}


def answering(name: str, role: str = "tool") -> dict[str, Any]:
    """A message that brings the result of a call."""
    return {"role": role, "tool_call_id": name}


def config(*names: str) -> dict[str, Any]:
    """The configuration that allows these functions."""
    return {"toolConfig": {"functionCallingConfig": {"allowedFunctionNames": [*names]}}}


CHOSEN = {"type": "function", "function": {"name": "heron"}}
DECLARED = {"tools": [{"functionDeclarations": [{"name": "heron"}, {"name": "otter"}]}]}


@pytest.mark.parametrize(
    ("operation", "body", "param"),
    [
        ("createChatCompletion", {"tool_choice": CHOSEN, "tools": [CHOSEN]}, None),
        ("createChatCompletion", {"tool_choice": CHOSEN, "tools": [{"custom": {}}]}, "tool_choice.function.name"),
        ("createResponse", {"tool_choice": {"name": "a"}, "tools": [{"name": "b"}]}, "tool_choice.name"),
        ("createMessage", {"tool_choice": {"type": "tool", "name": "a"}, "tools": [{"name": "a"}]}, None),
        ("generateContent", {**config("heron", "otter"), **DECLARED}, None),
        (
            "generateContent",
            {**config("heron", "crane"), **DECLARED},
            "toolConfig.functionCallingConfig.allowedFunctionNames",
        ),
        ("createChatCompletion", {"messages": [calling("1", "2"), answering("2"), answering("1")]}, None),
        ("createChatCompletion", {"messages": [answering("1"), calling("1")]}, "messages[0].tool_call_id"),
        ("createChatCompletion", {"messages": [calling("1"), answering("2")]}, "messages[1].tool_call_id"),
        ("createChatCompletion", {"messages": [answering("1", "user")]}, None),
        ("createChatCompletion", {"messages": "hello", "tools": 7, "tool_choice": []}, None),
    ],
)
def test_name_is_wrong_that_is_not_among_others(operation: str, body: dict[str, Any], param: str | None) -> None:
    """A name has to be one of those that its place in the contract speaks of; of a list, one before it."""
    problem = gateway_contract.load().operations[operation].rule_problem(body)

    assert (problem and problem.param) == param
