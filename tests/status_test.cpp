// Messages: every code has a text, and a refusal names parameter, value and allowed range.
#include "igb/status.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <set>
#include <string>

#include "igb/arena.hpp"
#include "support/samples.hpp"

using namespace igb;

namespace {

std::string message(const Status& status) {
  std::array<char, 200> buffer{};
  const std::size_t length = write_message(status, buffer);
  REQUIRE(length < buffer.size());
  std::string text(buffer.data());
  CHECK(text.size() == length);
  return text;
}

}  // namespace

TEST_CASE("everyStatusCodeHasItsOwnText") {
  std::set<std::string> texts;
  const auto last = static_cast<int>(StatusCode::null_pointer);
  for (int code = 0; code <= last; ++code) texts.insert(status_text(StatusCode{code}));
  CHECK(texts.size() == static_cast<std::size_t>(last) + 1);
  CHECK(texts.count("unknown status") == 0);
  CHECK(status_text(StatusCode{last + 1}) == std::string("unknown status"));
  CHECK(status_text(StatusCode{-1}) == std::string("unknown status"));
}

TEST_CASE("messageNamesParameterValueAndRange") {
  CHECK(message(check_range("sigma_w2", -1.5, 1e-6, 1e6)) ==
        "sigma_w2 = -1.5 is out of range: allowed are values from 1e-06 to 1000000");
  CHECK(message(check_range("width", NAN, 1, 10)) ==
        "width = nan is out of range: allowed are values from 1 to 10");
  CHECK(message({StatusCode::buffer_too_small, "memory", 100, 128}) ==
        "memory = 100 is a buffer too small: needed are 128");
  CHECK(message({StatusCode::unknown_name, "activation"}) == "activation: unknown name");
  CHECK(message({StatusCode::non_finite, "layer", 13}) == "not a finite number (layer = 13)");
  CHECK(message({StatusCode::non_finite, "activation", 2.5, 0, 0, "phi is not finite at x ="}) ==
        "activation: phi is not finite at x = 2.5");
  CHECK(message({StatusCode::syntax, "expression", 7, 0, 0, "expected ')'"}) ==
        "expression, character 7: expected ')'");
  CHECK(message({StatusCode::null_pointer, "init"}) == "init: must not be null");
  CHECK(message({}) == "ok");
}

TEST_CASE("rangesIncludeTheirEndsAndRefuseNaN") {
  CHECK(check_range("x", 1.0, 1.0, 2.0).ok());
  CHECK(check_range("x", 2.0, 1.0, 2.0).ok());
  CHECK(!check_range("x", std::nextafter(2.0, 3.0), 1.0, 2.0).ok());
  CHECK(!check_range("x", std::nextafter(1.0, 0.0), 1.0, 2.0).ok());
  CHECK(!check_range("x", NAN, 1.0, 2.0).ok());
  CHECK(!check_range("x", INFINITY, 1.0, 2.0).ok());
}

TEST_CASE("messageIsCutToItsBufferAndTerminated") {
  const Status status = check_range("sigma_w2", -1.0, 0.0, 1.0);
  std::array<char, 8> buffer{};
  buffer.fill('x');
  CHECK(write_message(status, buffer) > buffer.size());
  CHECK(std::string(buffer.data()) == "sigma_w");
}

TEST_CASE("arenaMeasuresWhatItLaterTakes") {
  const auto take = [](Arena& arena) {
    (void)arena.take<float>(3);
    (void)arena.take<double>(9);
    return arena.take<std::byte>(1);
  };
  Arena measure;
  CHECK(take(measure).empty());
  CHECK(measure.status().ok());
  CHECK(measure.used() == 64 + 128 + 64);
  const test::AlignedMemory memory(measure.used());
  for (std::size_t size = 0; size < measure.used(); ++size) {
    Arena short_arena(memory.bytes().first(size));
    CHECK(take(short_arena).empty());
    CHECK(short_arena.status().code == StatusCode::buffer_too_small);
  }
  Arena exact(memory.bytes());
  CHECK(take(exact).data() == memory.bytes().data() + 192);
  CHECK(exact.status().ok());
}

TEST_CASE("arenaRefusesCountsThatOverflow") {
  Arena measure;
  CHECK(measure.take<double>(std::size_t(-1) / 4).empty());
  CHECK(measure.status().code == StatusCode::overflow);
  Arena twice;
  (void)twice.take<std::byte>(std::size_t(-1) / 2 - 200);
  CHECK(twice.status().ok());
  (void)twice.take<std::byte>(200);
  CHECK(twice.status().code == StatusCode::overflow);
}

TEST_CASE("arenaWithoutMemoryButWithASizeIsRefused") {
  Arena empty(std::span<std::byte>{});
  (void)empty.take<float>(1);
  CHECK(empty.status().code == StatusCode::buffer_too_small);
}
