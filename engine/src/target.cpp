#include "igb/target.hpp"

#include "kernels.hpp"

namespace igb {

namespace {

struct TargetInfo {
  Target target;
  const char* name;
  const Kernels* kernels;
  bool (*runs_here)();
};

bool always() { return true; }

#if defined(IGB_HAS_AVX2)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif
#if defined(IGB_HAS_AVX512)
bool has_avx512() {
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

// Slowest first: the best target is the last one that runs.
constexpr TargetInfo compiled_targets[] = {
#if defined(IGB_HAS_EMULATED)
    {Target::emulated, "emulated", &emulated::kernels, always},
#endif
    {Target::baseline, "baseline", &baseline::kernels, always},
#if defined(IGB_HAS_AVX2)
    {Target::avx2, "avx2", &avx2::kernels, has_avx2},
#endif
#if defined(IGB_HAS_AVX512)
    {Target::avx512, "avx512", &avx512::kernels, has_avx512},
#endif
};

const TargetInfo* find(Target target) {
  const TargetInfo* found = nullptr;
  for (const TargetInfo& info : compiled_targets) {
    if ((target == Target::best || target == info.target) && info.runs_here()) found = &info;
  }
  return found;
}

}  // namespace

bool target_available(Target target) { return find(target) != nullptr; }

const char* target_name(Target target) {
  const TargetInfo* info = find(target);
  return info != nullptr ? info->name : "unavailable";
}

const Kernels& kernels_of(Target target) {
  const TargetInfo* info = find(target);
  return info != nullptr ? *info->kernels : baseline::kernels;
}

}  // namespace igb
