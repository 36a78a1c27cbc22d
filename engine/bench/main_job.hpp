#pragma once

/// The work that igb and its peers are compared on (README.md): one random network of ReLU at
/// sigma_w2 = 2, sigma_b2 = 0 on Gaussian inputs, with the moments of every layer.
namespace main_job {

inline constexpr int width = 1000;
inline constexpr int depth = 100;
inline constexpr int inputs = 100;
inline constexpr int classes = 2;
inline constexpr double sigma_w2 = 2.0;

}  // namespace main_job
