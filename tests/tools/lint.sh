#!/bin/sh
# Every check that needs no running of the code. Prints what is wrong and fails on the first kind.
set -eu

cd "$(dirname "$0")/../.."
sources=$(git ls-files --cached --others --exclude-standard '*.c' '*.h')
# shellcheck disable=SC2086 # one word per file is meant
clang-format --dry-run -Werror $sources
# shellcheck disable=SC2046
shellcheck $(git ls-files --cached --others --exclude-standard '*.sh') .ci/run
echo "lint: clean"
