/* igb: random deep networks and their mean-field theory. C API.
 *
 * No function allocates, throws or keeps memory that it was handed, unless it says so. Functions
 * that can fail return 0 on success, otherwise a status code, and then fill `why` if it is not
 * null; after a failure, results are unchanged or unspecified. A null pointer is refused by name
 * (IGB_NULL_POINTER) unless null is said to mean something. Memory for objects starts at a multiple
 * of 64 bytes. Symbols and formulas: engine/THEORY.md. Every struct is plain data; its fields have
 * the natural alignment of C.
 */
#ifndef IGB_H
#define IGB_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a call returns and why it failed; igb_message has the words. */
enum igb_status_code {
  IGB_OK = 0,
  IGB_OUT_OF_RANGE,
  IGB_UNKNOWN_NAME,
  IGB_BUFFER_TOO_SMALL,
  IGB_MISALIGNED,
  IGB_OVERFLOW,
  IGB_NON_FINITE,
  IGB_NO_SOLUTION,
  IGB_NO_CONVERGENCE,
  IGB_FINISHED,
  IGB_SYNTAX,
  IGB_NULL_POINTER
};

/* Why a call failed. `parameter` and `detail` point to constant strings; code 0 means nothing
 * failed. IGB_SYNTAX: `value` is the position in the text, from 1, `detail` what was wanted there.
 */
typedef struct igb_status {
  int32_t code;
  const char* parameter;
  double value;
  double low;
  double high;
  const char* detail;
} igb_status;

/* Writes one line that names the parameter, its value and its allowed range; zero-terminated and
 * cut to `size` bytes. Returns the length of the whole message without the zero; 0 where a pointer
 * is null. */
size_t igb_message(const igb_status* status, char* buffer, size_t size);

/* Version of the library, such as "0.1.0". */
const char* igb_version(void);

/* ---- activations --------------------------------------------------------------------------- */

/* An activation function phi. The built-in ones are constant and numbered 0 .. count - 1; others
 * are made in memory of the caller's, which must stay untouched as long as the activation is used.
 */
typedef struct igb_activation igb_activation;

int32_t igb_activation_count(void);
/* Null outside 0 .. count - 1. */
const igb_activation* igb_activation_at(int32_t index);
/* The built-in one of that name, or null. */
const igb_activation* igb_find_activation(const char* name);
/* Its name; the text of an expression, "table" of a table. Null for null. */
const char* igb_activation_name(const igb_activation* activation);

/* What the theory makes use of; odd, bounded and homogeneous are 0 or 1. */
typedef struct igb_activation_facts {
  int32_t odd;
  int32_t bounded;
  int32_t homogeneous;
  uint32_t kinks;
  double parameter;
} igb_activation_facts;
int32_t igb_describe_activation(const igb_activation* activation, igb_activation_facts* facts,
                                igb_status* why);
/* The kinks, ascending: kinks[facts.kinks]. */
int32_t igb_activation_kinks(const igb_activation* activation, double* kinks, igb_status* why);

/* phi, phi' and phi'' at one point. */
typedef struct igb_jet {
  double value;
  double slope;
  double bend;
} igb_jet;
int32_t igb_evaluate(const igb_activation* activation, double x, igb_jet* jet, igb_status* why);

/* Bytes of one igb_leaky_relu, igb_expression or igb_table: 64-byte aligned memory[bytes]. */
size_t igb_user_activation_bytes(void);
/* x for x > 0, slope * x below; slope in [-1e3, 1e3]. */
int32_t igb_leaky_relu(double slope, void* memory, size_t bytes, const igb_activation** activation,
                       igb_status* why);
/* A small expression in x, text[length], at most 255 characters, such as x / (1 + abs(x)):
 * engine/include/igb/expression.hpp has the grammar. IGB_SYNTAX where it cannot be read;
 * IGB_NON_FINITE with the x where the function, or its slope, has no finite value. */
int32_t igb_expression(const char* text, size_t length, void* memory, size_t bytes,
                       const igb_activation** activation, igb_status* why);
/* Straight lines between the points (x[i], y[i]), i < points, and beyond: x ascending, points from
 * 2 to 66. */
