#include "c_api/convert.hpp"
#include "igb/activation.hpp"
#include "igb/expression.hpp"
#include "igb/table.hpp"

using namespace igb::c_api;
using igb::Status;

namespace {

/// What igb_user_activation_bytes measures.
union UserActivation {
  igb::Activation leaky_relu;
  igb::Expression expression;
  igb::Table table;
};

/// An Object at the start of the caller's memory, or null.
template <class Object>
Status make_in(void* memory, size_t bytes, Object*& object) {
  static_assert(sizeof(Object) <= sizeof(UserActivation));
  if (const Status s = require({{"memory", memory}}); !s.ok()) return s;
  igb::Arena arena({static_cast<std::byte*>(memory), bytes});
  const std::span<UserActivation> place = arena.take<UserActivation>(1);
  if (const Status status = arena.status(); !status.ok()) return status;
  object = new (place.data()) Object{};
  return {};
}

constexpr double largest = std::numeric_limits<double>::max();

}  // namespace

int32_t igb_activation_count(void) { return static_cast<int32_t>(igb::activations().size()); }

const igb_activation* igb_activation_at(int32_t index) {
  if (index < 0 || index >= igb_activation_count()) return nullptr;
  return opaque(&igb::activations()[static_cast<std::size_t>(index)]);
}

const igb_activation* igb_find_activation(const char* name) {
  return name != nullptr ? opaque(igb::find_activation(name)) : nullptr;
}

const char* igb_activation_name(const igb_activation* activation) {
  return activation != nullptr ? activation_of(activation)->name : nullptr;
}

int32_t igb_describe_activation(const igb_activation* activation, igb_activation_facts* facts,
                                igb_status* why) {
  const Status status = require({{"activation", activation}, {"facts", facts}});
  if (status.ok()) {
    const igb::Activation& phi = *activation_of(activation);
    *facts = {phi.odd, phi.bounded, phi.homogeneous, static_cast<uint32_t>(phi.kinks.size()),
              phi.parameter};
  }
  return report_to(why, status);
}

int32_t igb_activation_kinks(const igb_activation* activation, double* kinks, igb_status* why) {
  const Status status = require({{"activation", activation}, {"kinks", kinks}});
  if (status.ok()) {
    const auto known = activation_of(activation)->kinks;
    std::copy(known.begin(), known.end(), kinks);
  }
  return report_to(why, status);
}

int32_t igb_evaluate(const igb_activation* activation, double x, igb_jet* jet, igb_status* why) {
  const Status status = first_error({require({{"activation", activation}, {"jet", jet}}),
                                     igb::check_range("x", x, -largest, largest)});
  if (status.ok()) {
    const igb::Activation& phi = *activation_of(activation);
    *jet = {phi.value(x), phi.derivative(x), phi.second_derivative(x)};
  }
  return report_to(why, status);
}

size_t igb_user_activation_bytes(void) {
  igb::Arena measure;
  (void)measure.take<UserActivation>(1);
  return measure.used();
}

int32_t igb_leaky_relu(double slope, void* memory, size_t bytes, const igb_activation** activation,
                       igb_status* why) {
  igb::Activation* phi = nullptr;
  const Status made =
      first_error({require({{"activation", activation}}), make_in(memory, bytes, phi)});
  if (!made.ok() || phi == nullptr) return report_to(why, made);
  const Status status = igb::leaky_relu(slope, *phi);
  if (status.ok()) *activation = opaque(phi);
  return report_to(why, status);
}

int32_t igb_expression(const char* text, size_t length, void* memory, size_t bytes,
                       const igb_activation** activation, igb_status* why) {
  igb::Expression* expression = nullptr;
  const Status checked = first_error(
      {require({{"text", text}, {"activation", activation}}), make_in(memory, bytes, expression)});
  if (!checked.ok() || expression == nullptr) return report_to(why, checked);
  const Status status = expression->parse({text, length});
  if (status.ok()) *activation = opaque(&expression->activation());
  return report_to(why, status);
}

int32_t igb_table(const double* x, const double* y, uint32_t points, void* memory, size_t bytes,
                  const igb_activation** activation, igb_status* why) {
  igb::Table* table = nullptr;
  const Status checked = first_error(
      {require({{"x", x}, {"y", y}, {"activation", activation}}), make_in(memory, bytes, table)});
  if (!checked.ok() || table == nullptr) return report_to(why, checked);
  const Status status = table->set({x, points}, {y, points});
  if (status.ok()) *activation = opaque(&table->activation());
  return report_to(why, status);
}
