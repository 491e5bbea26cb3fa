#!/bin/sh
# Builds the container images; `images/build.sh --help` tells how. Runs build.ts under the project's own Node.
here=$(dirname "$0")
node=$here/../node_modules/.bin/node
if [ ! -x "$node" ]; then
  echo "images/build.sh: there is no $node: run 'npm run setup' once, which installs it" >&2
  exit 1
fi
exec "$node" "$here/build.ts" "$@"
