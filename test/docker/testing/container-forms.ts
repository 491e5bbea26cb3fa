/** How a container is run, by the flags of `docker run`. */
export const FORMS: readonly (readonly [form: string, ...flags: string[]])[] = [
  ['as the image says'],
  ['read-only, with a tmpfs', '--read-only', '--tmpfs', '/tmp'],
  ['read-only, with a volume', '--read-only', '--volume', '/tmp'],
  ['read-only, with neither', '--read-only'],
  ['as another user', '--user', '1000'],
  ['as root', '--user', '0'],
  ['without capabilities', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ['in 160 MB', '--memory', '160m', '--memory-swap', '160m'],
  ["with Docker's init", '--init'],
  ['without IPv6', '--sysctl', 'net.ipv6.conf.all.disable_ipv6=1'],
  ['with 1,024 open files', '--ulimit', 'nofile=1024:1024'],
];

/** The forms of the image without a shell: those that its few programs (setpriv, mkfifo, prlimit) take part in. */
export const SLIM_FORMS = FORMS.filter(([form]) =>
  /image says|neither|user|root$|capabilities|files/.test(form),
);

/** Prints the libraries that no program and no library of an image finds, and how many files it looked at. */
export const FINDS_LIBRARIES = `for file in /usr/bin/* /usr/sbin/* /usr/lib/*-linux-gnu/*.so* /usr/lib/daybreak/node /usr/local/bin/*; do
        [ -f "$file" ] && read -r -n 4 magic <"$file" 2>/dev/null && [ "$magic" = $'\\x7fELF' ] || continue
        checked=$((checked + 1)); /lib64/ld-linux-*.so.* --list "$file" | while read -r line; do [[ $line == *'not found'* ]] && echo "$file: $line"; done
      done 2>&1; echo "$checked files"`;

/** Returns whether a line of a log is a JSON object. */
export function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
