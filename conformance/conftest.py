"""What every check can ask for: the target, its contract, and the recording client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

import gateway_contract
from conformance import register
from conformance.errors import Unsupported
from conformance.model import Requirement
from conformance.properties.whole_run import WholeRun
from conformance.register import decisions
from conformance.run import applicable, plugin, schedule, session
from conformance.target import Target
from conformance.wire.recorder import Recorder
from conformance.words import access, discovery
from conformance.words.answer import Answer, demand_served, is_refusal, leave_at_limit
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import Ask
from conformance.words.check import Once
from conformance.words.gemini.contents import Gemini
from conformance.words.openai.audio import Audio
from conformance.words.openai.chat import Completion, CompletionStream
from conformance.words.openai.files import Files
from conformance.words.openai.options import served_together
from conformance.words.openai.responses import Responses

AnyAnswer = TypeVar("AnyAnswer", bound=Answer)
Value = TypeVar("Value")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the plugin that turns outcomes into findings wherever a check is collected."""
    if not config.pluginmanager.is_registered(plugin):
        config.pluginmanager.register(plugin)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Iterator[Target]:
    """The target that is judged; when no base URL is given, a reference server that is started for the session."""
    with session.target(pytestconfig) as target:
        yield target


@pytest.fixture(scope="session")
def contract(target: Target, pytestconfig: pytest.Config) -> gateway_contract.Contract:
    """What the gateway documents."""
    contract = decisions.traced(gateway_contract.load(target.gateway))
    pytestconfig.stash[session.GATEWAY] = contract.gateway
    return contract


@pytest.fixture(scope="session")
def gateway(contract: gateway_contract.Contract) -> dict[str, Any]:
    """What the gateway documents and no schema can say."""
    return contract.gateway


@pytest.fixture(scope="session")
def recorder(target: Target, pytestconfig: pytest.Config) -> Iterator[Recorder]:
    """The recording client."""
    recorder = session.recorder(pytestconfig, target)
    yield recorder
    recorder.close()


@pytest.fixture(scope="session")
def ask(recorder: Recorder, target: Target, pytestconfig: pytest.Config) -> Ask:
    """Asks the target."""
    return session.ask(pytestconfig, recorder, target)


@pytest.fixture(scope="session")
def files(ask: Ask) -> Iterator[Files]:
    """Uploads files, and deletes at the end what the run has uploaded."""
    files = Files(ask)
    yield files
    files.end()


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of what is generated."""
    return session.seed(pytestconfig)


@pytest.fixture(scope="session")
def examples(pytestconfig: pytest.Config) -> int:
    """How many requests are generated for each operation."""
    return session.examples(pytestconfig)


@pytest.fixture
def gemini(ask: Ask, gateway: dict[str, Any]) -> Gemini:
    """Asks the target in the Gemini protocol."""
    return Gemini(ask, gateway["protocols"]["gemini"]["credentials"][0])


@pytest.fixture
def judged(request: pytest.FixtureRequest) -> Requirement:
    """The requirement under judgement."""
    return register.load().requirement(request.function.requirement_id)


@pytest.fixture
def promised(judged: Requirement, contract: gateway_contract.Contract) -> bool:
    """Whether the gateway's own documents say what the requirement demands."""
    return any(claim.gateway == contract.name for claim in register.load().claims_of(judged))


@pytest.fixture
def guarded(ask: Ask, contract: gateway_contract.Contract) -> None:
    """The target asks for keys, as far as its operator, its documents and its answers say."""
    access.demand_guarded(ask, any(claim.gateway == contract.name for claim in register.load().claims.values()))


@pytest.fixture
def bearer(ask: Ask) -> None:
    """The target takes its key as a bearer token, as far as its operator says."""
    access.demand_bearer(ask)


@pytest.fixture(autouse=True)
def _applicable(
    judged: Requirement, contract: gateway_contract.Contract, target: Target, request: pytest.FixtureRequest
) -> None:
    """A check runs when its gateway claims the feature, the target names its fixtures, and it was asked for.

    A fixture that asks the target comes after this one: it is none of the session's, but may use `once`.
    """
    applicable.demand(judged, contract, target)
    operations = [contract.operations[name] for name in judged.operations]
    discovery.demand(request.getfixturevalue("ask"), operations, contract)


@pytest.fixture(scope="session")
def _memory() -> dict[str, Any]:
    return {}


@pytest.fixture
def once(_memory: dict[str, Any], _applicable: None) -> Once:
    """Computes a value for the first check that is judged by it, and keeps it for the others, by its name."""

    def value_of(name: str, compute: Callable[[], Value]) -> Value:
        if name not in _memory:
            _memory[name] = compute()
        value: Value = _memory[name]
        return value

    return value_of


@pytest.fixture
def demand_supported(judged: Requirement, gateway: dict[str, Any]) -> Callable[..., Any]:
    """Demands that a request is served.

    Where the feature depends on the model, a clear refusal makes the check unsupported, unless one of the requests that
    are `alike` is served.
    """

    def demand(answer: AnyAnswer, *alike: Answer) -> AnyAnswer:
        exchange = answer.exchange
        leave_at_limit(exchange)
        refused = is_refusal(exchange) and not any(other.served for other in alike)
        if refused and judged.feature in gateway["model_dependent"]:
            raise Unsupported(f"the target refuses {judged.feature}: {exchange.text:.200}")
        return demand_served(answer)

    return demand


@pytest.fixture
def demand_option(
    ask: Ask, contract: gateway_contract.Contract, demand_supported: Callable[..., Any]
) -> Callable[..., None]:
    """Demands that a value of an optional parameter of chat is served, with others or else alone."""

    def demand(name: str, value: Any, *alike: Any) -> None:
        if not served_together(ask, contract, name, value):
            demand_supported(ask.chat(**{name: value}), *(ask.chat(**{name: other}) for other in alike))

    return demand


@pytest.fixture
def anthropic(ask: Ask, gateway: dict[str, Any]) -> Anthropic:
    """Asks the target in the Anthropic protocol."""
    asking = Anthropic(ask, gateway["protocols"]["anthropic"]["credentials"][0])
    asking.demand_model()
    return asking


@pytest.fixture
def chat(ask: Ask) -> Completion:
    """The plainest completion there is."""
    return ask.chat()


@pytest.fixture
def chat_stream(ask: Ask) -> CompletionStream:
    """The plainest completion, streamed."""
    return ask.stream()


@pytest.fixture
def audio(ask: Ask) -> Audio:
    """Asks for speech and for transcriptions."""
    return Audio(ask)


@pytest.fixture
def responses(ask: Ask) -> Responses:
    """Asks for responses."""
    return Responses(ask)


@pytest.fixture(scope="session")
def judged_operations(contract: gateway_contract.Contract, request: pytest.FixtureRequest) -> frozenset[str]:
    """The operations that the run judges; all where it judges nothing but what holds for every answer."""
    operations = schedule.operations_of(request.session)
    return operations or frozenset(contract.operations)


@pytest.fixture
def whole_run(ask: Ask, contract: gateway_contract.Contract, judged_operations: frozenset[str]) -> WholeRun:
    """What the run has recorded. Checks that take it come last."""
    return WholeRun(ask, contract, judged_operations)
