import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Final

import pytest
from processes import free_port
from support import wait_until

ROOT: Final = Path(__file__).resolve().parents[1]
PARTS: Final = ("pyproject.toml", "README.md", "LICENSE", "scheduler.py", "topicwire_service.py", "ingest", "feeds", "docs")
_PAGES: Final = {".html", ".css", ".js", ".svg"}
OWNERS: Final = """
from importlib.metadata import packages_distributions
for name in ("ingest", "feeds", "scheduler", "topicwire_service"):
    print(*set(packages_distributions()[name]))
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that must succeed; give what it wrote."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of what it is made of."""
    copy = tmp_path_factory.mktemp("source")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / part)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", copy / "dist", copy, cwd=copy)
    (made,) = (copy / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own, beside the dependencies of this one; give its programs' folder."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    own = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder), "platbase": str(folder)}))
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    run(sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    return folder / "bin"


def test_all_that_is_needed_travels_in_the_wheel(wheel: Path) -> None:
    """Every module, the templates, the shipped topics and the starter list are in the wheel; tests, seeds and caches are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    code = {path.relative_to(ROOT).as_posix() for folder in ("ingest", "feeds") for path in (ROOT / folder).rglob("*.py")}
    topics = {path.relative_to(ROOT).as_posix() for path in (ROOT / "feeds" / "topics").glob("*.toml")}
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "feeds" / "site").rglob("*") if path.suffix in _PAGES}
    assert topics
    assert pages
    assert pages <= names
    assert code | topics | {"scheduler.py", "topicwire_service.py", "ingest/polling/starter.opml"} <= names
    assert "ingest/text/language/detector.npz" in names
    assert any(name.endswith(".data/data/share/man/man1/topicwire.1") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name and ".data/" not in name} == {
        "ingest",
        "feeds",
        "scheduler.py",
        "topicwire_service.py",
    }
    assert not [name for name in names if "__pycache__" in name]


def test_the_installed_command_works(installed: Path, tmp_path: Path) -> None:
    """After the installation `topicwire` helps, says its version and classifies by the shipped topics, from any folder."""
    command = installed / "topicwire"
    assert "Many feeds in, one feed per topic out" in run(command, "--help", cwd=tmp_path)
    assert run(command, "--version", cwd=tmp_path).startswith("topicwire, version ")
    listed = [line.split()[0] for line in run(command, "topics", "list", cwd=tmp_path).splitlines()]
    assert listed == sorted({path.stem for path in (ROOT / "feeds" / "topics").glob("*.toml")} - {"planet-of-everything"})
    where = run(installed / "python", "-c", "import scheduler; print(scheduler.__file__)", cwd=tmp_path)
    assert where.startswith(str(installed.parent))


def test_nobody_else_installs_our_names(installed: Path, tmp_path: Path) -> None:
    """The names `ingest`, `feeds`, `scheduler` and `topicwire_service` each belong to our distribution alone."""
    assert run(installed / "python", "-c", OWNERS, cwd=tmp_path).split() == ["topicwire"] * 4


def test_the_image_would_run_and_find_itself_well(installed: Path, tmp_path: Path) -> None:
    """With the environment of the Containerfile its command serves a new home, and its health check says so until the end."""
    lines = (ROOT / "deploy" / "container" / "Containerfile").read_text("utf-8").splitlines()
    image = dict(pair.split("=", 1) for line in lines if line.startswith("ENV ") for pair in line.split()[1:])
    (check,) = (json.loads(line.partition(" CMD ")[2]) for line in lines if line.startswith("HEALTHCHECK"))
    (command,) = (json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD"))
    (tmp_path / "sources.opml").write_text('<opml version="2.0"><body/></opml>', "utf-8")
    bind = image["TOPICWIRE_SERVICE__BIND"].replace("8080", str(free_port()))
    own = {"PATH": f"{installed}:{os.environ['PATH']}", "TOPICWIRE_HOME": str(tmp_path), "TOPICWIRE_SERVICE__BIND": bind}
    environment = {**own, "TOPICWIRE_TOPICS__SHIPPED": "platform-rules"}

    def health() -> int:
        return subprocess.run(check, env=environment, cwd=tmp_path, capture_output=True, check=False, timeout=60).returncode

    assert health() == 1, "nothing runs yet"
    service = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE)
    try:
        assert wait_until(lambda: health() == 0, 60)
    finally:
        service.terminate()
    service.communicate(timeout=30)
    assert service.returncode == 0
