# One image for web, worker and migrate; which it is, its command says (compose.yaml).
FROM python:3.11-slim-bookworm
# Fonts for certificates and papers, and pg_dump for `manage.py backup`.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk fonts-hanazono postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1000 --home-dir /srv/tongxing --create-home tongxing
WORKDIR /srv/tongxing/app
# requirements-search.txt has the clients of OpenSearch and Elasticsearch too.
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt requirements-search.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r ${REQUIREMENTS}
COPY . .
ENV PYTHONUNBUFFERED=1 ENVIRONMENT=production VAR_DIR=/srv/tongxing/var BIND=0.0.0.0:8000
RUN mkdir -p /srv/tongxing/var /srv/tongxing/backups && chown -R tongxing:tongxing /srv/tongxing/var /srv/tongxing/backups
USER tongxing
VOLUME /srv/tongxing/var /srv/tongxing/backups
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["gunicorn", "portal.wsgi"]
