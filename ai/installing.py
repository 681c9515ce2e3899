"""How a model comes onto this machine: all of it, checked and tried, or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from ai.catalogue import Order, plain_name
from ai.fetching import FetchFailed, Hub, RemoteFile, RemoteModel
from ai.layouts import Layout, recognise
from ai.manifests import FileFacts, Manifest, ModelProblem, facts_of, write_manifest
from ai.probing import probe
from ai.store import InstalledModel, ModelStore

INCOMING = ".incoming"

Progress = Callable[[int, int], None]  # told how many bytes of how many are here


def fetch(models: Path, order: Order, hub: Hub, progress: Progress) -> InstalledModel:
    """Fetch a model into the folder `models`, going on where an earlier fetch broke off; raise ModelProblem.

    One that is installed already stays at the commit it has: what is damaged of it is replaced by the same.
    """
    store = ModelStore(models)
    with _alone(models, order.name), _disk_errors_named():
        remote = hub.look_up(_pinned(store, order))
        source = f"{remote.repo}@{remote.commit}"
        if intact := _intact(store, order.name):
            return _same(intact, source == intact.manifest.source)
        layout, places = recognise([file.path for file in remote.files])
        files = {path: _named(remote, place) for path, place in places.items()}
        stage = _stage(models, order.name, f"{order.name}@{remote.commit}")
        _receive(hub, remote, files, stage, progress)
        facts = [_as_promised(stage, path, file) for path, file in files.items()]
        return _publish(store, stage, order.name, layout, source, facts)


def add(models: Path, name: str, given: Path, progress: Progress) -> InstalledModel:
    """Copy a model from a folder into the folder `models`; raise ModelProblem."""
    store = ModelStore(models)
    with _alone(models, plain_name(name)), _disk_errors_named():
        present = [path.relative_to(given).as_posix() for path in given.rglob("*") if path.is_file()]
        layout, places = recognise(present)
        stage = _stage(models, name, f"{name}@")
        _copy(given, places, stage, progress)
        facts = [facts_of(stage, path) for path in places]
        if intact := _intact(store, name):
            shutil.rmtree(stage)
            return _same(intact, set(facts) == set(intact.manifest.files))
        return _publish(store, stage, name, layout, "", facts)


def _pinned(store: ModelStore, order: Order) -> Order:
    """Keep to the commit of what is installed, whatever the branch has become since."""
    try:
        repo, _, commit = store.model(order.name).manifest.source.partition("@")
    except ModelProblem:
        return order
    return replace(order, revision=commit) if repo == order.repo and not order.is_pinned else order


def _intact(store: ModelStore, name: str) -> InstalledModel | None:
    try:
        return store.verified(name)
    except ModelProblem:
        return None


def _same(installed: InstalledModel, is_same: bool) -> InstalledModel:
    """Never put other files into the place of a model in use: the vectors of the library would lose their meaning."""
    if not is_same:
        raise ModelProblem(
            f"Another model is installed as {installed.manifest.name} "
            f"({installed.manifest.source or 'added from a folder'}): give the new one another name."
        )
    return installed


def _named(remote: RemoteModel, path: str) -> RemoteFile:
    return next(file for file in remote.files if file.path == path)


def _receive(hub: Hub, remote: RemoteModel, files: Mapping[str, RemoteFile], stage: Path, progress: Progress) -> None:
    total = sum(file.size for file in files.values())
    waiting = {path: file for path, file in files.items() if not (stage / path).exists()}
    done = total - sum(file.size for file in waiting.values())
    _need_room(stage, total - sum(path.stat().st_size for path in stage.rglob("*") if path.is_file()))
    for path, file in waiting.items():
        hub.download(remote, file, stage / path, partial(_tell, progress, done, total))
        done += file.size
    progress(total, total)


def _tell(progress: Progress, before: int, total: int, here: int) -> None:
    progress(before + here, total)


def _as_promised(stage: Path, path: str, file: RemoteFile) -> FileFacts:
    facts = facts_of(stage, path)
    if facts.size != file.size or file.sha256 not in {"", facts.sha256}:
        (stage / path).unlink()
        raise FetchFailed(f"{path} came damaged: its SHA-256 is not the one the hub names. Fetch it again.")
    return facts


def _copy(given: Path, places: Mapping[str, str], stage: Path, progress: Progress) -> None:
    sizes = {path: (given / place).stat().st_size for path, place in places.items()}
    done, total = 0, sum(sizes.values())
    _need_room(stage, total)
    for path, place in places.items():
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(given / place, stage / path)
        done += sizes[path]
        progress(done, total)


def _publish(
    store: ModelStore, stage: Path, name: str, layout: Layout, source: str, facts: Sequence[FileFacts]
) -> InstalledModel:
    """Try the model, then give it its manifest, which makes it one, and its place."""
    manifest = Manifest(name, layout.name, source, probe(stage, layout, name), tuple(facts))
    for file in facts:
        _sync(stage / file.path)
    write_manifest(stage, manifest)
    place, damaged = store.folder_of(name), stage.with_name(f"{name}.damaged")
    shutil.rmtree(damaged, ignore_errors=True)
    if place.exists():
        place.rename(damaged)
    stage.rename(place)
    _sync(place.parent)
    shutil.rmtree(damaged, ignore_errors=True)
    return store.usable(name)


def _stage(models: Path, name: str, folder: str) -> Path:
    """Return the folder to gather the files in; what is left of other attempts at this name is removed."""
    stage = models / INCOMING / folder
    for other in stage.parent.glob(f"{name}@*"):
        if other != stage:
            shutil.rmtree(other)
    stage.mkdir(parents=True, exist_ok=True)
    return stage


def _need_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise ModelProblem(f"The disk is too full: {size // 10**6} MB are needed, {free // 10**6} MB are free.")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(models: Path, name: str) -> Iterator[None]:
    """Be the only process that installs this model; the kernel frees the lock of a process that dies."""
    incoming = models / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    with (incoming / f"{name}.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelProblem(f"Another process is installing {name} just now.") from error
        yield


@contextmanager
def _disk_errors_named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = "The disk is full." if error.errno == errno.ENOSPC else f"The disk does not work: {error.strerror}."
        raise ModelProblem(told) from error
