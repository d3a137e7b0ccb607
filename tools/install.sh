#!/bin/sh
# Puts the locked packages and this checkout into .venv: tools/install.sh runtime|development
set -eu
cd "$(dirname "$0")/.."
lock="requirements/$1.txt"
python="${PYTHON:-python3}"

stop() {
    echo "biletpro: $1" >&2
    exit 1
}

command -v "$python" >/dev/null ||
    stop "$python is missing; install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "$("$python" -V) is too old; name Python 3.11 or newer: make PYTHON=python3.11 …"

uv="$(command -v uv || true)"
[ -n "$uv" ] || "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    stop "$python has no venv module; install it (Debian: apt-get install python3-venv, as root) and start again"

echo "Installing (once) into .venv from $lock …"
# Without a working Python it is what an interrupted installation left; made elsewhere, its programs name a
# Python that is no longer there.
made_in="$(cat .venv/runtime.stamp 2>/dev/null || pwd -P)"
if [ "$made_in" != "$(pwd -P)" ] || ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    if [ -n "$uv" ]; then
        "$uv" venv --quiet --python "$python" .venv || stop "uv could not make .venv (its reason is above)"
    else
        "$python" -m venv .venv || stop "$python could not make .venv (its reason is above)"
    fi
fi

if [ -n "$uv" ]; then
    installer="$uv pip install --python .venv/bin/python"
else
    # A folder that uv made has no pip.
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    installer=".venv/bin/python -m pip install --disable-pip-version-check --no-warn-script-location"
    export PIP_ROOT_USER_ACTION=ignore
fi
failed="the packages could not be installed (the reason is above); mend it and start again"
# shellcheck disable=SC2086 # words on purpose
$installer --require-hashes --no-deps -r "$lock" || stop "$failed"
# shellcheck disable=SC2086
$installer --no-deps --no-build-isolation -e . || stop "$failed"
