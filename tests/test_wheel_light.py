"""The wheel of the reference server alone, in an environment that has nothing but its libraries."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import distribution, requires
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parent.parent
LIBRARIES = {
    *("click", "h11", "httptools", "jsonschema-rs", "msgspec", "multipart", "pyyaml", "uvicorn"),
    *(["uvloop"] if os.name != "nt" else []),
}
"""All that is installed beside it."""
SUITE = ("conformance", "tests", "bench", "reports", "pytest_gateway_conformance")
HELLO = {"model": "gpt-5.5", "messages": [{"role": "user", "content": "Hello"}]}
PICTURE = "data:image/png;base64,iVBORw0KGgo="
SEEN = [{"type": "image_url", "image_url": {"url": PICTURE}}, {"type": "text", "text": "Look"}]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts of an environment stand elsewhere")


def project(folder: str) -> dict[str, object]:
    """The metadata that a folder declares."""
    table: dict[str, object] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def pip(*words: str | Path) -> None:
    """Runs pip of this environment."""
    ran = subprocess.run(
        [sys.executable, "-m", "pip", *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the server in this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []
    pip("wheel", "--no-deps", "--quiet", *isolation, "--wheel-dir", folder, ROOT / "mock")
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment that has the wheel and its libraries, which are links to ours."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    pip("--python", home / "bin" / "python", "install", "--no-deps", "--no-index", "--quiet", wheel)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home)}))
    for name in LIBRARIES:
        files = distribution(name).files or ()
        for top in {file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}:
            (site / top).symlink_to(str(distribution(name).locate_file(top)))
    return home / "bin"


def closure(*names: str) -> set[str]:
    """The distributions that these need, without extras, on this platform."""
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.split(r"[^\w.-]", waiting.pop())[0].lower()
        if name not in needed:
            needed.add(name)
            waiting += [line for line in requires(name) or () if ";" not in line]
    return needed


def test_libraries_are_few(wheel: Path) -> None:
    """What the wheel asks for, and what that asks for in turn."""
    text = zipfile.ZipFile(wheel).read(f"gateway_reference_server-{project('mock')['version']}.dist-info/METADATA")
    lines = re.findall(r"^Requires-Dist: (.*)$", text.decode(), re.M)

    assert closure(*(line for line in lines if "extra ==" not in line)) == LIBRARIES
    assert {re.split(r"[^\w]", line)[0] for line in lines if "extra ==" in line} == {"av", "pillow"}


def test_nothing_of_the_suite_is_in_it(wheel: Path) -> None:
    """It has the server and the contract, and the documents stand within the loader's package."""
    names = zipfile.ZipFile(wheel).namelist()

    assert not [name for name in names if name.startswith(SUITE) or "__pycache__" in name]
    assert {"gateway_contract/openapi/built/openai.json", "reference_server/fixtures.toml"} <= set(names)


def test_version_is_that_of_the_suite() -> None:
    """Both are built from one tree."""
    assert project("mock")["version"] == project(".")["version"]


def ask(base: str, path: str, body: object) -> tuple[int, dict[str, object]]:
    """The status and the body of an answer."""
    head = {"authorization": "Bearer sk-ok", "content-type": "application/json"}
    request = Request(base + path, json.dumps(body).encode(), head)
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.slow
def test_server_works(scripts: Path, tmp_path: Path) -> None:
    """It answers, explains what is wrong, plays a scenario, and refuses media with a hint."""
    (tmp_path / "scenario.yaml").write_text("rules: [{when: {last: weather}, answer: {text: Sunny.}}]")
    words = [scripts / "reference-server", "--port", "0", "--until-stdin-closes", "--scenario", "scenario.yaml"]
    weather, seen, bare = ([{"role": "user", "content": text}] for text in ("weather", SEEN, None))
    with subprocess.Popen(
        words, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"]}
    ) as server:
        assert server.stdin
        assert server.stdout
        base = server.stdout.readline().strip()
        answers = [ask(base, "/chat/completions", {**HELLO, "messages": one}) for one in (weather, seen, bare)]
        refused = ask(base, "/images/generations", {"model": "gpt-image-1", "prompt": "a cat"})
        server.stdin.close()

    assert [status for status, _ in answers] == [200, 200, 400]
    assert "Sunny." in str(answers[0])
    assert "I see an image (image/png). You said: Look" in str(answers[1])
    assert refused[0] == 400
    assert "pip install 'gateway-reference-server[media]'" in str(refused[1])
