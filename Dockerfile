# docker build -t gitpost .
#
# The image has the program, licences, certificate authorities and an empty /data, and nothing else: no
# shell, and no git, so that the site's repository has to be reached over https or ssh. A test
# (cmd/gitpost/dockerfile_test.go) runs what this file makes in an empty root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -tags=nodynamic -ldflags="-s -w -buildid=" -o /out/gitpost ./cmd/gitpost
RUN go run ./cmd/release -licences /out/LICENSES-OF-LIBRARIES
RUN mkdir -m 0700 /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /src/LICENSE /LICENSE
COPY --from=build /out/LICENSES-OF-LIBRARIES /LICENSES-OF-LIBRARIES
COPY --from=build /out/gitpost /gitpost
USER 65532:65532
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m CMD ["/gitpost", "healthcheck", "--config", "/config/gitpost.yaml"]
ENTRYPOINT ["/gitpost"]
CMD ["serve", "--config", "/config/gitpost.yaml"]