int32_t igb_table(const double* x, const double* y, uint32_t points, void* memory, size_t bytes,
                  const igb_activation** activation, igb_status* why);

/* ---- theory ------------------------------------------------------------------------------- */

/* What stands between two layers besides the activation (engine/include/igb/block.hpp). All zero is
 * the plain block: h' = W phi(h) + b. Fields that a kind does not need are ignored. */
typedef struct igb_block {
  int32_t kind;            /* a number that igb_block_name names */
  uint32_t pool;           /* max_pool, average_pool: units a pool, 2 .. 64 */
  int32_t pool_width;      /* likewise, of networks: a number that igb_pool_width_name names */
  double keep;             /* dropout: probability of keeping a unit, 1e-3 .. 1 */
  uint32_t residual_depth; /* residual_scaled, residual_after: branches / sqrt(it), 1 .. 2^20 */
  double sigma_v2;         /* residual: variance of the second weights, range of sigma_w2 */
  double sigma_a2;         /* residual: variance of the second biases, range of sigma_b2 */
  uint32_t taps;           /* convolution, delta_orthogonal: odd, 1 .. 1023, */
  uint32_t dimensions;     /* 1 or 2, of the grid of positions, */
  uint32_t side;           /* 1 .. 4096, of networks: positions along a dimension */
} igb_block;

int32_t igb_block_count(void);
/* "plain", "max_pool", "average_pool", "dropout", ...; "unknown" outside 0 .. count - 1. */
const char* igb_block_name(int32_t kind);
/* How a pool hands its value on to the next layer: 0 "reduced", once; 1 "repeated", once a unit;
 * "unknown" outside. */
const char* igb_pool_width_name(int32_t pool_width);
/* Positions of every hidden layer and of the inputs: side^dimensions of a convolution, 1 of any
 * other block. */
int32_t igb_positions(const igb_block* block, uint32_t* positions, igb_status* why);

/* The law of the weights of networks, of which theory knows but the variance: 0 "gaussian", 1
 * "uniform", 2 "orthogonal" (engine/include/igb/initialisation.hpp); "unknown" outside. */
const char* igb_weight_law_name(int32_t weights);

/* W_ij of mean 0 and variance sigma_w2 / N_in, b_i ~ N(0, sigma_b2); sigma_w2 in [1e-6, 1e6],
 * sigma_b2 in [0, 1e6]. */
typedef struct igb_initialisation {
  const igb_activation* activation;
  double sigma_w2;
  double sigma_b2;
  igb_block block;
  int32_t weights; /* a number that igb_weight_law_name names */
} igb_initialisation;

/* Infinite depth. Quantities may be infinite. phase: igb_phase_name. */
typedef struct igb_fixed_point_report {
  double q_star;
  double c_star;
  double gamma_star;
  double chi_1;
  double chi_c_star;
  double xi_q;
  double xi_c;
  double xi_grad;
  int32_t phase;
  double chi_grad;         /* factor of the mean squared gradient per layer */
  uint32_t q_fixed_points; /* how many the q-map has; IGB_EVERY_Q: every q is one */
} igb_fixed_point_report;
#define IGB_EVERY_Q 0xFFFFFFFFU

int32_t igb_fixed_point(const igb_initialisation* init, igb_fixed_point_report* report,
                        igb_status* why);
/* "neutrality", "prejudice", ...; "unknown" outside. */
const char* igb_phase_name(int32_t phase);

/* How a perturbation of the covariance along the circle of a convolution dies out with depth. */
typedef struct igb_fourier_report {
  double factor; /* per layer */
  double xi;     /* -1 / ln |factor|, in layers */
} igb_fourier_report;
/* Mode of angles[dimensions] = 2 pi k / positions each; blocks convolution and delta_orthogonal. */
int32_t igb_fourier_mode(const igb_initialisation* init, const double* angles, uint32_t dimensions,
                         igb_fourier_report* report, igb_status* why);

/* One layer of the mean field: variance q, correlation c of two inputs, d = 1 - c (right relative
 * to itself where c is 1 to all digits), gamma = c / d, and the factor of the mean squared gradient
 * from the layer above down to it. */
