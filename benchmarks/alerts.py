"""Alerts under kills, floods and years of stories: what is lost, doubled, told late or told for nothing.

python benchmarks/alerts.py kills [NUMBER]   processes killed at random moments while they tell
python benchmarks/alerts.py flood            500 stories in a minute
python benchmarks/alerts.py years            a year of stories: false alarms, and how late spikes and silences are told
"""

import json
import multiprocessing
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from alert_making import DESK, MAIL, Desk, running_mail_server, telling
from alert_years import START, drawn, rate, year
from making import about, carry, home_at, write_topic
from support import FakeWeb, Page

from feeds.alerts.usual import HOUR, quiet, spike
from feeds.cli.home import topics_of
from topicwire_service import classify_and_publish

_PER_KILL = 3  # stories that arrive before each process


def kills(number: int) -> None:
    """Kill a process that makes and sends messages at a random moment, over and over; then let one end."""
    chance = random.Random(1)
    nursery, other = multiprocessing.Pipe()
    multiprocessing.get_context("fork").Process(target=raise_processes, args=(other,)).start()  # before there are threads
    with tempfile.TemporaryDirectory() as folder, running_mail_server() as server, FakeWeb() as web:
        home = Path(folder)
        write_topic(home)
        hook = web.script("/hook", lambda _: Page(204))
        settings = MAIL.format(server.port) + DESK + f'webhook = "{hook}"\npause = 0\n'
        (home / "topicwire.toml").write_text(settings, encoding="utf-8")
        made = home_at(home, {"fetch.allow": web.allow, "publish.item_pages": "0"})
        nursery.send((home, web.allow, 60.0))  # the alerts begin
        taken, ended = nursery.recv(), 0
        for turn in range(number):
            with made.facts() as facts:
                carry(facts, [about(turn * _PER_KILL + n) for n in range(_PER_KILL)])
                classify_and_publish(made, facts, topics_of(made))
            nursery.send((home, web.allow, taken * chance.uniform(0.2, 2.0)))  # telling takes longer than finding nothing
            ended += bool(nursery.recv())
        nursery.send((home, web.allow, 60.0))
        nursery.recv()
        nursery.send(None)
        letters = {letter["Message-ID"]: letter.as_string() for letter in server.letters}
        hooks = {told["id"]: told for call in web.calls if call.method == "POST" for told in [json.loads(call.body)]}
        calls = sum(call.method == "POST" for call in web.calls)
    told = Counter(story["title"] for one in hooks.values() for story in one["data"]["stories"])
    wanted = {about(n).title for n in range(number * _PER_KILL)}
    print(f"{number} processes killed, {ended} of them had ended; {len(wanted)} stories")
    print(f"lost {len(wanted - told.keys())}; told under two ids {sum(count > 1 for count in told.values())}")
    print(f"letters {len(server.letters)} with {len(letters)} ids; requests {calls} with {len(hooks)} ids")
    print(f"ids by mail and webhook are the same: {({key.strip('<>').partition('@')[0] for key in letters}) == hooks.keys()}")


def raise_processes(orders: Connection) -> None:
    """Start a process that tells, for each order, kill it after so many seconds, and answer how long it took if it had ended."""
    while order := orders.recv():
        home, allowed, seconds = order
        child = os.fork()
        if not child:
            telling(home, allowed)
            os._exit(0)
        begin = time.monotonic()
        while not (ended := os.waitpid(child, os.WNOHANG)[0]) and time.monotonic() - begin < seconds:
            time.sleep(0.001)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        orders.send(time.monotonic() - begin if ended else 0.0)


def flood() -> None:
    """Publish 500 stories in five steps of one minute and tell them."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.at(Path(folder))
        for first in range(0, 500, 100):
            desk.stories(*range(first, first + 100))
            desk.tell(seconds=11)
        begin = time.process_time()
        desk.tell(seconds=5)
        spent = time.process_time() - begin
    print(f"messages {len(desk.told)}, stories {len(desk.titles)}, processor time of making and sending {spent:.2f} s")


def years() -> None:
    """Count false alarms in a year of looks at every third hour, and the delay of spikes and silences."""
    for per_day in (1, 3, 10, 40):
        alarms = {noise: _false(per_day, noise) for noise in (0.2, 0.5)}
        late = [_delay(per_day, seed) for seed in range(24)]
        still = [_silence(per_day, seed) for seed in range(6)]
        print(
            f"{per_day:3} a day: false alarms in a year (spike, quiet) by noise {alarms}; spike told after"
            f" {statistics.median(late):.0f} h, at most {max(late):.0f} h; quiet told after {statistics.median(still):.0f} h"
        )


def _false(per_day: float, noise: float) -> tuple[int, int]:
    counts = year(11, per_day, 365 + 56, noise)
    hours, found, last = sorted(counts), [0, 0], [START, START]
    for number in range(56 * 24, (365 + 56) * 24, 3):
        now = START + number * HOUR + timedelta(minutes=59)
        known = {hour: counts[hour] for hour in hours[bisect_left(hours, now - 66 * 24 * HOUR) : bisect_right(hours, now)]}
        for kind, look in enumerate((spike, quiet)):
            if look(known, now):
                found[kind] += now - last[kind] > 24 * HOUR
                last[kind] = now
    return found[0], found[1]


def _delay(per_day: float, seed: int) -> float:
    """Return the hours after which a spike is found: five times what is usual, and twenty stories more, in three hours."""
    chance = random.Random(seed)
    counts, begin = year(seed, per_day, 75), START + (65 * 24 + chance.randrange(24)) * HOUR
    usual = sum(rate(per_day, begin + number * HOUR) for number in range(3))
    for number in range(24):
        hour = begin + number * HOUR
        counts[hour] = counts.get(hour, 0) + drawn(chance, max(4 * usual, 20) / 3)
        if spike({one: count for one, count in counts.items() if one <= hour}, hour + timedelta(minutes=59)):
            return number + 1
    return float("inf")


def _silence(per_day: float, seed: int) -> float:
    """Return the hours after which it is found that nothing comes any more."""
    end = START + (65 * 24 + 5) * HOUR
    known = {hour: count for hour, count in year(seed, per_day, 70).items() if hour < end}
    return next((number for number in range(1, 30 * 24, 6) if quiet(known, end + number * HOUR)), float("inf"))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["kills", *more]:
            kills(int(more[0]) if more else 200)
        case ["flood"]:
            flood()
        case ["years"]:
            years()
        case _:
            sys.exit(__doc__)
