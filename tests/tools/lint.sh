#!/bin/sh
# Every check that needs no running of the code. Each prints one line when clean, and what is wrong
# with file and line when not. All of them run; any that is not clean fails the whole.
#
#   lint.sh [CHECK...]     all checks but the last, or the ones named: format layers circles budgets lengths banned
#                          exports words blanks shell python clang cppcheck tidy; and analyzer
# shellcheck disable=SC2317 # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
flags=${CPPFLAGS_LINT:--std=c11 -D_POSIX_C_SOURCE=200809L -Isrc}
warnings="-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror"
jobs=2
dirty=0

files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ ! -e "$f" ] || echo "$f"; done; }

# check NAME COMMAND...: what the command prints is what is wrong.
check() {
  name=$1
  shift
  findings=$("$@" 2>&1)
  if [ -z "$findings" ]; then
    echo "$name: clean"
  else
    printf '%s\n' "$findings"
    echo "$name: NOT CLEAN"
    dirty=1
  fi
}

format() {
  files '*.c' '*.h' | xargs -r clang-format --dry-run -Werror
}

layers() {
  python3 tests/tools/layers.py src
}

circles() {
  python3 tests/tools/circles.py src "$build/obj/loadable"
  python3 tests/tools/circles.py tests/sandbox "$build/sandbox" --built
}

budgets() {
  python3 tests/tools/budgets.py src
}

# In src files of 500 lines and headers of 200; functions of 60 everywhere: a function is what begins and
# ends in column 0.
lengths() {
  files '*.c' '*.h' | xargs -r awk '
    function check_file() {
      limit = (last ~ /\.h$/) ? 200 : 500
      if (last ~ /^src\// && count > limit) printf "%s:%d: %d lines, not at most %d\n", last, count, count, limit
    }
    FNR == 1 { if (last) check_file(); last = FILENAME; start = 0 }
    { count = FNR }
    /^[a-zA-Z_].*\) \{$/ || (/^ +.*\) \{$/ && head == FNR - 1) { if (!start) start = FNR }
    /^[a-zA-Z_].*[(,]$/ || /^[a-zA-Z_].*\(.*,$/ { head = FNR }
    /^ .*,$/ { if (head == FNR - 1) head = FNR }
    /^}$/ {
      if (start && FNR - start + 1 > 60)
        printf "%s:%d: a function of %d lines, not at most 60\n", FILENAME, start, FNR - start + 1
      start = 0
    }
    /^}.+/ { start = 0 }
    END { if (last) check_file() }'
}

# The first list for all C, the second for src, where memory is SQLite's and nothing is printed.
banned() {
  start='(^|[^_a-zA-Z0-9"`])'
  files '*.c' '*.h' | xargs -r grep -nE \
    "$start(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|alloca|setjmp|longjmp)\(" |
    grep -v '<setjmp.h>'
  files 'src/*.c' 'src/*.h' | xargs -r grep -nE \
    "$start(malloc|calloc|realloc|free|strdup|strndup|printf|fprintf|puts|abort|exit|system|sqlite3_malloc|sqlite3_realloc)\("
}

# Only the entry points may be seen from outside.
exports() {
  for library in "$build"/chartmogul.so "$build"/chartmogul.dylib; do
    [ -e "$library" ] || continue
    nm -D --defined-only "$library" | awk -v library="$library" '
      $3 !~ /^sqlite3_(chartmogul|chartmogulreadonly|extension)_init$/ { print library ": exports " $3 }
      { found++ }
      END { if (!found) print library ": exports nothing" }'
    return
  done
  echo "there is no library in $build: make all"
}

# Nothing of the machine it was written on.
words() {
  files | grep -v '^tests/tools/lint.sh$' | xargs -r grep -nIE '/home/[a-z]|/Users/[A-Za-z]|/root/|C:\\Users'
}

blanks() {
  files '*.c' '*.h' '*.sh' '*.py' '*.md' '*.mk' '*.sql' Makefile | xargs -r grep -nE '[[:space:]]+$' |
    sed 's/:.*/&/; s/$/ <- blanks at the end of the line/'
}

shell() {
  # shellcheck disable=SC2046 # one word per file is meant
  shellcheck $(files '*.sh') .ci/run
}

python() {
  # shellcheck disable=SC2016 # for python
  files '*.py' | xargs -r python3 -c 'import ast, sys
for file in sys.argv[1:]:
    try:
        ast.parse(open(file, encoding="utf-8").read(), file)
    except SyntaxError as error:
        print(f"{file}:{error.lineno}: {error.msg}")'
}

# What this machine's compiler can compile: not what stands in for POSIX on Windows.
compiled() { files "$@" | grep -v '^src/packaging/windows/'; }

# The second compiler: what gcc lets pass.
clang_warnings() {
  # shellcheck disable=SC2086 # flags are words
  files '*.c' | grep -v -e '^src/' -e '^tests/unit/' -e '^tests/no_network.c' |
    xargs -r -P "$jobs" -n 8 clang $flags -DSQLITE_CORE -Itests/runner -Itests/fuzz/support $warnings -fsyntax-only
  # shellcheck disable=SC2086
  compiled 'src/*.c' | xargs -r -P "$jobs" -n 8 clang $flags $warnings -fsyntax-only
}

run_cppcheck() {
  # shellcheck disable=SC2086
  cppcheck --quiet -j "$jobs" --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppress=varFuncNullUB --template='{file}:{line}: {message} [{id}]' -Isrc -Itests/runner -Itests/fuzz/support -Itests/unit \
    -D__GNUC__ -DSQLITE_CORE -i src/packaging/windows src tests
}

# The analyzer for src only, and shallow, an eighth of the time; `make lint-deep` lets it follow every call.
tidy() {
  # Shallow, it does not see the call that made a divisor positive.
  compiled 'src/*.c' | tidy_with "--checks=-clang-analyzer-core.DivideZero --extra-arg=-Xclang
    --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=mode=shallow"
  files '*.c' | grep -v -e '^src/' -e '^tests/fuzz/' -e '^tests/unit/' -e '^tests/no_network.c' |
    tidy_with '--checks=-clang-analyzer-*'
}

analyzer() {
  compiled 'src/*.c' | tidy_with ''
}

tidy_with() {
  command -v clang-tidy >/dev/null || { echo "clang-tidy is not installed: make deps" && return; }
  # shellcheck disable=SC2016 # for the inner shell
  TIDY_OPTIONS=$1 TIDY_FLAGS="$flags -DSQLITE_CORE -Itests/runner -Itests/fuzz/support" \
    xargs -r -P "$jobs" -n 2 sh -c 'clang-tidy --quiet $TIDY_OPTIONS "$@" -- $TIDY_FLAGS 2>/dev/null' tidy |
    grep -E '(warning|error):'
}

wanted=${*:-format layers circles budgets lengths banned exports words blanks shell python clang cppcheck tidy}
for one in $wanted; do
  case $one in
  clang) check clang clang_warnings ;;
  cppcheck) check cppcheck run_cppcheck ;;
  format | layers | circles | budgets | lengths | banned | exports | words | blanks | shell | python | tidy | analyzer) check "$one" "$one" ;;
  *) echo "no such check: $one" && dirty=1 ;;
  esac
done
exit "$dirty"
