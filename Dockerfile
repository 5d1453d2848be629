# The program and nothing else: docker run --rm -v "$PWD:/work" ghcr.io/promproof/promproof check
# There is no shell and no git in it, and so no --since and --staged. The release workflow gives one folder a platform.
FROM scratch
ARG TARGETARCH
LABEL org.opencontainers.image.title="promproof" \
      org.opencontainers.image.description="Lints and tests Prometheus alert rules" \
      org.opencontainers.image.source="https://github.com/promproof/promproof" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY ${TARGETARCH}/LICENSE ${TARGETARCH}/THIRD_PARTY_NOTICES.md /licenses/
COPY ${TARGETARCH}/promproof /promproof
WORKDIR /work
USER 65534:65534
ENTRYPOINT ["/promproof"]
