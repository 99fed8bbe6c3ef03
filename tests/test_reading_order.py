"""The order in which waiting documents are read."""

import asyncio

from ingest.polling.running.reading_order import ReadingOrder


async def read(order: ReadingOrder, batch: int, name: str, done: list[str]) -> None:
    """Read a document of a batch, for a moment."""
    async with order.place(batch):
        await asyncio.sleep(0)
        done.append(name)


def test_documents_of_the_earliest_batch_come_first() -> None:
    """Where no place is free they are read in the order of their batches, and of one batch in the order of asking."""

    async def main() -> list[str]:
        order, done = ReadingOrder(1), list[str]()
        asked = ((3, "c"), (2, "b1"), (1, "a"), (2, "b2"), (0, "alone"))
        await asyncio.gather(*(read(order, batch, name, done) for batch, name in asked))
        return done

    assert asyncio.run(main()) == ["c", "alone", "a", "b1", "b2"]


def test_no_more_are_read_than_there_are_places() -> None:
    """The others wait."""

    async def main() -> int:
        order, within, most = ReadingOrder(2), set[int](), 0

        async def one(number: int) -> None:
            nonlocal most
            async with order.place(number):
                within.add(number)
                most = max(most, len(within))
                await asyncio.sleep(0)
                within.remove(number)

        await asyncio.gather(*map(one, range(7)))
        return most

    assert asyncio.run(main()) == 2


def test_a_place_is_never_lost() -> None:
    """Whoever is cancelled, while waiting, while reading, or when a place was just given, leaves the place to others."""

    async def main() -> list[str]:
        order, done = ReadingOrder(1), list[str]()
        async with order.place(1):
            waiting, given, last = (asyncio.create_task(read(order, 1, name, done)) for name in ("waiting", "given", "last"))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.sleep(0)
        given.cancel()  # it has the place, and does not know it yet
        await asyncio.wait_for(last, 5)
        reading = asyncio.create_task(read(order, 1, "reading", done))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait_for(read(order, 1, "next", done), 5)
        return done

    assert asyncio.run(main()) == ["last", "next"]
