# Synapse with a city's drivers. Which process a container is, KLAAF_WORKER says; none is the main one.
FROM python:3.13.9-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev
RUN python -m venv /opt/synapse
COPY synapse-config/requirements.txt synapse-config/requirements-production.txt /build/
# Of psycopg2 there are only sources; it is built with the setuptools of the first list.
RUN /opt/synapse/bin/python -m pip install --require-hashes --only-binary=:all: --no-input --disable-pip-version-check --no-cache-dir -r /build/requirements.txt
RUN /opt/synapse/bin/python -m pip install --require-hashes --only-binary=:all: --no-input --disable-pip-version-check --no-cache-dir --no-binary=psycopg2 --no-build-isolation -r /build/requirements-production.txt

FROM python:3.13.9-slim-bookworm
RUN apt-get update && apt-get upgrade -y && apt-get install -y --no-install-recommends libpq5 libjemalloc2 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/synapse /opt/synapse
COPY synapse-config/modules /opt/klaaf/modules
COPY --chmod=755 deploy/start-synapse.sh /usr/local/bin/start-synapse
# Whoever the container runs as can write here, and nowhere else (docker-compose.yml says as whom).
RUN mkdir -p /var/lib/klaaf/media && chmod 1777 /var/lib/klaaf/media
# Synapse's memory grows less with it: many small objects, kept in caches.
ENV LD_PRELOAD=libjemalloc.so.2 PYTHONUNBUFFERED=1 PYTHONPATH=/opt/klaaf/modules PATH=/opt/synapse/bin:$PATH
USER 10001:10001
WORKDIR /tmp
CMD ["start-synapse"]
