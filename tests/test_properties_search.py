"""A search that meets a limit of the account ends without a failure and without needless requests."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import pytest

import gateway_contract
from conformance.checks import test_properties_generated as checks
from conformance.errors import BudgetSpent, Inconclusive, Unsupported
from conformance.properties import generate
from conformance.properties.bodies import Subject
from conformance.properties.conversations import FEATURES
from conformance.properties.requests import TOGETHER, send_together
from conformance.properties.search import LOST, Patience
from conformance.wire.ahead import Pending
from conformance.words.ask import Ask
from conformance.words.check import every

from .canned import COMPLETION, REFUSED, Canned, answer

CONTRACT = gateway_contract.load()
CHAT = Subject(CONTRACT.operations["createChatCompletion"], ())
FULL = answer(REFUSED, 402)
SLOW = answer(REFUSED, 429, headers={"retry-after": "0"})
SERVED, CRASHED = answer(COMPLETION), answer(REFUSED, 500)


def search(recorder: Canned, examples: int = 30, patience: Patience | None = None) -> None:
    """Judges that no drawn text is answered with a 5xx."""
    from hypothesis import strategies as st

    ask = Ask(recorder, "m")

    def judge(text: str) -> None:
        answer = CHAT.send(ask, text.encode())
        assert answer.status < 500, f"answered {answer.status}"

    generate.search(st.text("abc"), judge, 1, examples, touched=recorder.touched, patience=patience)


@pytest.mark.parametrize(("limit", "sends"), [(FULL, 1), (SLOW, 3)], ids=["spent", "too fast"])
def test_limit_ends_the_search(limit: dict[str, object], sends: int) -> None:
    """After a few refusals the search ends without a failure."""
    recorder = Canned(limit)

    with pytest.raises(Inconclusive, match=str(limit["status"])):
        search(recorder)

    assert len(recorder.sent) == LOST * sends


def test_single_refusal_is_no_verdict() -> None:
    """A single refusal does not stop the other examples from being judged."""
    recorder = Canned(SERVED, FULL, SERVED, FULL, SERVED)

    search(recorder)

    assert len(recorder.sent) > 2 * LOST


def test_defect_beside_a_refusal_is_found() -> None:
    """A refusal does not hide a failure."""
    recorder = Canned(SERVED, FULL, CRASHED)

    with pytest.raises(AssertionError, match="answered 500"):
        search(recorder)


def test_refusal_ends_the_shrinking() -> None:
    """A failure that was found before the limit is reported unchanged."""
    recorder = Canned(SERVED, SERVED, CRASHED, CRASHED, CRASHED, FULL)

    with pytest.raises(AssertionError, match="answered 500"):
        search(recorder)

    assert len(recorder.sent) == 6
    assert recorder.touched[-1].status == 500


def test_nothing_but_refusals_is_inconclusive() -> None:
    """A search without a judged example has no verdict."""
    with pytest.raises(Inconclusive):
        search(Canned(FULL), examples=1)


def test_operations_share_their_patience() -> None:
    """A limit that ended the search of one operation ends the next one at once."""
    recorder, patience = Canned(FULL), Patience()

    with pytest.raises(Inconclusive):
        every(["one", "two", "three"], lambda _: search(recorder, patience=patience), recorder.touched)

    assert len(recorder.sent) == LOST


@pytest.mark.parametrize("error", [BudgetSpent("enough", "pay"), Unsupported("not there"), KeyError("mistake")])
def test_error_leaves_at_once(error: Exception) -> None:
    """An error of the suite is not shrunk."""
    recorder = Canned(SERVED, error)

    with pytest.raises(type(error)):
        search(recorder)

    assert len(recorder.sent) == 2


def test_shrinking_is_bounded() -> None:
    """Shrinking a failure costs at most a fixed multiple of finding it."""
    recorder = Canned(CRASHED)

    with pytest.raises(AssertionError):
        search(recorder, examples=2)

    assert len(recorder.sent) <= 2 + 10 * 2 + 1


def test_what_does_not_happen_again_is_inconclusive() -> None:
    """Only a failure that repeats is reported."""
    from hypothesis import strategies as st

    calls: list[int] = []

    def judge(_: int) -> None:
        calls.append(1)
        assert len(calls) != 3, "the third time"

    with pytest.raises(Inconclusive, match="seen once, and not again: the third time"):
        generate.search(st.integers(), judge, 0, 20)


def test_conversations_stop_at_a_limit() -> None:
    """The check itself ends soon after the account has reached its limit."""
    learning = 1 + len(FEATURES & {*CONTRACT.gateway["model_dependent"]})
    recorder = Canned(*[SERVED] * learning, FULL)

    with pytest.raises(Inconclusive, match="402"):
        checks.test_generated_conversations(ask=Ask(recorder, "m"), contract=CONTRACT, seed=0, examples=40)

    assert learning < len(recorder.sent) <= learning + LOST


def test_answers_are_awaited_together() -> None:
    """So many requests are sent before the first answer is there, and no more."""
    sent: list[int] = []

    def send(number: int) -> None:
        sent.append(number)
        raise Pending([Future()])

    with pytest.raises(Pending) as pending:
        send_together(partial(send, number) for number in range(3 * TOGETHER))

    assert sent == list(range(TOGETHER))
    assert len(pending.value.answers) == TOGETHER


def test_limit_ends_what_is_sent_together() -> None:
    """After a few answers without a verdict nothing more is sent, and no error is raised: the search will tell."""
    sent: list[int] = []

    def send(number: int) -> None:
        sent.append(number)
        raise Inconclusive("the target answered 402")

    send_together(partial(send, number) for number in range(3 * TOGETHER))

    assert len(sent) == LOST


def test_drawn_bodies_are_cheap() -> None:
    """They ask for few tokens, and are valid."""
    operation = CONTRACT.operations["createMessage"]

    drawn = generate.drawn(generate.bodies(operation), 0, 40)

    assert all(body["max_tokens"] <= generate.LIMIT for body in drawn)
    assert all(operation.request_problem(body) is None for body in drawn)


def test_operations_that_take_the_same_share_their_bodies() -> None:
    """A version of a path, or another gateway, takes the same bodies where its schema is the same."""
    names = "generateContent", "generateContentV1"
    first, second = (generate.bodies(CONTRACT.operations[name]) for name in names)

    assert first is second
    assert generate.bodies(gateway_contract.load("ofox").operations["createMessage"]) is not first
