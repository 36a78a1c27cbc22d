#include "igb/planar_sets.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "igb/architecture.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double sqrt3 = std::numbers::sqrt3;

constexpr std::array<const char*, 5> names{"blobs", "moons", "circles", "spirals", "xor"};
static_assert(names.size() == static_cast<std::size_t>(PlanarKind::xor_squares) + 1);

constexpr std::uint32_t noise_layer = 1;  // of Stream::inputs; Gaussian inputs are layer 0
constexpr std::uint32_t shape_layer = 2;

struct Point {
  double x;
  double y;
};

Point at_angle(double radius, double angle) {
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

Point blob(double label, double classes) {
  // At pi / 4 because two centres need both coordinates.
  return at_angle(std::numbers::sqrt2, pi / 4.0 + 2.0 * pi * label / classes);
}

Point moon(std::uint32_t label, double u) {
  Point p = at_angle(1.0, pi * u);
  if (label == 1) p = {1.0 - p.x, 0.5 - p.y};
  // Variances: 1/2 + 1/4; 1/2 - (2 / pi)^2 around the mean of a moon, (2 / pi - 1/4)^2 between
  // them.
  return {(p.x - 0.5) / std::sqrt(0.75), (p.y - 0.25) / std::sqrt(9.0 / 16.0 - 1.0 / pi)};
}

Point circle(double label, double classes, double u) {
  // The mean of (k + 1)^2 is (K + 1)(2 K + 1) / 6, half of which falls to each coordinate.
  const double step = std::sqrt(12.0 / ((classes + 1.0) * (2.0 * classes + 1.0)));
  return at_angle(step * (label + 1.0), 2.0 * pi * u);
}

Point spiral(double label, double classes, double u) {
  constexpr double turns = 1.5;
  // Of two arms both coordinates have variance 1 where the real part of the integral of
  // u^2 exp(2 i angle) over u vanishes, which is that of exp(2 i start) (2 / a^2 - i / a).
  constexpr double a = 4.0 * pi * turns;
  const double start = -0.5 * std::atan(2.0 / a);
  return at_angle(std::sqrt(6.0) * u, start + 2.0 * pi * (label / classes + turns * u));
}

Point square(std::uint32_t label, double x, double y) {
  const bool negative = (x < 0.0) != (label == 1);
  return {x, negative ? -std::abs(y) : std::abs(y)};
}

/// `deviates` are uniform in [-sqrt 3, sqrt 3].
Point shape(const PlanarSet& set, std::uint32_t label, std::array<float, 2> deviates) {
  const double u = 0.5 + 0.5 / sqrt3 * deviates[0];
  switch (set.kind) {
    case PlanarKind::blobs:
      return blob(label, set.classes);
    case PlanarKind::moons:
      return moon(label, u);
    case PlanarKind::circles:
      return circle(label, set.classes, u);
    case PlanarKind::spirals:
      return spiral(label, set.classes, u);
    case PlanarKind::xor_squares:
      return square(label, deviates[0], deviates[1]);
  }
  return {};
}

}  // namespace

Status validate(const PlanarSet& set) {
  const auto kind = static_cast<std::size_t>(set.kind);
  const Status checks[] = {
      check_range("kind", static_cast<double>(kind), 0, names.size() - 1),
      check_range("noise", set.noise, 0.0, planar_noise_max),
      check_range("classes", set.classes, 2, any_classes(set.kind) ? planar_classes_max : 2)};
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  return {};
}

Status planar_set(const PlanarSet& set, Draw draw, std::span<float> inputs,
                  std::span<std::uint16_t> labels) {
  const auto count = static_cast<double>(labels.size());
  const Status checks[] = {validate(set), check_range("labels", count, 1, inputs_max)};
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  if (inputs.size() < 2 * labels.size()) {
    return {StatusCode::buffer_too_small, "inputs", static_cast<double>(inputs.size()),
            2.0 * count};
  }
  const double scale = 1.0 / std::sqrt(1.0 + set.noise * set.noise);
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    const std::uint32_t label = i % set.classes;
    std::array<float, 2> deviates;
    std::array<float, 2> z;
    uniforms(draw, Stream::inputs, shape_layer, i, 0, deviates);
    normals(draw, Stream::inputs, noise_layer, i, 0, z);
    const Point s = shape(set, label, deviates);
    inputs[std::size_t{2} * i] = static_cast<float>((s.x + set.noise * z[0]) * scale);
    inputs[std::size_t{2} * i + 1] = static_cast<float>((s.y + set.noise * z[1]) * scale);
    labels[i] = static_cast<std::uint16_t>(label);
  }
  return {};
}

std::span<const char* const> planar_names() { return names; }

const char* planar_name(PlanarKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < names.size() ? names[index] : "unknown";
}

Status find_planar(std::string_view name, PlanarKind& kind) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name == names[i]) {
      kind = static_cast<PlanarKind>(i);
      return {};
    }
  }
  return {StatusCode::unknown_name, "data"};
}

bool any_classes(PlanarKind kind) {
  return kind != PlanarKind::moons && kind != PlanarKind::xor_squares;
}

}  // namespace igb
