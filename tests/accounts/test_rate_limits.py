"""A key's quota holds over all processes, and costs few writes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from accounts.nonces import spend
from accounts.rate_limits import RateLimits, Standing
from installation import Installation

NOW = datetime(2026, 11, 24, 2, 0, 5, tzinfo=UTC)


def one(limits: RateLimits, quota: int, now: datetime = NOW) -> Standing:
    return limits.at_hand("key", quota, now) or limits.take("key", quota, now)


def test_processes_together_hand_out_the_quota_and_no_more(installation: Installation) -> None:
    processes = [RateLimits(installation.writing_engine) for _ in range(3)]
    allowed = [0, 0, 0]

    def send(index: int) -> None:
        for _ in range(200):
            allowed[index] += one(processes[index], 120).allowed

    threads = [threading.Thread(target=send, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 120
    assert not one(processes[0], 120).allowed
    later = one(processes[0], 120, NOW + timedelta(minutes=1))
    assert (later.allowed, later.remaining, later.reset) == (True, 119, 55)


def test_most_requests_do_not_ask_the_database(installation: Installation) -> None:
    limits = RateLimits(installation.writing_engine)
    asked = 0
    for _ in range(100):
        if limits.at_hand("key", 2000, NOW) is None:
            limits.take("key", 2000, NOW)
            asked += 1
    assert asked == 1


def test_a_nonce_works_once_for_a_key_and_is_forgotten_when_it_has_expired(
    installation: Installation,
) -> None:
    engine, ends = installation.writing_engine, NOW + timedelta(minutes=2)
    assert spend(engine, "key", "n", ends, NOW)
    assert not spend(engine, "key", "n", ends, NOW)
    assert spend(engine, "another", "n", ends, NOW)
    assert spend(engine, "key", "n", ends, NOW + timedelta(minutes=3))
