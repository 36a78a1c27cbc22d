#include "igb/architecture.hpp"

namespace igb {

Status validate(const Architecture& architecture) {
  const Status checks[] = {
      validate(architecture.init),
      check_range("input_width", architecture.input_width, 1, width_max),
      check_range("width", architecture.width, 1, width_max),
      check_range("depth", architecture.depth, 1, depth_max),
      check_range("classes", architecture.classes, 2, classes_max),
  };
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  if (architecture.init.block.kind != BlockKind::plain) {
    return {StatusCode::unknown_name, "block"};
  }
  return {};
}

}  // namespace igb
