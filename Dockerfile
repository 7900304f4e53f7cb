# A tag can be moved, so the digest of its index for all platforms says what is built on. For a newer tag, this prints it:
#   docker buildx imagetools inspect docker.io/library/python:3.13-slim-trixie --format '{{.Manifest.Digest}}'
ARG PYTHON=3.13.16-slim-trixie@sha256:3dd7cc108ec1493442514f5c2a871af6af0ec31d768ff6e378a93340c3b3db5f

FROM docker.io/library/python:${PYTHON} AS build
ENV VIRTUAL_ENV=/opt/bri UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /src
# The dependencies are a layer of their own, which a change of code or of a figure leaves as it is.
COPY pyproject.toml requirements.lock ./
# Everything is installed with the hashes of the lock file, including what installs and builds.
RUN awk '/^uv==/,!/\\$/' requirements.lock >/tmp/uv.lock \
 && pip install --no-cache-dir --root-user-action=ignore --require-hashes -r /tmp/uv.lock \
 && python -m venv --without-pip /opt/bri
# A third of what the packages install is never used: symbols for debuggers, sources of compiled
# modules, type stubs, and the texts of some hundred locales.
RUN apt-get update -qq && apt-get install -qqy --no-install-recommends binutils \
 && uv pip install -c requirements.lock -r pyproject.toml --extra postgres \
 && find /opt/bri -name '*.so' -exec strip --strip-unneeded {} + \
 && find /opt/bri \( -name '*.[ch]' -o -name '*.py[ix]' -o -name '*.pxd' \) -delete \
 && find /opt/bri -path '*/locale-data/*.dat' \
    ! -name root.dat ! -name 'en.dat' ! -name 'en_001.dat' ! -name 'zh*.dat' -delete
COPY README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY seed seed
# These commands also compile the modules and templates that the service loads; it could not write them later.
RUN uv pip install --no-deps -b requirements.lock . \
 && /opt/bri/bin/bri build --database /srv/bri/bri.sqlite \
 && /opt/bri/bin/bri openapi --database /srv/bri/bri.sqlite --output /dev/null \
 && /opt/bri/bin/python -c 'from app.pages import load_templates as load; [*map(load().get_template, load().list_templates())]'

FROM docker.io/library/python:${PYTHON}
LABEL org.opencontainers.image.title="Belt and Road Cooperation Indicators API" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/bri /opt/bri
COPY --from=build /srv/bri /srv/bri
ENV PATH=/opt/bri/bin:$PATH \
    BRI_DATABASE=/srv/bri/bri.sqlite \
    MALLOC_ARENA_MAX=2 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /srv/bri
USER 10001:10001
EXPOSE 8000
# The empty ProxyHandler keeps the probe from a proxy that the container may be told to use.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["bri"]
CMD ["serve", "--host", "0.0.0.0"]
