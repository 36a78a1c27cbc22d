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

/// The theory of tanh: one point of the edge of chaos, and a map of side x side points around it.
namespace theory_job {

inline constexpr double sigma_b2 = 0.1;
inline constexpr int side = 256;
inline constexpr double sigma_b2_high = 0.5;  // from 0
inline constexpr double sigma_w2_low = 0.5;
inline constexpr double sigma_w2_high = 4.0;

}  // namespace theory_job
