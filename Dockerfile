# The bot in a container: not root, a root file system that can be read-only, and one folder to keep.
#
#   docker build -t faceswap-bot .
#   docker run --env-file .env --read-only --tmpfs /tmp -v faceswap-data:/data faceswap-bot
#
# The bot's own engine (OpenCV, models) is left out: with SEGMIND_API_KEY it only looks at pictures before a paid
# call. `--build-arg ENGINE=yes` brings it in, which a bot without a key needs.
ARG BASE=docker.io/library/python:3.13-slim

FROM ${BASE} AS build
ARG ENGINE=no
WORKDIR /app
COPY requirements.txt requirements-local.txt ./
RUN python3 -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
    && if [ "$ENGINE" = yes ]; then \
         /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-local.txt; \
       fi
COPY bot bot
COPY cogs cogs
# Compiled now, since the root may be read-only when it runs: a start costs half the time.
RUN /venv/bin/python -m compileall -q bot cogs \
    && if [ "$ENGINE" = yes ]; then /venv/bin/python -m bot assets; fi \
    && mkdir -p data && mkdir /data

FROM ${BASE}
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATABASE_URL=sqlite:////data/faceswap.sqlite3 METRICS_PORT=9100
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# An id rather than a name: hosts that insist on "not root" look at the number.
COPY --from=build --chown=10001:10001 /data /data
USER 10001:10001
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9100/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
