"""The page of sql/dashboard.sql, made and read: what a person sees of it, as numbers and texts."""
import html.parser
import re
import sqlite3
import xml.etree.ElementTree as ElementTree

MARKS = {"rect", "circle"}
VOID = {"meta"}
# Without namespaces, so that elements are found by their names; the page itself needs none.
KNOWN = set("html head meta style title body header h1 p main article h2 ul li svg desc g rect line circle text tspan"
            " foreignObject div details summary table thead tbody tr th td".split())
ATTRIBUTES = set("lang charset name content http-equiv dir id class scope role aria-labelledby aria-describedby aria-hidden viewBox x y width height"
                 " x1 y1 x2 y2 cx cy r fill-opacity tabindex".split())


def statements(path):
    """The statements of a file, one after the other."""
    text = ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            text += line
            if sqlite3.complete_statement(text):
                yield text
                text = ""


def write(db, **parameters):
    """The text of the page: all statements of the file, the last of which returns it."""
    bound = {"today": None, "attribute": None, **parameters}
    for statement in statements("sql/dashboard.sql"):
        rows = db.execute(statement, bound).fetchall()
    return "".join(row[0] + "\n" for row in rows)


def number(text):
    """$1,234.50, −3.5 %, 2.5k, ¥1M as a number."""
    found = re.search(r"(−?)[^\d−]*([\d,]*\.?\d+)\s?([kMB]?)", text)
    return (-1 if found[1] else 1) * float(found[2].replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6, "B": 1e9}[found[3]]


class Balance(html.parser.HTMLParser):
    """What a parser of HTML sees: elements that are closed in their order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.problems = [], []
        self.feed(text)
        self.close()
        self.problems += [f"<{name}> is not closed" for name in self.open]

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")


class Picture:
    def __init__(self, article):
        self.article, self.svg = article, article.find("svg")
        self.sentence = "".join(article.find("h2").itertext())
        self.below = "".join(article.find("p").itertext())
        self.box = [float(part) for part in self.svg.get("viewBox").split()]
        self.marks = [one for one in self.svg.iter() if one.tag in MARKS]
        rows = list(article.iter("tr"))
        self.heads = ["".join(cell.itertext()) for cell in rows[0]] if rows else []
        self.rows = [["".join(cell.itertext()) for cell in row] for row in rows[1:]]

    def column(self, place):
        return [row[place] for row in self.rows]

    def sizes(self, side):
        return [float(one.get(side)) for one in self.marks]

    def labels(self):
        """The texts that stand in the picture, but for the words of tooltips."""
        return ["".join(one.itertext()) for one in self.svg.iter() if one.tag in ("text", "div")]

    def ticks(self):
        """The lines of the axis: what each says, and where it is."""
        lines = [one for one in self.svg.iter("line") if "grid" in one.get("class").split()]
        said = [one.text for one in self.svg.iter("text") if one.get("class") == "tick"]
        return [(number(text), float(line.get("y1"))) for text, line in zip(said, lines, strict=True)]

    def outside(self):
        """Marks and texts that begin or end beyond the drawing."""
        _, _, width, height = self.box
        for one in self.svg.iter():
            x, y = float(one.get("x") or one.get("cx") or 0), float(one.get("y") or one.get("cy") or 0)
            right, bottom = x + float(one.get("width") or 0), y + float(one.get("height") or 0)
            if x < -0.01 or y < -0.01 or right > width + 0.01 or bottom > height + 0.01:
                yield ElementTree.tostring(one, encoding="unicode")[:200]


class Page:
    def __init__(self, text):
        self.text = text
        self.root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
        self.pictures = {one.get("id"): Picture(one) for one in self.root.iter("article")}

    def __getitem__(self, name):
        return self.pictures[name]

    def problems(self):
        """What no page may have, whatever the account holds."""
        yield from Balance(self.text).problems
        ids = [one.get("id") for one in self.root.iter() if one.get("id")]
        yield from {f"id {name} twice" for name in ids if ids.count(name) > 1}
        for one in self.root.iter():
            if one.tag not in KNOWN:
                yield f"an element <{one.tag}>"
            yield from (f"{one.tag} has {name}" for name in one.attrib if name not in ATTRIBUTES)
            yield from (f"nothing is {name}" for name in (one.get("aria-labelledby") or one.get("aria-describedby") or "").split() if name not in ids)
        style = "".join(self.root.find("head/style").itertext())
        yield from re.findall(r"url\(|@import|expression", style)
        yield from re.findall(r"(?:[a-z]+:)?//\S+", style)
        for name, picture in self.pictures.items():
            yield from (f"{name}, outside of the drawing: {what}" for what in picture.outside())
            if [one.tag for one in picture.svg][:2] != ["title", "desc"] or picture.svg.get("role") != "img":
                yield f"{name} has no title and description"
            if bool(picture.marks) != bool(picture.rows):
                yield f"{name} has a table and no marks, or marks and no table"
            if not picture.marks and "Nothing to show" not in picture.labels():
                yield f"{name} is empty and does not say so"
            if any(len(row) != len(picture.heads) for row in picture.rows):
                yield f"{name}: a row of its table has other columns than its head"
