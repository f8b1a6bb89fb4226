"""Starts the commands, after checking that the packages they need are ours.

A project may have folders of its own called `conformance` or `reference_server`. When such a folder comes first on the
path, the command reports which folder it is.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).parent.parent
"""The folder that holds the packages, in a clone as in an installation."""
TROUBLE = 3


class Shadowed(ImportError):
    """A foreign folder has the name of one of our packages and comes first on the path."""

    hint = "Leave the folder out of PYTHONPATH, or start the program elsewhere."


def demand_ours(*names: str) -> None:
    """Raises `Shadowed` when another folder would be imported instead of one of ours that has this name."""
    for name in names:
        if not (HOME / name).is_dir():
            continue
        spec = find_spec(name)
        places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        if places != [HOME / name]:
            origin = places[0] if places else spec and spec.origin
            raise Shadowed(f"{origin} shadows the package {name!r} of gateway-conformance, which is {HOME / name}")


def conformance() -> int:
    """`gateway-conformance`."""
    return _start("conformance")


def reference_server() -> int:
    """`reference-server`."""
    return _start("reference_server")


def _start(name: str) -> int:
    try:
        demand_ours("conformance", "reference_server")
    except Shadowed as error:
        print(f"error: {error}\nhint: {error.hint}", file=sys.stderr)
        return TROUBLE
    return int(import_module(f"{name}.__main__").main())
