# Shared by scripts/run, scripts/test and scripts/bench: what must be installed, and how to build. POSIX sh; sourced.

root=$(cd "$(dirname "$0")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# To build and run the server.
build_packages="g++ cmake ninja-build ccache mold pkg-config libpoco-dev libpistache-dev libmosquitto-dev mosquitto
 liblua5.4-dev libsimdjson-dev nlohmann-json3-dev libvalijson-dev libhowardhinnant-date-dev libssl-dev
 libcrypt-dev liboath-dev libqrencode-dev libseccomp-dev libsystemd-dev zlib1g-dev libsqlite3-dev libmariadb-dev tzdata curl"
# To test it as well.
test_packages="libgtest-dev libgmock-dev mosquitto-clients mariadb-server clang-format chromium fonts-dejavu-core lua5.4
 openssl sqlite3"
# To measure it.
bench_packages="libbenchmark-dev wrk mosquitto-clients mariadb-server procps"

# Installs those of the named Debian packages that are missing.
install_packages() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "Installing:$missing"
    become=""
    [ "$(id -u)" = 0 ] || become="sudo"
    # Atrium starts the broker and the database that it needs; the services of the packages stay off.
    guard=""
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        guard=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | $become tee "$guard" >/dev/null
        $become chmod 755 "$guard"
    fi
    status=0
    $become apt-get update -qq >&2 || true
    # shellcheck disable=SC2086
    $become env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2 || status=$?
    [ -z "$guard" ] || $become rm -f "$guard"
    return $status
}

# Node.js 18 or newer with npm, for the dashboard; Debian's when there is none.
install_node() {
    if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then install_packages nodejs npm; fi
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 18 ] || { say "Node.js 18 or newer is needed; found $(node --version)"; return 1; }
}

# Installs the dashboard's packages when its lock file has changed.
install_web() {
    stamp="$root/web/node_modules/.atrium-stamp"
    if [ ! -e "$stamp" ] || [ "$root/web/package-lock.json" -nt "$stamp" ]; then
        (cd "$root/web" && npm ci --no-audit --no-fund --loglevel=error >&2) && touch "$stamp"
    fi
}

# Builds the dashboard into web/dist when one of its sources is newer.
build_web() {
    [ -e "$root/web/package.json" ] || return 0
    install_node && install_web || return 1
    if [ ! -e "$root/web/dist/index.html" ] ||
        [ -n "$(find "$root/web/src" "$root/web/package.json" "$root/web"/*.mjs -newer "$root/web/dist/index.html" 2>/dev/null | head -n 1)" ]; then
        (cd "$root/web" && npm run --silent build >&2)
    fi
}

# build PRESET [TARGET...]: configures once, then builds what has changed.
build() {
    preset=$1
    shift
    if [ ! -e "$root/build/$preset/build.ninja" ]; then
        (cd "$root" && cmake --preset "$preset" >"$root/build-configure.log" 2>&1) ||
            { cat "$root/build-configure.log" >&2; return 1; }
        rm -f "$root/build-configure.log"
    fi
    for target in "$@"; do set -- "$@" --target "$target"; shift; done
    cmake --build "$root/build/$preset" "$@" >&2
}
