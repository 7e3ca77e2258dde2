# Two commands set everything up on a fresh machine: make diagnose, make test.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUN    := $(BIN)/python -m

.PHONY: docs diagnose test check types imports unit format clean bench wine oracles offline fuzz thorough provenance lock audit sbom conformance hostile

diagnose: $(VENV)/.installed ## set up and run the main job on a shipped fixture
	@$(BIN)/chainlab diagnose fixtures/r46/leaf-and-issuer.pfx --lab fixtures/lab.json --at 2026-11-20 || [ $$? -eq 1 ]

test: check types imports unit ## everything that CI runs

check: $(VENV)/.dev
	$(RUN) ruff format --check .
	$(RUN) ruff check .

types: $(VENV)/.dev
	$(RUN) mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(RUN) pytest -n auto --cov=chainlab --cov-report=term -q

thorough: $(VENV)/.dev ## all hostile names and all bombs, of which a normal run takes some
	CHAINLAB_THOROUGH=1 $(RUN) pytest -n auto -q tests/promises

provenance: $(VENV)/.dev ## committed data against the packages it was taken from (75 MB; skipped where unreachable)
	$(RUN) pytest -q -n0 -m network

lock: $(VENV)/.dev ## requirements-ci.txt and the bill of materials from it; UPGRADE=1 takes new versions
	$(RUN) tools.lock $(if $(UPGRADE),--upgrade)
	$(RUN) tools.sbom

audit: $(VENV)/.dev ## known vulnerabilities of what is locked; says so where no advisory service can be reached
	$(RUN) tools.audit

sbom: $(VENV)/.dev ## docs/sbom.cdx.json: chainlab and what it needs to run (CycloneDX)
	$(RUN) tools.sbom

offline: $(VENV)/.dev ## the tests where there is no network but loopback (Linux)
	$(RUN) tools.without_network $(RUN) pytest -n auto -q

wine: $(VENV)/.dev ## compare the chain engine with Wine's crypt32 itself; installs Wine (75 s, 1.7 GB)
	$(RUN) tools.install_wine
	$(RUN) pytest -q tests/windows/test_wine.py

SECONDS ?= 60
JOBS    ?= 2
fuzz: $(VENV)/.dev ## every reader, the search and every renderer under atheris, SECONDS of CPU for each; IN_ALL=1: over all runs (Linux, macOS)
	$(RUN) pip install --quiet --disable-pip-version-check -e '.[fuzz]'
	$(RUN) tests.fuzz --seconds $(SECONDS) --jobs $(JOBS) $(if $(IN_ALL),--in-all)
	$(RUN) tools.build_reliability

format: $(VENV)/.dev
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

oracles: $(VENV)/.dev ## every real verifier on unseen random PKIs; writes docs/agreement.md and name-constraints.md (about 1.5 GB, 40 minutes)
	$(RUN) tools.install_oracles --all
	$(RUN) tests.oracles.report
	$(RUN) tests.oracles.name_forms
	$(RUN) tests.oracles.name_page

conformance: $(VENV)/.dev ## the public suites, chainlab beside two validators; writes docs/conformance.md
	$(RUN) tests.conformance.report
	$(RUN) tools.build_reliability

hostile: $(VENV)/.dev ## hostile certificates for chainlab and its peers; writes docs/reliability.md (ten minutes)
	$(RUN) benchmarks.hostile
	$(RUN) tools.build_reliability

docs: $(VENV)/.dev ## reference pages from the code, notebooks from their sources (executed, two minutes)
	$(RUN) tools.build_docs
	$(RUN) tools.build_notebooks

bench: $(VENV)/.dev ## every benchmark; docs/benchmarks.md needs the peers that benchmarks/comparison.py names
	$(RUN) benchmarks.comparison --write
	$(RUN) benchmarks.cold_diagnose
	$(RUN) benchmarks.client_verdicts
	$(RUN) benchmarks.large_capture
	$(RUN) benchmarks.store_export
	$(RUN) benchmarks.fleet 1000 10000

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(RUN) pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml requirements-ci.txt | $(VENV)/bin/python
	$(BIN)/python tools/install_locked.py
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .coverage*
