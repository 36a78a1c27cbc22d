#include "interrupt.hpp"

#include <atomic>
#include <csignal>

namespace igb::cli {
namespace {

std::atomic<bool> flag = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  flag = false;
  for (const int signal : {SIGINT, SIGTERM}) {
    handle(
        signal, [](int) { flag = true; }, static_cast<int>(SA_RESETHAND) | SA_RESTART);
  }
}

InterruptWatch::~InterruptWatch() {
  for (const int signal : {SIGINT, SIGTERM}) handle(signal, SIG_DFL, 0);
}

bool InterruptWatch::interrupted() { return flag; }

}  // namespace igb::cli
