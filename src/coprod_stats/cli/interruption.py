"""An interrupt from the keyboard ends a command quietly at any moment, with status 130.

Python raises ``KeyboardInterrupt`` wherever it happens to be. While a library is being loaded that
may be swallowed, or turned into another error; then the process is left at once instead.
"""

from __future__ import annotations

# the module beneath ``signal``, which loads for some 20 ms, in which an interrupt is not yet quiet
import _signal as signal  # type: ignore[import-not-found]
import os
import sys

TYPE_CHECKING = False  # for the same reason without ``typing``
if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from types import FrameType
    from typing import NoReturn

INTERRUPTED = 130
"""Exit status after an interrupt from the keyboard: 128 plus the number of the signal."""

_LOADING = "<frozen importlib._bootstrap>"
_WRITING = "coprod_stats.files.writing"
_SHOW_CURSOR = "\x1b[?25h"


class QuietlyInterruptible:
    """A block of code; if the process is interrupted within, it ends with status 130.

    Where interrupts are ignored, as in the background of a shell, or already received by somebody
    else, this changes nothing.
    """

    def __init__(self) -> None:
        self.received = False
        self.ours = False

    def __enter__(self) -> None:
        self.ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self.ours:
            signal.signal(signal.SIGINT, self._receive)
            sys.unraisablehook = self._unraisable

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if not self.ours:
            return
        succeeded = error is None or (isinstance(error, SystemExit) and not error.code)
        if self.received and not succeeded:
            # the interpreter still ends what runs beside it; a second interrupt does not wait
            raise SystemExit(INTERRUPTED) from None
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = sys.__unraisablehook__

    def _receive(self, _: int, frame: FrameType | None) -> None:
        if self.received or _is_loading(frame):
            _leave()
        self.received = True
        raise KeyboardInterrupt

    def _unraisable(self, found: UnraisableHookArgs) -> None:
        if self.received:
            _leave()
        sys.__unraisablehook__(found)


def _is_loading(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == _LOADING:
            return True
        frame = frame.f_back
    return False


def _leave() -> NoReturn:
    """Leave at once, without what has not been put in place."""
    writing = sys.modules.get(_WRITING)
    if writing is not None and hasattr(writing, "discard_unfinished"):  # loaded to its end
        writing.discard_unfinished()
    if sys.stderr is not None and sys.stderr.isatty():
        os.write(2, _SHOW_CURSOR.encode())
    os._exit(INTERRUPTED)
