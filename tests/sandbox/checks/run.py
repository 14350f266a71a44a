"""The sandbox by itself, without the extension: every check_* of the files beside this one.

    run.py SANDBOX [NAME...]     NAME: a part of the names of the checks to be run
"""
import importlib
import pathlib
import sys
import traceback

from sandbox import Failure, Sandbox

PARTS = ("objects", "lists", "errors", "records", "worlds", "program")


def checks_of(part):
    module = importlib.import_module(part)
    return [(f"{part}.{name[6:]}", check) for name, check in vars(module).items() if name.startswith("check_")]


def main(program, *names):
    program = str(pathlib.Path(program).resolve())
    passed = failed = 0
    sandbox = Sandbox(program)
    sandbox.program = program
    for name, check in [one for part in PARTS for one in checks_of(part)]:
        if names and not any(wanted in name for wanted in names):
            continue
        try:
            sandbox.reset()
            check(sandbox)
            passed += 1
        except Failure as failure:
            print(f"FAILED {name}: {failure}")
            failed += 1
        except Exception:
            print(f"FAILED {name}:\n{traceback.format_exc()}")
            failed += 1
            sandbox.stop()
            sandbox = Sandbox(program)
            sandbox.program = program
    if sandbox.stop() != 0:
        print("FAILED: the sandbox did not end well")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
