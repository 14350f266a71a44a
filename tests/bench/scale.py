"""Time and memory of a scan as the account grows: linear the one, flat the other.

    scale.py LIBRARY SANDBOX STEP PLOT.svg SIZE...

Prints a table and writes a plot of it. Each size is an account of so many customers on a sandbox without latency.
"""
import os
import sys

from bench import ALL_CUSTOMERS, Bench, Sandbox

WIDTH, HEIGHT, MARGIN, LABEL = 760, 360, 80, 70
TIME, MEMORY = "#1f6fb2", "#c4581a"


def measure(bench, size):
    with Sandbox(bench.sandbox, size) as server:
        server.forget()
        wall_s = bench.sql(server, ALL_CUSTOMERS).wall_s
        requests = len(server.requests())
        return size, requests, wall_s, bench.peak_mib(server, ALL_CUSTOMERS)


def line(points, colour):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'


def labels(x, anchor, colour, highest, unit):
    """The numbers beside an axis: none, half and all of what it reaches."""
    return "".join(f'<text x="{x}" y="{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share + 4:.0f}" text-anchor="{anchor}" '
                   f'fill="{colour}">{highest * share:.3g}{unit}</text>' for share in (0, 0.5, 1))


def ticks(places):
    """The numbers of customers below their places, the largest first; one that would touch the next is left out."""
    texts, free_until = [], WIDTH
    for customers, x in sorted(places, reverse=True):
        if x + LABEL / 2 <= free_until:
            texts.append(f'<text x="{x:.0f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{customers:,}</text>')
            free_until = x - LABEL / 2
    return "".join(texts)


def plot(rows):
    """Both curves over the number of customers: time by the scale on the left, memory by the one on the right."""
    most_customers, most_s, most_mib = (max(row[i] for row in rows) for i in (0, 2, 3))
    highest_mib = 2 * most_mib

    def at(customers, share):
        x = MARGIN + (WIDTH - 2 * MARGIN) * customers / most_customers
        return x, HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share

    seconds = [at(row[0], row[2] / most_s) for row in rows]
    mebibytes = [at(row[0], row[3] / highest_mib) for row in rows]
    right, base = WIDTH - MARGIN, HEIGHT - MARGIN
    return f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>
<path d="M{MARGIN} {MARGIN} V{base} H{right} V{MARGIN}" fill="none" stroke="black"/>
{line(mebibytes, MEMORY)}
{line(seconds, TIME)}
{labels(MARGIN - 8, "end", TIME, most_s, " s")}
{labels(right + 8, "start", MEMORY, highest_mib, " MiB")}
{ticks([(row[0], at(row[0], 0)[0]) for row in rows])}
<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">customers</text>
<text x="{MARGIN}" y="{MARGIN - 20}" fill="{TIME}">time of a scan</text>
<text x="{right}" y="{MARGIN - 20}" text-anchor="end" fill="{MEMORY}">peak memory</text>
</svg>
'''


def main():
    library, sandbox, step, picture = sys.argv[1:5]
    bench = Bench(library, sandbox, "", step, 1, "")
    rows = []
    print("| customers | requests | seconds | seconds per 1,000 | peak MiB |\n|---|---|---|---|---|")
    for size in map(int, sys.argv[5:]):
        rows.append(measure(bench, size))
        _, requests, wall_s, mib = rows[-1]
        print(f"| {size:,} | {requests:,} | {wall_s:.2f} | {wall_s / size * 1000:.4f} | {mib:.1f} |", flush=True)
    with open(picture, "w", encoding="utf-8") as file:
        file.write(plot(rows))
    print(f"\nplot: {os.path.relpath(picture)}")


if __name__ == "__main__":
    main()
