# make demo          try gitpost on a sample site (ARGS=--once: exit after showing it)
# make build         the binary, ./gitpost
# make test          the tests that need only Go and Git
# make test-all      all tests, also the long ones and those with other programs, which .ci/run
#                    installs; and the race detector where many goroutines meet
# make check         formatting, vet, staticcheck, known vulnerabilities
# make release       archives of a release for all systems, their checksums and a bill of materials, in dist/
# make bench         the benchmarks (BENCH=regexp, COUNT=n)
# make fuzz          every fuzz target for FUZZTIME each (PACKAGES=./bridge/media); no case may take longer than 10 s
# make fuzz-sites    SITES random sites each, against the Hugo and the Jekyll that are installed
# make stress        STEPS random steps of posts, pushes, outages and kills against a model, and kills
#                    of the store and of the server under clients: STEPS/10 rounds of each, at most 200
# make test-host GITEA=path   posts to a real Gitea, whose binary has its folders templates, options and
#                    public beside it: refusals, renames, merges, webhooks and a kill of the host
# make screenshots   pictures of all pages in chromium, light and dark, on a phone and on a desk, in screenshots/
# make soak          mixed traffic of SOAK (10m) at the rate of a thousand busy bloggers, with hand pushes and outages

BENCH ?= .
COUNT ?= 1
FUZZTIME ?= 1m
SITES ?= 2000
STEPS ?= 5000
SOAK ?= 10m
PACKAGES := ./...

# One set of flags for all, so that nothing is compiled twice. No C, and with the tag the
# HEIC decoder brings its own code in place of loading a library of the system.
export CGO_ENABLED = 0
export GOFLAGS := $(GOFLAGS) -trimpath -tags=nodynamic
# Tests wait for other programs and for disks, so more of them run at once than there are processors.
PROCESSORS := $(shell getconf _NPROCESSORS_ONLN || echo 2)
# check vets; without debugging information the linker is done sooner.
TEST_FLAGS := -vet=off -ldflags=-w -p $(shell echo $$((2 * $(PROCESSORS)))) -parallel $(shell echo $$((4 * $(PROCESSORS))))
RACE := ./bridge/catalog ./bridge/state ./gitstore
RACE_BRIDGE := AtOnce|Together|Meanwhile|Reload|While|Beside|Many|Schedule|Strangers|Upload

.PHONY: screenshots release demo build test test-all check format vet staticcheck vulnerabilities bench fuzz fuzz-sites stress soak test-host clean

demo: build
	./gitpost demo $(ARGS)

build:
	go build -ldflags="-s -w" -o gitpost ./cmd/gitpost

test:
	go test -timeout 30m $(TEST_FLAGS) $(PACKAGES)

test-all: check
	GITPOST_TEST_ALL=1 go test -count=1 -timeout 30m $(TEST_FLAGS) $(PACKAGES)
	CGO_ENABLED=1 go test -count=1 -race -timeout 30m $(TEST_FLAGS) $(RACE)
	CGO_ENABLED=1 go test -count=1 -race -timeout 30m -run "$(RACE_BRIDGE)" ./bridge

check: format vet staticcheck vulnerabilities

format:
	@files=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$files" ]; then echo "gofmt is needed on:"; echo "$$files"; exit 1; fi

vet:
	go vet $(PACKAGES)

staticcheck:
	go tool staticcheck $(PACKAGES)

# Its status 3 means that a vulnerability was found; other failures, that its data could not be had.
vulnerabilities:
	@if found=$$(go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 $(PACKAGES) 2>&1); then echo "govulncheck: nothing found"; \
	else case "$$found" in *"exit status 3"*) echo "$$found"; exit 1;; *) echo "govulncheck: skipped, its data cannot be had here";; esac; fi

screenshots:
	mkdir -p screenshots
	GITPOST_TEST_ALL=1 GITPOST_SCREENSHOTS=$(CURDIR)/screenshots go test -count=1 -run InABrowser ./bridge

bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 60m $(PACKAGES)

fuzz:
	@for package in $$(go list $(PACKAGES)); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

fuzz-sites:
	GITPOST_FUZZ_SITES=$(SITES) go test -count=1 -v -run Differential -timeout 3h ./bridge/site/...

stress:
	GITPOST_STRESS=$(STEPS) go test -count=1 -run 'Stress|Killed' -timeout 3h ./gitstore ./cmd/gitpost

test-host:
	@test -x "$(GITEA)" || { echo "make test-host GITEA=path needs the path of a Gitea binary"; exit 2; }
	GITPOST_GITEA=$(GITEA) go test -count=1 -v -run 'TestHostGitea' -timeout 1h ./cmd/gitpost

release:
	go run ./cmd/release -out dist

soak:
	GITPOST_SOAK=$(SOAK) go test -count=1 -v -run 'TestSoak$$' -timeout 3h ./cmd/gitpost

clean:
	rm -f gitpost
	rm -rf dist
