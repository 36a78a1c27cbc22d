#!/usr/bin/env bash
# archive.sh libigb_engine.a: what the library asks of its surroundings is on a short list, in which
# there is no allocator, exception, RTTI, thread or file; and it holds no mutable global state.
set -euo pipefail
archive=$1

allowed='memcpy|memmove|memset|memcmp|strlen'
allowed+='|(exp|expm1|log|log1p|log2|sqrt|cbrt|pow|hypot|erf|erfc|lgamma|tgamma)[fl]?'
allowed+='|a?(sin|cos|tan)h?f?|sincosf?|atan2f?|(ldexp|frexp|ilogb|scalbn|fma|fmin|fmax|floor|ceil|round|fmod)[fl]?'
allowed+='|snprintf' # messages; glibc and musl allocate nothing for a double in %g
allowed+='|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__assert_fail'
allowed+='|__cpu_model|__cpu_indicator_init|__cpu_features2' # __builtin_cpu_supports

undefined=$(nm --undefined-only --format=just-symbols "$archive" 2>/dev/null | grep -v -e ':$' -e '^$' | sort -u)
defined=$(nm --defined-only --extern-only --format=just-symbols "$archive" | grep -v -e ':$' -e '^$' | sort -u)
[ -n "$defined" ] || { echo "no symbols in $archive"; exit 1; }
needed=$(comm -23 <(echo "$undefined") <(echo "$defined"))
forbidden=$(grep -v -x -E "$allowed" <<<"$needed" || true)

# In read-only relocated data (.data.rel.ro) lie constant tables of pointers: not mutable.
mutable=$(nm --format=sysv --defined-only "$archive" |
  grep -E '\|[[:space:]]*(\.data|\.bss|\.tdata|\.tbss|\*COM\*)' | grep -v -F '.data.rel.ro' || true)

status=0
if [ -n "$forbidden" ]; then
  printf 'the library references\n%s\n' "$(c++filt <<<"$forbidden")"
  status=1
fi
if [ -n "$mutable" ]; then
  printf 'the library has mutable globals\n%s\n' "$(c++filt <<<"$mutable")"
  status=1
fi
exit $status
