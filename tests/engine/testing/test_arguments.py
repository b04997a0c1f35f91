"""Arguments that calls cannot do without."""

from driversmith.engine.testing.arguments import read_arguments, read_needs
from driversmith.engine.testing.mock.records import RecordMaker

from .harbour import harbour_profile


def test_the_arguments_of_a_read_are_counted_without_making_them_up() -> None:
    profile, maker = harbour_profile(), RecordMaker(1)
    readable = [o for o in profile.objects.values() if {"read", "read_one"} & set(o.operations)]
    counts = [read_needs(profile, described) for described in readable]
    assert counts == [len(read_arguments(profile, described, maker)) for described in readable]
    assert set(counts) >= {0, 1}
