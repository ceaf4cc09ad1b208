# Every service of Agentia in one image: `agentia service NAME`. See docs/containers.md.
#   docker build -t agentia .
#   --build-arg LOCK=requirements-core.lock     without the dependencies of the shipped specialists
#   --build-arg PYTHON_IMAGE=…                  another Python to run on; BUILD_IMAGE=… one to install with, which has pip
ARG PYTHON_IMAGE=python:3.13-slim
ARG BUILD_IMAGE=${PYTHON_IMAGE}

# What we depend on, which changes seldom. A template of some package that is no Python is no reason to stop compiling.
FROM ${BUILD_IMAGE} AS packages
ARG LOCK=requirements.lock
WORKDIR /build
COPY ${LOCK} lock
RUN python3 -m venv --without-pip /opt/agentia \
    && python3 -m pip --python /opt/agentia/bin/python install --no-cache-dir --no-compile --no-input --require-hashes -r lock \
    && find /opt/agentia -type d \( -name tests -o -name test \) -path '*/site-packages/*' -prune -exec rm -rf {} + \
    && { python3 -m compileall -q -q -j 0 --invalidation-mode unchecked-hash /opt/agentia || true; }

# Our own code, a layer of its own, as it changes often.
FROM packages AS code
COPY . .
RUN python3 -m pip --python /opt/agentia/bin/python install --no-cache-dir --no-compile --no-deps --no-build-isolation --no-input \
        --prefix /code . \
    && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /code/lib

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 agentia \
    && useradd --uid 10001 --gid agentia --no-create-home --home-dir /data --shell /usr/sbin/nologin agentia \
    && install -d -o agentia -g agentia /data /secrets/database /secrets/mesh /secrets/postgres
COPY --from=packages /opt/agentia /opt/agentia
COPY --from=code /code /opt/agentia
COPY deploy/image/ /usr/local/bin/
ENV PATH=/opt/agentia/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    AGENTIA_DATA=/data \
    AGENTIA_HOST=0.0.0.0 \
    AGENTIA_PORT=8000
WORKDIR /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=3s --timeout=4s --start-period=60s --retries=3 CMD ["is-ready"]
ENTRYPOINT ["agentia"]
CMD ["--help"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Agentia" \
      org.opencontainers.image.description="A mesh of A2A agents: every service of it is a command of this image." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.documentation="docs/containers.md" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