typedef struct igb_signal {
  double q;
  double c;
  double d;
  double gamma;
  double backward;
} igb_signal;

/* Layers 1 .. count from inputs with q_0 = q0 and correlation c0; layer 1 is affine.
 * signals[count]. q0 a normal number up to 1e12, c0 in [-1, 1]. */
int32_t igb_trajectory(const igb_initialisation* init, double q0, double c0, uint32_t count,
                       igb_signal* signals, igb_status* why);

/* The block residual_after, which has no map of q and c, by a population of units drawn at random
 * (engine/include/igb/population.hpp). */
typedef struct igb_population {
  uint32_t samples; /* a multiple of 32, 1024 .. 2^24 */
  uint64_t seed;
  int32_t gradients; /* 0: no backward factors, and memory free of the depth */
} igb_population;

/* Estimates and their standard errors. backward: NaN for the last layer and without gradients. */
typedef struct igb_population_layer {
  igb_signal signal;
  double q_error;
  double c_error; /* of d too */
  double gamma_error;
  double backward_error;
} igb_population_layer;

/* Bytes for `count` layers: some 16 a sample, with gradients 4 more a sample and layer. */
int32_t igb_population_bytes(const igb_population* population, uint32_t count, size_t* bytes,
                             igb_status* why);
/* As igb_trajectory; 64-byte aligned memory[bytes]. */
int32_t igb_population_trajectory(const igb_initialisation* init, double q0, double c0,
                                  const igb_population* population, void* memory, size_t bytes,
                                  uint32_t count, igb_population_layer* layers, igb_status* why);

/* Fixed points over a grid, row by row: the caller may stop after any of them. */
typedef struct igb_phase_map igb_phase_map;

int32_t igb_phase_map_bytes(size_t* bytes, igb_status* why);
/* A map of the activation and block of `init` in memory[bytes], 64-byte aligned, which must stay
 * untouched as long as *map is used. */
int32_t igb_phase_map_begin(const igb_initialisation* init, void* memory, size_t bytes,
                            igb_phase_map** map, igb_status* why);
/* points[j]: igb_fixed_point at sigma_b2 and sigma_w2[j], j < count. Fastest ascending. */
int32_t igb_phase_map_row(igb_phase_map* map, double sigma_b2, const double* sigma_w2,
                          uint32_t count, igb_fixed_point_report* points, igb_status* why);

/* A point of a critical line at a given sigma_b2. */
typedef struct igb_line_point {
  double sigma_w2;
  double q;
  int32_t reached; /* 1: iteration from q_0 = 1 ends there; 0: the fixed point is unstable or beyond
                      another one */
} igb_line_point;

/* Activation, block and sigma_b2 of a line are those of `init`; its sigma_w2 is not looked at.
 * IGB_NO_SOLUTION where there is no such line. */

/* chi_1 = 1. */
int32_t igb_edge_of_chaos(const igb_initialisation* init, igb_line_point* point, igb_status* why);
/* gamma_star = gamma; gamma = 1 is the neutrality line. */
int32_t igb_iso_gamma(const igb_initialisation* init, double gamma, igb_line_point* point,
                      igb_status* why);
/* Where the variance neither grows nor shrinks, for homogeneous activations: line v of pools. */
int32_t igb_variance_line(const igb_initialisation* init, igb_line_point* point, igb_status* why);
/* All points of a line, ascending in q: writes up to `room` of them, *count is how many there are.
 */
int32_t igb_edge_of_chaos_points(const igb_initialisation* init, uint32_t room,
                                 igb_line_point* points, uint32_t* count, igb_status* why);
int32_t igb_iso_gamma_points(const igb_initialisation* init, double gamma, uint32_t room,
                             igb_line_point* points, uint32_t* count, igb_status* why);

/* Law of G_0 for two classes and infinitely many inputs, 0 <= gamma <= infinity,
 * 0 <= p <= 1, any g. NaN where an argument is out of range. */
