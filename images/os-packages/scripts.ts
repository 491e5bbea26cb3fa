/** Whether systemd runs: in a container or a chroot, only files are installed. */
const IF_BOOTED = 'if [ -d /run/systemd/system ]; then';

/** Runs after the files of an installation or an upgrade are in place: users, and a restart of the programs that run. */
export const AFTER_INSTALL = `if command -v systemd-sysusers >/dev/null; then systemd-sysusers daybreak.conf; fi
# At a reload, the agent itself reads its variables. A group that the operator chose stays.
if getent group daybreak >/dev/null && [ "$(stat -c %G /etc/daybreak/agent.env)" = root ]; then chgrp daybreak /etc/daybreak/agent.env; fi
${IF_BOOTED}
  systemctl daemon-reload
  # Rules stay in force: proxyinit writes only the differences.
  if systemctl --quiet is-active daybreak-proxyinit.service; then systemctl reload daybreak-proxyinit.service || true; fi
  systemctl try-restart --no-block daybreak-controlplane.service
  # The agent ends, and systemd starts the new one, which takes Envoy over. An agent that cannot leave its Envoy drains it.
  if ! DAYBREAK_RUN_DIR=/run/daybreak-agent /usr/bin/daybreak agent hand-over >/dev/null 2>&1; then
    systemctl try-restart --no-block daybreak-agent.service
  fi
fi
`;

/**
 * Runs before the files are removed. First, new connections bypass Envoy, so that none leads to a closed port. Then the agent drains the
 * open ones, and then proxyinit removes the rules.
 */
export const BEFORE_REMOVE = `${IF_BOOTED}
  if systemctl --quiet is-active daybreak-proxyinit.service; then /usr/bin/daybreak proxyinit detach >/dev/null || true; fi
  systemctl disable --now daybreak-agent.service daybreak-controlplane.service || true
  systemctl disable --now daybreak-proxyinit.service || true
elif [ -x /usr/bin/daybreak ] && [ -x /usr/sbin/iptables ]; then
  /usr/bin/daybreak proxyinit remove >/dev/null 2>&1 || true
fi
`;

/** Runs after a purge of the .deb: removes state, logs, settings and users. */
export const PURGE = `rm -rf /etc/daybreak /var/lib/daybreak /var/lib/daybreak-agent /var/log/daybreak /var/log/daybreak-agent
for user in daybreak daybreak-controlplane; do
  if getent passwd $user >/dev/null; then userdel $user || true; fi
  if getent group $user >/dev/null; then groupdel $user || true; fi
done
`;

/** Runs after the files were removed. */
export const AFTER_REMOVE = `${IF_BOOTED} systemctl daemon-reload; fi
`;
