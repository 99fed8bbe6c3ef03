"""Files of the home folder as bytes: what is no regular file is refused, never waited for; knows no format."""

import errno
import os
import stat
from pathlib import Path


def regular_file(path: Path) -> bytes:
    """Return the bytes of a regular file. Raises OSError, also for a pipe, a device, a socket or a folder.

    A named pipe without a writer would block `Path.read_bytes`, and with it the service, for ever.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return file.read()
