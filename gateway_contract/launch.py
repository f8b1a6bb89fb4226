"""Starts the programs, once it is sure that the packages they are made of are the installed ones.

`conformance` and `reference_server` are names that a project may have for folders of its own. Where such a folder comes
first on the path, a program says which folder it is.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).parent.parent
"""Where the packages stand side by side, in a clone as in an installation."""
TROUBLE = 3


class Shadowed(ImportError):
    """A folder that is not ours has the name of one of our packages and comes first on the path."""

    hint = "Leave the folder out of PYTHONPATH, or start the program elsewhere."


def demand_ours(*names: str) -> None:
    """Raises `Shadowed` when another folder would be imported under one of these names."""
    for name in names:
        spec = find_spec(name)
        places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
        if places != [HOME / name]:
            found = places[0] if places else spec and spec.origin
            raise Shadowed(f"{found} shadows the package {name!r} of gateway-conformance, which is {HOME / name}")


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
