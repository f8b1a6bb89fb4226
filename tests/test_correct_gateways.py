"""What correct gateways do that the reference server does not: none of it may fail a requirement."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import pytest
from msgspec import structs

import gateway_contract
from conformance import register
from conformance.model import Finding, Verdict
from reference_server import fixtures
from reference_server.app import Application
from reference_server.faults import Fault, request_variation, variation
from reference_server.faults.words.edits import refuse, status
from reference_server.faults.words.situations import UNKNOWN, asked, both, refused
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply
from tests.faults.bench import Bench, Case
from tests.faults.clock import CLOCK
from tests.faults.inside import ADDRESS, Inside


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Judges the servers of this module."""
    bench = Bench()
    yield bench
    bench.close()


def judged(
    bench: Bench, difference: Fault | None, requirements: Collection[str], gateway: str | None = None
) -> dict[str, Finding]:
    """The findings of these requirements on the reference server with a difference, the last one of each."""
    service = Service(gateway_contract.load(gateway), fixtures.load(), Store(CLOCK.time))
    application = Application(service, (difference,) if difference else ())
    case = Case(ADDRESS + application.base, gateway, Inside(application))
    return {one.requirement: one for one in bench.judge(case, requirements).findings}


def test_body_may_be_looked_at_before_the_key(bench: Bench) -> None:
    """Whoever refuses a wrong body of an unknown caller has no open door."""
    body_first = variation(
        "*",
        "A wrong body is refused before a missing or wrong key.",
        status(422),
        when=both(
            refused("missing_credential", "invalid_credential"),
            asked(lambda call: call.raw == b"{}" or b'"messages":7' in (call.raw or b"")),
        ),
    )

    found = judged(bench, body_first, {"properties.auth", "auth.before-validation"})

    assert found["properties.auth"].verdict is Verdict.PASSED
    assert found["auth.before-validation"].verdict is Verdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("gateway", "requirements"),
    [
        (None, {"files.unknown", "files.errors", "files.delete.again", "files.delete.gone"}),
        ("infery", {"videos.unknown", "videos.envelope"}),
        ("foxapi", {"tasks.unknown", "tasks.envelope"}),
    ],
)
def test_ids_may_have_a_form(gateway: str | None, requirements: set[str], bench: Bench) -> None:
    """What has not the form of an id is refused for it, before anything is looked for."""
    form = re.compile(r"[0-9a-f]{24}|[0-9]{8,}")
    strict = variation(
        "*",
        "What is no id is refused for its form.",
        refuse(400, "This is no id."),
        when=both(UNKNOWN, asked(lambda call: not form.search(call.path))),
    )

    found = judged(bench, strict, requirements, gateway)

    assert {name: one.verdict for name, one in found.items()} == dict.fromkeys(requirements, Verdict.PASSED)


def _let_in(call: Call) -> None:
    """Whoever comes has the usual key, unless a key of the target's is known to be another's."""
    stated = call.headers.get("authorization", "").removeprefix("Bearer ")
    if not stated or "never-issued" in stated or not stated.startswith("sk-"):
        call.headers["authorization"] = "Bearer sk-ok"
    for name in ("x-api-key", "x-goog-api-key"):
        if "never-issued" in call.headers.get(name, "never-issued"):
            call.headers[name] = "sk-ok"


ABOUT_KEYS = {
    name
    for name in register.load().requirements
    if name.startswith(("auth.", "gemini.auth.", "anthropic.")) or "credential" in name or "unauthorized" in name
} | {"properties.auth", "embeddings.error-body"}


def test_nobody_need_ask_for_keys(bench: Bench) -> None:
    """A server that serves whoever comes, as local ones do, is accused of nothing: it has no authentication."""
    open_door = request_variation("*", "Whoever comes is served.", _let_in, before="authentication")

    found = judged(bench, open_door, ABOUT_KEYS)

    assert not [one for one in found.values() if one.verdict in (Verdict.FAILED, Verdict.ERRORED)]
    assert "no authentication" in found["auth.missing"].message
    assert "no authentication" in found["properties.auth"].message


def test_documented_keys_are_asked_for(bench: Bench) -> None:
    """A gateway whose documents speak of keys may not serve whoever comes."""
    open_door = request_variation("*", "Whoever comes is served.", _let_in, before="authentication")

    found = judged(bench, open_door, {"auth.missing", "auth.unknown", "properties.auth"}, "foxora")

    assert {one.verdict for one in found.values()} == {Verdict.FAILED}


MIDSTREAM = {
    "chat.stream.error-event",
    "anthropic.errors.midstream",
    "gemini.errors.midstream",
    "responses.errors.midstream",
}


def _breaks_off(reply: Reply, call: Call) -> None:
    """A stream of a model that fails loses the event that says so, and its connection."""
    if reply.events and b"midstream-error" in (call.raw or b"") + call.path.encode():
        reply.events = [event for event in reply.events if not re.search(r"error|failed", str(event))]
        reply.cut = True


def test_failing_stream_may_break_off(bench: Bench) -> None:
    """A stream that breaks off is taken for complete by nobody, so it is not accused of hiding the failure."""
    found = judged(bench, variation("*", "A stream that fails breaks off.", _breaks_off), {*MIDSTREAM})

    assert {name: one.verdict for name, one in found.items()} == dict.fromkeys(MIDSTREAM, Verdict.INCONCLUSIVE)
    assert all("breaks off" in one.message for one in found.values())


def test_failure_before_a_stream_breaks_off_once_in_the_report(bench: Bench) -> None:
    """A stream that is begun before its provider fails can only break off: its status is wrong, not its framing."""
    begun = variation(
        "createChatCompletion",
        "A provider's failure before a stream is answered 200, and breaks off.",
        lambda *_: structs.replace(Reply.stream([]), cut=True),
        when=both(refused("upstream"), asked(lambda call: bool(call.body.get("stream")))),
    )

    found = judged(bench, begun, {"upstream.stream", "wire.complete"})

    assert found["upstream.stream"].verdict is Verdict.FAILED
    assert found["wire.complete"].verdict is Verdict.PASSED
