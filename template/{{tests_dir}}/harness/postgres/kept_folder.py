"""The folder of a kept database: where it is, and that it can be used."""

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from .account import Account, choose_account, user_id
from .cluster import Cluster
from .errors import KeptFolderError, WrongMajorError
from .folders import SHORT_FOLDERS, SOCKET, fits_socket

NAME = ".postgres"
SYSTEM_FOLDER = Path("/var/lib/oneloop")
UNFINISHED = "unfinished"  # there while the database is being made


def choose_kept_folder(project: Path) -> Path:
    """Return the folder of the development database of `project`: its `.postgres`.

    Under root another user runs the server. When the project is closed to that user, as in a
    private home folder, the database is in a system folder that only root can make.
    """
    folder = project.resolve() / NAME
    account = choose_account(folder / "data")
    if account.reaches(folder):
        return folder
    return SYSTEM_FOLDER / f"{project.resolve().name}-{_digest(project.resolve())}"


def make_kept_folder(folder: Path, account: Account) -> None:
    """Make the folder, out of version control's sight and open to the server's user."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if account.uid is not None:
            for path in missing:
                path.chmod(0o755)
        if missing:
            (folder / ".gitignore").write_text("*\n")
    except OSError as error:
        raise KeptFolderError(folder, error.strerror or str(error)) from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise KeptFolderError(folder, "it belongs to another user")
    if not account.reaches(folder):
        raise KeptFolderError(folder, f"user {account.uid}, who runs the server, cannot enter it")


def prepare_data(cluster: Cluster) -> bool:
    """Make `data` ready for a start, and tell whether the database is yet to be made."""
    folder, data = cluster.folder, cluster.data
    if (folder / UNFINISHED).exists():
        shutil.rmtree(data, ignore_errors=True)
    version_file = data / "PG_VERSION"
    if version_file.exists():
        if (written := version_file.read_text().strip()) != str(cluster.binaries.major):
            raise WrongMajorError(folder, written, cluster.binaries.version)
        _forget_server(cluster)
        return False
    (folder / UNFINISHED).touch()
    data.mkdir(mode=0o700, exist_ok=True)
    cluster.account.own(data)
    return True


def _forget_server(cluster: Cluster) -> None:
    """Remove the files that say which process serves the database.

    Nothing answers there, so a process of that number is another by now, or not yet buried; yet
    PostgreSQL would refuse to start. It has one more guard, on its shared memory.
    """
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    (choose_socket_folder(cluster) / f"{SOCKET}.lock").unlink(missing_ok=True)


def keep_last_log(cluster: Cluster) -> None:
    """Begin a new log, and keep the one of the last start."""
    if cluster.log.exists():
        cluster.log.replace(cluster.log.with_suffix(".old"))


def password_of(cluster: Cluster) -> str:
    """Return the password of a database that listens on a port; made with the database."""
    if not cluster.password_file.exists():
        cluster.password_file.write_text(secrets.token_urlsafe(24))
    return cluster.password_file.read_text()


def choose_socket_folder(cluster: Cluster) -> Path:
    """Return where the socket is: with the data, or in a short folder when that path is long."""
    if fits_socket(cluster.data):
        return cluster.data
    base = next((path for path in SHORT_FOLDERS if path.is_dir()), Path(tempfile.gettempdir()))
    return base / f"oneloop-dev-{_digest(cluster.data)}"


def make_socket_folder(folder: Path, account: Account) -> None:
    """Make the short folder, in one that all users share: a trap of another user is refused."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    ours = {user_id(), user_id() if account.uid is None else account.uid}
    if not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o077 or status.st_uid not in ours:
        raise KeptFolderError(folder, "somebody else has put it there")
    account.own(folder)


def _digest(path: Path) -> str:
    # In a name that all users share, so that two of them do not meet.
    return hashlib.sha256(os.fsencode(path) + str(user_id()).encode()).hexdigest()[:12]
