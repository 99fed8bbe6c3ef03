from pathlib import Path

import pytest

from ingest.errors import SettingsError
from ingest.poll_state import PollingRule
from ingest.settings import FILE, EngineChoice, Settings, load, parse_engine


def write(home: Path, text: str) -> Path:
    """Write the home's settings."""
    (home / FILE).write_text(text, encoding="utf-8")
    return home


def error(home: Path, environment: dict[str, str] | None = None) -> str:
    """Return the error that loading ends in, without the home's own name."""
    with pytest.raises(SettingsError) as caught:
        load(home, environment or {})
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(home), "HOME")


def test_no_file_is_the_defaults(home: Path) -> None:
    """Nothing needs to be set, and an empty file sets nothing."""
    assert load(home, {}) == Settings()
    assert load(write(home, ""), {"PATH": "/bin", "TOPICWIRE_HOME": "/x"}) == Settings()


def test_a_file_sets_what_it_names(home: Path) -> None:
    """Every section can be set; what is not named stays at its default."""
    write(
        home,
        """
        [service]
        base_url = "https://feeds.example/"
        [fetch]
        allow = ["127.0.0.1:8765", "10.0.0.0/8"]
        host_pause = 0
        [polling]
        requests_per_day = 24
        [publish]
        full_content = true
        """,
    )
    settings = load(home, {})
    assert settings.fetch.allow == ("127.0.0.1:8765", "10.0.0.0/8")
    assert (settings.fetch.host_pause, settings.fetch.timeout) == (0.0, 30.0)
    assert settings.polling.requests_per_day == 24.0
    assert settings.publish.full_content
    assert settings.base_url == "https://feeds.example"


def test_the_environment_wins(home: Path) -> None:
    """Numbers, truths and lists are read from text; commas part a list."""
    write(home, '[fetch]\nallow = ["1.2.3.4:80"]\ntimeout = 5\n')
    environment = {
        "TOPICWIRE_FETCH__ALLOW": "127.0.0.1:8765, 10.0.0.0/8,",
        "TOPICWIRE_FETCH__MAX_MEGABYTES": "3",
        "TOPICWIRE_PUBLISH__FULL_CONTENT": "true",
        "TOPICWIRE_POLLING__REQUESTS_PER_DAY": "0.5",
    }
    settings = load(home, environment)
    assert settings.fetch.allow == ("127.0.0.1:8765", "10.0.0.0/8")
    assert (settings.fetch.timeout, settings.fetch.max_megabytes) == (5.0, 3)
    assert settings.publish.full_content
    assert settings.polling.requests_per_day == 0.5


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", PollingRule(12.0, None, 43_200.0)),
        ("requests_per_day = 24\nlongest = 6", PollingRule(24.0, None, 21_600.0)),
        ("target_delay = 30", PollingRule(None, 1_800.0, 43_200.0)),
    ],
)
def test_one_knob_for_polling(home: Path, text: str, rule: PollingRule) -> None:
    """Requests a day, or the minutes that an entry may wait: either says how often servers are asked."""
    assert load(write(home, f"[polling]\n{text}\n"), {}).polling.rule == rule


def test_the_engine_stands_in_no_table(home: Path) -> None:
    """It is one line above the tables, or TOPICWIRE_ENGINE, which wins."""
    write(home, 'engine = "local:2"\n[fetch]\ntimeout = 5\n')
    assert parse_engine(load(home, {}).engine) == EngineChoice(processes=2)
    assert parse_engine(load(home, {"TOPICWIRE_ENGINE": "local"}).engine) == EngineChoice()


@pytest.mark.parametrize(
    ("text", "scheduler"), [("dask://tasks.example:8786", "tasks.example:8786"), ("dask://[::1]:1", "[::1]:1")]
)
def test_the_engine_may_be_a_scheduler(home: Path, text: str, scheduler: str) -> None:
    """`dask://` names its host and port."""
    assert parse_engine(load(home, {"TOPICWIRE_ENGINE": text}).engine) == EngineChoice(scheduler=scheduler)


