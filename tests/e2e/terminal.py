"""A terminal that `muster` runs on, as wide as is wanted."""

import fcntl
import os
import pty
import struct
import termios
import threading
import unicodedata

import fleet

COLUMNS = 40


def columns_of(text):
    """How many columns of a terminal the text takes."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) != 0 for char in text)


class Terminal:
    """`muster WORDS` on a terminal of its own, with keys to press."""

    def __init__(self, fleet_env, *words, columns=COLUMNS, **env):
        self.shown = b""
        variables = {**fleet_env, "TERM": "xterm", **env}
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
                os.execve(fleet.BIN / "muster", ["muster", *words], variables)
            finally:
                os._exit(99)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            try:
                part = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                return
            if not part:
                return
            self.shown += part

    @property
    def text(self):
        return self.shown.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, text):
        fleet.wait_for(f"'{text}' on the terminal", lambda: text in self.text)

    def press(self, key):
        os.write(self.master, key)

    def end(self):
        """The exit code."""
        _, status = os.waitpid(self.pid, 0)
        self.reader.join(fleet.WAIT_SECONDS)
        os.close(self.master)
        return os.waitstatus_to_exitcode(status)
