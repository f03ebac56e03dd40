#!/bin/bash
# Liveness of the process in the image, every few seconds: by what a shell can do, since a Node.js that starts costs more
# than the service when it is idle. Whether to send requests here is what /readyz answers.
# Over TLS, which no shell speaks, it is Node.js; the certificate is for the name that clients know, not for 127.0.0.1.
set -euo pipefail
port=${PORT:-8080}

if [[ -n ${TLS_KEY:-} ]]; then
  exec node -e "
    require('https').get({ host: '127.0.0.1', port: process.argv[1], path: '/healthz', rejectUnauthorized: false },
      ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))" "$port"
fi

exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[[ $status == 200 ]]
