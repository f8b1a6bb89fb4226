"""Legal differences between gateways that take tasks."""

from __future__ import annotations

from reference_server.faults import differences
from reference_server.faults.words.edits import drop, each, reshape, status
from reference_server.faults.words.openai import IMAGE_TASK, TASK
from reference_server.faults.words.situations import served

image_task = differences(IMAGE_TASK, gateway="foxapi")
task = differences(TASK, gateway="foxapi")

_MORE = {"width": 1024, "height": 1024, "seed": 7, "content_type": None}

task_without_info = image_task("A submission tells nothing but what it must.", drop("task_info"))
task_accepted = image_task("A submission is answered with 202.", status(202), when=served)
task_status_without_nulls = task(
    "What is null is absent.", reshape(lambda body: {name: value for name, value in body.items() if value is not None})
)
task_results_with_more = task(
    "A result tells more of what was made.", each("results[]", lambda result: result.update(_MORE))
)
