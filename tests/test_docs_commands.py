"""The commands of the README and of the documentation are run as they are written, and what they name exists."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

import gateway_contract
from ci import pages
from conformance import register
from conformance.__main__ import COMMANDS, main
from conformance.register import profiles, select

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").glob("*.md") if path.stem != "mock")]
"""The page of the mock has tests of its own, which keep its servers running from one line to the next."""
NEEDS_MORE = {
    r"(python -m )?pip install": "the package index",
    r"python3 -m venv|\. \.venv/bin/activate": "the package index",
    r"tox\b": "minutes, and the package index",
    r"docker\b": "docker",
}
"""Commands that do not run here, and what they need."""
LONG = re.compile(r"gateway-conformance run(?!.*(--quick|--requirement|--replay))")
FAILS = "# ends with 1"
TARGET = 'base_url = "https://host/v1"\n[keys]\ndefault = { env = "GATEWAY_API_KEY" }\n'


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Each block of code in that language, with where it stands."""
    for page in PAGES:
        for number, text in enumerate(re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)):
            yield f"{page.stem}-{number}", text


def runnable(text: str) -> str:
    """What of a block runs here: lines and parts of lines without those that need more."""
    lines = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        parts = [part for part in line.split(" && ") if not any(re.match(one, part.strip()) for one in NEEDS_MORE)]
        lines.append(" && ".join(parts))
    return "\n".join(line for line in lines if line.strip() and not line.startswith("export "))


def scripts() -> Iterator[object]:
    """Each block that runs here, as a parameter; what compares with a baseline after the block that makes it."""
    before = ""
    for place, text in blocks("sh"):
        if script := runnable(text):
            script, before = (before if "--baseline" in script else "") + script, f"{script}\n"
            yield pytest.param(script, id=place, marks=[pytest.mark.slow] if LONG.search(script) else [])


def here(script: str, base_url: str) -> str:
    """The script with what runs here in place of what it names, each server on a free port and only for a moment."""
    root = base_url.removesuffix("/v1")
    script = re.sub(r"^(reference-server)(.*) --port 8080", r"\1\2 --port 0 --until-stdin-closes </dev/null", script)
    return (
        script.replace("https://host/v1", base_url)
        .replace("http://127.0.0.1:8080", root)
        .replace("curl ", "curl -fsS ")
    )


@pytest.fixture
def environment(commands: Path) -> dict[str, str]:
    """The two commands are on the path, and what the pages have made by then is there."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")},
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GATEWAY_API_KEY": "sk-ok",
    }


@pytest.mark.parametrize("script", list(scripts()))
def test_commands_run(script: str, server: Callable[..., str], environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    if "--target target.toml" in script:
        (folder / "target.toml").write_text(here(TARGET, server()), encoding="utf-8")
    words = ["bash", "-euo", "pipefail", "-c", here(script, server())]

    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)

    assert done.returncode == (1 if FAILS in script else 0), done.stdout[-2000:] + done.stderr[-2000:]


def inline() -> Iterator[object]:
    """Each command within a line of text, as a parameter."""
    for page in PAGES:
        for text in re.findall(r"`(gateway-conformance [a-z][^`\n]*)`", page.read_text("utf-8")):
            yield pytest.param(text, id=f"{page.stem}-{text.replace(' ', '-')}")


@pytest.mark.parametrize("text", list(inline()))
def test_commands_within_text_exist(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """So do their options."""
    _, command, *words = text.split()

    assert command in COMMANDS
    assert main([command, "--help"]) == 0

    known = capsys.readouterr().out
    assert [word for word in words if word.startswith("--") and word not in known] == []


@pytest.mark.parametrize("text", [pytest.param(text, id=place) for place, text in blocks("yaml")])
def test_pipelines_use_inputs_that_exist(text: str) -> None:
    """Of the action, of the component and of the hook."""
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    component = yaml.safe_load((ROOT / "templates" / "gateway-conformance.yml").read_text("utf-8").split("\n---\n")[0])
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    document = yaml.safe_load(text)
    document = {"steps": document} if isinstance(document, list) else document

    jobs = [*document.get("jobs", {}).values(), document]
    steps = [step for job in jobs for step in job.get("steps", []) if "/gateway-conformance@" in step.get("uses", "")]
    assert all(step["with"].keys() <= action.keys() for step in steps)
    for one in document.get("include", []):
        assert one["inputs"].keys() <= component["spec"]["inputs"].keys()
    for one in document.get("repos", []):
        assert {hook["id"] for hook in one["hooks"]} <= {hook["id"] for hook in hooks}
    assert steps or document.keys() & {"include", "repos"}


def test_every_requirement_has_a_page() -> None:
    """With its text, its documents and its check."""
    known = register.load()
    made = dict(pages.pages({}))

    assert len(made) == len(known.requirements) + 1
    text = made["requirements/chat_stream/chat.stream.done.md"]
    assert "**MUST**: " in text
    assert "def test_" in text
    assert "https://" in text.partition("## Documented")[2].partition("## Check")[0]
    assert all("(requirements" not in one for one in made.values())


def _known() -> dict[str, set[str]]:
    """What the options of a selection may name."""
    requirements = register.load().requirements
    features = [one.feature.split(".") for one in requirements.values()]
    prefixes = {".".join(parts[:end]) for parts in features for end in range(1, len(parts) + 1)}
    return {
        "requirement": set(requirements),
        "feature": prefixes,
        "profile": set(profiles.load()),
        "include": set(select.EXPENSIVE),
        "gateway": {"openai", *gateway_contract.names()},
    }


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.*"))], ids=lambda one: one.name)
def test_names_of_options_exist(page: Path) -> None:
    """Wherever a page or an example says `--feature NAME`; names in capitals stand for others."""
    known, text = _known(), page.read_text("utf-8")
    named = re.findall(rf"--(?:conformance-)?({'|'.join(known)})[ =]'?([a-z][a-z0-9_.,-]*[a-z0-9])", text)

    assert [(option, name) for option, names in named for name in names.split(",") if name not in known[option]] == []