@pytest.mark.parametrize(
    "text", ["dask:", "dask://", "dask://host", "dask://host:0", "dask://host:65536", "dask://:8786", "tcp://host:1"]
)
def test_another_address_of_a_scheduler_is_refused(home: Path, text: str) -> None:
    """It is a host and a port and nothing else."""
    assert 'or "dask://host:8786"' in error(home, {"TOPICWIRE_ENGINE": text})


@pytest.mark.parametrize("text", ["", "Local", "local:", "local:0", "local:-1", "local:two", "local:²", "local: 2", "fast"])
def test_another_engine_is_refused(home: Path, text: str) -> None:
    """Whatever is neither form is one line that shows both."""
    said = f'engine: "{text}" is no engine; write "local"'
    assert error(write(home, f'engine = "{text}"\n')).startswith(said)
    assert error(home, {"TOPICWIRE_ENGINE": text}).startswith(said)


def test_both_knobs_at_once_are_refused(home: Path) -> None:
    """One follows from the other: the line says to take one out, wherever they were set."""
    write(home, "[polling]\nrequests_per_day = 24\n")
    with pytest.raises(SettingsError, match=r"requests_per_day and polling.target_delay are both set.*take one of them out"):
        load(home, {"TOPICWIRE_POLLING__TARGET_DELAY": "30"})


def test_the_address_of_the_feeds(home: Path) -> None:
    """Without a base_url it is where the service listens."""
    assert load(home, {"TOPICWIRE_SERVICE__BIND": "127.0.0.1:9"}).base_url == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fetsh]\n", 'HOME/topicwire.toml: unknown key "fetsh"; did you mean "fetch"?'),
        ("[fetch]\nallowed = []\n", 'HOME/topicwire.toml: [fetch]: unknown key "allowed"; did you mean "allow"?'),
        ("[fetch]\nxyz = 1\n", 'unknown key "xyz"; known are: allow, ca_file, contact, host_pause, max_megabytes, proxy, timeout'),
        ("fetch = 1\n", "HOME/topicwire.toml: fetch is not a table; write [fetch] and its keys below"),
        (
            "[fetch]\ntimeout = 'long'\n",
            'HOME/topicwire.toml: fetch.timeout must be a number above 0, not "long"; `topicwire docs settings` shows them all',
        ),
        ("[fetch]\nallow = 'x'\n", 'fetch.allow must be a list of texts, not "x"'),
        ("[polling]\nrequests_per_day = 0\n", "polling.requests_per_day must be a number above 0, not 0"),
        ("[polling]\nrequests_per_day = nan\n", "polling.requests_per_day must be a number above 0, not NaN"),
        ("[fetch]\nhost_pause = -1\n", "fetch.host_pause must be a number of at least 0, not -1"),
        ("[publish]\nentries = 0\n", "publish.entries must be a whole number of at least 1, not 0"),
        ("[service]\nsearch = 'maybe'\n", 'service.search must be true or false, not "maybe"'),
        ("[service]\nconnections = 'x'\n", 'service.connections must be a whole number of at least 1, not "x"'),
        ("[topics]\nshipped = 1.5\n", "topics.shipped must be true or false or a list of texts, not 1.5"),
        ("[service]\nreview_token = 5\n", "service.review_token must be a text; `topicwire docs settings` shows them all"),
        ("[fetch\n", "HOME/topicwire.toml: Expected"),
        ("engine = 2\n", "HOME/topicwire.toml: engine must be a text, not 2"),
        ("[engine]\nkind = 'local'\n", 'HOME/topicwire.toml: engine must be a text, not {"kind": "local"}'),
    ],
)
def test_a_mistake_in_the_file_is_one_line(home: Path, text: str, said: str) -> None:
    """An unknown key gets a suggestion, a wrong value its place, and nothing is silently ignored."""
    line = error(write(home, text))
    assert said in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOPICWIRE_FETCH__ALOW", "x", 'TOPICWIRE_FETCH__ALOW: unknown key "alow"; did you mean "allow"?'),
        ("TOPICWIRE_PUBLSH__ENTRIES", "1", 'TOPICWIRE_PUBLSH__ENTRIES: unknown key "publsh"; did you mean "publish"?'),
        ("TOPICWIRE_FETCH", "1", 'TOPICWIRE_FETCH: unknown key ""'),
        ("TOPICWIRE_ENGINE__KIND", "local", 'TOPICWIRE_ENGINE__KIND: unknown key "kind"'),
        ("TOPICWIRE_FETCH__TIMEOUT", "soon", 'TOPICWIRE_FETCH__TIMEOUT: fetch.timeout must be a number above 0, not "soon"'),
    ],
)
def test_a_mistake_in_the_environment_is_one_line(home: Path, name: str, value: str, said: str) -> None:
    """The environment is held to the same rules."""
    assert said in error(home, {name: value})