double igb_two_class_pdf(double gamma, double g);
double igb_two_class_cdf(double gamma, double g);
double igb_two_class_quantile(double gamma, double p);
/* Quantile of max(G_0, 1 - G_0). */
double igb_two_class_max_quantile(double gamma, double p);
double igb_two_class_mean_max_frequency(double gamma);
double igb_two_class_variance(double gamma);
/* The same for `inputs` independent inputs: pmf[inputs + 1], pmf[n] = P(n of them go to class 0).
 */
int32_t igb_finite_two_class_law(double gamma, uint32_t inputs, double* pmf, igb_status* why);

/* Law of G_k, the shares of K classes, 2 <= classes <= 4096, 0 <= gamma <= infinity. Some ms. */
typedef struct igb_many_class_report {
  double mean_max_frequency; /* E[max_k G_k] */
  double mean_square_sum;    /* E[sum_k G_k^2] */
  double variance;           /* of one G_k */
} igb_many_class_report;
int32_t igb_many_class_law(uint32_t classes, double gamma, igb_many_class_report* report,
                           igb_status* why);
/* Var(n_k / D) of D = inputs independent inputs, 1 .. 2^24. */
int32_t igb_finite_many_class_variance(uint32_t classes, double gamma, uint32_t inputs,
                                       double* variance, igb_status* why);

/* Member `network` of the ensemble `seed`: the same draw for any sigma_w2, sigma_b2 and gamma. */
typedef struct igb_draw {
  uint64_t seed;
  uint32_t network;
} igb_draw;

/* The law, sampled: drifts[classes] of a network, its shares g[classes], and how many of `inputs`
 * inputs go to each class, counts[classes]. */
int32_t igb_sample_drifts(const igb_draw* draw, uint32_t classes, double* drifts, igb_status* why);
int32_t igb_class_fractions(double gamma, const double* drifts, uint32_t classes, double* g,
                            igb_status* why);
int32_t igb_sample_counts(const igb_draw* draw, uint32_t inputs, const double* g, uint32_t classes,
                          uint32_t* counts, igb_status* why);

/* E[max_k n_k] / inputs where nothing is biased (gamma = 0): the floor of a finite data set. */
int32_t igb_null_mean_max_frequency(uint32_t classes, uint32_t inputs, double* frequency,
                                    igb_status* why);
/* A mean over random draws, with its standard error. */
typedef struct igb_estimate {
  double mean;
  double standard_error;
} igb_estimate;
/* The same at any gamma, from `networks` draws starting with *draw; scratch[2 * classes]. */
int32_t igb_finite_mean_max_frequency(uint32_t classes, double gamma, uint32_t inputs,
                                      const igb_draw* draw, uint32_t networks, double* scratch,
                                      igb_estimate* estimate, igb_status* why);

/* Var(n_k / D) for D = inputs given inputs, up to 65536, from their output correlations c_ab or
 * (are_distances not 0) 1 - c_ab: pairs[inputs * inputs], the triangle b > a is read. */
int32_t igb_frequency_variance(uint32_t classes, const double* pairs, uint32_t inputs,
                               int32_t are_distances, double* variance, igb_status* why);

/* ---- gradients ----------------------------------------------------------------------------- */

/* Squared gradients of the loss by the pre-activations of a hidden layer, in natural logarithms,
 * per unit of `width` ones: qg_aa = exp(log_q) |delta_a|^2 / width, qg_ab = sign_ab exp(log_q_ab)
 * delta_a . delta_b / width, delta = softmax - one-hot. -infinity where a factor is 0. */
typedef struct igb_layer_gradient {
  double log_q;
  double log_q_ab;
  double sign_ab; /* -1, 0 or 1 */
} igb_layer_gradient;

/* Bytes of memory, 64-byte aligned, that the two calls below work in: 40 a layer and some. */
int32_t igb_gradients_bytes(uint32_t depth, size_t* bytes, igb_status* why);
/* Layers 1 .. depth from inputs as those of igb_trajectory: gradients[depth]. */
int32_t igb_backward(const igb_initialisation* init, double q0, double c0, uint32_t depth,
                     void* memory, size_t bytes, igb_layer_gradient* gradients, igb_status* why);

/* Which inputs: 0 "favoured", those labelled with the class that the network favours, 1
 * "unfavoured", 2 "all"; "unknown" outside. */
const char* igb_labels_name(int32_t labels);

