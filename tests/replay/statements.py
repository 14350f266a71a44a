"""Recorded request -> SQL: which statement makes the extension send what an API client once sent.

A rule is (method, path pattern, table or function, how). The groups of the pattern and the recorded query
and body are handed to `how`, which gives the statement and its values.
"""
import json
import re

UUID = r"([^/]+)"


def columns_of(body):
    """The body's members as columns and SQL values; nested ones are JSON text."""
    names = list(body)
    values = [json.dumps(v, ensure_ascii=False) if isinstance(v, (dict, list)) else v for v in body.values()]
    return names, values


def insert(table, body):
    names, values = columns_of(body)
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values


def update(table, body, where, key):
    names, values = columns_of(body)
    sets = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE {table} SET {sets} WHERE {where}", values + list(key)


def where_of(conditions):
    text = " AND ".join(f"{name} = ?" for name in conditions)
    return (" WHERE " + text) if text else "", list(conditions.values())


def attributes_flattened(body):
    """attributes.tags and attributes.custom are the columns tags and custom."""
    flat = {name: value for name, value in body.items() if name != "attributes"}
    flat.update(body.get("attributes", {}))
    return flat


def of_an_owner(body):
    """A contact as the owner is the column contact_uuid."""
    columns = dict(body)
    identifier = columns.pop("associated_object_identifier", None)
    return {"contact_uuid": identifier["value"], **columns} if identifier else columns


def of_today(exchange):
    """/notes has taken the place of /customer_notes; the rows and bodies that were recorded there fit it."""
    path = re.sub(r"^/v1/customer_notes\b", "/v1/notes", exchange["path"])
    return {**exchange, "path": path}


# ---- reads: method GET, path, table, conditions from the groups and the query ----------------------

READS = [
    (r"/account", "account", lambda g, q: {}),
    (rf"/customers/search", "customers", lambda g, q: {"email": q["email"]}),
    (rf"/customers/{UUID}", "customers", lambda g, q: {"uuid": g[0]}),
    (r"/customers", "customers", lambda g, q: q),
    (r"/notes", "notes", lambda g, q: q),
    (r"/contacts", "contacts", lambda g, q: q),
    (r"/opportunities", "opportunities", lambda g, q: q),
    (rf"/opportunities/{UUID}", "opportunities", lambda g, q: {"uuid": g[0]}),
    (r"/tasks", "tasks", lambda g, q: q),
    (rf"/import/customers/{UUID}/invoices", "invoices", lambda g, q: {"customer_uuid": g[0]}),
    (rf"/import/customers/{UUID}/subscriptions", "import_subscriptions", lambda g, q: {"customer_uuid": g[0]}),
    (r"/data_sources", "data_sources", lambda g, q: {}),
    (rf"/data_sources/{UUID}", "data_sources", lambda g, q: {"uuid": g[0]}),
    (r"/invoices", "invoices", lambda g, q: q),
    (rf"/invoices/{UUID}", "invoices", lambda g, q: {"uuid": g[0]}),
    (r"/activities", "activities", lambda g, q: q),
    (r"/metrics/mrr", "mrr", lambda g, q: {name.replace("-", "_"): value for name, value in q.items()}),
    (r"/plans", "plans", lambda g, q: q),
    (rf"/plans/{UUID}", "plans", lambda g, q: {"uuid": g[0]}),
]

# ---- writes ----------------------------------------------------------------------------------------