def test_a_file_that_cannot_be_read_says_so(home: Path) -> None:
    """Other bytes than text, or a folder of that name, are named with a cure."""
    (home / FILE).write_bytes(b"\xff\xfe")
    assert error(home).startswith("HOME/topicwire.toml: ")
    (home / FILE).unlink()
    (home / FILE).mkdir()
    assert error(home).endswith("; mend the file or move it away")


def test_a_table_that_stands_twice_is_one_line(home: Path) -> None:
    """Settings that are pasted below those of a new home are told where they belong."""
    (home / FILE).write_text('[mail]\n# port = 25\n\n[log]\n\n[mail]\nhost = "mail.example"\n', "utf-8")
    said = "[mail] stands there a second time, in line 6; write what follows it below the first [mail]"
    assert error(home) == f"HOME/topicwire.toml: {said}"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("service.bind", "8080", 'service.bind: "8080" is not host:port; write "127.0.0.1:8080"'),
        ("service.bind", ":8080", 'service.bind: ":8080" is not host:port'),
        ("service.bind", "127.0.0.1:99999", 'service.bind: "127.0.0.1:99999" is not host:port'),
        ("service.bind", "http://127.0.0.1:80", "is not host:port"),
        ("fetch.allow", "10.0.0.0/8,intranet", 'fetch.allow: "intranet" is neither host:port nor a network; write'),
        ("fetch.proxy", "127.0.0.1:3128", 'fetch.proxy is not an http or https address; write "http://127.0.0.1:3128"'),
    ],
)
def test_a_value_that_cannot_be_is_said_at_the_start(home: Path, key: str, value: str, said: str) -> None:
    """Not only when it is first needed: whatever the command, the setting is named with its cure."""
    assert said in error(home, {f"TOPICWIRE_{key.upper().replace('.', '__')}": value})


@pytest.mark.parametrize(
    ("bind", "base_url", "pages"),
    [
        ("127.0.0.1:9", "", "http://127.0.0.1:9/"),
        ("127.3.3.3:9", "", "http://127.3.3.3:9/"),
        ("localhost:9", "", "http://localhost:9/"),
        ("[::1]:9", "", "http://[::1]:9/"),
        ("0.0.0.0:9", "", ""),
        ("[::]:9", "", ""),
        ("192.0.2.1:9", "", ""),
        ("0.0.0.0:9", "https://feeds.example/wire/", "https://feeds.example/wire/"),
    ],
)
def test_entries_lead_to_pages_that_readers_can_reach(home: Path, bind: str, base_url: str, pages: str) -> None:
    """On one's own computer the service itself; where others are let in, only the address that was set."""
    said = {"TOPICWIRE_SERVICE__BIND": bind} | ({"TOPICWIRE_SERVICE__BASE_URL": base_url} if base_url else {})
    assert load(home, said).pages_url == pages


@pytest.mark.parametrize("bind", ["127.0.0.1:8080", "localhost:0", "[::1]:80", "0.0.0.0:65535"])
def test_hosts_and_ports_of_every_form_are_taken(home: Path, bind: str) -> None:
    """Names, both kinds of addresses, and port 0 for any free one."""
    assert load(home, {"TOPICWIRE_SERVICE__BIND": bind}).service.bind == bind