/* Two classes, cross-entropy, before training, over networks and inputs: of every hidden layer the
 * natural logarithm of the median of the squared gradient by a unit, the mean of its logarithm, the
 * logarithm of its mean, and the logarithms of its quantiles at probabilities[count] between 0 and
 * 1: report[depth * (3 + count)], row-major. */
int32_t igb_gradient_report(const igb_initialisation* init, double q0, double c0, uint32_t depth,
                            uint32_t width, int32_t labels, const double* probabilities,
                            uint32_t count, void* memory, size_t bytes, double* report,
                            igb_status* why);

/* ---- recommendations ---------------------------------------------------------------------- */

/* What to expect of `depth` hidden layers from uncorrelated inputs with q_0 = 1. */
typedef struct igb_outlook {
  double sigma_w2;
  double ln_gradient;        /* ln of the change of the squared gradient, output to layer 1 */
  double q;                  /* of the output */
  double gamma;              /* of the output */
  double mean_max_frequency; /* share of the most favoured class, E[max_k G_k] */
} igb_outlook;
int32_t igb_predict(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                    igb_outlook* outlook, igb_status* why);

/* `best`: gradients neither grow nor shrink; they change by at most a factor of 10 from
 * sigma_w2_low to sigma_w2_high; `edge`, if has_edge is not 0: the edge of chaos. */
typedef struct igb_recommendation {
  igb_outlook best;
  double sigma_w2_low;
  double sigma_w2_high;
  int32_t has_edge;
  igb_outlook edge;
} igb_recommendation;
/* sigma_w2 of `init` is not looked at. IGB_NO_SOLUTION where gradients survive nowhere. */
int32_t igb_recommend(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                      igb_recommendation* recommendation, igb_status* why);
/* The reason in one sentence; written and returned as igb_message does. */
size_t igb_reason(const igb_recommendation* recommendation, uint32_t depth, uint32_t classes,
                  char* buffer, size_t size);
/* Where the output has that gamma, 1e-6 .. 1e12. */
int32_t igb_recommend_gamma(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                            double gamma, igb_outlook* outlook, igb_status* why);
/* The gamma at which the most favoured class takes that share on average. */
int32_t igb_gamma_of_frequency(uint32_t classes, double mean_max_frequency, double* gamma,
                               igb_status* why);

/* ---- networks ----------------------------------------------------------------------------- */

/* A network of any block: layers 1 .. depth hidden, layer depth + 1 the output
 * (engine/include/igb/architecture.hpp). In convolutions input_width and width count channels at
 * each of the positions, of which the output has one. */
typedef struct igb_architecture {
  igb_initialisation init;
  uint32_t input_width;
  uint32_t width;
  uint32_t depth;
  uint32_t classes;
} igb_architecture;

/* Measured moments of one layer (statistics.hpp); gamma = sigma_mu2 / sigma_y2. */
typedef struct igb_layer_report {
  uint32_t layer;
  double q;
  double c;
  double gamma;
  double sigma_mu2;
  double sigma_y2;
} igb_layer_report;

/* Standard normals z(draw, stream, layer, row, first_column ...) into out[count];
 * streams: 0 weights, 1 biases, 2 inputs. Bit-identical on every target. */
int32_t igb_normals(const igb_draw* draw, uint32_t stream, uint32_t layer, uint32_t row,
                    uint32_t first_column, uint32_t count, float* out, igb_status* why);

/* The same of deviates uniform in [-sqrt 3, sqrt 3], of variance 1 like the normals. */
int32_t igb_uniforms(const igb_draw* draw, uint32_t stream, uint32_t layer, uint32_t row,
                     uint32_t first_column, uint32_t count, float* out, igb_status* why);

/* Independent standard normal inputs: inputs[count * width], row-major. */
int32_t igb_gaussian_inputs(uint64_t seed, uint32_t count, uint32_t width, float* inputs,
                            igb_status* why);
/* A plane of input space for class maps: inputs[resolution * resolution * width]. */
int32_t igb_plane_inputs(uint64_t seed, uint32_t width, uint32_t resolution, double extent,
                         float* inputs, igb_status* why);

