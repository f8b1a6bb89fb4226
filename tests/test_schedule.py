"""Checks that wait for answers together come to the same verdicts as checks that are run one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from conformance.model import Finding
from conformance.run import runner
from conformance.target import Target, reference

FAULTS = (
    *("message_id_blank", "streamed_tier_is_a_number", "scheme_has_case", "fifth_stop_dropped", "event_after_done"),
    *("embeddings_with_noise", "embeddings_in_floats_refused", "error_message_says_nothing", "expiry_is_a_span"),
    *("deleted_file_downloaded", "gemini_any_ignored", "gemini_instruction_dropped", "request_id_constant"),
    *("model_listed_twice", "response_without_usage", "text_at_the_end_alone", "tool_question_replaced"),
    *("titled_text_fenced", "strict_argument_invented", "no_messages_served"),
)
FEW = ("files", "errors", "models", "embeddings")
FEATURES = (*FEW, "chat.tools", "anthropic", "responses", "sdk.openai")


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with reference.serving(None) as target:
        yield target


def judge(target: Target, folder: Path, concurrency: int, features: Sequence[str]) -> list[Finding]:
    """The findings on a gateway with many faults at once."""
    prefix = "".join(f"/fault/{name}" for name in FAULTS)
    outcome = runner.judge(
        base_url=target.base_url.replace("/v1", f"{prefix}/v1"),
        target=reference.FIXTURES,
        report_dir=folder,
        include=[],
        feature=features,
        concurrency=concurrency,
    )
    return outcome.report.findings


@pytest.mark.parametrize(("features", "seen"), [(FEW, 5), pytest.param(FEATURES, 10, marks=pytest.mark.slow)])
def test_verdicts_do_not_depend_on_concurrency(
    target: Target, tmp_path: Path, features: Sequence[str], seen: int
) -> None:
    """The same requests are sent, and the same verdicts found, on a gateway with twenty faults."""
    alone, together = (judge(target, tmp_path / str(number), number, features) for number in (1, 8))
    verdicts = [{(one.requirement, one.case): one.verdict for one in findings} for findings in (alone, together)]

    different = {key for key in verdicts[0] | verdicts[1] if verdicts[0].get(key) != verdicts[1].get(key)}
    assert different == set()
    failed = {one.requirement for one in together if one.verdict == "failed"}
    assert len(failed) >= seen
