#!/bin/sh
# Builds the .deb and .rpm packages; `images/packages.sh --help` tells how. Runs os-packages.ts under the project's own Node.
here=$(dirname "$0")
node=$here/../node_modules/.bin/node
if [ ! -x "$node" ]; then
  echo "images/packages.sh: there is no $node: run 'npm run setup' once, which installs it" >&2
  exit 1
fi
exec "$node" "$here/os-packages.ts" "$@"
