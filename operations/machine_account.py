"""Who runs a command on the machine, by the machine's own word: the command line has no credential."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

# What the kernel keeps of who signed in, through `su` and `sudo`; this number says that nobody did.
SIGNED_IN = Path("/proc/self/loginuid")
NOBODY = 2**32 - 1


def machine_account() -> str:
    """The account under which this process runs, and in brackets who signed in where that is another:
    `jenjang (siti)`.
    """
    own = os.getuid()
    try:
        signed_in = int(SIGNED_IN.read_text(encoding="ascii"))
    except (OSError, ValueError):  # a system without it, or a container that hides it
        signed_in = NOBODY
    name = _name(own)
    return name if signed_in in (own, NOBODY) else f"{name} ({_name(signed_in)})"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
