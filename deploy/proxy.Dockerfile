# nginx with the built client.
FROM node:24.21.0-bookworm-slim AS client
WORKDIR /klaaf
COPY package.json package-lock.json .npmrc ./
COPY protocol/package.json protocol/
COPY appservice/package.json appservice/
COPY client/package.json client/
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY dev dev
COPY protocol protocol
COPY client client
RUN node dev/build.ts

FROM debian:12.12-slim
RUN apt-get update && apt-get upgrade -y && apt-get install -y --no-install-recommends nginx libnginx-mod-http-brotli-static && rm -rf /var/lib/apt/lists/*
COPY --from=client /klaaf/client/dist /usr/share/klaaf/client
USER 10001:10001
# `-e` first: nginx would else open Debian's log file before it reads where ours is.
CMD ["nginx", "-e", "stderr", "-c", "/etc/klaaf/nginx.conf", "-g", "daemon off;"]
