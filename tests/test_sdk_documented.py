"""A gateway that accepts only documented fields does not fail for fields that the newest client adds."""

from __future__ import annotations

import pytest

from conformance import register
from conformance.model import Verdict
from conformance.run import runner
from conformance.target import reference

pytest.importorskip("anthropic", minversion="2")
pytest.importorskip("google.genai")
AREAS = ("sdk_anthropic", "sdk_gemini")


def failed(server, gateway, fault):
    """The requirements of these clients that fail, and the exit code of the run."""
    requirements = register.load().requirements.values()
    names = [one.id for one in requirements if one.area in AREAS and one.feature != "sdk.gemini.embeddings"]
    outcome = runner.judge(
        base_url=f"{server(gateway).removesuffix('/v1')}/fault/{fault}/v1",
        gateway=gateway,
        target=reference.FIXTURES,
        requirement=names,
    )
    verdicts = {one.requirement: one.verdict for one in outcome.report.findings}
    assert set(verdicts.values()) <= {Verdict.PASSED, Verdict.FAILED}
    return {name for name, verdict in verdicts.items() if verdict is Verdict.FAILED}, outcome.exit_code


@pytest.mark.parametrize(
    ("fault", "warned"),
    [
        ("anthropic_own_header_alone", "sdk.anthropic.unmodified"),
        ("anthropic_first_version_alone", "sdk.anthropic.unmodified"),
        ("gemini_version_unknown", "sdk.gemini.version"),
    ],
)
def test_documented_way_is_enough(server, fault, warned):
    """The one finding is a SHOULD, and the run passes."""
    assert failed(server, "ofox", fault) == ({warned}, 0)
