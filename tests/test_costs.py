"""What is printed of the cost of tests."""

from costs import Cost, summary


def test_the_dearest_is_named_first() -> None:
    """The report has the sum, the files by their processor time, and each test that is dear; a test that waits is not."""
    lines = summary([Cost("a.py::test_one", 0.5, 9.0), Cost("a.py::test_two", 2.5, 3.0), Cost("b.py::test", 4.0, 3.5)])
    assert lines == [
        "processor time 7 s, and 9 s of waiting (a busy computer makes tests wait)",
        "dearest files: b.py 4.0, a.py 3.0",
        "dear, 4.0 s (should be at most 2): b.py::test",
        "dear, 2.5 s (should be at most 2): a.py::test_two",
    ]
