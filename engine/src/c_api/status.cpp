#include "igb/status.hpp"

#include "c_api/convert.hpp"

// The codes of the C API are those of the library.
static_assert(IGB_OK == static_cast<int>(igb::StatusCode::ok));
static_assert(IGB_OUT_OF_RANGE == static_cast<int>(igb::StatusCode::out_of_range));
static_assert(IGB_UNKNOWN_NAME == static_cast<int>(igb::StatusCode::unknown_name));
static_assert(IGB_BUFFER_TOO_SMALL == static_cast<int>(igb::StatusCode::buffer_too_small));
static_assert(IGB_MISALIGNED == static_cast<int>(igb::StatusCode::misaligned));
static_assert(IGB_OVERFLOW == static_cast<int>(igb::StatusCode::overflow));
static_assert(IGB_NON_FINITE == static_cast<int>(igb::StatusCode::non_finite));
static_assert(IGB_NO_SOLUTION == static_cast<int>(igb::StatusCode::no_solution));
static_assert(IGB_NO_CONVERGENCE == static_cast<int>(igb::StatusCode::no_convergence));
static_assert(IGB_FINISHED == static_cast<int>(igb::StatusCode::finished));
static_assert(IGB_SYNTAX == static_cast<int>(igb::StatusCode::syntax));
static_assert(IGB_NULL_POINTER == static_cast<int>(igb::StatusCode::null_pointer));

using namespace igb::c_api;
using igb::StatusCode;

size_t igb_message(const igb_status* status, char* buffer, size_t size) {
  if (status == nullptr || (buffer == nullptr && size > 0)) return 0;
  const auto text = [](const char* string) { return string != nullptr ? string : ""; };
  return igb::write_message({static_cast<StatusCode>(status->code), text(status->parameter),
                             status->value, status->low, status->high, text(status->detail)},
                            {buffer, size});
}

const char* igb_version(void) { return IGB_VERSION; }