/* Numbers of one layer in memory of the object that holds them, until its next step: `units` of
 * input a at position p from [(a * positions + p) * stride] on. */
typedef struct igb_layer_shape {
  uint32_t inputs;
  uint32_t positions;
  uint32_t units;
  uint32_t stride;
} igb_layer_shape;

/* A network being run, layer by layer; lives at the start of the memory handed to begin. */
typedef struct igb_forward igb_forward;

/* Bytes that igb_forward_begin needs for that many inputs. */
int32_t igb_forward_bytes(const igb_architecture* architecture, uint32_t inputs, size_t* bytes,
                          igb_status* why);
/* Starts a run in memory[bytes], 64-byte aligned, which must stay untouched as long as *forward is
 * used. inputs[count * positions * input_width], row-major, must stay until the first step has
 * returned; two at least with batch normalisation. */
int32_t igb_forward_begin(const igb_architecture* architecture, const igb_draw* draw,
                          const float* inputs, uint32_t count, void* memory, size_t bytes,
                          igb_forward** forward, igb_status* why);
/* Computes the next layer; depth + 1 steps in all. If `report` is not null, measures the layer
 * (count >= 2). */
int32_t igb_forward_step(igb_forward* forward, igb_layer_report* report, igb_status* why);
/* After the last step: class of each input, classes[count]; the output unit with the largest value,
 * the lowest index among equals. Status out_of_range (layer) before that. */
int32_t igb_forward_classes(const igb_forward* forward, uint16_t* classes, igb_status* why);
/* Pre-activations of the current layer, before the first step the inputs. Null where a pointer is.
 */
const float* igb_forward_preactivations(const igb_forward* forward, igb_layer_shape* shape);

/* How many directions a layer makes use of: the participation ratio tr(K)^2 / tr(K^2) of the Gram
 * matrix K_ab = h_a . h_b over inputs, of h as it is and less its mean over the inputs
 * (engine/include/igb/effective_rank.hpp); NaN where K = 0. */
typedef struct igb_effective_rank {
  double uncentred;
  double centred;
} igb_effective_rank;
/* Of the current layer, count >= 2; status out_of_range (layer) before the first step. */
int32_t igb_forward_effective_rank(const igb_forward* forward, igb_effective_rank* rank,
                                   igb_status* why);

/* A network without its weights, exact in law at finite width, from the Gram matrix of its inputs
 * (engine/include/igb/gram_network.hpp); lives at the start of the memory handed to begin. Blocks
 * plain, max_pool, average_pool and dropout, Gaussian weights. */
typedef struct igb_gram igb_gram;

/* Bytes for that many inputs, 2 .. 32768, whatever the width: 10 a pair and 1.5 kB an input. */
int32_t igb_gram_bytes(const igb_architecture* architecture, uint32_t inputs, size_t* bytes,
                       igb_status* why);
/* Starts a network in memory[bytes], 64-byte aligned, which must stay untouched as long as *gram is
 * used. inputs[count * input_width], row-major, are not kept. */
int32_t igb_gram_begin(const igb_architecture* architecture, const igb_draw* draw,
                       const float* inputs, uint32_t count, void* memory, size_t bytes,
                       igb_gram** gram, igb_status* why);
/* Draws the next layer, depth + 1 in all; its moments, if `report` is not null. */
int32_t igb_gram_step(igb_gram* gram, igb_layer_report* report, igb_status* why);
/* As igb_forward_classes. */
int32_t igb_gram_classes(const igb_gram* gram, uint16_t* classes, igb_status* why);

/* Gradients of the loss in one network of any block, up its layers and down again, every input a
 * having a loss of its own, -ln softmax(output)_label(a) (engine/include/igb/backpropagation.hpp);
 * lives at the start of the memory handed to begin. They are by the pre-activations of a layer, in
 * a convolution at each of its positions; block residual: by the stream that the layer reads;
 * residual_after: by the argument of phi. With batch normalisation, where inputs act on each other,
 * they are those of the sum of all losses. */
typedef struct igb_backpropagation igb_backpropagation;

/* The label of an input that has no loss. */
#define IGB_NO_LABEL 0xFFFFU

