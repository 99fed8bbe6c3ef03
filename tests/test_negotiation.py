from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.server.files import FileServer
from feeds.server.negotiation import acceptable_codings, deciding_headers, file_of_target, is_not_modified, media_type

# Which file


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("/", "index.html"),
        ("/harbour.atom", "harbour.atom"),
        ("/harbour%2Eatom", "harbour.atom"),
        ("/item/", "item/index.html"),
        ("/%D7%91.html", "ב.html"),
        ("", None),
        ("harbour.atom", None),
        ("/..", None),
        ("/a/../b", None),
        ("/%2e%2e/b", None),
        ("/.hidden", None),
        ("//b", None),
        ("/a%2f..%2fb", None),
        ("/a\\b", None),
        ("/a%00", None),
        ("/%ff", None),
        ("/harbour.atom.gone", None),
        ("/" + "a" * 1001, None),
    ],
)
def test_a_path_names_a_file_or_nothing(target: str, name: str | None) -> None:
    """What leads elsewhere, is hidden, or is no name names nothing; a folder is its index."""
    assert file_of_target(target) == name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with one file, beside a secret one and links to it."""
    home = tmp_path_factory.mktemp("home")
    (home / "public" / "sub").mkdir(parents=True)
    (home / "secret").write_bytes(b"secret")
    (home / "public" / "a").write_bytes(b"open")
    (home / "public" / "link").symlink_to(home / "secret")
    (home / "public" / "sub" / "up").symlink_to(home)
    return home / "public"


_PARTS = st.sampled_from(
    ["a", "sub", "up", "secret", "link", "..", ".", "", "%2e%2e", "%2f", "\\", "%00", "public", "%c0%af", "a.gone"]
)
_PATHS = st.lists(_PARTS | st.text(max_size=5), max_size=8).map("/".join) | st.text(max_size=40)
_NAMES = st.sampled_from(["accept-encoding", "if-none-match", "if-modified-since"])


@given(path=_PATHS, headers=st.dictionaries(_NAMES, st.text(max_size=30)))
def test_no_request_fails_or_leaves_the_folder(folder: Path, path: str, headers: dict[str, str]) -> None:
    """Whatever is asked for, with whatever headers: it is the open file, or nothing, and never a fault."""
    files = FileServer(folder)
    for target in (path, f"/{path}"):
        answer = files.answer(target, headers)
        assert answer.status in {200, 304, 404}
        assert answer.body in {b"", b"open"}
        files.not_modified(target, headers)


# Which coding


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", ()),
        ("gzip", ("gzip",)),
        ("gzip, deflate, br", ("br", "gzip")),
        ("GZIP;Q=0.8, br;q=0.2", ("gzip", "br")),
        ("gzip;q=0", ()),
        ("gzip; q=0, br", ("br",)),
        ("*", ("br", "gzip")),
        ("*;q=0, gzip", ("gzip",)),
        ("identity;q=1, gzip;q=0.5", ()),
        ("identity;q=0.5, gzip", ("gzip",)),
        ("identity;q=0", ()),
        ("identity;q=0, *", ("br", "gzip")),
        ("gzip;q=high", ()),
        ("gzip;q=2", ()),
        ("x-gzip, zstd", ()),
    ],
)
def test_codings_are_tried_as_they_are_liked(accept: str, wanted: tuple[str, ...]) -> None:
    """Weights are obeyed, 0 is a refusal; of two alike the smaller is sent; none that is liked less than the plain file."""
    assert acceptable_codings(accept) == wanted


# Who has it already


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        ({}, False),
        ({"if-none-match": '"a"'}, True),
        ({"if-none-match": '"b", W/"a"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": "a"}, False),
        ({"if-none-match": ""}, False),
        ({"if-modified-since": "Thu, 01 Jan 1970 00:16:40 GMT"}, True),
        ({"if-modified-since": "Thu, 01 Jan 1970 00:16:39 GMT"}, False),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-none-match": '"b"', "if-modified-since": "Thu, 01 Jan 1970 00:16:40 GMT"}, False),
    ],
)
def test_the_tag_decides_and_without_one_the_date(headers: dict[str, str], *, known: bool) -> None:
    """Weak and strong tags are compared alike for a 304; a date is the fall-back; what is neither is as if it were not there."""
    assert is_not_modified('"a"', 1000, headers) is known


def test_a_header_in_two_lines_is_one_list() -> None:
    """Two lines of If-None-Match are one (RFC 9110, 5.3); what does not decide is left out."""
    lines = [(b"if-none-match", b'"a"'), (b"cookie", b"x"), (b"if-none-match", b'"b"')]
    assert deciding_headers(lines) == {"if-none-match": '"a", "b"'}


def test_what_has_no_known_end_is_bytes() -> None:
    """A browser is never left to guess."""
    assert media_type("a.b.unknown") == media_type("noend") == "application/octet-stream"
