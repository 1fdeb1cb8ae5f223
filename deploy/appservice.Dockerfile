# The appservice. Node.js runs its TypeScript as it is, so there is nothing to build.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /klaaf
COPY package.json package-lock.json .npmrc ./
COPY protocol/package.json protocol/
COPY appservice/package.json appservice/
COPY client/package.json client/
RUN npm ci --ignore-scripts --omit=dev --workspace=@klaaf/appservice --workspace=@klaaf/protocol

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /klaaf
COPY --from=packages /klaaf/node_modules node_modules
COPY package.json ./
COPY protocol protocol
COPY appservice appservice
# To make the first administrator.
COPY synapse-config synapse-config
USER 10001:10001
CMD ["node", "appservice/src/main.ts", "--config", "/etc/klaaf/appservice.yaml"]
