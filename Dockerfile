# One image for all apps: `docker run IMAGE ingest`, `decider`, `projector`, `console`, or any command of `offramp`.
# docs/how-to/deploy.md says how it is run; tools/image.int.spec.ts builds what stands here without Docker, and runs it.

FROM node:20.20.2-bookworm-slim AS manifests
WORKDIR /app
# Apart from the sources, so that a change of those installs nothing anew.
COPY package.json package-lock.json .npmrc ./
COPY libs/assess/package.json libs/assess/
COPY libs/events/package.json libs/events/
COPY libs/ladder/package.json libs/ladder/
COPY libs/log/package.json libs/log/
COPY libs/read-models/package.json libs/read-models/
COPY libs/service/package.json libs/service/
COPY apps/cli/package.json apps/cli/
COPY apps/console/package.json apps/console/
COPY apps/decider/package.json apps/decider/
COPY apps/ingest/package.json apps/ingest/
COPY apps/projector/package.json apps/projector/
COPY apps/standalone/package.json apps/standalone/

FROM manifests AS dependencies
# Optional peers of Nest, for what is not used here; npm leaves them where tests bring them.
RUN npm ci --omit=dev \
  && rm -rf node_modules/typescript node_modules/@grpc node_modules/protobufjs node_modules/@protobufjs node_modules/.bin

FROM manifests AS build
RUN npm ci
COPY tsconfig.json tsconfig.base.json ./
COPY libs libs
COPY apps apps
RUN npm run build
# What is left is what runs: no sources, no tests, no notes of the compiler.
RUN rm -rf libs/*/src apps/*/src \
  && find libs apps \( -name '*.spec.*' -o -name '*.d.ts' -o -name '*.d.ts.map' -o -name '*.tsbuildinfo' \) -delete \
  && mkdir data

FROM node:20.20.2-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Offramp" \
  org.opencontainers.image.description="Ends an abusive conversation with an AI assistant as a last resort, and shows everyone afterwards why" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.base.name="node:20.20.2-bookworm-slim"
WORKDIR /app
COPY LICENSE package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/libs libs
COPY --from=build /app/apps apps
COPY demo demo
COPY deploy/image deploy/image
# The only place that is written to: local stores, or everything of a standalone server.
COPY --from=build --chown=1000:1000 /app/data /data
ENV NODE_ENV=production OFFRAMP_HOST=0.0.0.0 OFFRAMP_PORT=8420 OFFRAMP_DATA=/data
USER 1000:1000
EXPOSE 8420
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/deploy/image/health.mjs"]
ENTRYPOINT ["node", "--enable-source-maps", "/app/deploy/image/main.mjs"]
CMD ["--help"]
