"""The wheel, installed beside a project whose own folders have the names of ours."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMES = ("openapi", "conformance", "reference_server", "reports")
FOREIGN = {
    "pytest.ini": """
[pytest]
addopts = --strict-markers --strict-config
python_files = check_*.py
filterwarnings = error
""",
    **{f"{name}/__init__.py": "MINE = True\n" for name in NAMES},
    "conformance/checks/test_not_collected.py": "def test_not_collected(): assert False\n",
    "check_mine.py": f"""
import importlib
import sys

import pytest

@pytest.mark.parametrize("name", {NAMES})
def test_packages_are_mine(name):
    assert importlib.import_module(name).MINE

def test_nothing_of_the_suite_is_loaded(record_property):
    record_property("odd", "value")
    places = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
    assert not [name for name in sys.modules if name.startswith("gateway_contract")]
    assert [place for place in places if place.startswith(sys.prefix)] == [
        sys.modules["pytest_gateway_conformance"].__file__
    ]
""",
}
Result = subprocess.CompletedProcess[str]
Run = Callable[..., Result]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts of an environment stand elsewhere")


def run_in(folder: Path, *words: str | Path, **variables: str) -> Result:
    """Runs a command in a folder, with no path of the caller's but those given."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []
    words = ["wheel", "--no-deps", "--quiet", *isolation, "--wheel-dir", str(folder), str(ROOT)]
    built = run_in(folder, sys.executable, "-m", "pip", *words)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment that has the wheel, and takes the libraries from ours.

    A path in a `.pth` file does not have its own `.pth` files read, so an editable installation is not seen.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    scripts = home / "bin"
    words = ["install", "--no-deps", "--no-index", "--quiet", str(wheel)]
    installed = run_in(home, sys.executable, "-m", "pip", "--python", scripts / "python", *words)
    assert installed.returncode == 0, installed.stderr
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home)}))
    (site / "libraries.pth").write_text("\n".join(sorted(ours)) + "\n")
    return scripts


@pytest.fixture(scope="module")
def project(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a script of the environment in a project that has packages of its own, named as ours are."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in FOREIGN.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    def run(script: str, *words: str, **variables: str) -> Result:
        return run_in(folder, environment / script, *words, **variables)

    return run


def test_wheel_has_no_folder_of_a_common_name(wheel: Path) -> None:
    """The documents stand within the loader's package."""
    names = zipfile.ZipFile(wheel).namelist()

    assert not {name.partition("/")[0] for name in names} & {"openapi", "reports", "tests", "bench"}
    assert "gateway_contract/openapi/built/openai.json" in names


def test_own_tests_are_untouched(project: Run) -> None:
    """A project's run collects its own tests, imports its own packages, and loads nothing of ours but the plugin."""
    result = project("python", "-m", "pytest")

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(NAMES) + 1} passed" in result.stdout
    assert "gateway-conformance" in result.stdout


@pytest.mark.parametrize(("script", "word"), [("reference-server", "--list"), ("gateway-conformance", "--version")])
def test_shadowing_folder_is_named(project: Run, script: str, word: str) -> None:
    """A command that would import the project's packages says which folder is in the way."""
    result = project(script, word, PYTHONPATH=".")

    assert result.returncode == 3
    assert "shadows the package 'conformance' of gateway-conformance" in result.stderr
    assert "hint: " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_option_of_the_suite_names_the_shadowing_folder(project: Run) -> None:
    """So does pytest, when an option asks it for the suite."""
    result = project("python", "-m", "pytest", "--conformance-level", "MUST")

    assert result.returncode != 0
    assert "shadows the package 'conformance' of gateway-conformance" in result.stdout + result.stderr


@pytest.mark.slow
def test_commands_work_within_the_project(project: Run) -> None:
    """Nothing is in the way without PYTHONPATH, also of the reference server that a run starts."""
    results = [
        project("reference-server", "--list"),
        project("gateway-conformance", "--version"),
        project("gateway-conformance", "explain", "chat.id"),
        project("gateway-conformance", "run", "--feature", "models", "--report", "out"),
    ]

    assert [result.stderr for result in results if result.returncode] == []


@pytest.mark.slow
def test_checks_run_in_pytest(environment: Path, tmp_path: Path) -> None:
    """`pytest --pyargs conformance` judges with the installed checks, whatever the names of the project's files."""
    (tmp_path / "pytest.ini").write_text(FOREIGN["pytest.ini"])
    result = run_in(tmp_path, environment / "python", "-m", "pytest", "--pyargs", "conformance", "-k", "test_usage")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "passed" in result.stdout
