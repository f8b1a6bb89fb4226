"""Writes the report of a run in every format of this folder.

A format is a module here with `FILENAME` and `render(view) -> str`; its name is the module's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from conformance.errors import UnknownFormat
from conformance.model import Report
from conformance.report.view import RegisterLike, View, view
from gateway_contract.nearest import choice


@cache
def formats() -> dict[str, Any]:
    """The modules that render, by format name."""
    names = sorted(module.name for module in iter_modules(__path__))
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "render")}


def render(name: str, report_view: View) -> str:
    """The report in one format; raises `UnknownFormat`."""
    return str(known(name).render(report_view))


def known(name: str) -> Any:
    """The module of a format; `UnknownFormat` names the nearest one."""
    if name not in formats():
        raise UnknownFormat(f"no format is called {name!r}", choice(name, formats()))
    return formats()[name]


def write(
    report: Report,
    directory: Path,
    exchanges: Iterable[Mapping[str, Any]] | None = (),
    register: RegisterLike | None = None,
    target: Mapping[str, Any] | None = None,
) -> None:
    """Writes the report in every format into the directory, and the recorded exchanges as HAR, unless they are None.

    `target` is what a replay has to know of the target.
    """
    from conformance.report import har, scripts

    report_view = view(report, register or _register())
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("curl-*.sh"):
        old.unlink()
    for name, text in scripts.files(report.findings).items():
        (directory / name).write_text(text, encoding="utf-8")
    if exchanges is not None:
        har.save(exchanges, directory / har.FILENAME, target)
    rewrite(report_view, directory, formats())


def rewrite(report_view: View, directory: Path, names: Iterable[str]) -> None:
    """Writes the report into the directory in these formats."""
    for name in names:
        _replace(directory / known(name).FILENAME, render(name, report_view))


def _replace(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read(path: Path) -> Report:
    """The report in a `report.json`, or in a directory with one; raises `InvalidReport` when it is not a report."""
    return read_view(path).report


def read_view(path: Path) -> View:
    """The report in a file, with the requirements as they were worded when it was written.

    Of a run that was killed, what its journal keeps.
    """
    from conformance.report import journal, json

    file = path / json.FILENAME if path.is_dir() else path
    kept = file.with_name(journal.FILENAME)
    if file == kept or (path.is_dir() and not file.exists() and kept.exists()):
        return view(journal.read(kept), _register())
    return json.parse(file)


def _register() -> RegisterLike:
    from conformance import register

    return register.load()
