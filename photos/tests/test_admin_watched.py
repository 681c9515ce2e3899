from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from photos.imports.alarm import Alarm
from photos.imports.watch_status import standings, write_status
from photos.imports.watching import SETTLED, Watch, Watched
from photos.tests.factories import make_user
from photos.tests.pictures import jpeg, on_disk

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, media: Path, owner: User, settings: Settings) -> Path:  # noqa: ARG001 - a library of its own
    path = tmp_path / "in"
    path.mkdir()
    settings.CLOUDZY_WATCH = [(str(path), "")]
    settings.CLOUDZY_DATA_DIR = tmp_path / "data"
    return path


def page_of(client: Client) -> str:
    response = client.get(reverse("admin:photos_watchedfolder_changelist"))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_each_folder_is_shown_as_it_stands(client: Client, folder: Path) -> None:
    watch, now = Watch(Watched(folder)), timezone.now()
    on_disk(folder, jpeg(), "a.jpg")
    on_disk(folder, b"words", "<b>.jpg")
    watch.look(now - SETTLED)
    watch.look(now)
    on_disk(folder, jpeg(colour="blue"), "growing.jpg")
    watch.look(now)
    write_status([watch], now, lambda path: path == folder)

    page = page_of(client)

    assert f"<caption>{folder}</caption>" in page
    assert "the system tells of changes (inotify)" in page
    assert "1 since the watching began" in page
    assert f"<li>{folder}/growing.jpg</li>" in page
    assert f"<td>{folder}/&lt;b&gt;.jpg</td><td>This is a text file, not a photo we can read.</td>" in page


def test_a_folder_whose_disk_is_away_is_frozen_since_then(client: Client, folder: Path) -> None:
    watch, now = Watch(Watched(folder), held=True), timezone.now()
    shutil.rmtree(folder)
    watch.look(now)
    watch.look(now + SETTLED)
    write_status([watch], now)
    folder.mkdir()
    on_disk(folder, jpeg(), "a.jpg")

    page = page_of(client)
    since = standings()[0].away_since
    watch.look(now + 2 * SETTLED)
    write_status([watch], now + 2 * SETTLED)

    assert since == now
    assert "frozen: its disk is away since" in page
    assert "polling: once a minute all is looked at" in page
    assert (standings()[0].state, standings()[0].away_since) == ("watched", None)


def test_what_keeps_a_folder_waiting_is_said(client: Client, folder: Path) -> None:
    watch = Watch(Watched(folder, "nobody"))
    watch.look(timezone.now())
    write_status([watch], timezone.now())

    assert "waits: There is no user nobody." in page_of(client)


def test_before_anybody_has_looked_that_is_said(client: Client, folder: Path) -> None:
    page = page_of(client)

    assert f"<caption>{folder}</caption>" in page
    assert "not looked at yet" in page
    assert "Nobody looks at the watched folders" in page


def test_without_folders_the_page_says_how_to_name_some(client: Client, owner: User) -> None:  # noqa: ARG001
    assert "No folder is watched." in page_of(client)


@pytest.mark.parametrize("told", ["", "[]", "{", '{"folders": [3]}', '{"folders": [{"path": 7}]}'])
def test_a_damaged_file_tells_nothing(client: Client, folder: Path, settings: Settings, told: str) -> None:
    path = Path(settings.CLOUDZY_DATA_DIR) / "watch.json"
    path.parent.mkdir()
    path.write_text(told)

    assert f"<caption>{folder}</caption>" in page_of(client)


def test_a_file_of_an_earlier_version_is_read(folder: Path, settings: Settings) -> None:
    path = Path(settings.CLOUDZY_DATA_DIR) / "watch.json"
    path.parent.mkdir()
    before = {"path": str(folder), "held": True, "away": False, "problem": "", "taken": 3, "left": []}
    path.write_text(json.dumps({"at": timezone.now().isoformat(), "folders": [before]}))

    assert (standings()[0].taken, standings()[0].looked_at) == (3, None)


def test_an_alarm_tells_whether_the_system_tells_it(folder: Path) -> None:
    stop = threading.Event()
    alarm = Alarm([folder], stop)
    before = alarm.hears(folder)
    alarm.wait(0.01)

    assert (before, alarm.hears(folder), alarm.hears(folder / "other")) == (False, True, False)
    stop.set()


@pytest.fixture
def staff(server_mode: Settings) -> Callable[..., Client]:
    """Sign in somebody with these permissions."""
    assert server_mode

    def sign_in(*permissions: str) -> Client:
        user: User = make_user("somebody", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def test_only_staff_that_may_sees_it(staff: Callable[..., Client], client: Client) -> None:
    address = reverse("admin:photos_watchedfolder_changelist")
    anonymous = client.get(address)

    assert anonymous.status_code == 302
    assert staff("view_photo").get(address).status_code == 403
    User.objects.filter(username="somebody").delete()
    allowed = staff("view_watchedfolder")
    assert allowed.get(address).status_code == 200
    assert allowed.get(f"{address}add/").status_code == 403
    assert allowed.get(f"{address}1/change/").status_code == 302
