"""Lists of rank promotions and the people on them, on both databases."""

from __future__ import annotations

from audit.rebuild import fold_history
from projections import rank_promotions
from tests import ranks
from tests.world import World


def test_lists_and_people_are_what_their_streams_tell(world: World) -> None:
    clerks = ranks.due_clerks(world, 4)
    list_id = ranks.sent(world, ranks.frozen(world))
    ranks.approved(world, list_id, *clerks[:2])
    ranks.decreed(world, list_id, clerks[0])
    with world.installation.reader.engine.connect() as connection:
        history = fold_history(connection, world.installation.sealing_key)
        for projection in (rank_promotions.RankListRows(), rank_promotions.RankEntryRows()):
            stored = [tuple(row) for row in connection.execute(projection.table.select())]
            assert sorted(stored, key=repr) == sorted(projection.rows(history), key=repr)
            assert stored
        (mine, *_) = rank_promotions.of_person(connection, clerks[0])
        assert (mine["status"], mine["list_id"]) == ("decreed", list_id)
        assert set(clerks[:3]) <= rank_promotions.busy(connection)
        assert clerks[3] not in rank_promotions.busy(connection)
        assert rank_promotions.of_period(connection, ranks.period_of(world).isoformat()) == list_id
        progress = rank_promotions.progress(connection, list_id, None)
    assert (progress["decreed"], progress["approved"]) == (1, 1)


def test_another_writer_knows_the_lists_and_the_numbers_of_decrees(world: World) -> None:
    """A process that starts later judges by the same lists."""
    clerks = ranks.due_clerks(world, 3)
    list_id = ranks.sent(world, ranks.frozen(world))
    ranks.approved(world, list_id, *clerks[:2])
    ranks.decreed(world, list_id, clerks[0])
    world.installation.ledger.close()
    second = type(world.installation)(world.installation.settings)
    later = World(second, world.ids, world.synthetic)
    ranks.decreed(later, list_id, clerks[1])
    found = ranks.list_of(later, list_id)
    numbers = [found.entries[who].decree_number for who in clerks[:2]]
    second.close()
    assert [str(number).partition("Kep.")[2].partition("-")[0] for number in numbers] == ["1", "2"]
