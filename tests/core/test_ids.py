"""Ids made many at once are like those made one by one: of version 7, in order, each another."""

from __future__ import annotations

import uuid

from core.ids import earliest_at, uuid7, uuid7_texts


def test_ids_of_a_batch_rise_and_none_comes_twice() -> None:
    made = [uuid.UUID(text) for text in uuid7_texts(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == 10_000
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}


def test_they_say_when_they_were_made() -> None:
    before, (text,) = uuid7(), uuid7_texts(1)
    made = uuid.UUID(text)
    assert abs((made.int >> 80) - (before.int >> 80)) < 10_000
    assert made > earliest_at((before.int >> 80) / 1000 - 10)


def test_what_follows_the_counter_is_random() -> None:
    tails = [text[17:] for text in uuid7_texts(2000)]
    assert len(set(tails)) == 2000
    for place in range(15):
        assert len({tail[place] for tail in tails}) == 16
