"""What the proof of the suite says of each mutant: is it seen, and by what?"""

from __future__ import annotations

import ast
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, redirect_stdout
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import ModuleType

import hypothesis
import pytest

import gateway_contract
from conformance import register
from conformance.target import reference
from reference_server import faults
from reference_server.faults import Fault
from tests.faults.bench import Bench
from tests.faults.recorded import USUAL, Session, record
from tests.mutation.mutants import Mutant
from tests.mutation.world import World

REQUIREMENTS = register.load().requirements
BROAD = {name for name, one in REQUIREMENTS.items() if one.broad}
ROOT = Path(__file__).parents[2]
Place = tuple[str, str]
"""A function: its file and its qualified name."""
TESTS = {"conformance.wire.sse": "tests/test_sse.py"}
"""The tests of a module that are quick enough to be run for each of its mutants."""


class Proof:
    """Tries mutants. `seen` says by what each was seen; what is in `alive` was not, so far."""

    def __init__(self, mutants: Iterable[Mutant], place: Path, tell: Callable[[str], None]) -> None:
        """`place` is a folder that keeps what was learned of the checks and faults, for the next time."""
        self.alive = list(mutants)
        self.seen: dict[Mutant, str] = {}
        self.ran: dict[Place, set[str]] = defaultdict(set)
        self._place = place
        self._known = self._remembered()
        self._tell = tell
        self._files = frozenset(str(import_module(name).__file__) for name in modules(["*"]))
        self._users = users(self.alive)

    def run(self) -> None:
        """Tries all mutants: with the tests of their modules, without a fault, with faults, with variations."""
        self._run_tests()
        gateways = (None, *gateway_contract.names())
        with ExitStack() as stack:
            roots = {one: stack.enter_context(reference.serving(one)).base_url[:-3] for one in gateways}
            for gateway in gateways:
                self._enter(roots[gateway], gateway, None, set(USUAL))
            self._known = True
            self._remember()
            catalogue = sorted(faults.load().values(), key=lambda one: (one.legal, one.gateway or ""))
            for fault in catalogue:
                self._enter(roots[fault.gateway], fault.gateway, fault, self._within(fault))

    def _run_tests(self) -> None:
        hypothesis.settings.register_profile(
            "mutants", phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate], database=None, derandomize=True
        )
        hypothesis.settings.load_profile("mutants")
        for path in sorted({TESTS[one.module] for one in self.alive if one.module in TESTS}):
            if _fails(path):
                raise SystemExit(f"{path} fails without a mutant")
        for mutant in [one for one in self.alive if one.module in TESTS]:
            with mutant.at_work():
                fails = _fails(TESTS[mutant.module])
            if fails:
                self._see(mutant, "tests")
        self._tell(f"tests: {len(self.seen)} seen")

    def _enter(self, root: str, gateway: str | None, fault: Fault | None, within: set[str]) -> None:
        name = fault.name if fault else f"no fault, {gateway or 'openai'}"
        if chosen := self._chosen(fault, within):
            before = len(self.alive)
            World(gateway, fault, self._files, self._work).enter(root, chosen)
            self._tell(f"{name}: {len(chosen)} requirements, {before} mutants, {before - len(self.alive)} seen")

    def _chosen(self, fault: Fault | None, within: set[str]) -> set[str]:
        """The requirements whose checks run what a mutant has changed, so that it may be seen."""
        if not self._known:
            return within
        named = fault.breaks if fault else frozenset()
        loosened, others = self._concerned(True), self._concerned(False)
        return (within & others) | (within & named & loosened)

    def _concerned(self, loosens: bool) -> set[str]:
        places = {place for one in self.alive if one.loosens == loosens for place in self._places(one)}
        return {name for place in places for name in self.ran[place]}

    def _remembered(self) -> bool:
        """Reads what ran for which requirement, if that was learned before."""
        kept = self._place / "ran.json"
        for file, function, names in json.loads(kept.read_text()) if kept.exists() else ():
            self.ran[str(ROOT / file), function] |= set(names)
        return bool(self.ran)

    def _remember(self) -> None:
        ran = [[str(Path(file).relative_to(ROOT)), name, sorted(by)] for (file, name), by in self.ran.items()]
        (self._place / "ran.json").write_text(json.dumps(ran))

    def _work(self, world: World) -> None:
        for name, places in world.ran.items():
            for place in places:
                self.ran[place].add(name)
        for name, verdicts in world.plain.items():
            if world.fault and name in world.fault.breaks and "failed" not in verdicts.values():
                self._tell(f"{world.fault.name} is not seen by {name}: {verdicts}")
        for mutant in list(self.alive):
            places = self._places(mutant)
            names = [name for name, ran in world.ran.items() if not ran.isdisjoint(places)]
            named = world.fault.breaks if world.fault else frozenset()
            if mutant.loosens:
                names = [name for name in names if name in named]
            for name in sorted(names, key=lambda one: (one not in named, one)):
                if self._differs(world, name, mutant):
                    where = world.fault.name if world.fault else f"no fault, {world.gateway or 'openai'}"
                    self._see(mutant, f"{name} with {where}")
                    break

    def _differs(self, world: World, name: str, mutant: Mutant) -> bool:
        """The mutant is seen by a requirement. What was seen is tried twice when the first try left traces."""
        for _ in range(2):
            if not self._differs_now(world, name, mutant):
                return False
            if world.verdicts(name) == world.plain[name]:
                return True
            world.start_again()
            if world.verdicts(name) != world.plain[name]:
                return False
        return True

    def _differs_now(self, world: World, name: str, mutant: Mutant) -> bool:
        if mutant.module == "conformance.wire.sse":
            world.forget_streams()
        with mutant.at_work():
            found = world.verdicts(name)
        plain = world.plain[name]
        if world.fault is None:
            return found != plain
        new = {found[case] for case in found if found[case] != plain[case]}
        if name in world.fault.breaks:
            return "errored" in new or "failed" not in found.values()
        return "errored" in new or ("failed" in new and (world.fault.legal or name not in BROAD))

    def _places(self, mutant: Mutant) -> set[Place]:
        if mutant.is_constant:
            return self._users[mutant.module, mutant.function]
        return {(str(import_module(mutant.module).__file__), mutant.function)}

    def _see(self, mutant: Mutant, by: str) -> None:
        self.alive.remove(mutant)
        self.seen[mutant] = by

    def _within(self, fault: Fault) -> set[str]:
        """The requirements whose checks look at an answer that the fault changes, and of a fault those in its areas."""
        kept = self._place / "within.json"
        known: dict[str, list[str]] = json.loads(kept.read_text()) if kept.exists() else {}
        if fault.name not in known:
            known[fault.name] = sorted(self._session(fault.gateway).changed_by(fault).requirements)
            kept.write_text(json.dumps(known))
        areas = {REQUIREMENTS[name].area for name in fault.breaks}
        near = {name for name in known[fault.name] if fault.legal or REQUIREMENTS[name].area in areas}
        return near | set(fault.breaks & USUAL.keys())

    @cache  # noqa: B019 # there is one proof
    def _session(self, gateway: str | None) -> Session:
        bench = Bench()
        try:
            return record(bench, gateway, USUAL)
        finally:
            bench.close()


