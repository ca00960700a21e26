"""A policy of logs and witnesses is read as C2SP tlog-policy says, and its quorum is counted."""

from __future__ import annotations

import pytest

from proofs.cosignature import witness_key
from proofs.errors import MalformedPolicy
from proofs.keys import Signer
from proofs.witness_policy import parse_policy

SIGNERS = {name: Signer(f"{name.lower()}.example/w", bytes([n]) * 32) for n, name in enumerate("ABCDE", 1)}
KEYS = {name: witness_key(signer) for name, signer in SIGNERS.items()}
LOG = Signer("jenjang.kota-serang", bytes(32)).vkey
WITNESSES = "".join(f"witness {name} {key}\n" for name, key in KEYS.items())
# The shape of the example in the format's own text: two of three, and any of two.
NESTED = f"""# Saksi Kota Serang
log {LOG}
{WITNESSES}
  group X 2 A B C
\tgroup Y any D E
group both all X Y
quorum both
"""


def reached(text: str, *names: str) -> bool:
    return parse_policy(text.encode()).reached_by([KEYS[name] for name in names])


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        ("ABD", True),
        ("ACE", True),
        ("ABCDE", True),
        ("ABC", False),
        ("AD", False),
        ("DE", False),
        ("", False),
    ],
)
def test_groups_of_groups_are_counted(names: str, enough: bool) -> None:  # noqa: FBT001
    assert reached(NESTED, *names) is enough


def test_who_lacks_and_what_is_demanded_is_said_in_names() -> None:
    policy = parse_policy(NESTED.encode())
    assert policy.lacking([KEYS["A"], KEYS["D"]]) == ["B", "C", "E"]
    assert policy.demand() == "2 of (2 of A, B, C), (1 of D, E)"
    assert [log.key.name for log in policy.logs] == ["jenjang.kota-serang"]


def test_one_witness_or_none_may_be_the_quorum() -> None:
    assert reached(f"{WITNESSES}quorum A\n", "A")
    assert not reached(f"{WITNESSES}quorum A\n", "B")
    assert reached("quorum none\n")


def test_urls_and_octets_above_ascii_are_kept() -> None:
    text = f"witness saksi-é {KEYS['A']} http://127.0.0.1:8010/\nquorum saksi-é\n".encode("latin-1")
    policy = parse_policy(text)
    assert [witness.url for witness in policy.witnesses.values()] == ["http://127.0.0.1:8010/"]
    assert policy.reached_by([KEYS["A"]])


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "no quorum"),
        (f"log {LOG}\n", 2, "no quorum"),
        ("quorum A\n", 1, "not defined"),
        ("quorum none\nquorum none\n", 2, "quorum line before"),
        ("quorum\n", 1, "quorum <name>"),
        ("trust me\nquorum none\n", 1, "begins no line"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", 2, "listed before"),
        (f"log {KEYS['A']}\nquorum none\n", 1, "0x01"),
        ("log\nquorum none\n", 1, "log <vkey>"),
        (f"witness A {LOG}\nquorum none\n", 1, "0x04"),
        ("witness\nquorum none\n", 1, "witness <name>"),
        (f"witness A {KEYS['A']} x y\nquorum none\n", 1, "witness <name>"),
        (f"witness A {KEYS['A']}\nwitness A {KEYS['B']}\nquorum A\n", 2, "taken"),
        (f"witness none {KEYS['A']}\nquorum none\n", 1, "taken"),
        (f"witness A {KEYS['A']}\nwitness B {KEYS['A']}\nquorum A\n", 2, "listed before"),
        (f"{WITNESSES}group G 6 A B C D E\nquorum G\n", 6, "never be reached"),
        (f"{WITNESSES}group G 0 A\nquorum G\n", 6, "neither all nor any"),
        (f"{WITNESSES}group G 01 A\nquorum G\n", 6, "neither all nor any"),
        (f"{WITNESSES}group G all\nquorum G\n", 6, "group <name>"),
        (f"{WITNESSES}group G all none\nquorum G\n", 6, "not defined"),
        (f"{WITNESSES}group G all A A\nquorum G\n", 6, "a member before"),
        (f"{WITNESSES}group G all A\ngroup H all A\nquorum H\n", 7, "a member before"),
        (f"{WITNESSES}group A all B\nquorum A\n", 6, "taken"),
        ("quorum none\x0b\n", 1, "control character"),
        ("# \x00\nquorum none\n", 1, "control character"),
    ],
)
def test_what_the_format_does_not_allow_is_named_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(MalformedPolicy, match=reason) as refused:
        parse_policy(text.encode())
    assert refused.value.line == line
