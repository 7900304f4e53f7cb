ARG PYTHON=3.13.18-slim-trixie

FROM docker.io/library/python:${PYTHON} AS build
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9 \
 && python -m venv --without-pip /opt/bri
ENV VIRTUAL_ENV=/opt/bri UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /src
# The dependencies are a layer of their own, which a change of code or of a figure leaves as it is.
COPY pyproject.toml requirements.lock ./
RUN uv pip install -c requirements.lock -r pyproject.toml --extra postgres
COPY README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY seed seed
RUN uv pip install --no-deps . \
 && /opt/bri/bin/bri build --database /srv/bri/bri.sqlite

FROM docker.io/library/python:${PYTHON}
LABEL org.opencontainers.image.title="Belt and Road Cooperation Indicators API" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/bri /opt/bri
COPY --from=build /srv/bri /srv/bri
ENV PATH=/opt/bri/bin:$PATH \
    BRI_DATABASE=/srv/bri/bri.sqlite \
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
