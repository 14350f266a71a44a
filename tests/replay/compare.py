"""What a recorded JSON value must look like in a row, and when two request bodies mean the same."""
import datetime
import json
import re

TIMESTAMP = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d\d:?\d\d)?$")


def instant(text):
    """A text that is an instant, as UTC; None for any other value."""
    match = TIMESTAMP.match(text) if isinstance(text, str) else None
    if not match:
        return None
    day, time, zone = match.groups()
    moment = datetime.datetime.fromisoformat(f"{day} {time}").replace(tzinfo=datetime.timezone.utc)
    if zone and zone not in ("Z", "UTC"):
        sign = -1 if zone[0] == "-" else 1
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        moment -= sign * datetime.timedelta(hours=hours, minutes=minutes)
    return moment


def in_sqlite_form(text):
    """An instant as the tables show it: YYYY-MM-DD HH:MM:SS, with .SSS where that is not zero."""
    moment = instant(text)
    if moment is None:
        return text
    shown = moment.strftime("%Y-%m-%d %H:%M:%S")
    milliseconds = moment.microsecond // 1000
    return f"{shown}.{milliseconds:03}" if milliseconds else shown


def find(value, path):
    """The value at a path such as $.address.city or $.dates[#-1]; (value, True) or (None, False)."""
    for name, index in re.findall(r"\.([^.\[]+)|\[#?(-?\d+)\]", path[1:]):
        if name:
            name = name.strip('"')
            if not isinstance(value, dict) or name not in value:
                return None, False
            value = value[name]
        else:
            if not isinstance(value, list) or not -len(value) <= int(index) < len(value):
                return None, False
            value = value[int(index)]
    return value, True


def shown_as(value, kind):
    """The SQL value that a column of this type must show for a JSON value."""
    if isinstance(value, bool):
        return int(value)
    if kind == "TIMESTAMP":
        return in_sqlite_form(value)
    return value


def is_shown(sql_value, json_value, kind):
    if isinstance(json_value, (dict, list)):
        return isinstance(sql_value, str) and json.loads(sql_value) == json_value
    return sql_value == shown_as(json_value, kind)


def leaves(value, path="$"):
    """The paths of all members that hold no further ones."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    else:
        yield path


def uncovered(row, paths):
    """Recorded members that no column shows, neither themselves nor with what they stand in."""
    known = {path.replace('"', "") for path in paths}
    for leaf in leaves(row):
        parts = leaf.split(".")
        if not any(".".join(parts[: n + 1]) in known for n in range(1, len(parts))):
            yield leaf


def meaning(body):
    """A body in which equal meaning is equal value: instants in one form."""
    if isinstance(body, dict):
        return {name: meaning(value) for name, value in body.items()}
    if isinstance(body, list):
        return [meaning(value) for value in body]
    return in_sqlite_form(body)


def unordered(value):
    """Lists without their order: what several calls say together has none."""
    if isinstance(value, dict):
        return {name: unordered(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted((unordered(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value


def is_same_body(sent, recorded, in_order=True):
    sent, recorded = meaning(sent), meaning(recorded)
    return sent == recorded if in_order else unordered(sent) == unordered(recorded)


def is_same_change(sent, recorded, before):
    """A PATCH may leave out what the row had already: the rest must be as recorded."""
    for name, value in recorded.items():
        if isinstance(value, dict) and isinstance(before.get(name), dict):
            if not is_same_change(sent.get(name, {}), value, before[name]):
                return False
        elif name not in sent:
            if meaning(before.get(name)) != meaning(value):
                return False
        elif meaning(sent[name]) != meaning(value):
            return False
    return set(sent) <= set(recorded)
