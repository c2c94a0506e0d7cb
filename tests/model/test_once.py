from dataclasses import dataclass

from ops.model.once import once


@dataclass(frozen=True)
class Thing:
    name: str


def counted():
    walks = []

    @once
    def walk(*things):
        walks.append(things)
        return tuple(thing.name for thing in things)

    return walk, walks


def test_the_same_things_are_walked_once():
    walk, walks = counted()
    one, two = Thing("one"), Thing("two")
    assert walk(one, two) is walk(one, two)
    assert len(walks) == 1


def test_equal_things_are_not_the_same():
    walk, walks = counted()
    assert walk(Thing("one")) == walk(Thing("one"))
    assert len(walks) == 2


def test_other_and_fewer_things_get_their_own_answer():
    walk, _ = counted()
    one, two = Thing("one"), Thing("two")
    assert walk(one, two) == ("one", "two")
    assert walk(two, one) == ("two", "one")
    assert walk(one) == ("one",)
    assert walk(one, two) == ("one", "two")


def test_only_the_last_answer_is_kept():
    walk, walks = counted()
    one, two = Thing("one"), Thing("two")
    for thing in (one, two, one):
        walk(thing)
    assert len(walks) == 3
