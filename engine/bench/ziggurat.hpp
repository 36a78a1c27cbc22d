// The ziggurat method of Marsaglia and Tsang (2000), "The Ziggurat Method for Generating Random
// Variables", as printed there: 128 layers, xorshift generator of 32 bits. A peer for the speed of
// normals; its random bits are far from today's standards.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>

class Ziggurat {
 public:
  Ziggurat() {
    constexpr double scale = 2147483648.0;
    constexpr double area = 9.91256303526217e-3;
    double d = tail;
    double previous = d;
    const double q = area / std::exp(-0.5 * d * d);
    k_[0] = static_cast<std::uint32_t>(d / q * scale);
    k_[1] = 0;
    w_[0] = static_cast<float>(q / scale);
    w_[127] = static_cast<float>(d / scale);
    f_[0] = 1.0F;
    f_[127] = static_cast<float>(std::exp(-0.5 * d * d));
    for (std::size_t i = 126; i >= 1; --i) {
      d = std::sqrt(-2.0 * std::log(area / d + std::exp(-0.5 * d * d)));
      k_[i + 1] = static_cast<std::uint32_t>(d / previous * scale);
      previous = d;
      f_[i] = static_cast<float>(std::exp(-0.5 * d * d));
      w_[i] = static_cast<float>(d / scale);
    }
  }

  float operator()() {
    const auto bits = static_cast<std::int32_t>(next());
    const auto layer = static_cast<std::uint32_t>(bits) & 127U;
    if (static_cast<std::uint32_t>(std::abs(std::int64_t{bits})) < k_[layer]) {
      return static_cast<float>(bits) * w_[layer];
    }
    return outside(bits, layer);
  }

 private:
  static constexpr float tail = 3.442619855899F;

  std::uint32_t next() {
    const std::uint32_t before = state_;
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return before + state_;
  }
  float uniform() {
    return 0.5F + static_cast<float>(static_cast<std::int32_t>(next())) * 0x1p-32F;
  }

  float outside(std::int32_t bits, std::uint32_t layer) {
    for (;;) {
      const float x = static_cast<float>(bits) * w_[layer];
      if (layer == 0) {
        float beyond = 0.0F;
        float y = 0.0F;
        do {
          beyond = -std::log(uniform()) / tail;
          y = -std::log(uniform());
        } while (y + y < beyond * beyond);
        return bits > 0 ? tail + beyond : -tail - beyond;
      }
      if (f_[layer] + uniform() * (f_[layer - 1] - f_[layer]) < std::exp(-0.5F * x * x)) return x;
      bits = static_cast<std::int32_t>(next());
      layer = static_cast<std::uint32_t>(bits) & 127U;
      if (static_cast<std::uint32_t>(std::abs(std::int64_t{bits})) < k_[layer]) {
        return static_cast<float>(bits) * w_[layer];
      }
    }
  }

  std::array<std::uint32_t, 128> k_{};
  std::array<float, 128> w_{};
  std::array<float, 128> f_{};
  std::uint32_t state_ = 123456789;
};
