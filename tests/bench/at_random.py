"""How a program of statements made at random is called: LIBRARY SANDBOX [--seed N] [--number N] [--only NUMBER]."""
import argparse
import sys


def main(make_world, run):
    """Run the statements in a world, and end the program. `run(world, options)` says how many failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library")
    parser.add_argument("sandbox")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    world = make_world(options.library, options.sandbox)
    try:
        failed = run(world, options)
    finally:
        world.end()
    sys.exit(1 if failed else 0)
