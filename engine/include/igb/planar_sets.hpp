#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "igb/random.hpp"
#include "igb/status.hpp"

namespace igb {

/// Labelled points of the plane to learn from. A shape s, drawn for each point, has mean 0 and
/// variance 1 in each coordinate over all classes; u is uniform in [0, 1].
enum class PlanarKind {
  /// s is the centre of class k of K, at radius sqrt 2 and angle pi / 4 + 2 pi k / K.
  blobs,
  /// Class 0: (cos t, sin t), t = pi u; class 1: (1 - cos t, 1/2 - sin t). Each coordinate shifted
  /// and scaled to mean 0 and variance 1.
  moons,
  /// Class k: a circle around the origin, the radii being as 1 : 2 : ... : K.
  circles,
  /// Class k: an arm of an Archimedean spiral, radius sqrt(6) u, 1.5 turns.
  spirals,
  /// Uniform in the square [-sqrt 3, sqrt 3]^2; class 0 where both coordinates have the same sign,
  /// class 1 where they have not.
  xor_squares,
};

/// The set as plain values.
struct PlanarSet {
  PlanarKind kind = PlanarKind::blobs;
  double noise = 0.2;         ///< standard deviation around the shape, 0 .. planar_noise_max
  std::uint32_t classes = 2;  ///< 2 .. planar_classes_max; moons and xor have 2
};

inline constexpr double planar_noise_max = 10.0;
inline constexpr std::uint32_t planar_classes_max = 64;

/// out_of_range, naming kind, noise or classes.
Status validate(const PlanarSet& set);

/// Points and their labels, as many as there are labels: point i is (s + noise z) / sqrt(1 +
/// noise^2) with z standard normal in the plane, so that mean 0 and variance 1 in each coordinate
/// hold at any noise (over the distribution, when all classes have the same weight); its label is i
/// mod classes.
///
/// inputs: row-major [labels.size(), 2], in float32; what lies behind is left alone. A point and
/// its label depend on the set, the draw and i only, not on how many there are: the first n points
/// of a larger set are the set of n. `draw.network` tells independent sets of a seed apart, such as
/// points to train on and points to test with. The random numbers are those of Stream::inputs,
/// layers 1 and 2, row i; z is the same for every kind and noise, which so move the same points.
/// Bit-identical on every target up to the rounding of sine and cosine.
///
/// Cost: 4 deviates a point. Errors: of validate; out_of_range (labels: 1 .. 2^24);
/// buffer_too_small (inputs: their number).
Status planar_set(const PlanarSet& set, Draw draw, std::span<float> inputs,
                  std::span<std::uint16_t> labels);

/// "blobs", "moons", "circles", "spirals", "xor" in the order of the enumeration.
[[nodiscard]] std::span<const char* const> planar_names();
[[nodiscard]] const char* planar_name(PlanarKind kind);
/// unknown_name where there is no such set.
Status find_planar(std::string_view name, PlanarKind& kind);
/// Whether the number of classes is free.
[[nodiscard]] bool any_classes(PlanarKind kind);

}  // namespace igb
