#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/architecture.hpp"
#include "igb/arena.hpp"
#include "igb/random.hpp"
#include "igb/status.hpp"
#include "igb/target.hpp"

namespace igb {

/// One matrix of weights, [out_units, in_units], and its biases within Parameters.
struct ParameterMatrix {
  Stream stream = Stream::weights;
  std::uint32_t layer = 0;
  std::size_t in_units = 0;
  std::size_t out_units = 0;
  std::size_t first = 0;  ///< place of its first float
  std::size_t count = 0;  ///< floats, padding included
};

/// All weights and biases of one network in memory: those of a draw to begin with, the same that
/// Forward generates, then whatever learning makes of them.
///
/// Matrices by their stream and layer: weights of layers 1 .. depth + 1; of the block residual also
/// branch_weights: V of layers 1 .. depth and, where inputs have another width than the stream, E
/// as layer 0, which has no biases.
///
/// Layout, the same on every target: matrices one after the other; in one of them
/// [ceil(out_units / 32)][in_units + 1][32], units fastest, the last row being the biases; units
/// beyond out_units are 0.
class Parameters {
 public:
  /// Bytes that `begin` takes from its arena: 4 a float, and room to draw orthogonal weights in.
  /// Errors: of validate(Architecture); overflow.
  static Status bytes(const Architecture& architecture, std::size_t& bytes);

  /// Draws them. Cost: a deviate a weight; orthogonal: 2 N_in^2 N_out flops a matrix.
  /// Errors: of validate(Architecture); unknown_name (target); of the arena.
  Status begin(const Architecture& architecture, Draw draw, Arena& arena,
               Target target = Target::best);

  /// The network as it runs from memory: its weights have no law any more, and delta_orthogonal,
  /// whose taps are all learnt, is a convolution.
  [[nodiscard]] const Architecture& architecture() const { return architecture_; }

  /// The same once it has learnt: dropout drops nothing.
  [[nodiscard]] Architecture learnt_architecture() const;

  [[nodiscard]] std::span<float> values() const { return values_; }
  /// Floats of all matrices, padding included, and of the largest of them.
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t largest_count() const;
  [[nodiscard]] std::size_t matrices() const;
  /// In the order of the layout.
  [[nodiscard]] ParameterMatrix matrix(std::size_t index) const;
  /// That there must be.
  [[nodiscard]] ParameterMatrix matrix(Stream stream, std::uint32_t layer) const;

  /// W_ij of a matrix: unit i, feature j; feature in_units is the bias of the unit.
  [[nodiscard]] float& value(const ParameterMatrix& matrix, std::size_t unit,
                             std::size_t feature) const;

 private:
  struct Room;
  [[nodiscard]] bool embeds() const;
  template <class Visit>
  void visit_sizes(const Visit& visit) const;
  [[nodiscard]] Status check_size() const;
  void draw_matrix(const ParameterMatrix& matrix, Draw draw, const Room& room, Target target) const;

  Architecture architecture_;
  Initialisation drawn_;  ///< as it was handed over
  std::span<float> values_;
};

}  // namespace igb
