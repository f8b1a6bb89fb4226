"""What CI systems run is run here as it is written: the action, the component of GitLab, the hook, the health check."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci import annotations

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{ ([^}]+) \}\}")
QUICK = "--requirement models.list --requirement chat.answers --requirement chat.stream.done"
KEY = "sk-ok"
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""How GitHub runs the steps whose shell is bash."""


@dataclass
class Job:
    """Runs the steps of the action in a folder, as a runner does: what they write for each other is read."""

    folder: Path
    inputs: dict[str, str]
    environment: dict[str, str]
    outputs: dict[str, str] = field(default_factory=dict)
    printed: str = ""

    def __post_init__(self) -> None:
        for name in ("output", "summary"):
            (self.folder / name).touch()

    def value(self, expression: str) -> str:
        """The value of `${{ ... }}`."""
        known = {"runner.temp": str(self.folder / "temp"), "github.action_path": str(ROOT)}
        known |= {f"inputs.{name}": self.inputs.get(name, one["default"]) for name, one in ACTION["inputs"].items()}
        return (known | {f"steps.run.outputs.{name}": value for name, value in self.outputs.items()})[expression]

    def run(self, step: dict[str, Any]) -> int:
        """The exit code of a step."""
        own = {name: EXPRESSION.sub(lambda one: self.value(one[1]), text) for name, text in step["env"].items()}
        files = {"GITHUB_OUTPUT": self.folder / "output", "GITHUB_STEP_SUMMARY": self.folder / "summary"}
        script = self.folder / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        (self.folder / "work").mkdir(exist_ok=True)
        done = subprocess.run(
            [*BASH, str(script)],
            cwd=self.folder / "work",
            env={**self.environment, **own, **{name: str(path) for name, path in files.items()}},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.printed += done.stdout + done.stderr
        self.outputs |= dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        return done.returncode


@pytest.fixture
def environment(commands: Path, tmp_path: Path) -> dict[str, str]:
    """That of a runner: the commands of this environment are on the path, and nothing of pytest is set."""
    return {
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
    }


def installed(job: Job) -> None:
    """Stands in for the step that installs."""
    programs = job.folder / "temp" / "gateway-conformance" / "bin"
    programs.mkdir(parents=True)
    (programs / "gateway-conformance").symlink_to(job.folder / "commands" / "gateway-conformance")


def played(job: Job) -> list[int]:
    """The exit codes of the steps that run a shell, but for the one that installs."""
    installed(job)
    return [job.run(step) for step in STEPS if "run" in step and step["id" if "id" in step else "name"] != "install"]


def test_action_passes_a_right_gateway(server: Callable[..., str], tmp_path: Path, environment: dict[str, str]) -> None:
    """The report, the summary and the badge are there, and nothing is annotated."""
    job = Job(tmp_path, {"base-url": server(), "arguments": QUICK}, {**environment, "GATEWAY_API_KEY": KEY})

    assert played(job) == [0, 0, 0], job.printed
    assert job.outputs == {"exit-code": "0"}
    assert (tmp_path / "work" / "conformance-report" / "badge.svg").is_file()
    assert (tmp_path / "summary").read_text(encoding="utf-8").startswith("#")
    assert "::error" not in job.printed


def test_action_fails_on_a_wrong_gateway(
    server: Callable[..., str], tmp_path: Path, environment: dict[str, str]
) -> None:
    """The failure is annotated; the key comes from the variable that the job names."""
    url = server().replace("/v1", "/fault/stream_without_done/v1")
    inputs = {"base-url": url, "arguments": QUICK, "key-variable": "MY_KEY"}
    job = Job(tmp_path, inputs, {**environment, "MY_KEY": KEY})

    assert played(job) == [0, 0, 1], job.printed
    annotated = [line for line in job.printed.splitlines() if line.startswith("::error title=")]
    assert len(annotated) == 1
    assert "chat.stream.done" in annotated[0]
    assert "chat.stream.done" in (tmp_path / "summary").read_text(encoding="utf-8")


def test_action_takes_a_target_file_a_profile_and_what_it_fails_on(
    server: Callable[..., str], tmp_path: Path, environment: dict[str, str]
) -> None:
    """A failure outside the profile does not fail the job."""
    url = server().replace("/v1", "/fault/stream_without_done/v1")
    (tmp_path / "target.toml").write_text(f'base_url = "{url}"\n[keys]\ndefault = {{ env = "MY_KEY" }}\n')
    inputs = {"target": "../target.toml", "fail-on": "profile:tools", "arguments": f"{QUICK} --requirement tools.named"}
    job = Job(tmp_path, inputs, {**environment, "MY_KEY": KEY})

    assert played(job) == [0, 0, 0], job.printed


def test_action_fails_on_regressions_only(
    server: Callable[..., str], tmp_path: Path, environment: dict[str, str]
) -> None:
    """What failed in the baseline fails nothing, and is not annotated again."""
    inputs = {"base-url": server().replace("/v1", "/fault/stream_without_done/v1"), "arguments": QUICK}
    before = Job(tmp_path, {**inputs, "report": "before"}, {**environment, "GATEWAY_API_KEY": KEY})
    again = Job(tmp_path, {**inputs, "baseline": "before/report.json"}, before.environment)

    assert played(before) == [0, 0, 1], before.printed
    assert [again.run(step) for step in STEPS[1:] if "run" in step] == [0, 0, 0], again.printed
    assert "::error" not in again.printed


def test_action_without_a_verdict_fails(tmp_path: Path, environment: dict[str, str]) -> None:
    job = Job(tmp_path, {"base-url": "http://127.0.0.1:1/v1"}, environment)

    assert played(job) == [0, 0, 3]
    assert "nothing listens on that port" in job.printed


@pytest.mark.slow
def test_action_installs_what_it_is_part_of(tmp_path: Path, environment: dict[str, str]) -> None:
    """Needs the package index."""
    job = Job(tmp_path, {}, {name: value for name, value in environment.items() if name != "PYTHONPATH"})

    assert job.run(STEPS[0]) == 0, job.printed
    program = tmp_path / "temp" / "gateway-conformance" / "bin" / "gateway-conformance"
    assert "gateway-conformance" in subprocess.run([program, "--version"], capture_output=True, text=True).stdout


def test_action_puts_no_input_into_a_script() -> None:
    """An input is a variable of the shell: in the text of a script it could be a command."""
    assert not [step["name"] for step in STEPS if EXPRESSION.search(step.get("run", ""))]
    assert all("shell" in step for step in STEPS if "run" in step)


def cause(title: str, level: str, *requirements: str) -> dict[str, Any]:
    return {
        "title": title,
        "level": level,
        "impact": "Clients wait.\n::error::100 %\x1b[0m",
        "requirements": requirements,
    }


def test_annotations_are_few_and_inert() -> None:
    """An answer cannot give a command, GitHub shows ten, and what is known is not told."""
    causes = [cause(f"A: {number}, b", "MUST", f"chat.{number}", "chat.x") for number in range(12)]
    causes += [cause("many", "SHOULD", *"abcdefg"), cause("known", "SHOULD", "chat.y"), cause("may", "MAY", "chat.z")]

    printed = list(annotations.lines({"causes": causes}, {"chat.x", "chat.y"}))

    assert printed[0] == "::error title=A%3A 0%2C b::Clients wait.%0A::error::100 %25?[0m%0Achat.0, chat.x"
    assert [line.partition(" ")[0] for line in printed] == ["::error"] * 10 + ["::warning"]
    assert "3 more causes" in printed[9]
    assert printed[10].endswith("a, b, c, d, e and 2 more")
    assert all("\n" not in line and "\x1b" not in line for line in printed)


COMPONENT = ROOT / "templates" / "gateway-conformance.yml"


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("fault/stream_without_done/", 1)])
def test_component_of_gitlab_judges(
    fault: str, code: int, server: Callable[..., str], tmp_path: Path, environment: dict[str, str]
) -> None:
    head, text = COMPONENT.read_text(encoding="utf-8").split("\n---\n")
    inputs = {name: one.get("default", "") for name, one in yaml.safe_load(head)["spec"]["inputs"].items()}
    inputs |= {"base-url": server().replace("/v1", f"/{fault}v1"), "profile": "limits,core"}
    (job,) = yaml.safe_load(re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda one: inputs[one[1]], text)).values()
    script = "\n".join(job["script"]).replace('run "$@"', f'run "$@" {QUICK}')

    done = subprocess.run(
        ["sh", "-ec", script],
        cwd=tmp_path,
        env={**environment, **job["variables"], "GATEWAY_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == code, done.stderr
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).is_file()
    assert "pip install" in job["before_script"][0]


(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "checked"),
    [
        ("target.toml", True),
        ("ci/target.toml", True),
        ("staging.target.toml", True),
        ("live-target.toml", True),
        ("pyproject.toml", False),
        ("mytarget.toml", False),
    ],
)
def test_hook_finds_target_files(name: str, checked: bool) -> None:
    assert bool(re.search(HOOK["files"], name)) is checked


