"""What a copy of the account costs beside the requests: time against a plain CREATE TABLE AS of the same rows, memory, and the file.

    copy.py LIBRARY STEP SIZE... [--check]

Each size is an account of so many movements and a tenth as many customers, without latency. Prints a table, and which bounds do not
hold: memory does not grow with the rows, and the time of a row is at most three times that of CREATE TABLE AS. With --check only
the memory is judged, because a small size on a machine that is not quiet says nothing of the time.
"""
import os
import sys
import tempfile

from bench import run
from plenty import Plenty

MOST_RATIO = 3
MOST_GROWTH_MIB = 8  # from the smallest size to the largest: caches that fill, 24 bytes a customer
PLAIN = "CREATE TABLE books.a AS SELECT * FROM chartmogul_activities; CREATE TABLE books.c AS SELECT * FROM chartmogul_customers;"
REFRESH = "SELECT * FROM chartmogul_refresh('books', 'activities, customers');"


class Job:
    """A statement in a process of its own."""

    def __init__(self, library, step, server, file, sql):
        environment = dict(os.environ, CHARTMOGUL_BASE_URL=server.base_url, CHARTMOGUL_API_KEY="test-key", CHARTMOGUL_REQUESTS_PER_SECOND="0")
        before = server.requests
        done = run([step, os.path.splitext(os.path.abspath(library))[0]], f"ATTACH '{file}' AS books; {sql}", environment)
        self.requests = server.requests - before
        self.wall_s, self.cpu_s = done.wall_s, done.cpu_s
        words = done.output.split()
        self.peak_mib = int(words[words.index("peak_kib") + 1]) / 1024


def measure(library, step, size):
    with tempfile.TemporaryDirectory() as folder, Plenty(size, size // 10) as server:
        copy = os.path.join(folder, "copy.db")
        plain = Job(library, step, server, os.path.join(folder, "plain.db"), PLAIN)
        first = Job(library, step, server, copy, REFRESH)
        size_of_file = os.path.getsize(copy)
        again = Job(library, step, server, copy, REFRESH)
        return plain, first, again, size_of_file


def print_row(size, what, job, plain, bytes_per_row):
    rows = size + size // 10
    print(f"| {size:,} | {what} | {job.requests:,} | {job.wall_s:.2f} | {job.cpu_s:.2f} | {job.cpu_s / rows * 1e6:.1f} | "
          f"{job.cpu_s / plain.cpu_s:.2f} | {job.peak_mib:.1f} | {bytes_per_row} |", flush=True)


def judge(jobs, sizes, is_check):
    """Which bounds do not hold."""
    for what in ("first copy", "unchanged"):
        small, large = (jobs[size, what].peak_mib for size in (sizes[0], sizes[-1]))
        if large - small > MOST_GROWTH_MIB:
            yield f"{what}: {large:.1f} MiB, {small:.1f} MiB at the smallest size"
        ratio = jobs[sizes[-1], what].cpu_s / jobs[sizes[-1], "CREATE TABLE AS"].cpu_s
        if ratio > MOST_RATIO and not is_check:
            yield f"{what}: {ratio:.2f} times the time of CREATE TABLE AS"


def main():
    library, step = sys.argv[1:3]
    is_check = "--check" in sys.argv
    sizes = [int(word) for word in sys.argv[3:] if word != "--check"]
    jobs = {}
    if not is_check:
        print("| movements | what | requests | wall s | cpu s | cpu us per row | ratio of cpu | peak MiB | bytes per row |\n" + "|---" * 9 + "|")
    for size in sizes:
        plain, first, again, size_of_file = measure(library, step, size)
        for what, job in (("CREATE TABLE AS", plain), ("first copy", first), ("unchanged", again)):
            jobs[size, what] = job
            if not is_check:
                print_row(size, what, job, plain, size_of_file * 10 // (size * 11) if job is first else "")
    wrong = list(judge(jobs, sizes, is_check))
    for line in wrong:
        print(f"FAILED {line}")
    if is_check:
        print(f"{2 - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
