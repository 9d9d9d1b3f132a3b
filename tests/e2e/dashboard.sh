#!/bin/sh
# dashboard.sh unit|e2e: the tests of the dashboard. e2e takes the server's program from ATRIUMD.
set -eu
. "$(dirname "$0")/../../scripts/lib/setup.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)

build_web
cd "$root/web"
case "$1" in
unit)
    npm run --silent check
    exec npm run --silent test
    ;;
e2e) exec npm run --silent test:e2e ;;
*) say "usage: dashboard.sh unit|e2e"; exit 2 ;;
esac
