# The lab for a server: docker build -t attention-lab . && docker run --rm -p 7860:7860 attention-lab
FROM python:3.11-slim

# An index of one's own, or PyTorch's with builds for the CPU, which are far smaller: --build-arg PIP_EXTRA_INDEX_URL=…
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL

RUN useradd --create-home --uid 1000 lab
USER lab
RUN mkdir /home/lab/attention-lab /home/lab/models
WORKDIR /home/lab/attention-lab
ENV PATH=/home/lab/.local/bin:$PATH \
    HF_HOME=/home/lab/models \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860
COPY --chown=lab requirements.txt ./
RUN pip install --user --no-cache-dir -r requirements.txt
COPY --chown=lab . ./
RUN python -m lab.weights

# Models of the Hub that visitors ask for.
VOLUME /home/lab/models
EXPOSE 7860
HEALTHCHECK --start-period=60s CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:7860/health', timeout=10)"]
CMD ["python", "app.py"]
