"""A hook of MkDocs that adds pages.

One for every requirement, made from the register, its checks and the faults, and those of the published reports. Beside
them stand the files of `assets`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance import register
from conformance.cli import faults
from conformance.model import Requirement
from conformance.register import profiles

SPECIAL = re.compile(r"([\\*_{}\[\]<>#|])")
CODE = re.compile(r"(`[^`]+`)")
REPORTS = Path(__file__).parent.parent / "reports"
ASSETS = Path(__file__).with_name("assets")
MADE = ("requirements/", "judged/")
"""Where the pages stand that no file of the folder of the docs holds."""
Breaking = Mapping[str, list[faults.Fault]]


def on_config(config: Any) -> Any:
    """Leaves out of the navigation what is not written."""
    config.nav = [one for one in config.nav if _is_written(Path(config.docs_dir), *one.values())]
    return config


def _is_written(folder: Path, page: str) -> bool:
    return page.startswith(MADE) or (folder / page).is_file()


def on_files(files: Any, config: Any) -> Any:
    """Adds the pages and the assets."""
    from mkdocs.structure.files import File

    breaking: dict[str, list[faults.Fault]] = {}
    for fault in faults.catalogue():
        for name in fault.breaks:
            breaking.setdefault(name, []).append(fault)
    for path, text in (*pages(breaking), *reports()):
        files.append(File.generated(config, path, content=text))
    for asset in sorted(ASSETS.iterdir()):
        files.append(File.generated(config, f"assets/{asset.name}", content=asset.read_text()))
    return files


def pages(breaking: Breaking) -> Iterator[tuple[str, str]]:
    """Each page by its path: the list of all requirements, and one for each."""
    known = register.load()
    yield "requirements/index.md", _index(known)
    for requirement in known.requirements.values():
        yield f"requirements/{_address(requirement)}", page(requirement, known, breaking.get(requirement.id, []))


def reports() -> Iterator[tuple[str, str]]:
    """The pages of the published reports, by their paths."""
    for path in sorted(REPORTS.rglob("*.md")):
        yield f"judged/{path.relative_to(REPORTS).as_posix()}", path.read_text()


def _address(requirement: Requirement) -> str:
    return f"{requirement.area}/{requirement.id}.md"


def _index(known: register.Register) -> str:
    parts = ["# Requirements", f"{len(known.requirements)} requirements, each with one check. MUST fails a run."]
    for profile in profiles.load().values():
        chosen = [one for one in known.requirements.values() if profiles.of(one.feature) == profile.name]
        rows = [f"| [`{one.id}`]({_address(one)}) | {one.level} | {prose(one.text)} |" for one in chosen]
        parts += [f"## {profile.title}", "\n".join(["| requirement | level | text |", "| --- | --- | --- |", *rows])]
    return "\n\n".join(parts) + "\n"


def page(requirement: Requirement, known: register.Register, breaking: list[faults.Fault]) -> str:
    """The page of one requirement, as Markdown."""
    parts = [f"# {requirement.id}", f"**{requirement.level}**: {prose(requirement.text)}", _facts(requirement)]
    if requirement.impact:
        parts += [f"## What it does to users ({requirement.harm})", prose(requirement.impact)]
    if requirement.remedy:
        parts += ["## What usually helps", prose(requirement.remedy)]
    parts += ["## Documented", *_documented(requirement, known)]
    parts += ["## Check", *_check(requirement, known)]
    parts += ["## Faults that break it", "\n".join(map(_fault, breaking)) or "None."]
    parts += ["## Judge it again", f"```sh\ngateway-conformance run --requirement {requirement.id}\n```"]
    return "\n\n".join(parts) + "\n"


def _facts(requirement: Requirement) -> str:
    named = {
        "Feature": (requirement.feature,),
        "Profile": (profiles.of(requirement.feature),),
        "Operations": requirement.operations,
        "Needs": requirement.fixtures,
        "Restates": requirement.restates,
    }
    return "\n".join(f"- {name}: {', '.join(f'`{one}`' for one in ones)}" for name, ones in named.items() if any(ones))


def _documented(requirement: Requirement, known: register.Register) -> Iterator[str]:
    for claim in known.claims_of(requirement):
        quote = prose(" ".join(claim.quote.split()))
        yield f"> {quote}\n>\n> <{claim.address}> ({claim.id}, {claim.gateway})"
        yield prose(claim.statement)
    for source in known.sources_of(requirement):
        yield f"- [{prose(source.title)}]({source.url})"


def _check(requirement: Requirement, known: register.Register) -> Iterator[str]:
    check = inspect.unwrap(known.checks()[requirement.id])
    yield f"`{check.__module__.replace('.', '/')}.py`"
    yield f"````python\n{inspect.getsource(check).rstrip()}\n````"


def _fault(fault: faults.Fault) -> str:
    playing = f", playing `{fault.gateway}`" if fault.gateway else ""
    return f"- `{fault.name}`{playing}: {prose(' '.join(fault.doc.split()))}"


def prose(text: str) -> str:
    """Text in which only what is between backticks means something to Markdown."""
    return "".join(part if part.startswith("`") else SPECIAL.sub(r"\\\1", part) for part in CODE.split(text))
