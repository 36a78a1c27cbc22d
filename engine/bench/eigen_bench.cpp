#include <benchmark/benchmark.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>

#include "main_job.hpp"

namespace {

using Eigen::MatrixXf;
using Eigen::VectorXf;

class NormalMatrices {
 public:
  MatrixXf draw(Eigen::Index rows, Eigen::Index columns, float scale) {
    return MatrixXf::NullaryExpr(rows, columns, [&] { return scale * normal_(engine_); });
  }

 private:
  std::mt19937 engine_{1};
  std::normal_distribution<float> normal_;
};

struct Moments {
  VectorXf mean;          ///< a unit, over the inputs
  VectorXf variance;      ///< a unit, over the inputs
  MatrixXf correlations;  ///< of the inputs
};

/// h has a unit a row and an input a column.
Moments measure(const MatrixXf& h) {
  const auto units = static_cast<float>(h.rows());
  const auto inputs = static_cast<float>(h.cols());
  Moments moments;
  moments.mean = h.rowwise().mean();
  moments.variance = (h.colwise() - moments.mean).rowwise().squaredNorm() / (inputs - 1.0F);
  const MatrixXf covariance = h.transpose() * h / units;
  const VectorXf scale = covariance.diagonal().cwiseSqrt().cwiseInverse();
  moments.correlations = scale.asDiagonal() * covariance * scale.asDiagonal();
  return moments;
}

double mean_correlation(const MatrixXf& correlations) {
  const auto inputs = static_cast<double>(correlations.rows());
  return (correlations.cast<double>().sum() - inputs) / (inputs * (inputs - 1.0));
}

void main_job_eigen(benchmark::State& state) {
  NormalMatrices normals;
  const MatrixXf inputs = normals.draw(main_job::width, main_job::inputs, 1.0F);
  const auto scale = static_cast<float>(std::sqrt(main_job::sigma_w2 / main_job::width));
  Moments moments;
  for (auto _ : state) {
    MatrixXf x = inputs;
    for (int layer = 1; layer <= main_job::depth; ++layer) {
      const MatrixXf h = normals.draw(main_job::width, main_job::width, scale) * x;
      moments = measure(h);
      x = h.cwiseMax(0.0F);
    }
    const MatrixXf output = normals.draw(main_job::classes, main_job::width, scale) * x;
    benchmark::DoNotOptimize(measure(output).mean.data());
  }
  state.counters["c"] = mean_correlation(moments.correlations);
}
BENCHMARK(main_job_eigen)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
