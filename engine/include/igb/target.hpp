#pragma once

#include <cstdint>
#include <string_view>

namespace igb {

/// The kernels are compiled once per instruction set; `best` is chosen at run time.
/// Random numbers are bit-identical on all of them. Activations agree to rounding: targets with
/// fused multiply-add (avx2, avx512, baseline on AArch64) equal each other bit for bit, and so do
/// those without.
enum class Target : std::int32_t { best = 0, emulated, baseline, avx2, avx512 };

/// Whether that target was compiled in and the processor can run it.
[[nodiscard]] bool target_available(Target target);
/// "emulated", "baseline" (SSE2, NEON or wasm simd128), "avx2" (with FMA), "avx512"; for `best` the
/// name of the target it stands for.
[[nodiscard]] const char* target_name(Target target);

}  // namespace igb
