"""Legal ways to speak of credentials without showing one, and to keep a session that nobody needs."""

from __future__ import annotations

from reference_server.faults import differences
from reference_server.faults.words.edits import header, in_error, put
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import refused

chat = differences(CHAT)
anywhere = differences("*")

key_shown_in_part = chat(
    "The error for a bad key shows its beginning and its end.",
    in_error(put("error.message", "Incorrect API key provided: sk-this-**********************sued.")),
    when=refused("invalid_credential"),
)
key_of_an_example_shown = chat(
    "The error for a missing key shows how one is sent.",
    in_error(
        put(
            "error.message",
            "Send it as `Authorization: Bearer YOUR_API_KEY`, as in `Bearer sk-proj-xxxxxxxxxxxxxxxxxxxx`.",
        )
    ),
    when=refused("missing_credential"),
)
answers_with_a_session = anywhere(
    "Every answer sets a cookie, as those that balance the load do.",
    header("set-cookie", "__cf_bm=a1B2c3D4e5F6g7H8-1764300000-1.0.1.1; path=/; HttpOnly; Secure"),
)
