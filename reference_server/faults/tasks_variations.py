"""Legal differences between gateways that take tasks."""

from __future__ import annotations

from reference_server.faults import variation
from reference_server.faults.words.edits import drop, each, reshape, status
from reference_server.faults.words.openai import IMAGE_TASK, TASK
from reference_server.faults.words.situations import served

_MORE = {"width": 1024, "height": 1024, "seed": 7, "content_type": None}

task_without_info = variation(
    IMAGE_TASK, "A submission tells nothing but what it must.", drop("task_info"), gateway="foxapi"
)
task_accepted = variation(IMAGE_TASK, "A submission is answered 202.", status(202), when=served, gateway="foxapi")
task_status_without_nulls = variation(
    TASK,
    "What there is not yet is absent.",
    reshape(lambda body: {name: value for name, value in body.items() if value is not None}),
    gateway="foxapi",
)
task_results_with_more = variation(
    TASK,
    "A result tells more of what was made.",
    each("results[]", lambda result: result.update(_MORE)),
    gateway="foxapi",
)
