# make         the command-line program, build/bin/igb
# make demo    builds everything and serves the page at http://localhost:8080 (PORT=)
# make test    all tests: native, WebAssembly, browser
# also: setup bench wasm web lint format clean

PORT ?= 8080
CMAKE_FLAGS ?=
RELEASE := build/release
WASM := build/wasm-build
RESULTS := $(abspath build/results)
CPP = $(shell git ls-files '*.cpp' '*.hpp' '*.h')

.DELETE_ON_ERROR:
.PHONY: igb setup setup-native setup-wasm setup-web setup-lint setup-bench setup-avx512 configured \
  native test \
  test-native test-wasm test-avx512 \
  test-web bench wasm module web demo lint lint-cpp lint-js format clean

igb: $(RELEASE)/build.ninja
	@cmake --build $(RELEASE) --target igb

setup:
	@.ci/setup
	@echo "setup: everything is in place"

# What a target needs is checked at each call (a fraction of a second) and installed if missing.
setup-native setup-wasm setup-web setup-lint setup-bench setup-avx512: setup-%:
	@.ci/setup $*

$(RELEASE)/build.ninja: | setup-native
	cmake --preset release $(CMAKE_FLAGS)

# Once more where a CMakeLists.txt has changed since.
configured: $(RELEASE)/build.ninja
	@cmake --build $(RELEASE) --target build.ninja

native: $(RELEASE)/build.ninja
	@cmake --build $(RELEASE)

test: test-native test-wasm test-web

# With make --keep-going, as in .ci/run, whatever compiles is tested; what does not compile fails.
KEEP_GOING := $(findstring k,$(firstword -$(MAKEFLAGS)))
test-native: $(RELEASE)/build.ninja
	@cmake --build $(RELEASE) $(if $(KEEP_GOING),-- -k 0); built=$$?; \
	if [ -z "$(KEEP_GOING)" ] && [ $$built -ne 0 ]; then exit $$built; fi; \
	ctest --preset release -j "$$(getconf _NPROCESSORS_ONLN)" \
	  --output-junit $(RESULTS)/native.xml && exit $$built

# The AVX-512 kernels on an emulated processor, for machines that have none: minutes, so by hand only.
AVX512 := build/avx512
test-avx512: | setup-native setup-avx512
	cmake -S . -B $(AVX512) -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_EXE_LINKER_FLAGS=-static \
	  -DIGB_BUILD_TOOLS=OFF -DIGB_BUILD_BENCH=OFF
	cmake --build $(AVX512) --target random_test network_test vector_math_test
	FILES=$(abspath tests/reference) tests/avx512/run-in-bochs $(AVX512)/tests/random_test \
	  -tc=philox*,normalsHaveTheGolden*,normalsDependOn*
	tests/avx512/run-in-bochs $(AVX512)/tests/network_test -tc=forwardEquals*,targetsWith*
	tests/avx512/run-in-bochs $(AVX512)/tests/vector_math_test -tc=activationsAgree*,activationsKeep*

bench: native wasm | setup-bench
	cmake --build $(RELEASE) --target run_bench

# The WebAssembly module and the JavaScript package around it.
$(WASM)/build.ninja: | setup-wasm
	emcmake cmake --preset wasm

module: $(WASM)/build.ninja
	@cmake --build $(WASM)

wasm: module
	cd wasm && npm run --silent build

test-wasm: wasm | setup-web
	@mkdir -p $(RESULTS)
	cd wasm && node --test --test-reporter=spec --test-reporter-destination=stdout \
	  --test-reporter=junit --test-reporter-destination=$(RESULTS)/wasm.xml test/*.test.*

web: wasm | setup-web
	cd web && npm run --silent build

test-web: igb web
	cd web && npm run --silent test -- --reporter=default --reporter=junit \
	  --outputFile.junit=$(RESULTS)/web-unit.xml
	cd web && npm run --silent size
	cd web && PLAYWRIGHT_JUNIT_OUTPUT_NAME=$(RESULTS)/web-browser.xml \
	  npm run --silent e2e -- --reporter=list,junit

demo: igb web
	cd web && npm run --silent serve -- $(PORT)

lint: lint-cpp lint-js

lint-cpp: configured | setup-lint
	clang-format --dry-run -Werror $(CPP)
	.ci/tidy $(RELEASE)

lint-js: | setup-lint
	cd wasm && npm run --silent lint
	cd web && npm run --silent lint

format: | setup-lint
	clang-format -i $(CPP)
	cd wasm && npm run --silent format
	cd web && npm run --silent format

# Keeps build/deps, so that the next build needs no network.
clean:
	find build -mindepth 1 -maxdepth 1 ! -name deps -exec rm -rf {} +
	rm -rf wasm/dist
