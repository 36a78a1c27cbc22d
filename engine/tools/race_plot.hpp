#pragma once

#include <string>

#include "output.hpp"

namespace igb::cli {

/// Two panels, accuracy and max frequency of the test set against steps on a log axis, step 0 at
/// its left end; one colour a sigma_w2, medians over networks thick, networks thin. From the report
/// of a race and its curves. Throws Failure where no run has a measurement.
[[nodiscard]] std::string race_picture(const Report& report, const Table& curves);

/// Two panels against sigma_w2: steps to accuracy, with the range over networks, at the top what
/// never arrives; gamma_star and xi_grad.
[[nodiscard]] std::string sweep_picture(const Report& report);

}  // namespace igb::cli
