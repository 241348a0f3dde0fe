# The everyday commands. CMakePresets.json holds the builds; tools/setup.sh what they need.
.DEFAULT_GOAL := help
.PHONY: help setup quickstart build test bench bench-kernels conformance conformance-settings conformance-array-api conformance-torch conformance-training conformance-graphs conformance-events conformance-data conformance-resume conformance-bits fuzz docs wheel clean

JOBS ?= $(shell nproc)
# Checkouts of one machine share what ccache holds.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

help:  ## this list
	@echo "Lamina. The first call of any of these installs what is missing."
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | sort | expand -t 14 | sed 's/^/  make /'

setup:
	@tools/setup.sh

build: setup  ## the library, the command, the Python module, the tests (release, in build/)
	@tools/build.sh $(JOBS)

quickstart: build  ## build, then train a first network and look at it
	@build/bin/lamina quickstart

test: setup  ## build and run every test
	@tools/test.sh $(JOBS)

bench: build  ## Lamina beside other frameworks, at small scale: 20 minutes (ARGS for lamina bench survey)
	@build/bin/lamina bench survey --scale small --out build/survey $(ARGS)

bench-kernels: build  # the programs of bench/: kernels, loops, recording
	@cmake --build build --target bench_programs --parallel $(JOBS)
	@.venv/bin/python bench/run.py

conformance: conformance-settings conformance-array-api conformance-torch conformance-training conformance-graphs conformance-events conformance-data conformance-resume conformance-bits  ## the public tests of the array API; PyTorch, its training curves, TensorBoard, Pillow, scikit-learn; random graphs; kills and damages; the same bits; AVX2, 1 and 4 threads

conformance-settings: build  # our own tests without AVX-512, and with 1 and 4 threads
	@tools/test_settings.sh $(JOBS)

conformance-array-api: build  # ARGS for pytest
	@tools/conformance.sh $(ARGS)

conformance-torch: build  # ARGS: names of entries, --samples N
	@tools/torch_agreement.sh $(ARGS)

conformance-training: build  # ARGS: resnet20, densenet40, --steps N
	@tools/training_curves.sh $(ARGS)

conformance-graphs: build  # GRAPHS: how many, GRAPHS_SEED: where to begin
	@RANDOM_GRAPHS=$(or $(GRAPHS),10000) RANDOM_GRAPHS_SEED=$(or $(GRAPHS_SEED),0) build/bin/test_compile --gtest_filter='RandomGraphs.*'

conformance-events: build  # ARGS: --screenshot FILE
	@tools/event_agreement.sh $(ARGS)

conformance-data: build  # ARGS: words of the names of checks
	@tools/data_agreement.sh $(ARGS)

conformance-resume: build  # ARGS: --points N, --kills N, --flips N, --seed N
	@PYTHONPATH=$(CURDIR)/build/python .venv/bin/python tests/conformance/never_lose_runs.py $(ARGS)
	@PYTHONPATH=$(CURDIR)/build/python .venv/bin/python tests/conformance/memory_growth.py

conformance-bits: build  # ARGS: models, --without
	@PYTHONPATH=$(CURDIR)/build/python .venv/bin/python tests/conformance/same_bits.py $(ARGS)

fuzz: build  ## thousands of malformed calls of every public function (CALLS of each, from SEED)
	@LAMINA_FUZZ_CALLS=$(or $(CALLS),500) LAMINA_FUZZ_SEED=$(or $(SEED),1) PYTHONPATH=$(CURDIR)/build/python \
	  .venv/bin/python -m pytest -q tests/python/test_no_crash.py

docs: build  ## write docs/ops.md, docs/reference.md, docs/reference-cpp.md and docs/parity.md from what was built
	@LAMINA_INSTRUCTIONS=avx512 build/bin/lamina check --mode support > docs/ops.md
	@PYTHONPATH=build/python .venv/bin/python tools/reference.py > docs/reference.md
	@.venv/bin/python tools/reference_cpp.py > docs/reference-cpp.md
	@PYTHONPATH=build/python .venv/bin/python tools/parity.py > docs/parity.md

wheel: setup  ## the Python wheel, in dist/
	@.venv/bin/python -m build --wheel --outdir dist .

clean:  ## remove what was built (.venv stays)
	rm -rf build build-debug build-asan build-tsan dist
