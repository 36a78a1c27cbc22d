#pragma once

#include <cstddef>

/// The work that igb and its peers are compared on (README.md): one random network of ReLU at
/// sigma_w2 = 2, sigma_b2 = 0 on Gaussian inputs, with the moments of every layer.
namespace main_job {

inline constexpr int width = 1000;
inline constexpr int depth = 100;
inline constexpr int inputs = 100;
inline constexpr int classes = 2;
inline constexpr double sigma_w2 = 2.0;

}  // namespace main_job

/// A layer alone: width x width weights on so many inputs.
namespace layer_job {

inline constexpr std::size_t width = 1000;
inline constexpr std::size_t rows[] = {100, 1024};

}  // namespace layer_job

/// A layer too wide for its weights, by the Gram sampler.
namespace memory_job {

inline constexpr int width = 100000;
inline constexpr int inputs = 100;

}  // namespace memory_job

/// Backwards: the main job's network, less deep, with a statistic of every layer.
namespace backward_job {

inline constexpr int depth = 20;

}  // namespace backward_job

/// Signals that vanish: tanh far inside the ordered phase, and, for comparison, at the edge of
/// chaos.
namespace vanishing_job {

inline constexpr int width = 300;
inline constexpr int depth = 300;
inline constexpr int inputs = 100;
inline constexpr double ordered_sigma_w2 = 0.5;
inline constexpr double critical_sigma_w2 = 1.0;

}  // namespace vanishing_job

/// The theory of tanh: one point of the edge of chaos, and a map of side x side points around it.
namespace theory_job {

inline constexpr double sigma_b2 = 0.1;
inline constexpr int side = 256;
inline constexpr double sigma_b2_high = 0.5;  // from 0
inline constexpr double sigma_w2_low = 0.5;
inline constexpr double sigma_w2_high = 4.0;

}  // namespace theory_job

/// A network that learns one mini-batch of Gaussian inputs, as large as an image of Fashion-MNIST,
/// by heart: tanh at the edge of chaos.
namespace training_job {

inline constexpr int input_width = 784;
inline constexpr int depth = 30;
inline constexpr int classes = 2;
inline constexpr int batch = 100;
inline constexpr double sigma_w2 = 1.98;
inline constexpr double sigma_b2 = 0.1;
inline constexpr double sgd_rate = 2e-3;
inline constexpr double adam_rate = 2.5e-2;  // divided by the width
inline constexpr int steps = 20;             // after which the loss is reported

}  // namespace training_job
