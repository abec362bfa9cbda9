#!/bin/sh
# Install Tamis into a virtual environment of its own: packaging/install.sh /opt/tamis
# The dependencies are those of requirements/runtime.txt, each checked by its hash.
set -eu
target=${1:?usage: packaging/install.sh DIRECTORY}
cd "$(dirname "$0")/.."

"${PYTHON:-python3}" -m venv "$target"
"$target/bin/pip" install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt
"$target/bin/pip" install -q --disable-pip-version-check --no-deps --no-build-isolation .
"$target/bin/tamis" --version
