"""The command line: `gateway-conformance COMMAND`, where the commands are those of `SECTIONS`.

Exit codes: 0 all is well, 1 a MUST failed (or a difference or gap was asked for and found), 2 usage, 3 there is no
verdict: the target could not be judged, the run ended early, or the suite itself erred; 130 interrupted; 143
terminated.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from conformance.errors import ConformanceError, Terminated, UsageError
from conformance.run.signals import terminable
from gateway_contract import commandline

PROGRAM = "gateway-conformance"
SECTIONS = {
    "Judge": (
        "gateway-conformance run --base-url https://host/v1",
        {
            "run": "judge a gateway",
            "doctor": "look at a target before it is judged",
            "init": "write a target file",
        },
    ),
    "Look up": (
        "gateway-conformance explain chat.stream.done",
        {
            "explain": "explain a requirement, or a contradiction between documents",
            "coverage": "show which documented sentences are judged",
        },
    ),
    "Reports": (
        "gateway-conformance diff before/report.json report",
        {
            "diff": "compare two reports",
            "compare": "gateways side by side",
            "merge": "one report out of those of shards",
            "site": "a folder of reports as static pages",
            "render": "write a report in another format",
        },
    ),
    "For contributors": (
        "gateway-conformance matrix --output reports",
        {
            "matrix": "show how far the documents of the gateways lie apart",
            "agenda": "count what each requirement costs",
        },
    ),
}
COMMANDS = tuple(name for _, commands in SECTIONS.values() for name in commands)
KEYS = "keys come from the environment: export GATEWAY_API_KEY=..., or name one in --target"
USAGE, TROUBLE, INTERRUPTED, TERMINATED = commandline.WRONG, commandline.TROUBLE, 130, 143


@commandline.group(PROGRAM, package="conformance.cli", sections=SECTIONS, hints={"key": KEYS, "token": KEYS})
@commandline.version_of(PROGRAM)
def group() -> None:
    """Judges an LLM gateway against what its documents say."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        with terminable():
            return commandline.run(group, PROGRAM, words)
    except ConformanceError as error:
        code = USAGE if isinstance(error, UsageError) else TROUBLE
        _complain(error, code if "--json" in words else None)
        return code
    except Terminated as error:
        print(error, file=sys.stderr)
        return TERMINATED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        from traceback import format_exc

        print(_safe(format_exc()), file=sys.stderr)
        return TROUBLE


def _complain(error: ConformanceError, code: int | None) -> None:
    """Tells what is wrong on standard error; on standard output for programs, which get the exit code as well."""
    from conformance.report.inert import LONGEST, inert

    longest = None if isinstance(error, UsageError) else LONGEST
    message, hint = (inert(_safe(text), longest) for text in (str(error), error.hint))
    commandline.complain(message, hint)
    with commandline.unread():
        if code is not None:
            print(json.dumps({"exit_code": code, "error": message, "hint": hint}, indent=2))


def _safe(text: str) -> str:
    """Without keys: what uses them is imported then."""
    secrets = sys.modules.get("conformance.wire.secrets")
    return str(secrets.safe(text)) if secrets else text


if __name__ == "__main__":
    sys.exit(main())
