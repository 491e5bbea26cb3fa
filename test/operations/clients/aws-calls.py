"""Runs the AWS command line: one line of JSON per call with its arguments on stdin, one with its output on stdout."""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

driver = create_clidriver()

for line in sys.stdin:
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = driver.main(json.loads(line))
    ended = {"exitCode": code, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()}
    print(json.dumps(ended), flush=True)
