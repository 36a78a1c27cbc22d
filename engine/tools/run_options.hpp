#pragma once

#include <cstdint>

#include "igb/target.hpp"
#include "options.hpp"

namespace igb::cli {

/// The instruction set of the kernels: --target. Results depend on it to rounding.
class TargetOption {
 public:
  Flag add_to(CLI::App& app);
  [[nodiscard]] Target value() const { return target_; }

 private:
  Target target_ = Target::best;
};

/// How a command runs its networks: --threads and --target. Results do not depend on the one, and
/// on the other to rounding only.
class RunOptions {
 public:
  /// Both need the flag `networks`, if there is one.
  void add_to(CLI::App& app, const Flag* networks = nullptr);

  /// At least 1: those asked for, otherwise all of the machine, fewer where their memory would not
  /// fit besides `shared_bytes`.
  [[nodiscard]] std::uint32_t threads(double thread_bytes = 0.0, double shared_bytes = 0.0) const;
  [[nodiscard]] Target target() const { return target_.value(); }

 private:
  std::uint32_t threads_ = 0;  ///< 0: all
  TargetOption target_;
};

}  // namespace igb::cli
