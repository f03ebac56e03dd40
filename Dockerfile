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
# No install script is needed: those there are compile what only tests use, and can do without. uWebSockets.js comes with
# a binary for each system, processor and Node, 257 MB: one is kept. That it loads is tried here, so that a base with too
# old a glibc fails the build and not the first start.
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
 && npm cache clean --force --loglevel=error \
 && cd node_modules/uWebSockets.js \
 && ours=$(node -p '`uws_${process.platform}_${process.arch}_${process.versions.modules}.node`') \
 && find . -name 'uws_*.node' ! -name "$ours" -delete \
 && rm -rf docs examples misc mvp scripts src tests .github \
 && node -e 'require("uWebSockets.js")'

FROM libraries AS production
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error

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

ENV NODE_ENV=production
# Nothing is written, so everything may belong to root. A number, so that runAsNonRoot can be checked.
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
# Liveness: whether to send requests here is what /readyz says. The start may wait a minute for Postgres and for RabbitMQ.
# Over TLS the certificate is for the name that clients know, not for 127.0.0.1.
HEALTHCHECK --interval=5s --timeout=3s --retries=3 --start-period=130s CMD ["node", "-e", \
  "require(process.env.TLS_KEY ? 'https' : 'http').get({ host: '127.0.0.1', port: process.env.PORT || 8080, path: '/healthz', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["serve"]

ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Orderbell" \
      org.opencontainers.image.description="Tells a shop, at once and without fail, that an order was paid" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
