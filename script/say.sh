# How every script speaks: sourced, not run. Also moves to the top of the repository.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

step() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '    %s\n' "$*"; }

# fail "what happened" "what to do"
fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# The comment at the head of a script is its help.
print_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$1"; }

# "3 s" or "2 min 5 s" since the script began.
elapsed() {
  local minutes=$((SECONDS / 60)) seconds=$((SECONDS % 60))
  if [ "$minutes" -eq 0 ]; then echo "$seconds s"; else echo "$minutes min $seconds s"; fi
}

# Runs of configure and build print only what matters; the rest is in build/<preset>/.
configure() {
  local preset=$1
  cmake --preset "$preset" --log-level=WARNING >/dev/null ||
    fail "cmake could not configure the preset \"$preset\"" \
      "Its message is above. Run script/setup; if that does not help, remove build/$preset."
}

configure_and_build() {
  local preset=$1
  shift
  configure "$preset"
  cmake --build --preset "$preset" "$@" || fail "the preset \"$preset\" does not build" \
    "The compiler's message is above."
}

# A compiler cache where there is one; nothing needs it.
use_compiler_cache() {
  if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  fi
}
