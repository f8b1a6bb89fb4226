"""Everybody can read the pages: with a keyboard, on a phone, on paper, and by what axe looks for."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Open

PAGES = ("report", "verdicts", "flawless", "compare", "site", "gateway", "requirements", "requirement")
UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true"
THIN = """
for (const kind of new Set([...document.querySelectorAll("details.requirement")].map((one) => one.className)))
  for (const one of [...document.getElementsByClassName(kind)].slice(6)) one.remove();
for (const one of document.querySelectorAll("tbody tr:nth-child(n + 30)")) one.remove();
"""
"""Leaves a few of what is made alike: a thousand take minutes."""
LAID_OUT = ".requirement { content-visibility: visible !important }"
"""What is not on the screen has no place before it is scrolled to, so it seems to lie over something else."""
WIDE = """
() => {
  const scrolls = (one) => one && one !== document.body && one !== document.documentElement
    && (getComputedStyle(one).overflowX !== "visible" || scrolls(one.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !scrolls(one.parentElement))
    .map((one) => one.outerHTML.slice(0, 120));
}
"""
"""What is wider than the window and cannot be scrolled to."""
TO_REACH = """
() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility())
  .map((one, index) => one.dataset.number = String(index))
"""
FOCUS = """
() => {
  const one = document.activeElement, whole = one.closest("label, summary") ?? one;
  const hits = ({ left, top, width, bottom }) => [0.5, 0.9].some((share) => {
    const [from, to] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
    return whole.contains(document.elementFromPoint(left + Math.min(width, 40) / 2, from + share * (to - from)));
  });
  return [one.dataset.number ?? null, [...whole.getClientRects()].some(hits), one.outerHTML.slice(0, 120)];
}
"""
"""The element with the focus, and whether anything covers it."""


def complaints(page: Page) -> list[str]:
    """What axe finds, with the first element of each."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {len(one['nodes'])} such as {one['nodes'][0]['html'][:160]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened: Open, name: str, scheme: str) -> None:
    """As it is at first, and with all of it unfolded."""
    page = opened(name, scheme)
    page.evaluate(THIN)
    page.add_style_tag(content=LAID_OUT)
    folded = complaints(page)

    page.evaluate(UNFOLD)

    assert not folded
    assert not complaints(page)


def test_axe_finds_nothing_on_a_phone(opened: Open) -> None:
    """Where some parts are laid out otherwise."""
    page = opened("verdicts", size=PHONE)
    page.evaluate(UNFOLD)

    assert not complaints(page)


@pytest.mark.parametrize("name", PAGES)
def test_phone_shows_the_whole_width(opened: Open, name: str) -> None:
    """Nothing has to be scrolled sideways but tables, in their own boxes."""
    page = opened(name, size=PHONE)
    page.evaluate(THIN)

    page.evaluate(UNFOLD)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert not page.evaluate(WIDE)


@pytest.mark.parametrize("name", PAGES)
def test_keyboard_reaches_everything(opened: Open, name: str) -> None:
    """Tab comes to whatever can be used, and back; nothing lies over what has the focus."""
    page = opened(name)
    page.evaluate(THIN)
    wanted = set(page.evaluate(TO_REACH))

    for key in ("Tab", "Shift+Tab"):
        steps = []
        for _ in range(len(wanted) + 2):
            page.keyboard.press(key)
            steps.append(page.evaluate(FOCUS))
        reached = {number for number, _, _ in steps}
        assert wanted <= reached
        assert not [shown for number, seen, shown in steps if number is not None and not seen]


def test_requirement_opens_with_enter(opened: Open) -> None:
    """And closes with it."""
    page = opened("verdicts")
    summary = page.locator("details.requirement.failed > summary").first
    before = summary.evaluate("one => one.parentElement.open")

    summary.focus()
    page.keyboard.press("Enter")

    assert summary.evaluate("one => one.parentElement.open") is not before


def test_keyboard_filters(opened: Open) -> None:
    """Space takes a standing away, and a word leaves what has it."""
    page = opened("report")
    failed = page.locator("details.requirement.failed")

    page.get_by_label("Search").fill("chat.logprobs.present")
    assert page.locator("details.requirement:visible").count() == 1
    page.get_by_label("Search").fill("")
    page.locator("input[value=failed]").focus()
    page.keyboard.press("Space")

    assert failed.count()
    assert page.locator("details.requirement.failed:visible").count() == 0


def test_link_of_a_cause_leads_to_its_requirements(opened: Open) -> None:
    """Enter on the worst cause shows what failed because of it."""
    page = opened("report")

    page.locator(".worst a").first.focus()
    page.keyboard.press("Enter")

    assert page.locator("#cause-1 details.requirement").first.is_visible()
    assert page.locator("#cause-1").evaluate("one => one.getBoundingClientRect().top") < 400


def test_paper_shows_all_failures(opened: Open) -> None:
    """Each with its message and what repeats it, also where it is folded on the screen."""
    page = opened("report")

    page.emulate_media(media="print")

    for part in (".cause", ".requirement.failed .message", ".requirement.failed .curl"):
        assert page.locator(part).count()
        assert page.locator(part).evaluate_all("all => all.every((one) => one.checkVisibility())"), part
    assert page.locator(".requirement.passed").first.is_hidden()
