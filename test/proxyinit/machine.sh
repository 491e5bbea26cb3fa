#!/bin/sh
# Boots a machine made of namespaces: systemd as PID 1, the programs of this machine, and a separate /etc and /var, which persist across
# boots. Exits with 129 for a reboot, and with 130 for a power-off.
# $1: the machine's folder, with etc and var; $2: the installed files, a folder with usr; $3: the path of its Envoy,
# or nothing; $4: the name of the network namespace that is its network, or nothing for a new one.
set -eu

boot() {
  folder=$1 installed=$2 envoy=$3 network=$4

  # Systemd manages the whole cgroup tree that it sees, so it gets a group of its own as the root.
  mkdir -p "$folder/groups" "$folder/root"
  mount -t cgroup2 cgroup2 "$folder/groups"
  group=$folder/groups/daybreak-boot-$$
  mkdir "$group"
  trap 'remove_groups "$group"' EXIT

  lay_out "$folder/root" "$folder" "$installed" "$envoy"
  cd "$folder/root"
  code=0
  set -- unshare --mount --pid --kill-child --cgroup --uts --ipc --fork
  if [ -n "$network" ]; then set -- nsenter --net="/run/netns/$network" "$@"; else set -- "$@" --net; fi
  sh -c 'echo $$ > "$0/cgroup.procs"; exec "$@"' "$group" setpriv --pdeathsig=KILL "$@" sh "$script" "enter" || code=$?
  exit "$code"
}

# /usr is that of this machine with the installed files as an overlay; writes to it are discarded.
lay_out() {
  root=$1 folder=$2 installed=$3 envoy=$4
  mount -t tmpfs -o mode=755 tmpfs "$root"
  cd "$root"
  mkdir -p .above/upper .above/work .before usr etc var proc sys dev run tmp
  mount -t overlay overlay -o "lowerdir=$installed/usr:/usr,upperdir=.above/upper,workdir=.above/work" usr
  if [ -n "$envoy" ]; then
    touch usr/bin/envoy
    mount --bind "$envoy" usr/bin/envoy
  fi
  for name in bin sbin lib lib32 lib64; do
    if [ -L "/$name" ]; then ln -s "usr/$name" "$name"; fi
  done
  mount --bind "$folder/etc" etc
  mount --bind "$folder/var" var
  mount -t tmpfs -o mode=755 tmpfs run
  mount -t tmpfs -o mode=1777 tmpfs tmp
  mount -t tmpfs -o mode=755 tmpfs dev
  # Units with PrivateDevices copy these.
  mkdir dev/shm dev/pts dev/mqueue dev/hugepages
  mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
  ln -s pts/ptmx dev/ptmx
  for name in null zero full random urandom tty; do
    touch "dev/$name"
    mount --bind "/dev/$name" "dev/$name"
  done
}

# Runs in the new namespaces. Systemd must not change settings of the whole computer, as in any container.
enter() {
  mount -t proc proc proc
  mount --bind proc/sys proc/sys
  mount -o remount,bind,ro proc/sys
  mount -t sysfs -o ro sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  ip link set lo up
  pivot_root . .before
  umount -l /.before
  exec env -i container=namespaces PATH=/usr/sbin:/usr/bin setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio \
    /usr/lib/systemd/systemd --unit=multi-user.target
}

# Removes the groups; the last process may not be reaped yet, so retry.
remove_groups() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if find "$1" -depth -type d -exec rmdir {} + 2> /dev/null; then return; fi
    sleep 0.1
  done
}

case $1 in
  enter) enter ;;
  *)
    script=$(realpath "$0")
    boot "$@"
    ;;
esac
