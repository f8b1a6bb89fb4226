"""The structure of the project: allowed imports, one check and one place for each requirement, short files."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Collection
from pathlib import Path

import pytest

from conformance import register
from conformance.register import profiles

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "gateway_contract": {"conformance", "reference_server"},
    "reference_server": {"conformance"},
    "conformance": {"reference_server"},
}
FLOORS = (
    {"model", "errors"},
    {"register", "target"},
    {"wire"},
    {"words"},
    {"properties", "report"},
    {"run", "sdk"},
    {"checks", "conftest"},
    {"cli"},
    {"__main__"},
)
"""The folders of `conformance` in layers, the lowest first: no module imports from a higher layer."""
LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
"""What runs when it is called, not when its module is imported."""
LONGEST = 500


def modules(path: Path) -> set[str]:
    """The imports of a file by dotted name; `from a import b` gives `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    return {name.partition(".")[0] for name in modules(path)}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_knowledge_flows_one_way(package: str) -> None:
    """No package imports one that is forbidden to it."""
    known = {path: imported(path) & FORBIDDEN[package] for path in (ROOT / package).rglob("*.py")}

    assert not {path: names for path, names in known.items() if names}


def test_no_import_runs_up() -> None:
    """A folder of `conformance` imports only from its own layer and lower ones."""
    floor = {hall: height for height, halls in enumerate(FLOORS) for hall in halls}
    home = ROOT / "conformance"
    up = []
    for path in home.rglob("*.py"):
        own = path.relative_to(home).with_suffix("").parts[0]
        if own == "__init__":
            continue
        known = {name.split(".")[1] for name in modules(path) if name.startswith("conformance.")}
        up += [f"{path.relative_to(ROOT)} imports {one}" for one in known if floor[one] > floor[own]]

    assert not sorted(up)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_circle_of_imports(package: str) -> None:
    """Modules of a package do not import each other in a circle.

    Only what runs as a module is imported counts. An import within a function runs later and keeps the start short, and
    one for the type checker alone never runs, so neither can meet a module that is half imported.
    """
    files = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / package).rglob("*.py")}
    known = {name.removesuffix(".__init__"): path for name, path in files.items()}
    imports = {name: eager(path, known.keys()) - {name} for name, path in known.items()}

    while leaves := {name for name, others in imports.items() if not others & imports.keys()}:
        imports = {name: others for name, others in imports.items() if name not in leaves}

    assert not imports, "these are in a circle, or import from one"


def eager(path: Path, known: Collection[str]) -> set[str]:
    """Those modules of `known` that a file imports while it is imported itself."""
    names: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            source = ".".join([*package, *([node.module] if node.module else [])])
            dotted = {f"{source}.{alias.name}" for alias in node.names}
            names |= {name if name in known else source for name in dotted}
        elif not (isinstance(node, LATER) or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))):
            waiting += ast.iter_child_nodes(node)
    return names & set(known)


def test_no_private_name_crosses_modules() -> None:
    """No module imports a private name of another."""
    crossing = [
        f"{path.relative_to(ROOT)}: {name}"
        for package in FORBIDDEN
        for path in (ROOT / package).rglob("*.py")
        for name in modules(path)
        if name.startswith(tuple(FORBIDDEN))
        and name.rpartition(".")[2].startswith("_")
        and not name.startswith(f"{package}._")
    ]

    assert not sorted(crossing)


@pytest.mark.parametrize("hall", ["checks", "sdk"])
def test_no_check_module_imports_another(hall: str) -> None:
    """What several modules of checks need is a word, or stands beside them in a module without checks."""
    crossing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "conformance" / hall).glob("test_*.py")
        for name in modules(path)
        if ".test_" in name and name.startswith("conformance.")
    ]

    assert not sorted(crossing)


def test_every_requirement_has_one_check() -> None:
    """Every requirement has a check."""
    known = register.load()

    assert set(known.checks()) == set(known.requirements)


def test_every_requirement_has_a_profile() -> None:
    """Every requirement belongs to a profile."""
    assert not [one.id for one in register.load().requirements.values() if not profiles.of(one.feature)]


def test_checks_stand_with_their_requirements() -> None:
    """The checks of `requirements/chat.toml` are in `test_chat.py`, or in a file named after a part of it."""
    known = register.load()
    for name, check in known.checks().items():
        stem = check.__module__.rpartition("test_")[2]
        area = known.requirements[name].area
        assert stem == area or stem.startswith(f"{area}_"), f"{name} of {area}.toml is checked in test_{stem}.py"


def tracked() -> list[Path]:
    """The files of the project."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / name for name in listed.splitlines()]


def test_files_are_short() -> None:
    """No file that people write is longer than 500 lines."""
    suffixes = {".py", ".toml", ".yaml", ".md", ".jinja", ".css", ".js"}
    generated = ROOT / "reports"
    written = [path for path in tracked() if path.suffix in suffixes and generated not in path.parents]
    long = {path.name: count for path in written if (count := len(path.read_bytes().splitlines())) > LONGEST}

    assert not long
