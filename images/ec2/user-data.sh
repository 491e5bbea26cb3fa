#!/bin/sh
# User data of an EC2 instance, which cloud-init runs as root at the first boot: installs Daybreak's package, writes its variables, and starts the
# rules and the agent. Fill in PACKAGE, SHA256 and the two files; docs/migrate.md has the variables.
set -eu

# The .deb or .rpm of images/packages.sh, at an address that the instance reaches: https://, s3:// with the instance's role, or file://.
PACKAGE=https://artifacts.example.com/daybreak_0.1.0_amd64.deb
# Its SHA-256: `sha256sum FILE`.
SHA256=0000000000000000000000000000000000000000000000000000000000000000

variables() {
  # Of the rules: the ports of the application.
  cat > /etc/daybreak/proxyinit.env << 'END'
APPMESH_APP_PORTS=8000
END
  # Of the agent: its virtual node or gateway, and the control plane.
  cat > /etc/daybreak/agent.env << 'END'
APPMESH_RESOURCE_ARN=mesh/apps/virtualNode/serviceB
APPMESH_XDS_ENDPOINT=http://HOST:18000
END
}

download() {
  case $PACKAGE in
    s3://*) aws s3 cp --only-show-errors "$PACKAGE" "$1" ;;
    *) curl --fail --silent --show-error --location --retry 10 --retry-connrefused --max-time 600 --output "$1" "$PACKAGE" ;;
  esac
  echo "$SHA256  $1" | sha256sum --check --quiet
}

# apt waits for a lock, because other programs install packages at a first boot too.
apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends "$1"
}

install() {
  case $1 in
    *.deb) apt_install "$1" || { apt-get update && apt_install "$1"; } ;;
    *.rpm) if command -v dnf > /dev/null; then dnf install --assumeyes "$1"; else yum install --assumeyes "$1"; fi ;;
    *) echo "user data: PACKAGE=$PACKAGE has to end in .deb or .rpm" >&2 && exit 1 ;;
  esac
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
package=$folder/${PACKAGE##*/}
download "$package"
install "$package"
variables
# The rules are in force when this returns. The agent waits for the control plane without a limit, and cloud-init does not.
systemctl enable --now daybreak-proxyinit
systemctl enable daybreak-agent
systemctl start --no-block daybreak-agent
