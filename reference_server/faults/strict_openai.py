"""Ways to be a little less than OpenAI, which only a gateway that is held to it to the letter may not."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import drop, each, in_error, status
from reference_server.faults.words.openai import CHAT, FILES, MODELS
from reference_server.faults.words.situations import refused

_GATEWAY = "strict-openai"
chat = rows(CHAT, gateway=_GATEWAY)


def _drop_null_logprobs(choice: dict[str, Any]) -> None:
    if choice["logprobs"] is None:
        del choice["logprobs"]


refusal_left_out = chat(
    "chat.schema", "`refusal` of a message is absent instead of null.", drop("choices[].message.refusal")
)
logprobs_left_out = chat(
    "chat.schema", "Logprobs that nobody asked for are absent instead of null.", each("choices[]", _drop_null_logprobs)
)
models_owned_by_nobody = fault(
    MODELS, "A model has no `owned_by`.", drop("data[].owned_by"), breaks={"models.fields"}, gateway=_GATEWAY
)
page_without_its_last_id = fault(
    FILES,
    "A page of files has no `last_id`.",
    drop("last_id"),
    breaks={"files.schema", "files.paging.cursors"},
    gateway=_GATEWAY,
)
param_left_out = fault(
    "*",
    "`param` of an error is absent instead of null.",
    in_error(drop("error.param")),
    breaks={"errors.schema"},
    gateway=_GATEWAY,
)
spent_account_pays = chat("limits.spend", "Insufficient credit gets a 402.", status(402), when=refused("spend_limit"))
