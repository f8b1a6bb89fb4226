"""The result as JSON and as Markdown: the score of each module, and each mutant that nobody saw, with the reason."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.mutation.mutants import Mutant

if TYPE_CHECKING:
    from tests.mutation.proof import Proof

REASONS = Path(__file__).parent / "reasons.toml"
OPEN = "Open"
"""How the reason begins of a survivor that wants a fault."""
Result = dict[str, Any]


def result(proof: Proof, made: int, sample: float, seed: int, seconds: float) -> Result:
    """What came out, as plain values."""
    tried = [*proof.alive, *proof.seen]
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))["reason"]
    modules = {
        name: {"mutants": count, "seen": sum(one.module == name for one in proof.seen)}
        for name, count in sorted(Counter(one.module for one in tried).items())
    }
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "made": made,
        "sample": sample,
        "seed": seed,
        "seconds": round(seconds),
        "modules": modules,
        "seen": {_place(one): by for one, by in proof.seen.items()},
        "survivors": [
            {"place": _place(one), "line": one.line, "reason": _reason(one, reasons)} for one in _sorted(proof.alive)
        ],
    }


def write(result: Result, folder: Path) -> int:
    """Writes both forms; 1 when there is a survivor without a reason, or one that wants a fault."""
    (folder / "mutation.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = markdown(result)
    (folder / "mutation.md").write_text(text, encoding="utf-8")
    print(text.split("\n## ")[0])
    return int(any((one["reason"] or OPEN).startswith(OPEN) for one in result["survivors"]))


def markdown(result: Result) -> str:
    """The result for people."""
    modules: dict[str, dict[str, int]] = result["modules"]
    mutants, seen = (sum(one[key] for one in modules.values()) for key in ("mutants", "seen"))
    reasons = [one["reason"] or OPEN for one in result["survivors"]]
    waiting = sum(reason.startswith(OPEN) for reason in reasons)
    part = "all" if result["sample"] == 1 else f"a sample (seed {result['seed']}) of {result['sample']:.0%}"
    lines = [
        "# Mutation score of the checks",
        "",
        f"{result['date']}: {part} of {result['made']} mutants were tried, in {result['seconds']} s.",
        f"Of {mutants}, {seen} were seen ({seen / max(mutants, 1):.1%}); {mutants - seen} survived, "
        f"of which {len(reasons) - waiting} prove nothing, for the reason below, and {waiting} wait for a fault.",
        "",
        "## Modules",
        "",
        "| module | mutants | seen | survived | score |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, one in modules.items():
        rest = one["mutants"] - one["seen"]
        score = f"{one['seen'] / one['mutants']:.0%}"
        lines.append(f"| {name.removeprefix('conformance.')} | {one['mutants']} | {one['seen']} | {rest} | {score} |")
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in result["survivors"]:
        groups[one["reason"] or ""].append(one)
    for reason, survivors in sorted(groups.items()):
        lines += ["", f"## {reason or 'Not explained'}", "", f"{len(survivors)} mutants.", ""]
        lines += [f"- `{one['place']}` (line {one['line']})" for one in survivors]
    return "\n".join(lines) + "\n"


def _sorted(mutants: list[Mutant]) -> list[Mutant]:
    return sorted(mutants, key=lambda one: (one.module, one.line))


def _place(mutant: Mutant) -> str:
    return mutant.name


def _reason(mutant: Mutant, reasons: list[dict[str, Any]]) -> str | None:
    """The first reason of which a pattern fits the mutant."""
    for reason in reasons:
        if any(re.search(pattern, mutant.name) for pattern in reason["mutants"]):
            return str(reason["text"])
    return None
