"""What the file and the environment say, and what a host is told when they are wrong."""

import re
from pathlib import Path

import pytest

from internationale import settings
from internationale.errors import Misconfigured
from internationale.events.keys import SigningKey

SMALLEST = 'code = "fr"\nname = "Section française"\nlanguages = ["fr"]\n'


def written(home: Path, text: str = SMALLEST) -> Path:
    (home / settings.FILE).write_text(text, encoding="utf-8")
    return home


def test_three_lines_are_enough(tmp_path: Path) -> None:
    loaded = settings.load(written(tmp_path), {})
    assert loaded == settings.Settings(
        code="fr",
        name="Section française",
        languages=("fr",),
        home=tmp_path,
        database=f"sqlite:///{tmp_path}/section.db",
        base_url="http://127.0.0.1:8000",
    )
    assert (loaded.log_key, loaded.root_key) == (tmp_path / "keys/log.key", tmp_path / "keys/root.key")


def test_everything_can_be_set_in_the_file(tmp_path: Path) -> None:
    text = SMALLEST + (
        'database = "postgresql://me:secret@localhost/section"\nhost = "0.0.0.0"\nport = 8001\nbase_url = "https://section.example/"\n'
        'proxies = ["127.0.0.1", "10.0.0.0/24", "::1"]\n'
        'hubs = ["nats://one.example:4222", "wss://two.example"]\noff = ["actions"]\n'
        '[federation]\ninner_addresses = true\n[plugins.translation]\nmemory = "shared"\n'
    )
    assert settings.load(written(tmp_path, text), {}) == settings.Settings(
        code="fr",
        name="Section française",
        languages=("fr",),
        home=tmp_path,
        database="postgresql+psycopg://me:secret@localhost/section",
        host="0.0.0.0",
        port=8001,
        base_url="https://section.example",
        proxies=("127.0.0.1/32", "10.0.0.0/24", "::1/128"),
        hubs=("nats://one.example:4222", "wss://two.example"),
        off=frozenset(["actions"]),
        federation=settings.Federation(inner_addresses=True),
        plugins={"translation": {"memory": "shared"}},
    )


def test_the_environment_wins(tmp_path: Path) -> None:
    text = SMALLEST + 'port = 8001\nhubs = ["nats://one.example:4222"]\n[plugins.translation]\nmemory = "shared"\nlimit = 3\n'
    environ = {
        "INTERNATIONALE_PORT": "8002",
        "INTERNATIONALE_HUBS": "nats://a.example:1, nats://b.example:2",
        "INTERNATIONALE_PLUGINS__TRANSLATION__LIMIT": "5",
        "INTERNATIONALE_PLUGINS__ACTIONS__COLOUR": "red",
        "INTERNATIONALE_HOME": "/elsewhere",
        "INTERNATIONALE_TEST_DATABASE": "for the tests",
        "HOME": "/root",
    }
    loaded = settings.load(written(tmp_path, text), environ)
    assert (loaded.port, loaded.base_url, loaded.hubs) == (
        8002,
        "http://127.0.0.1:8002",
        ("nats://a.example:1", "nats://b.example:2"),
    )
    assert loaded.plugins == {"translation": {"memory": "shared", "limit": 5}, "actions": {"colour": "red"}}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('nmae = "x"', "Did you mean “name”?"),
        ("zzzzzz = 1", "There are: code, name"),
        ("port = 0", "from 1 to 65535"),
        ("port = true", "from 1 to 65535"),
        ('database = "mysql://x/y"', "begins with sqlite:/// or postgresql://"),
        ('database = "::"', "address of a database"),
        ('base_url = "section.example"', "https://section.example"),
        ('proxies = ["proxy.example"]', "127.0.0.1"),
        ('proxies = ["10.0.0.1/24"]', "10.0.0.0/24"),
        ('base_url = "https://section.example/path"', "without a path"),
        ('hubs = "nats://hub.example"', "A list is needed"),
        ('hubs = ["http://hub.example"]', "nats://hub.example:4222"),
        ('off = ["a", "a"]', "stands twice"),
        ("off = [1]", "A text is needed"),
        ("plugins = 3", "[plugins.translation]"),
        ('host = ""', "One line"),
        ('name = "a\\u0000b"', "cannot be read"),
        ("port = ", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        settings.load(written(tmp_path, SMALLEST + line + "\n"), {})
    assert says in str(caught.value.message)
    assert str(tmp_path) in caught.value.place


@pytest.mark.parametrize("unfit", ["“", "”", "«", '\\"', "\u200b", "\u00ad", "\u2060", "\U000e0041"])
def test_a_name_cannot_end_its_own_quotation_and_hides_nothing(tmp_path: Path, unfit: str) -> None:
    with pytest.raises(Misconfigured, match="A name has no quotation marks and no invisible characters"):
        settings.load(written(tmp_path, SMALLEST.replace("française", f"française{unfit}")), {})


def test_a_name_keeps_its_apostrophes_and_joiners(tmp_path: Path) -> None:
    name = "Section de l’Est می\u200cرود"
    assert settings.load(written(tmp_path, SMALLEST.replace("Section française", name)), {}).name == name


@pytest.mark.parametrize("code", ["F", "f", "Fr", "fr_", "-fr", "x" * 33, "fr\\u0000"])
def test_a_code_is_small_letters_and_digits(tmp_path: Path, code: str) -> None:
    with pytest.raises(Misconfigured):
        settings.load(written(tmp_path, SMALLEST.replace('"fr"\nname', f'"{code}"\nname')), {})


@pytest.mark.parametrize("missing", ["code", "name", "languages"])
def test_what_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    text = "".join(line for line in SMALLEST.splitlines(keepends=True) if not line.startswith(missing))
    with pytest.raises(Misconfigured, match=missing):
        settings.load(written(tmp_path, text), {})


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        settings.load(written(tmp_path), {"INTERNATIONALE_PROT": "8001"})
    assert (caught.value.place, "“port”" in str(caught.value)) == ("INTERNATIONALE_PROT", True)


def test_what_the_scripts_are_told_is_no_setting(tmp_path: Path) -> None:
    """A script's variables reach what it starts: each is called by a setting's name, or by one that is nobody's."""
    top = Path(__file__).parents[2]
    scripts = [top / name for name in ("deploy/environment.sh", "deploy/demo", "tests/run")]
    named = {name for script in scripts for name in re.findall(r"INTERNATIONALE_\w+", script.read_text(encoding="utf-8"))}
    settings.load(written(tmp_path), dict.fromkeys(named, "1"))


def test_an_empty_directory_is_no_section(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="internationale init"):
        settings.load(tmp_path, {})


def test_a_key_is_written_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path, key = tmp_path / "keys/log.key", SigningKey.generate()
    settings.write_key(path, key)
    assert settings.read_key(path) == key
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with pytest.raises(FileExistsError):
        settings.write_key(path, SigningKey.generate())


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    settings.write_key(path, SigningKey.generate())
    path.chmod(0o644)
    with pytest.raises(Misconfigured, match="chmod 600"):
        settings.read_key(path)


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe", b"A" * 43 + b"=", b"not a key at all"])
def test_a_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Misconfigured, match="not a key"):
        settings.read_key(path)
    with pytest.raises(Misconfigured, match="not here"):
        settings.read_key(tmp_path / "other.key")