/* Bytes that igb_backpropagation_begin needs for that many inputs: every layer is kept. */
int32_t igb_backpropagation_bytes(const igb_architecture* architecture, uint32_t inputs,
                                  size_t* bytes, igb_status* why);
/* Starts a run in memory[bytes], 64-byte aligned. inputs[count * positions * input_width],
 * row-major, and labels[count], below `classes` or IGB_NO_LABEL. All three must stay untouched as
 * long as *run is used. */
int32_t igb_backpropagation_begin(const igb_architecture* architecture, const igb_draw* draw,
                                  const float* inputs, const uint16_t* labels, uint32_t count,
                                  void* memory, size_t bytes, igb_backpropagation** run,
                                  igb_status* why);

/* Where a run stands. */
typedef struct igb_backpropagation_state {
  uint32_t layer;     /* of the gradients; before there are any, the layer computed last */
  int32_t descending; /* 1 once there are gradients, from the output layer on */
  int32_t done;       /* 1 at layer 0, the inputs */
} igb_backpropagation_state;

/* One layer up or down: 2 depth + 2 steps in all, of which the last depth + 2 leave gradients, of
 * layers depth + 1 .. 0. `state` may be null. */
int32_t igb_backpropagation_step(igb_backpropagation* run, igb_backpropagation_state* state,
                                 igb_status* why);

/* Once descending, by input; status out_of_range (layer) before that. */

/* Losses in nats, losses[count]; 0 without a label. */
int32_t igb_backpropagation_losses(const igb_backpropagation* run, double* losses, igb_status* why);
/* Classes as of igb_forward_classes, classes[count]. */
int32_t igb_backpropagation_classes(const igb_backpropagation* run, uint16_t* classes,
                                    igb_status* why);
/* ln of the mean over the units (and positions) of the current layer of the squared gradient,
 * log_squares[count]; -infinity where it is 0. */
int32_t igb_backpropagation_log_squares(const igb_backpropagation* run, double* log_squares,
                                        igb_status* why);
/* ln of the sum of squared gradients by all weights that act on the current layer,
 * log_weight_squares[count]; NaN where none does: at the output, and at the inputs of the block
 * residual. */
int32_t igb_backpropagation_log_weight_squares(const igb_backpropagation* run,
                                               double* log_weight_squares, igb_status* why);
/* ln of what the numbers of igb_backpropagation_gradients are to be multiplied by,
 * log_scales[count]. */
int32_t igb_backpropagation_log_scales(const igb_backpropagation* run, double* log_scales,
                                       igb_status* why);
/* Gradients by the pre-activations of the current layer, in units of exp(log_scales). Null where a
 * pointer is, and before descending. */
const float* igb_backpropagation_gradients(const igb_backpropagation* run, igb_layer_shape* shape);
/* Outputs of the network, which stay to the end. Null likewise. */
const float* igb_backpropagation_output(const igb_backpropagation* run, igb_layer_shape* shape);

/* ---- kernels of given data ---------------------------------------------------------------- */

/* The covariances of a data set over random weights at infinite width, layer by layer
 * (engine/include/igb/kernel_recursion.hpp); lives at the start of the memory handed to begin. */
typedef struct igb_kernel igb_kernel;

/* Bytes for that many inputs, up to 65536: 4 a pair and some. */
int32_t igb_kernel_bytes(const igb_initialisation* init, uint32_t inputs, size_t* bytes,
                         igb_status* why);
/* Starts from inputs[count * width], row-major, in memory[bytes], 64-byte aligned, which must stay
 * untouched as long as *kernel is used; the activation, too. */
int32_t igb_kernel_begin(const igb_initialisation* init, const float* inputs, uint32_t count,
                         uint32_t width, void* memory, size_t bytes, igb_kernel** kernel,
                         igb_status* why);
/* The same from covariances[count * count], of which the lower triangle is read. */
int32_t igb_kernel_begin_covariances(const igb_initialisation* init, const double* covariances,
                                     uint32_t count, void* memory, size_t bytes,
                                     igb_kernel** kernel, igb_status* why);
/* The next layer, 1 being affine in the inputs; its moments over the data, if report is not null.
 */
