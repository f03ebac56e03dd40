# Orderbell's image: the built program, its production libraries, and of uWebSockets.js only the binary for this platform.
#
#   docker build -t orderbell .
#   docker run --rm --read-only -p 8080:8080 -e DATABASE_URL=… -e AMQP_URL=… orderbell
#
# Node 22 and newer need glibc 2.38 for uWebSockets.js, so Debian 13 (trixie); for Node 20 Debian 12 is enough. Alpine
# has no glibc.
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS libraries
WORKDIR /app
COPY package.json package-lock.json ./
COPY src/platform/runtime src/platform/runtime
COPY src/dev/image-uwebsockets.js src/dev/
# Another build of uWebSockets.js than the one in the lock file, such as a release of its author: the address of an archive
# and its integrity: sha512- and what `openssl dgst -sha512 -binary FILE | base64 -w0` prints.
#
#   --build-arg UWEBSOCKETS_URL=https://…/v20.58.0.tar.gz --build-arg UWEBSOCKETS_INTEGRITY=sha512-…
ARG UWEBSOCKETS_URL
ARG UWEBSOCKETS_INTEGRITY
# No install script is needed: those there are compile what only tests use, and can do without. uWebSockets.js comes with
# a binary for each system, processor and Node, 257 MB: one is kept, if it is the one that was tested. That it loads is tried
# here, so that a base with too old a glibc fails the build and not the first start.
RUN if [ -n "$UWEBSOCKETS_URL" ]; then \
      node src/dev/image-uwebsockets.js choose "$UWEBSOCKETS_URL" "$UWEBSOCKETS_INTEGRITY"; \
    fi \
 && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
 && npm cache clean --force --loglevel=error \
 && node src/dev/image-uwebsockets.js keep ${UWEBSOCKETS_URL:+chosen} \
 && node -e 'require("uWebSockets.js")'

FROM libraries AS production
# The packages of OpenTelemetry come three times over, for bundlers and with types: 28 MB, of which 9 are run.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error \
 && find node_modules/@opentelemetry -depth \( -name esm -o -name esnext -o -name '*.map' -o -name '*.d.ts' \) -exec rm -rf {} +

FROM libraries AS build
COPY . .
RUN npm run --silent build

FROM ${NODE_IMAGE}
# What runs needs no package manager.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
WORKDIR /app
COPY --from=production /app/node_modules node_modules
COPY package.json LICENSE ./
COPY config config
COPY --from=build /app/dist dist
COPY src/dev/image-healthcheck.sh /usr/local/bin/orderbell-healthcheck

ENV NODE_ENV=production
# Nothing is written, so everything may belong to root. A number, so that runAsNonRoot can be checked.
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
# The start may wait a minute for Postgres and for RabbitMQ.
HEALTHCHECK --interval=5s --timeout=3s --retries=3 --start-period=130s CMD ["/usr/local/bin/orderbell-healthcheck"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["serve"]

ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Orderbell" \
      org.opencontainers.image.description="Tells a shop, at once and without fail, that an order was paid" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
