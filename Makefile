# What people and CI type. Works with GNU make 3.81 and later.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# Written by `npm ci` below: newer than the lock file means that node_modules is what the lock file says.
STAMP := node_modules/.stamp

.PHONY: help run up test test-unit test-browser test-chaos test-failover test-containers test-image test-package test-matrix bench check lint format types build migrate schema readme clean node

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: $(STAMP) ## bring up RabbitMQ and Postgres, start the service (PORT=8080)
	@node --import tsx src/dev/run.ts

up: .env ## all of it in containers behind a proxy, as compose.yaml has it
	@docker compose up --build --detach

# With new secrets; only its owner can read it.
.env:
	@umask 077; while IFS= read -r line; do case $$line in \
	  [A-Z]*=) echo "$$line$$(od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n')" ;; \
	  *) echo "$$line" ;; \
	esac; done <.env.example >$@

test: $(STAMP) ## unit, integration and end-to-end tests, on servers of their own
	@npm test --silent

test-unit: $(STAMP) ## the tests that need no servers
	@npm run test:unit --silent

test-browser: $(STAMP) ## the pages in a real Chromium; screenshots in coverage/screenshots
	@npm run test:browser --silent

test-chaos: $(STAMP) ## faults at random points of a whole fleet (EVENTS, FAULTS, MINUTES, SEED, STANDBY=1)
	@npm run test:chaos --silent

test-failover: $(STAMP) ## a standby is promoted under load, and a cluster loses its nodes
	@npm run test:failover --silent

test-containers: $(STAMP) ## the integration tests of the stages, on Testcontainers and nothing else
	@npm run test:containers --silent

test-image: $(STAMP) ## build the image, bring compose.yaml up with it, ring (TEST_NODE_IMAGE, … for other bases)
	@npm run test:image --silent

test-package: $(STAMP) ## pack what is published, install it as a user does, and try it
	@npm run test:package --silent

# MATRIX names other runs: a Node and a script of package.json, such as 24:test:unit.
test-matrix: $(STAMP) ## all tests on Debian 13 with Node 24, some on Node 22 (as root, with debootstrap)
	@test/matrix/run $(MATRIX)

bench: $(STAMP) ## every figure beside its control (BENCH=full, CASES, REPETITIONS)
	@npm run bench --silent

check: lint types build test ## what CI runs

lint: $(STAMP) ## style, import rules
	@npm run lint --silent

format: $(STAMP) ## rewrite the sources in the house format
	@npm run format --silent

types: $(STAMP) ## check the types of sources and tests
	@npm run types --silent

build: $(STAMP) ## compile into dist/
	@npm run build --silent

migrate: $(STAMP) ## bring the database at DATABASE_URL to the current schema
	@npm run migrate --silent

schema: $(STAMP) ## write db/schema.sql anew from the migrations
	@npm run schema --silent

readme: $(STAMP) ## write the generated tables of the documents anew
	@npm run readme --silent

clean: ## remove what was built; the local servers' data in .local/ stays
	@rm -rf dist coverage

$(STAMP): package-lock.json | node
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

node:
	@command -v node >/dev/null || { echo 'Node.js is needed, the version that package.json names: https://nodejs.org' >&2; exit 1; }
	@node src/dev/check-node.js
