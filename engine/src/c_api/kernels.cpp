#include "c_api/convert.hpp"
#include "igb/gaussian_process.hpp"
#include "igb/kernel_recursion.hpp"

using namespace igb::c_api;
using igb::Status;

struct igb_kernel {
  igb::KernelRecursion recursion;
};

struct igb_gaussian_process {
  igb::GaussianProcess process;
  std::span<std::byte> scratch;  ///< for a sample
};

namespace {

Status process_layout(std::size_t inputs, std::size_t& process, std::size_t& sample) {
  const Status status = igb::GaussianProcess::bytes(inputs, process);
  return status.ok() ? igb::GaussianProcess::sample_bytes(inputs, sample) : status;
}

}  // namespace

int32_t igb_kernel_bytes(const igb_initialisation* init, uint32_t inputs, size_t* bytes,
                         igb_status* why) {
  if (const Status s = require({{"init", init}, {"bytes", bytes}}); !s.ok()) {
    return report_to(why, s);
  }
  std::size_t taken = 0;
  const Status status = igb::KernelRecursion::bytes(initialisation(*init), inputs, taken);
  if (!status.ok()) return report_to(why, status);
  return report_to(why, bytes_with<igb_kernel>(taken, *bytes));
}

int32_t igb_kernel_begin(const igb_initialisation* init, const float* inputs, uint32_t count,
                         uint32_t width, void* memory, size_t bytes, igb_kernel** kernel,
                         igb_status* why) {
  igb::Arena arena;
  igb_kernel* object = nullptr;
  std::size_t values = 0;
  const Status made = first_error(
      {require({{"init", init}, {"inputs", inputs}, {"kernel", kernel}}),
       igb::check_range("inputs", count, 1, igb::kernel_inputs_max),
       igb::check_range("width", width, 1, igb::width_max),
       checked_size<float>(count, width, values), make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status =
      object->recursion.begin(initialisation(*init), std::span(inputs, values), width, arena);
  if (status.ok()) *kernel = object;
  return report_to(why, status);
}

int32_t igb_kernel_begin_covariances(const igb_initialisation* init, const double* covariances,
                                     uint32_t count, void* memory, size_t bytes,
                                     igb_kernel** kernel, igb_status* why) {
  igb::Arena arena;
  igb_kernel* object = nullptr;
  std::size_t values = 0;
  const Status made = first_error(
      {require({{"init", init}, {"covariances", covariances}, {"kernel", kernel}}),
       igb::check_range("inputs", count, 1, igb::kernel_inputs_max),
       checked_size<double>(count, count, values), make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status =
      object->recursion.begin(initialisation(*init), std::span(covariances, values), arena);
  if (status.ok()) *kernel = object;
  return report_to(why, status);
}

int32_t igb_kernel_step(igb_kernel* kernel, igb_layer_report* report, igb_status* why) {
  if (const Status s = require({{"kernel", kernel}}); !s.ok()) return report_to(why, s);
  const Status status = kernel->recursion.step();
  if (status.ok() && report != nullptr) {
    const igb::KernelMoments moments = kernel->recursion.moments();
    *report = {kernel->recursion.layer(), moments.q,         moments.c,
               moments.gamma(),           moments.sigma_mu2, moments.sigma_y2};
  }
  return report_to(why, status);
}

int32_t igb_kernel_variances(const igb_kernel* kernel, double* q, igb_status* why) {
  const Status status = require({{"kernel", kernel}, {"q", q}});
  if (status.ok()) {
    const auto known = kernel->recursion.q();
    std::copy(known.begin(), known.end(), q);
  }
  return report_to(why, status);
}

int32_t igb_kernel_distances(const igb_kernel* kernel, double* distances, igb_status* why) {
  const Status status = require({{"kernel", kernel}, {"distances", distances}});
  if (!status.ok()) return report_to(why, status);
  const std::size_t inputs = kernel->recursion.inputs();
  for (std::size_t a = 0; a < inputs; ++a) {
    const auto row = kernel->recursion.distances(a);
    distances[a * inputs + a] = 0.0;
    for (std::size_t b = 0; b < a; ++b) {
      distances[a * inputs + b] = row[b];
      distances[b * inputs + a] = row[b];
    }
  }
  return report_to(why, {});
}

int32_t igb_gaussian_process_bytes(uint32_t inputs, size_t* bytes, igb_status* why) {
  std::size_t process = 0;
  std::size_t sample = 0;
  const Status status =
      first_error({require({{"bytes", bytes}}), process_layout(inputs, process, sample)});
  if (!status.ok()) return report_to(why, status);
  igb::Arena measure;
  (void)measure.take<igb_gaussian_process>(1);
  (void)measure.take<std::byte>(sample);
  (void)measure.take<std::byte>(process);
  *bytes = measure.used();
  return report_to(why, measure.status());
}

int32_t igb_gaussian_process_begin(const igb_kernel* kernel, void* memory, size_t bytes,
                                   igb_gaussian_process** process, igb_status* why) {
  igb::Arena arena;
  igb_gaussian_process* object = nullptr;
  const Status made = first_error({require({{"kernel", kernel}, {"process", process}}),
                                   make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  std::size_t taken = 0;
  std::size_t sample = 0;
  if (const Status s = process_layout(kernel->recursion.inputs(), taken, sample); !s.ok()) {
    return report_to(why, s);
  }
  object->scratch = arena.take<std::byte>(sample);
  const Status status = object->process.begin(kernel->recursion, arena);
  if (status.ok()) *process = object;
  return report_to(why, status);
}

int32_t igb_gaussian_process_step(igb_gaussian_process* process, int32_t* done, igb_status* why) {
  if (const Status s = require({{"process", process}, {"done", done}}); !s.ok()) {
    return report_to(why, s);
  }
  const Status status = process->process.done() ? Status{} : process->process.step();
  if (status.ok()) *done = process->process.done();
  return report_to(why, status);
}

double igb_gaussian_process_jitter(const igb_gaussian_process* process) {
  return process != nullptr ? process->process.jitter() : not_a_number;
}

int32_t igb_gaussian_process_outputs(igb_gaussian_process* process, const igb_draw* draw,
                                     uint32_t unit, double* values, igb_status* why) {
  if (const Status s = require({{"process", process}, {"draw", draw}, {"values", values}});
      !s.ok()) {
    return report_to(why, s);
  }
  igb::Arena scratch(process->scratch);
  return report_to(why, process->process.outputs({draw->seed, draw->network}, unit,
                                                 {values, process->process.inputs()}, scratch));
}

int32_t igb_gaussian_process_classes(igb_gaussian_process* process, const igb_draw* draw,
                                     uint32_t classes, uint16_t* guesses, igb_status* why) {
  if (const Status s = require({{"process", process}, {"draw", draw}, {"guesses", guesses}});
      !s.ok()) {
    return report_to(why, s);
  }
  igb::Arena scratch(process->scratch);
  return report_to(why,
                   process->process.guess_classes({draw->seed, draw->network}, classes,
                                                  {guesses, process->process.inputs()}, scratch));
}
