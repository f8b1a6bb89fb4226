"""The code of the tutorials in CONTRIBUTING uses names that exist."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from conformance import conftest

GUIDE = Path(__file__).parent.parent / "CONTRIBUTING.md"
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
CODE = [ast.parse(text) for text in BLOCKS if not text.startswith(" ")]
"""Whole statements; an indented block is a part of one."""


@pytest.mark.parametrize("module", CODE, ids=map(str, range(len(CODE))))
def test_imports_are_there(module: ast.Module) -> None:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            names = [one.name for one in node.names]
            missing = [name for name in names if not hasattr(import_module(str(node.module)), name)]
            assert not missing, f"{node.module} has no {missing}"


def test_checks_ask_for_fixtures_that_exist() -> None:
    checks = [
        node
        for module in CODE
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    fixtures = {argument.arg for check in checks for argument in check.args.args}

    assert checks
    assert fixtures <= vars(conftest).keys()
