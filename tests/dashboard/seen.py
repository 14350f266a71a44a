"""The page of sql/dashboard.sql as headless Chromium shows it: at three widths, light, dark and on paper. The console stays empty,
nothing is asked of the network, no text covers another, nothing is cut off or outside of its picture.

    seen.py LIBRARY SANDBOX FOLDER     leaves a picture of each in FOLDER
"""
import os
import shutil
import subprocess
import sys
import tempfile

import accounts
import browser
from dashboard import Made
from page import write

WIDTHS = (390, 900, 1440)
# What a person would see as wrong, as a list of texts.
LOOK = """(() => {
  const found = [], shown = one => one.textContent.trim().slice(0, 40);
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
                      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2.5;
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than its window');
  for (const article of document.querySelectorAll('article')) {
    const svg = article.querySelector(':scope > svg'), frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text, .name')].map(one => {
      let box = one.getBoundingClientRect();
      if (one.className === 'name') {
        const range = document.createRange();
        range.selectNodeContents(one);
        const inner = range.getBoundingClientRect();
        box = { left: box.left, top: box.top, bottom: box.bottom, right: Math.min(box.right, Math.max(inner.right, inner.left)) };
      }
      return { one, box };
    });
    texts.forEach(({ one, box }, at) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push(article.id + ': outside of its picture: ' + shown(one));
      texts.slice(at + 1).filter(other => meet(box, other.box)).forEach(other =>
        found.push(article.id + ': ' + shown(one) + ' is covered by ' + shown(other.one)));
    });
    for (const mark of svg.querySelectorAll('.mark')) {
      const box = mark.getBoundingClientRect();
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push(article.id + ': a mark is outside of its picture');
    }
    const outer = article.getBoundingClientRect();
    for (const one of article.querySelectorAll('h2, p, ul, .scroll')) {
      const box = one.getBoundingClientRect();
      if (box.right > outer.right + 1 || one.className !== 'scroll' && one.scrollWidth > one.clientWidth + 1)
        found.push(article.id + ': wider than its card: ' + shown(one));
    }
    const size = parseFloat(getComputedStyle(svg).fontSize) * frame.width / svg.viewBox.baseVal.width;
    if (frame.width && size < 9.5) found.push(article.id + ': letters of ' + size.toFixed(1) + ' pixels');
  }
  return found;
})()"""
# With Tab alone: how many tables can be reached and opened.
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
DRAWN = "[...document.querySelectorAll('article')].filter(one => one.querySelector('.mark')).length"
NAMED = "[...document.querySelectorAll('summary')].filter(one => one.tabIndex === 0).length"


def pages(library, sandbox, folder):
    """Name and path of each page that is looked at."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Made(library, sandbox, scratch)
        texts = {"sandbox": made.page.text}
        made.close()
    for name, (make, _) in accounts.STORIES.items():
        texts[name.replace(" ", "-").replace("'", "")] = write(make(), today=accounts.TODAY)
    for name, text in texts.items():
        path = os.path.join(folder, name + ".html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        yield name, path


def look_at(seen, name, path, folder):
    """Each view of a page, and what is wrong with it."""
    for width in WIDTHS:
        for scheme in ("light", "dark") if name == "sandbox" else ("light",):
            seen.open(path, width, scheme)
            yield f"{name}, {width} pixels, {scheme}", seen.run(LOOK) + seen.complaints()
            if name == "sandbox" or width == WIDTHS[0]:
                seen.save_picture(os.path.join(folder, f"{name}-{width}-{scheme}.png"))
        seen.run(OPEN_ALL)
        yield f"{name}, {width} pixels, tables open", seen.run(LOOK) + seen.complaints()
    tables, drawn = seen.run(NAMED), seen.run(DRAWN)
    yield f"{name}, by keyboard", [] if tables == drawn else [f"{tables} of {drawn} tables can be reached"]
    if name == "sandbox":
        seen.open(path, 703, media="print")  # A4 less its margins
        yield f"{name}, on paper", seen.run(LOOK) + seen.complaints()
        seen.save_pdf(os.path.join(folder, name + ".pdf"))
        if shutil.which("pdftoppm"):
            subprocess.run(["pdftoppm", "-png", "-r", "80", os.path.join(folder, name + ".pdf"), os.path.join(folder, name + "-paper")],
                           check=True)


def main():
    library, sandbox, folder = sys.argv[1:4]
    path = browser.find()
    if path is None:
        print("skipped: no Chromium (Debian: apt-get install chromium)\n0 passed, 0 failed, 1 skipped")
        return
    os.makedirs(folder, exist_ok=True)
    passed = failed = 0
    seen = browser.Browser(path)
    try:
        for name, page in pages(library, sandbox, folder):
            for view, problems in look_at(seen, name, page, folder):
                passed, failed = passed + (not problems), failed + bool(problems)
                if problems:
                    print(f"FAILED {view}\n  " + "\n  ".join(problems[:12]))
    finally:
        seen.close()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