def _fails(path: str) -> bool:
    words = ["-x", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    with redirect_stdout(StringIO()):
        return pytest.main([path, *words]) != pytest.ExitCode.OK


def modules(patterns: list[str]) -> list[str]:
    """The modules that may be changed, of which the last name fits a pattern."""
    stems = sorted(path.stem for path in (ROOT / "conformance" / "checks").glob("test_*.py"))
    checks = (f"conformance.checks.{stem}" for stem in stems if not stem.startswith("test_properties"))
    words = (path for path in (ROOT / "conformance" / "words").rglob("*.py") if path.stem != "__init__")
    helpers = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sorted(words))
    every = ["conformance.wire.sse", *helpers, *checks]
    return [name for name in every if any(fnmatch(name.rpartition(".")[2], pattern) for pattern in patterns)]


def users(mutants: Iterable[Mutant]) -> dict[tuple[str, str], set[Place]]:
    """The functions that use each constant; none for one that is used while a module is read."""
    constants = {(one.module, one.function) for one in mutants if one.is_constant}
    found: dict[tuple[str, str], set[Place]] = {constant: set() for constant in constants}
    fixed: set[tuple[str, str]] = set()
    for path in (ROOT / "conformance").rglob("*.py"):
        module = sys.modules.get(".".join(path.relative_to(ROOT).with_suffix("").parts))
        here = {one for one in constants if module and _holds(module, *one)}
        for prefix, node in _functions(ast.parse(path.read_text(encoding="utf-8"))) if here else ():
            body = node.body if isinstance(node, ast.FunctionDef) else []
            within, around = _names(body), _names([node]) - _names(body)
            for constant in here:
                if constant[1] in within:
                    found[constant].add((str(path), f"{prefix}{node.name}"))
                if constant[1] in around:
                    fixed.add(constant)
    return {constant: set() if constant in fixed else places for constant, places in found.items()}


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """What stands in a module and in its classes, each with the name of its class."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.", part) for part in node.body)
        else:
            yield "", node


def _holds(module: ModuleType, owner: str, name: str) -> bool:
    """A module has a constant of another one, or has that other module."""
    own = import_module(owner)
    return vars(module).get(name) is vars(own)[name] or own in vars(module).values()


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    loaded = (node for root in nodes for node in ast.walk(root) if isinstance(getattr(node, "ctx", None), ast.Load))
    return {node.id if isinstance(node, ast.Name) else getattr(node, "attr", "") for node in loaded}
