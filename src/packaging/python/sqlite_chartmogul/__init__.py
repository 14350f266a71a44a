"""A ChartMogul account as SQL tables, in SQLite."""

import pathlib
import sys

__all__ = ["load", "loadable_path"]

_SUFFIX = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")

# Of sqlite3 and of apsw; apsw before 3.42 has its own names.
_METHODS = [("enable_load_extension", "load_extension"), ("enableloadextension", "loadextension")]

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
    found = [names for names in _METHODS if hasattr(connection, names[0])]
    if not found:
        raise RuntimeError(
            "sqlite_chartmogul: this connection cannot load extensions (the sqlite3 of this Python was built without them): "
            "use a Python that has them, or apsw" + _PRELOAD
        )
    allow, load_it = (getattr(connection, name) for name in found[0])
    allow(True)
    try:
        load_it(loadable_path())
    finally:
        allow(False)
