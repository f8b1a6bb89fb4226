"""`python tests/abreast.py COMMAND...`: runs command lines side by side, more than processors: a run often waits."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

PRINTING = Lock()


def run(command: str) -> bool:
    """Whether a command ends with 0. What it wrote is printed when it has ended, so that lines do not mix."""
    result = subprocess.run(
        shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with PRINTING:
        print(f"$ {command}\n{result.stdout}", flush=True)
    return result.returncode == 0


def main(commands: list[str]) -> int:
    """Returns 1 when a command failed, after all have ended."""
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        failed = [command for command, fine in zip(commands, pool.map(run, commands), strict=True) if not fine]
    print("\n".join(f"failed: {command}" for command in failed))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
