"""A ChartMogul account as SQL tables, in SQLite."""

import pathlib
import sys

__all__ = ["load", "loadable_path"]

_SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")

_PRELOAD = (
    ", or without this module LD_PRELOAD=chartmogul-preload.so (`make preload` of sqlite-chartmogul makes it), where Python uses the "
    "libsqlite3 of the system"
    if sys.platform == "linux"
    else ""
)


def loadable_path() -> str:
    """The path of the library, for `Connection.load_extension` and other ways of loading."""
    return str(pathlib.Path(__file__).parent / ("chartmogul" + _SUFFIX))


def load(connection) -> None:
    """Load the library into a connection of `sqlite3` or `apsw`: once for each.

    A Python whose `sqlite3` was built without extensions has no `enable_load_extension`: use another one, apsw,
    or on Linux the library for LD_PRELOAD.
    """
    if not hasattr(connection, "enable_load_extension"):
        raise RuntimeError(
            "sqlite_chartmogul: this connection cannot load extensions (the sqlite3 of this Python was built without them): "
            "use a Python that has them, or apsw" + _PRELOAD
        )
    connection.enable_load_extension(True)
    try:
        connection.load_extension(loadable_path())
    finally:
        connection.enable_load_extension(False)
