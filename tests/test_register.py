"""The tables: a duplicate, a requirement without a source, and an uncovered claim are errors."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import register
from conformance.cli import coverage
from conformance.errors import RegisterError, UnknownRequirement
from conformance.model import Level
from conformance.register import tables as source

SOUND = """
["chat.new"]
level = "MUST"
text = "Something new."
feature = "chat"
sources = ["sse"]
"""

SENTENCE = re.compile(r"[A-Z][^.!?]{18,150}\.")


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], register.Register]:
    """Loads the tables with a further table of requirements."""
    for name in ("claims", "requirements"):
        shutil.copytree(source.HERE / name, tmp_path / name)
    shutil.copy(source.HERE / "sources.toml", tmp_path)
    monkeypatch.setattr(source, "HERE", tmp_path)

    def load(text: str) -> register.Register:
        (tmp_path / "requirements" / "new.toml").write_text(text)
        return register.load.__wrapped__()

    return load


def test_sound_table_is_read(tables: Callable[[str], register.Register]) -> None:
    """A requirement knows its level, its area and its sources."""
    table = tables(SOUND)
    requirement = table.requirement("chat.new")

    assert (requirement.level, requirement.area) == ("MUST", "new")
    assert table.sources_of(requirement)[0].url.startswith("https://html.spec.whatwg.org")


def test_impact_is_inherited(tables: Callable[[str], register.Register]) -> None:
    """A sentence of its own comes first, then that of the narrowest group, then that of the file."""
    more = "".join(SOUND.replace("chat.new", name) for name in ("chat.new.one", "chat.new.one.part", "chat.newest"))
    head = """
    [defaults]
    harm = "annoys"
    impact = "Of the file."
    [defaults.groups."chat.new"]
    impact = "Of the group."
    [defaults.groups."chat.new.one"]
    harm = "breaks"
    impact = "Of the part."
    """
    names = ("chat.newest", "chat.new", "chat.new.one.part", "chat.new.one")

    table = tables(head + SOUND + more + 'impact = "Its own."\n')

    assert [table.requirement(name).impact for name in names] == [
        "Its own.",
        "Of the group.",
        "Of the part.",
        "Of the part.",
    ]
    assert [str(table.requirement(name).harm) for name in names] == ["annoys", "annoys", "breaks", "breaks"]


def test_every_requirement_says_what_it_does_to_users() -> None:
    """In one sentence that is short enough to be read at a glance."""
    sentences = {one.id: one.impact for one in register.load().requirements.values()}

    assert [name for name, text in sentences.items() if not SENTENCE.fullmatch(text)] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SOUND.replace("chat.new", "chat.id"), "two requirements have the id chat.id"),
        (SOUND.replace('sources = ["sse"]', ""), "rests on no document"),
        (SOUND.replace('"sse"', '"nothing"'), "unknown source nothing"),
        (SOUND.replace("sources", "claims").replace('"sse"', '"FXR-NONE-01"'), "unknown claim FXR-NONE-01"),
        (SOUND.replace("sources", "claims").replace('"sse"', '"FXR-ID-02"'), "which is excluded"),
        (SOUND + 'color = "red"\n', "unexpected keyword argument 'color'"),
        (SOUND + 'harm = "hurts"\n', "'hurts' is not a valid Harm"),
        (SOUND + SOUND, "new.toml"),
    ],
)
def test_unsound_table_is_refused(tables: Callable[[str], register.Register], text: str, message: str) -> None:
    """Each mistake is an error that names it."""
    with pytest.raises(RegisterError, match=message):
        tables(text)


def test_uncovered_claim_is_refused(tables: Callable[[str], register.Register], tmp_path: Path) -> None:
    """A documented sentence that no requirement covers is an error."""
    path = tmp_path / "claims" / "infery.toml"
    more = '\n["INF-NEW-01"]\nquote = "q"\nstatement = "s"\nendpoint = "*"\nlevel = "MUST"\n'
    path.write_text(path.read_text() + more)

    with pytest.raises(RegisterError, match="no requirement covers INF-NEW-01"):
        tables(SOUND)


def test_unknown_requirement_has_a_hint() -> None:
    """The error for a mistyped id suggests the nearest one."""
    with pytest.raises(UnknownRequirement) as caught:
        register.load().requirement("chat.idd")

    assert "chat.id" in caught.value.hint


def test_defects_met_by_users_are_sources() -> None:
    """`owner/repository#number` is the thread of that name."""
    known = register.load()
    sources = known.sources_of(known.requirement("chat.stream.id"))

    assert "https://github.com/ggml-org/llama.cpp/issues/5876" in [source.url for source in sources]


def test_all_claims_of_the_documents_are_known() -> None:
    """237 sentences, each covered, pending with its area, or excluded with a reason."""
    known = register.load()

    assert len(known.claims) == 237
    for claim in known.claims.values():
        assert claim.excluded or claim.id in known.pending or known.covering(claim.id), claim.id


def softened(table: register.Register) -> set[str | None]:
    """The sentences that no requirement of their level covers."""
    return {row.sentence for row in coverage.rows(table, {}) if row.softened}


def test_no_sentence_is_softened() -> None:
    """A sentence that says must has a requirement that says so, and one that says should has no less."""
    assert not softened(register.load())


def test_softened_sentence_is_a_gap() -> None:
    """A sentence is missed where every requirement that covers it is at a lower level."""
    known, name = register.load(), "chat.routes-by-provider"
    soft = {name: replace(known.requirement(name), level=Level.SHOULD)}
    table = register.Register({**known.requirements, **soft}, known.claims, known.sources, known.pending)

    assert softened(table) == {"FXR-ROUTE-01", "OFX-SDK-02"}
    gaps = {row.gap for row in coverage.rows(table, {name: ("some_fault",)}) if row.requirement == name}
    assert gaps == {"no requirement at its level, MUST"}