def test_hook_checks_target_files(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "wrong.toml").write_text('base_url = "host"\n')
    words = [*shlex.split(HOOK["entry"]), str(ROOT / "docs" / "targets" / "portkey.toml")]

    codes = [
        subprocess.run([*words, *more], env=environment, capture_output=True, timeout=60).returncode
        for more in ([], [str(tmp_path / "wrong.toml")])
    ]

    assert codes == [0, 3]


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.mock"])
def test_image_is_built_from_what_is_there_and_runs_as_a_user(name: str) -> None:
    """What a build takes is what the ignore file lets through, and all of that exists."""
    lines = (ROOT / "ci" / name).read_text(encoding="utf-8").splitlines()
    needed = (ROOT / "ci" / f"{name}.dockerignore").read_text(encoding="utf-8").splitlines()

    assert all((ROOT / line[1:]).exists() for line in needed if line.startswith("!"))
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    last = lines.index("USER 10001")
    assert not [line for line in lines[last:] if line.startswith("RUN ")]


def test_health_check_of_the_mock_tells_whether_it_serves(server: Callable[..., str]) -> None:
    text = (ROOT / "ci" / "Dockerfile.mock").read_text(encoding="utf-8")
    command = re.findall(r"HEALTHCHECK .*?CMD (.*?)\n[A-Z]", text, re.DOTALL)[0]
    root = server().removesuffix("/v1")

    for address, code in ((root, 0), ("http://127.0.0.1:1", 1)):
        script = command.replace("python ", f"{shlex.quote(sys.executable)} ").replace("http://127.0.0.1:8080", address)
        assert subprocess.run(["sh", "-c", script], capture_output=True, timeout=30).returncode == code


def test_mock_starts_as_the_image_starts_it(environment: dict[str, str]) -> None:
    text = (ROOT / "ci" / "Dockerfile.mock").read_text(encoding="utf-8")
    words = json.loads(re.findall(r"^ENTRYPOINT (.*)$", text, re.MULTILINE)[0])
    words[words.index("8080")] = "0"

    with subprocess.Popen(
        [*words, "--until-stdin-closes"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline().startswith("http://")
        process.stdin.close()
        process.wait(timeout=20)
