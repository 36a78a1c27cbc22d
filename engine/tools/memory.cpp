#include "memory.hpp"

#include <unistd.h>

#include <cstdio>

#include "failure.hpp"

namespace igb::cli {
namespace {

std::string gigabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GB", bytes / 1e9);
  return text;
}

}  // namespace

double machine_memory() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

void check_memory(double bytes, const std::string& subject) {
  if (bytes <= machine_memory()) return;
  throw Failure(subject + " needs " + gigabytes(bytes) + ", this machine has " +
                gigabytes(machine_memory()));
}

}  // namespace igb::cli
