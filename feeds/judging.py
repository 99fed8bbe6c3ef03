"""Judges the items that topics have not judged yet, in bounded bites; knows the stores, decides nothing itself."""

from collections import defaultdict
from datetime import datetime

from feeds.match import Matcher
from feeds.store import Judgements, Mark
from feeds.tag import judge
from feeds.topic import Topic
from ingest.store import Facts

_BITE = 500  # items a transaction


def judge_new(facts: Facts, judgements: Judgements, topics: tuple[Topic, ...], now: datetime) -> int:
    """Judge by each topic what arrived or changed since it last judged; a changed wording judges everything anew.

    Nothing is downloaded. Killed in the middle it goes on where it stopped. Gives the number of tags given.
    """
    marks = judgements.marks()
    behind: defaultdict[int, list[Topic]] = defaultdict(list)
    for topic in topics:
        mark = marks.get(topic.name)
        behind[mark.seq if mark and mark.version == topic.version else 0].append(topic)
    return sum(_catch_up(facts, judgements, Matcher(group), seq, now) for seq, group in sorted(behind.items()))


def _catch_up(facts: Facts, judgements: Judgements, matcher: Matcher, seq: int, now: datetime) -> int:
    tagged = 0
    while items := facts.after(seq, _BITE):
        judged = [
            (stored, judgement)
            for stored in items
            for judgement in judge(matcher, stored.item.title, stored.item.text, stored.item.language)
        ]
        seq = items[-1].seq
        judgements.record(judged, {topic.name: Mark(topic.version, seq) for topic in matcher.topics}, now)
        tagged += sum(judgement.tagged for _, judgement in judged)
    return tagged
