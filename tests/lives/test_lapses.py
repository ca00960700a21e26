"""Whatever the program errs about: where the record would be another than the law's, verify says so."""

from __future__ import annotations

from collections import Counter
from itertools import cycle
from random import Random

from tests.domain.test_promotion import with_candidates
from tests.lives.erring import ErringTown
from tests.lives.lapses import LAPSES
from tests.lives.whole import WholeLives

STEPS = 200
SEEDS = range(7)
# Of over fifty ways to err; the rest seldom come about by chance, and tests/audit commits them on purpose.
COME_ABOUT = 30


def erring(seed: int) -> ErringTown:
    """A life in which the program errs in another way at each command."""
    chance = Random(seed)
    town = ErringTown(lapses=cycle(chance.sample(LAPSES, len(LAPSES))))
    lives = WholeLives(chance, town=with_candidates(town))
    town.erring = True
    # No lapse is one of rank lists: tests/audit/test_rank_promotion.py commits those.
    of_ranks = (lives.rank, lives.advance_ranks)
    moves = {move: weight for move, weight in lives.everything().items() if move not in of_ranks}
    for _ in range(STEPS):
        lives.happen(moves)
    return town


def test_no_lapse_of_the_program_is_missed_by_the_auditor() -> None:
    noticed: Counter[str] = Counter()
    for seed in SEEDS:
        town = erring(seed)
        assert town.missed == []
        noticed += town.noticed
    assert len(noticed) >= COME_ABOUT, sorted({lapse.name for lapse in LAPSES} - noticed.keys())
