#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "igb/arena.hpp"
#include "igb/network.hpp"
#include "igb/status.hpp"

namespace igb {

/// What a network guesses against the labels of its inputs, any number of inputs at a time.
///
///     Assessment assessment;
///     Status status = assessment.begin(classes, arena);
///     for (...) status = assessment.add(forward.preactivations(), labels);
///     look(assessment.accuracy(), assessment.max_frequency());
///
/// A guess is the class of the largest output, the lowest among equals (guess_classes). Does not
/// depend on how inputs are cut into chunks, but for the rounding of the loss.
class Assessment {
 public:
  /// Bytes that `begin` takes: 12 a class. Errors: of `begin`.
  static Status bytes(std::size_t classes, std::size_t& bytes);

  /// Of no inputs as yet. Errors: out_of_range (classes, 2 .. classes_max); of the arena.
  Status begin(std::size_t classes, Arena& arena);

  /// Errors, before anything is counted: out_of_range (units, another number than classes; label,
  /// not below classes; labels, fewer than inputs).
  Status add(const LayerView& output, std::span<const std::uint16_t> labels);

  [[nodiscard]] std::uint64_t inputs() const { return inputs_; }
  /// By class: how often it was guessed, how often it was the label, how often both.
  [[nodiscard]] std::span<const std::uint32_t> guesses() const { return guesses_; }
  [[nodiscard]] std::span<const std::uint32_t> labels() const { return labels_; }
  [[nodiscard]] std::span<const std::uint32_t> right() const { return right_; }

  /// NaN without inputs. Mean softmax cross entropy in nats; share of right guesses.
  [[nodiscard]] double loss() const { return loss_ / static_cast<double>(inputs_); }
  [[nodiscard]] double accuracy() const;
  /// Share of right guesses among the inputs of a class, NaN if there are none.
  [[nodiscard]] double class_accuracy(std::size_t k) const {
    return static_cast<double>(right_[k]) / labels_[k];
  }
  /// Share of guesses that are of the class.
  [[nodiscard]] double frequency(std::size_t k) const {
    return static_cast<double>(guesses_[k]) / static_cast<double>(inputs_);
  }

 private:
  std::span<std::uint32_t> guesses_;
  std::span<std::uint32_t> labels_;
  std::span<std::uint32_t> right_;
  std::uint64_t inputs_ = 0;
  double loss_ = 0.0;  ///< sum
};

}  // namespace igb