int32_t igb_kernel_step(igb_kernel* kernel, igb_layer_report* report, igb_status* why);
/* Variances q_aa of the current layer, q[inputs]. */
int32_t igb_kernel_variances(const igb_kernel* kernel, double* q, igb_status* why);
/* Distances 1 - c_ab of the current layer, distances[inputs * inputs], symmetric. */
int32_t igb_kernel_distances(const igb_kernel* kernel, double* distances, igb_status* why);

/* Networks of infinite width on the inputs of a kernel, whose layer becomes the output layer
 * (engine/include/igb/gaussian_process.hpp); lives at the start of the memory handed to begin. */
typedef struct igb_gaussian_process igb_gaussian_process;

/* Bytes for that many inputs, up to 65536: 4 a pair and some. */
int32_t igb_gaussian_process_bytes(uint32_t inputs, size_t* bytes, igb_status* why);
/* Copies the kernel into memory[bytes], 64-byte aligned, which must stay untouched as long as
 * *process is used. */
int32_t igb_gaussian_process_begin(const igb_kernel* kernel, void* memory, size_t bytes,
                                   igb_gaussian_process** process, igb_status* why);
/* Factors the next 256 inputs; *done is 1 after the last. */
int32_t igb_gaussian_process_step(igb_gaussian_process* process, int32_t* done, igb_status* why);
/* The addition to the diagonal that made the kernel positive definite, relative to its mean; NaN
 * where the pointer is null. */
double igb_gaussian_process_jitter(const igb_gaussian_process* process);
/* Once done: output unit `unit` of that network on all inputs, values[inputs], */
int32_t igb_gaussian_process_outputs(igb_gaussian_process* process, const igb_draw* draw,
                                     uint32_t unit, double* values, igb_status* why);
/* and the class of each, the unit with the largest value: guesses[inputs]. */
int32_t igb_gaussian_process_classes(igb_gaussian_process* process, const igb_draw* draw,
                                     uint32_t classes, uint16_t* guesses, igb_status* why);

/* ---- statistics --------------------------------------------------------------------------- */

/* Kolmogorov-Smirnov distance between an ensemble and the law of counts of
 * igb_finite_two_class_law: networks[inputs + 1], networks[n] = how many networks put n inputs into
 * class 0; pmf[inputs + 1]. NaN without a network or with a null pointer. */
double igb_ks_distance(const uint32_t* networks, const double* pmf, uint32_t inputs);
/* The chance of a larger distance under the law; an upper bound, since counts are discrete. */
double igb_ks_p_value(double distance, uint32_t networks);

/* The distance between two samples, a[count_a] and b[count_b], each ascending. NaN where one is
 * empty, null or has a NaN. */
double igb_ks_two_sample_distance(const double* a, uint32_t count_a, const double* b,
                                  uint32_t count_b);
/* The chance of a larger distance between samples of one law; NaN where one is empty. */
double igb_ks_two_sample_p_value(double distance, uint32_t count_a, uint32_t count_b);

/* From low to high, both included. */
typedef struct igb_interval {
  double low;
  double high;
} igb_interval;

/* Mean of independent values[count] and Student's interval, which holds the expectation with
 * probability `confidence`, between 0 and 1; for laws that are not normal as count grows. One
 * value: standard_error NaN, interval infinite. NaN where a value is not finite. */
int32_t igb_mean(const double* values, uint32_t count, double confidence, igb_estimate* mean,
                 igb_interval* interval, igb_status* why);
/* mean of x[count] / mean of y[count] of independent pairs, two at least; its standard error to
 * first order. */
int32_t igb_ratio(const double* x, const double* y, uint32_t count, igb_estimate* ratio,
                  igb_status* why);
/* The p-quantile of sorted[count], ascending: the value of rank ceil(p count), from 1. The interval
 * of order statistics holds the quantile of the law of independent values with at least the
 * probability `confidence`, 0 .. 1 - 1e-15, whatever the law; infinite where no value lies far
 * enough out. 0 <= p <= 1. */
int32_t igb_quantile(const double* sorted, uint32_t count, double p, double confidence,
                     double* quantile, igb_interval* interval, igb_status* why);

#ifdef __cplusplus
}
#endif

#endif
