"""The client for Node on the recorder, with a stand-in for the package."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.errors import BudgetSpent, Unsupported
from conformance.sdk.node import Node, NodeFailed, Raised, find
from conformance.sdk.recorded_client import ClientRecording

from .canned import KEY, Canned, answer, streamed

PACKAGE = """
exports.OpenAI = class OpenAI {
  constructor(options) {
    const { OPENAI_API_KEY, OPENAI_BASE_URL } = process.env;
    const { fetch, apiKey = OPENAI_API_KEY, baseURL = OPENAI_BASE_URL } = options;
    const headers = { authorization: `Bearer ${apiKey}` };
    const post = async (body) => {
      if (body === "exit") process.exit(1);
      return fetch(`${baseURL}/chat/completions`, { method: "POST", headers, body: JSON.stringify(body) });
    };
    const lines = async function* (response) {
      const text = await response.text();
      for (const content of text.split("|")) yield { choices: [{ delta: { content } }] };
    };
    const create = async (body) => {
      const response = await post(body);
      if (response.status !== 200) throw Object.assign(new RangeError("refused"), { status: response.status });
      return body.stream ? lines(response) : response.json();
    };
    this.chat = { completions: { create } };
  }
};
"""


@pytest.fixture
def node_modules(tmp_path: Path) -> str:
    """A folder with a package of that name."""
    place = tmp_path / "node_modules" / "openai"
    place.mkdir(parents=True)
    (place / "package.json").write_text('{"name": "openai", "main": "index.js"}')
    (place / "index.js").write_text(PACKAGE)
    return str(tmp_path / "node_modules")


@pytest.fixture
def node(node_modules: str) -> Iterator[Node]:
    """A running client."""
    node = Node(node_modules)
    yield node
    node.close()


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not on the path")


@needs_node
def test_answer_reaches_the_client(node: Node) -> None:
    """The request goes through the recording, with the placeholder for the key."""
    recorder = Canned()

    assert node.run("create", ClientRecording(recorder, entire=True), {"model": "echo"}) == {"content": "Hello"}
    assert recorder.sent[0].path == "/chat/completions"
    assert dict(recorder.sent[0].headers)["authorization"] == "Bearer {key}"


@needs_node
def test_environment_is_enough(node: Node) -> None:
    """Key and base URL may be told in the environment alone."""
    assert node.run("create", ClientRecording(Canned()), {"model": "echo"}, environment=True) == {"content": "Hello"}


@needs_node
def test_stream_is_read_in_its_reads(node: Node) -> None:
    """Bytes arrive as they were recorded."""
    reads = streamed((0.1, b"gr"), (0.2, "ü".encode()[:1]), (0.3, "ü".encode()[1:] + b"n|!"))

    assert node.run("stream", ClientRecording(Canned(reads)), {"stream": True}) == {"text": "grün!"}


@needs_node
def test_errors_are_told(node: Node) -> None:
    """What the client raises is named, with its status; a broken connection breaks it."""
    refused = node.run("create", ClientRecording(Canned(answer(status=418))), {})
    lost = node.run("create", ClientRecording(Canned(answer(broken="RemoteProtocolError: gone"))), {})
    nobody = node.run("create", ClientRecording(Canned({"status": 0, "broken": "ReadError: reset"})), {})

    assert refused == Raised("RangeError", "refused", 418)
    assert isinstance(lost, Raised)
    assert "gone" in lost.message
    assert isinstance(nobody, Raised)
    assert "reset" in nobody.message


@needs_node
def test_trouble_of_the_suite_is_not_the_gateways(node: Node) -> None:
    """A spent budget is raised as such, and so is the end of the process."""
    with pytest.raises(BudgetSpent):
        node.run("create", ClientRecording(Canned(BudgetSpent("enough"))), {})
    with pytest.raises(NodeFailed):
        node.run("create", ClientRecording(Canned()), "exit")  # type: ignore[arg-type]


@needs_node
def test_client_knows_no_secret(node_modules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's own OpenAI settings are not passed on."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    node = Node(node_modules)
    environment = Path(f"/proc/{node._process.pid}/environ")
    known = environment.read_bytes() if environment.exists() else b""
    node.close()

    assert KEY.encode() not in known


def test_package_is_found(node_modules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, by NODE_PATH, or from the working directory."""
    monkeypatch.delenv("NODE_PATH", raising=False)
    below = tmp_path / "deep" / "down"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert find() == Path(node_modules)
    assert find(str(below)) is None
    monkeypatch.chdir("/")
    monkeypatch.setenv("NODE_PATH", f"/nowhere{os.pathsep}{node_modules}")
    assert find() == Path(node_modules)


def test_absent_package_is_unsupported(tmp_path: Path) -> None:
    """Nothing is downloaded: the error says what to install."""
    with pytest.raises(Unsupported, match=r"npm install openai|node is not on the path"):
        Node(str(tmp_path))
