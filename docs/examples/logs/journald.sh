# Lines with a code, as `daybreak agent status` lists them.
journalctl --unit daybreak-agent --output cat | jq --raw-input 'fromjson? | select(.code) | {time, level, program, code, msg}'
# Errors of Envoy.
journalctl --unit daybreak-agent --output cat | jq --raw-input 'fromjson? | select(.program == "envoy" and (.level == "error" or .level == "critical"))'