WRITES = [
    ("POST", r"/customers/attributes/custom", "chartmogul_attribute_by_email()",
     lambda g, b: ("SELECT chartmogul_attribute_by_email(?, ?)", [b["email"], json.dumps(b["custom"])])),
    ("POST", r"/customers/attributes/tags", "chartmogul_tag_by_email()",
     lambda g, b: ("SELECT chartmogul_tag_by_email(?, ?)", [b["email"], json.dumps(b["tags"])])),
    ("POST", r"/customers/merges", "chartmogul_merge_customers()",
     lambda g, b: ("SELECT chartmogul_merge_customers(?, ?)",
                   [b["from"]["customer_uuid"], b["into"]["customer_uuid"]])),
    ("POST", r"/customers/unmerges", "chartmogul_unmerge_customer()",
     lambda g, b: ("SELECT chartmogul_unmerge_customer(?, ?, ?, ?)",
                   [b["customer_uuid"], b["data_source_uuid"], b["external_id"],
                    json.dumps(b["move_to_new_customer"])])),
    ("POST", rf"/customers/{UUID}/attributes/tags", "chartmogul_customer_tags",
     lambda g, b: ("INSERT INTO chartmogul_customer_tags (customer_uuid, tag) SELECT ?, value FROM json_each(?)",
                   [g[0], json.dumps(b["tags"])])),
    ("DELETE", rf"/customers/{UUID}/attributes/tags", "chartmogul_customer_tags",
     lambda g, b: ("DELETE FROM chartmogul_customer_tags WHERE customer_uuid = ? AND tag IN "
                   "(SELECT value FROM json_each(?))", [g[0], json.dumps(b["tags"])])),
    ("POST", rf"/customers/{UUID}/attributes/custom", "chartmogul_customer_attributes",
     lambda g, b: ("INSERT INTO chartmogul_customer_attributes (customer_uuid, key, value, type, source) SELECT ?, "
                   "value->>'key', value->>'value', value->>'type', value->>'source' FROM json_each(?)",
                   [g[0], json.dumps(b["custom"])])),
    ("PUT", rf"/customers/{UUID}/attributes/custom", "chartmogul_customer_attributes",
     lambda g, b: ("UPDATE chartmogul_customer_attributes SET value = e.value FROM json_each(?) AS e "
                   "WHERE customer_uuid = ? AND chartmogul_customer_attributes.key = e.key",
                   [json.dumps(b["custom"]), g[0]])),
    ("DELETE", rf"/customers/{UUID}/attributes/custom", "chartmogul_customer_attributes",
     lambda g, b: ("DELETE FROM chartmogul_customer_attributes WHERE customer_uuid = ? AND key IN "
                   "(SELECT value FROM json_each(?))", [g[0], json.dumps(b["custom"])])),
    ("POST", r"/customers", "chartmogul_customers",
     lambda g, b: insert("chartmogul_customers", attributes_flattened(b))),
    ("PATCH", rf"/customers/{UUID}", "chartmogul_customers",
     lambda g, b: update("chartmogul_customers", attributes_flattened(b), "uuid = ?", g)),
    ("POST", r"/notes", "chartmogul_notes", lambda g, b: insert("chartmogul_notes", of_an_owner(b))),
    ("POST", r"/contacts", "chartmogul_contacts", lambda g, b: insert("chartmogul_contacts", b)),
    ("POST", r"/opportunities", "chartmogul_opportunities", lambda g, b: insert("chartmogul_opportunities", b)),
    ("PATCH", rf"/opportunities/{UUID}", "chartmogul_opportunities",
     lambda g, b: update("chartmogul_opportunities", b, "uuid = ?", g)),
    ("POST", r"/tasks", "chartmogul_tasks", lambda g, b: insert("chartmogul_tasks", of_an_owner(b))),
    ("PATCH", rf"/tasks/{UUID}", "chartmogul_tasks", lambda g, b: update("chartmogul_tasks", b, "uuid = ?", g)
     if b else ("SELECT chartmogul_request('PATCH', ?, '{}')", ["/tasks/" + g[0]])),
    ("PATCH", rf"/contacts/{UUID}", "chartmogul_contacts",
     lambda g, b: update("chartmogul_contacts", b, "uuid = ?", g)),
    ("POST", r"/data_sources", "chartmogul_data_sources", lambda g, b: insert("chartmogul_data_sources", b)),
    ("POST", r"/plans", "chartmogul_plans", lambda g, b: insert("chartmogul_plans", b)),
    ("PATCH", rf"/plans/{UUID}", "chartmogul_plans", lambda g, b: update("chartmogul_plans", b, "uuid = ?", g)),
    ("POST", rf"/import/customers/{UUID}/invoices", "chartmogul_invoices",
     lambda g, b: insert("chartmogul_invoices", {"customer_uuid": g[0], **b["invoices"][0]})),
    ("PATCH", rf"/import/subscriptions/{UUID}", "chartmogul_import_subscriptions",
     lambda g, b: update("chartmogul_import_subscriptions", b, "uuid = ?", g)),
] + [
    ("DELETE", rf"/{resource}/{UUID}", f"chartmogul_{resource}",
     lambda g, b, resource=resource: (f"DELETE FROM chartmogul_{resource} WHERE uuid = ?", [g[0]]))
    for resource in ("customers", "contacts", "data_sources", "invoices", "notes", "opportunities", "plans", "tasks")
]


def same_list(path):
    """The path and query by which the same rows can be had: the extension may ask there."""
    groups = match(rf"/import/customers/{UUID}/invoices", path)
    return ("/invoices", [["customer_uuid", groups[0]]]) if groups else (path, [])


def match(pattern, path):
    found = re.fullmatch(pattern, path)
    return found.groups() if found else None
