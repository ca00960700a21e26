"""The draw of a sample: as decision 0069 defines it, fair, and bound on both sides."""

from __future__ import annotations

import hashlib
from collections import Counter

from domain.review_draw import draw, list_hash, nonce_hash, seed_of

ID = "2c4a1f0b-6d3e-4f7a-8b59-1d2e3f405162"
NONCE, ROOT = bytes(range(32)), bytes(range(32, 64))


def test_the_seed_is_the_hash_of_what_both_sides_brought() -> None:
    whole = b"jenjang/sample/v1\x00" + ID.encode() + NONCE + ROOT
    assert seed_of(ID, NONCE, ROOT) == hashlib.sha256(whole).hexdigest()
    others = {seed_of(ID, ROOT, ROOT), seed_of(ID, NONCE, NONCE), seed_of(ID[::-1], NONCE, ROOT)}
    assert len({seed_of(ID, NONCE, ROOT), *others}) == 4
    assert nonce_hash(NONCE) == hashlib.sha256(NONCE).hexdigest()


def test_a_known_draw_for_those_who_write_their_own() -> None:
    """The vector of decision 0069."""
    seed = seed_of(ID, NONCE, ROOT)
    assert seed == "4305409e3b692243f11716a5a6ec84c1fb25f5ef9a197d6574ceb725bc06f97e"
    assert draw(seed, range(100), 5) == (3, 32, 54, 38, 37)
    assert list_hash([1, 2, 3]) == hashlib.sha256(b"[1,2,3]").hexdigest()


def test_the_order_of_the_population_says_nothing_and_nobody_is_drawn_twice() -> None:
    seed = seed_of(ID, NONCE, ROOT)
    assert draw(seed, range(1000), 50) == draw(seed, reversed(range(1000)), 50)
    assert len(set(draw(seed, range(1000), 50))) == 50
    assert sorted(draw(seed, range(7), 50)) == list(range(7)), "a small population is drawn whole"
    assert draw(seed, (), 3) == ()
    assert draw(seed, range(1000), 20) == draw(seed, range(1000), 50)[:20]


def test_over_many_seeds_everybody_is_drawn_equally_often() -> None:
    times: Counter[int] = Counter()
    for number in range(2000):
        times.update(draw(seed_of(ID, number.to_bytes(32, "big"), ROOT), range(10), 3))
    expected = 2000 * 3 / 10
    chi_squared = sum((times[item] - expected) ** 2 / expected for item in range(10))
    assert chi_squared < 27.9, "9 degrees of freedom, one in a thousand"
