FROM python:3.11-slim

# What is installed: "app" is the dashboard alone; "app,training" adds torch for sweeps started from the page.
ARG EXTRAS=app

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /srv/surge-explorer

# Dependencies first, at the tested versions, so that a change of the code does not download them again.
COPY requirements.txt pyproject.toml ./
RUN sed '/^-e/d' requirements.txt > /opt/constraints.txt \
    && python -c "import sys, tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
print(*p['dependencies'], *(d for e in sys.argv[1].split(',') for d in p['optional-dependencies'][e]), sep='\n')" \
       "${EXTRAS}" > /opt/requirements.txt \
    && pip install --constraint /opt/constraints.txt --requirement /opt/requirements.txt

COPY README.md LICENSE ./
COPY surgecore ./surgecore
RUN pip install --no-deps . && rm -rf build surgecore *.egg-info

COPY .streamlit ./.streamlit
COPY app ./app
COPY data ./data
COPY docs ./docs

RUN useradd --system --create-home --uid 10001 surge
USER surge

# WORKERS processes, on 8501 and the ports after it; with more than one a proxy must stand in front, see compose.yaml.
# The root may be read-only: all that is written goes to /tmp.
ENV WORKERS=1 HOME=/tmp
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

CMD ["python", "app/serve/command.py", "--host=0.0.0.0", "--port=8501", "--own-proxy"]
