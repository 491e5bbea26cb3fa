#!/usr/bin/env bash
# Unpacks Debian packages into a folder, as the file system of a container image; `images/base.sh --help` tells how.
set -euo pipefail
umask 022

USAGE='images/base.sh [--arch amd64|arm64] [--suite SUITE] [--mirror URL]… [--pins FILE] [--cache FOLDER] FOLDER LIST…

Unpacks the Debian packages of each LIST into FOLDER, which has to be new or empty. A line of a list is a package, and the paths to keep of
it; dependencies are not followed. No script of a package runs, so any user can call it, for any architecture.
  --arch    the architecture of the packages (default: that of this machine)
  --suite   the release of Debian (default: bookworm)
  --mirror  a mirror of Debian with suite and component, such as "http://debian.example.com/debian bookworm main"; may be repeated
            (default: the mirrors in the sources of apt that have the suite, its updates and its security updates)
  --pins    a file with lines `PACKAGE VERSION SHA256`, such as an earlier build wrote to FOLDER/usr/share/daybreak/packages: exactly these
            are used. Default: the newest of the mirror
  --cache   a folder for indexes and packages, for further calls (default: a temporary one)
Packages are verified by the signature of the archive (/usr/share/keyrings/debian-archive-keyring.gpg).
'
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# Documentation, translations, character sets; of libc6, the libraries for vector mathematics and for debuggers.
LEFT_OUT=(usr/share/{bash-completion,doc-base,gcc,gdb,info,libc-bin,lintian,locale,man} usr/lib/*/gconv etc/ld.so.conf.d
  libmvec.so.1 lib{memusage,pcprofile}.so libc_malloc_debug.so.0 libthread_db.so.1)

fail() {
  echo "images/base.sh: $1" >&2
  exit 1
}

arch=$(dpkg --print-architecture 2>/dev/null || uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
suite=bookworm mirrors=() pins='' cache=''
while [[ ${1-} == --* ]]; do
  case $1 in
    --help) printf '%s' "$USAGE" && exit ;;
    --arch | --suite | --mirror | --pins | --cache) (($# > 1)) || fail "$1: it needs a value" ;;&
    --arch) arch=$2 ;;
    --suite) suite=$2 ;;
    --mirror) mirrors+=("$2") ;;
    --pins) pins=$(realpath "$2") ;;
    --cache) cache=$2 ;;
    *) fail "$1: no such flag (--help lists them)" ;;
  esac
  shift 2
done
[[ $arch == amd64 || $arch == arm64 ]] || fail "--arch $arch: amd64 or arm64 is allowed"
(($# > 1)) || fail 'a folder and at least one list of packages are needed (--help tells more)'
for program in apt-get dpkg-deb flock tar; do
  command -v "$program" >/dev/null || fail "there is no $program: run it on Debian or Ubuntu, or in a container of theirs"
done
[[ -e $KEYRING ]] || fail "there is no $KEYRING: install the package debian-archive-keyring"
if ((${#mirrors[@]} == 0)); then
  # The origin leaves out other archives that name their releases like Debian's. apt lists a source after its first update.
  mapfile -t mirrors < <(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    grep -E "^[^ ]+ $suite(-updates|-security)? main$" | LC_ALL=C sort --unique)
  ((${#mirrors[@]} > 0)) || fail "this machine's apt knows no mirror of Debian's $suite: name one with --mirror, or have apt read its sources (apt-get update)"
fi
root=$1
shift
mkdir -p "$root"
[[ -z $(ls -A "$root") ]] || fail "$root is not empty: name a new folder"
root=$(realpath "$root")
if [[ -z $cache ]]; then
  temporary=$(mktemp -d)
  cache=$temporary
fi
mkdir -p "$cache/$arch"/{state/lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d,packages}
cache=$(realpath "$cache")/$arch

# Builds at the same time share the cache: one of them downloads, the others wait.
exec 9>"$cache/lock"
flock --timeout 600 9 || fail "another build has been downloading packages for 10 minutes: end it, or name another folder with --cache"
printf "deb [signed-by=$KEYRING] %s\n" "${mirrors[@]}" >"$cache/sources.list"
# No setting of this machine's own apt, and none of its packages: the build depends on the mirrors alone.
cat >"$cache/apt.conf" <<CONF
Dir "$cache"; Dir::State "state"; Dir::State::status "/dev/null"; Dir::Cache "cache";
Dir::Etc "etc"; Dir::Etc::sourcelist "$cache/sources.list"; Dir::Etc::sourceparts "/dev/null"; Dir::Etc::parts "apt.conf.d";
APT::Architecture "$arch"; APT::Architectures { "$arch"; }; APT::Sandbox::User ""; Acquire::Languages "none"; Acquire::Retries "3"; Acquire::http::Timeout "20";
CONF
export APT_CONFIG=$cache/apt.conf
# Further calls with the same cache use its indexes for an hour.
if [[ -z $(find "$cache/updated" -mmin -60 2>/dev/null) ]] || ! cmp --quiet "$cache/sources.list" "$cache/updated"; then
  apt-get update --quiet=2 --error-on=any || fail 'cannot read the package indexes'
  cp "$cache/sources.list" "$cache/updated"
fi

declare -A keep
for list in "$@"; do
  [[ -e $list ]] || fail "$list: no such list of packages"
  while read -r name paths; do
    [[ -z $name || $name == \#* ]] || keep[$name]=$paths
  done <"$list"
done
mapfile -t names < <(printf '%s\n' "${!keep[@]}" | LC_ALL=C sort)

# The request to apt: the pinned versions, or the newest.
declare -A pinned
wanted=("${names[@]}")
if [[ -n $pins ]]; then
  while read -r name version sum; do pinned[$name]="$version $sum"; done <"$pins"
  wanted=()
  for name in "${names[@]}"; do
    [[ -n ${pinned[$name]-} ]] || fail "$pins: it does not pin $name"
    wanted+=("$name=${pinned[$name]%% *}")
  done
fi
(cd "$cache/packages" && apt-get download --quiet=2 "${wanted[@]}") || fail 'cannot download the packages; if --pins names versions that the mirror no longer has, name a mirror that keeps old versions with --mirror'

flock --unlock 9

mkdir -p "$root"/{dev,etc/ssl/certs,proc,root,run,sys,tmp,usr/bin,usr/lib,usr/lib64,usr/sbin,usr/share/daybreak/packages,var/lib/dpkg/status.d,var/log,var/tmp}
for name in bin lib lib64 sbin; do ln -s "usr/$name" "$root/$name"; done
ln -s /run "$root/var/run"
chmod 1777 "$root/tmp" "$root/var/tmp"

# The version and SHA-256 of each package go into packages.txt, its licence and its control file into the places where Debian and distroless
# images have them: scanners of vulnerabilities read the latter.
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked" ${temporary-}' EXIT
for name in "${names[@]}"; do
  version=${pinned[$name]-}
  version=${version%% *}
  # The newest file of this name. apt writes the colon of an epoch as %3a.
  deb=$(ls -t "$cache/packages/${name}_${version//:/%3a}"*.deb | head -1)
  sum=$(sha256sum "$deb" | cut -d' ' -f1)
  [[ -z $version || $sum == "${pinned[$name]##* }" ]] || fail "$name $version: its SHA-256 is $sum, pinned is ${pinned[$name]##* }"
  rm -rf "${unpacked:?}"/*
  dpkg-deb --raw-extract "$deb" "$unpacked/$name"
  cd "$unpacked/$name"
  shopt -s nullglob
  # Without quotes: the list has patterns.
  paths=(${keep[$name]:-*})
  shopt -u nullglob
  ((${#paths[@]} > 0)) || fail "$name: it has none of the paths ${keep[$name]}"
  licence=usr/share/doc/$name/copyright
  [[ -z ${keep[$name]} || ! -f $licence ]] || paths+=("$licence")
  tar --create --exclude=DEBIAN --exclude='usr/share/doc/*/[!c]*' --exclude='usr/share/doc/*/changelog*' "${LEFT_OUT[@]/#/--exclude=}" "${paths[@]}" |
    tar --extract --directory "$root" --keep-directory-symlink
  version=$(sed -n 's/^Version: //p' DEBIAN/control)
  cp DEBIAN/control "$root/var/lib/dpkg/status.d/$name"
  [[ ! -e DEBIAN/md5sums ]] || while read -r md5 path; do
    [[ -L $root/$path || ! -f $root/$path ]] || echo "$md5  $path"
  done <DEBIAN/md5sums >"$root/var/lib/dpkg/status.d/$name.md5sums"
  cd - >/dev/null
  echo "$name $version $sum"
done >"$root/usr/share/daybreak/packages/$(basename "$1")"

# No program gains rights by its file's mode.
find "$root" -type f -perm /6000 -exec chmod a-s {} +
# The parts of packages' scripts that the images need.
if [[ -d $root/usr/share/ca-certificates ]]; then
  LC_ALL=C find "$root/usr/share/ca-certificates" -name '*.crt' -print0 | LC_ALL=C sort --zero-terminated | xargs --null cat >"$root/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$root/usr/share/ca-certificates" "$root/etc/ca-certificates" "$root"/usr/sbin/update-ca-certificates
fi
[[ ! -e $root/usr/bin/bash ]] || ln -sf bash "$root/usr/bin/sh"
for program in iptables ip6tables; do
  [[ -e $root/usr/sbin/$program-nft ]] || continue
  for form in '' -save -restore; do ln -sf "$program-nft$form" "$root/usr/sbin/$program$form"; done
done
