"""Time and memory of a scan as the account grows: linear the one, flat the other.

    scale.py LIBRARY SANDBOX STEP PLOT.svg SIZE...

Prints a table and writes a plot of it. Each size is an account of so many customers on a sandbox without latency.
"""
import os
import sys

from bench import ALL_CUSTOMERS, Bench, Sandbox

WIDTH, HEIGHT, MARGIN = 720, 360, 60


def measure(bench, size):
    with Sandbox(bench.sandbox, size) as server:
        server.forget()
        done = bench.sql(server, ALL_CUSTOMERS)
        return size, len(server.requests()), done.wall_s, done.peak_bytes / (1024 * 1024)


def line(points, colour):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'


def plot(rows):
    """Both curves over the number of customers, each on its own scale."""
    most_customers, most_s, most_mib = (max(row[i] for row in rows) for i in (0, 2, 3))

    def at(customers, share):
        x = MARGIN + (WIDTH - 2 * MARGIN) * customers / most_customers
        return x, HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share

    seconds = [at(row[0], row[2] / most_s) for row in rows]
    mebibytes = [at(row[0], row[3] / (2 * most_mib)) for row in rows]
    base = HEIGHT - MARGIN
    ticks = "".join(f'<text x="{at(row[0], 0)[0]:.0f}" y="{base + 18}" text-anchor="middle">{row[0]:,}</text>'
                    for row in rows if row[0] * 4 >= most_customers or row is rows[0])
    return f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>
<path d="M{MARGIN} {MARGIN} V{base} H{WIDTH - MARGIN}" fill="none" stroke="black"/>
{line(seconds, "#1f6fb2")}
{line(mebibytes, "#c4581a")}
{ticks}
<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">customers</text>
<text x="{MARGIN}" y="{MARGIN - 30}" fill="#1f6fb2">time, up to {most_s:.1f} s</text>
<text x="{MARGIN}" y="{MARGIN - 14}" fill="#c4581a">peak memory, up to {most_mib:.1f} MiB (axis to {2 * most_mib:.0f})</text>
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
