"""A browser of this machine, which opens the pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import made

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESK, PHONE = (1280, 800), (390, 844)
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where each page is."""
    return made.pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Where there is none, the tests fail."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser, paths: dict[str, Path]) -> Iterator[Open]:
    """`opened("report", scheme="light", size=DESK)`: the page in a window of its own."""
    contexts = []

    def open_page(name: str, scheme: str = "light", size: tuple[int, int] = DESK) -> Page:
        context = browser.new_context(color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = context.new_page()
        page.goto(paths[name].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
