# Makes the Python environment that the scripts of this project run in. Sourced, not run.
#
# make_environment LOCKFILE: sets BIN to the bin folder of an environment holding what LOCKFILE names and this project.
# The environment is .venv here (or $VENV), made anew whenever the lock file, pyproject.toml or Python changed.

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "Python 3.11 or newer (with venv) was not found; PYTHON=/path/to/python names one." >&2
  return 1
}

make_environment() {
  local lock=$1 python folder stamp
  python=$(find_python)
  folder=${VENV:-.venv}
  stamp=$(cat "$lock" deploy/requirements.txt pyproject.toml <("$python" -VV) <(pwd) | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
  BIN=$folder/bin
  # what the tests need holds what the demo needs: an environment made for either is kept for the smaller one
  if [ "$(cat "$folder/.made-of-$(basename "$(dirname "$lock")")" 2>/dev/null)" != "$stamp" ]; then
    echo "Making the environment in $folder ..." >&2
    [ -x "$BIN/python" ] || "$python" -m venv "$folder"
    "$BIN/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
    "$BIN/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
    echo "$stamp" > "$folder/.made-of-$(basename "$(dirname "$lock")")"
  fi
}
