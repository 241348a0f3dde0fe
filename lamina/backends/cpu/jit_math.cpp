#include "lamina/backends/cpu/jit_math.h"

#include <initializer_list>
#include <limits>
#include <vector>

namespace lamina::cpu::jit {

namespace {

using Value = VectorProgram::Value;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Functions {
 public:
  explicit Functions(VectorProgram& program) : p(program) {}

  Value exp(Value x) {
    Value y = exp_in_range(x);
    y = p.select(greater(x, 88.72283), p.number(kInfinity), y);
    y = p.keep(p.compare(kNotLess, x, p.number(-87.33654)), y);
    return unless_nan(x, y);
  }

  Value expm1(Value x) {
    const Value low = p.push(VectorOp::Maximum, x, p.number(-20));
    const Value bounded = p.push(VectorOp::Minimum, low, p.number(89));
    const Value half = p.number(0.5);
    const Value away =
        p.push(VectorOp::Or, half, p.push(VectorOp::And, bounded, p.bits(0x80000000u)));
    const Value steps = p.fma(bounded, p.number(1.442695040888963407359924681), away);
    const Value q = p.push(VectorOp::ToInteger, steps);
    const Value qf = p.push(VectorOp::ToFloat, q);
    Value r = p.fma(qf, p.number(-0.693145751953125), bounded);
    r = p.fma(qf, p.number(-1.428606765330187045e-6), r);
    r = exp_minus_one_reduced(r);
    const Value less_one = p.push(VectorOp::SubtractInteger, q, p.bits(1));
    const Value power = p.push(VectorOp::AddInteger, less_one, p.bits(0x7f));
    const Value scale = p.push(VectorOp::ShiftLeft, power, 0, 0, 23);
    Value y = p.fma(scale, r, p.sub(scale, half));
    y = p.add(y, y);
    y = p.select(p.compare(kLess, p.absolute(x), p.number(0.34657359)), r, y);
    y = p.select(greater(x, 88.722839), p.number(kInfinity), y);
    const Value changes = p.push(VectorOp::MaskAnd, p.compare(kEqual, x, x),
                                 p.compare(kNotEqual, x, p.bits(0)));
    return p.select(changes, y, x);
  }

  Value log(Value x) { return log_edges(x, p.bits(0), log_of_positive(x)); }

  Value log1p(Value x) {
    const Value one = p.number(1), u = p.add(one, x);
    const Value left = p.div(p.sub(x, p.sub(u, one)), u);
    const Value sum = p.add(log_of_positive(u), left);
    const Value y = p.select(p.compare(kEqual, x, p.bits(0)), x, sum);
    return log_edges(x, p.number(-1), y);
  }

  Value log2(Value x) {
    const auto [e, m] = split_exponent(x);
    const Value f = p.sub(m, p.number(1)), rest = log_rest(f),
                more = p.number(0.44269504088896341);
    const Value y = p.add(f, p.fma(f, more, p.fma(rest, more, rest)));
    return log_edges(x, p.bits(0), p.add(e, y));
  }

  Value tanh(Value x) {
    const Value magnitude = p.absolute(x), square = p.mul(x, x), one = p.number(1);
    const Value terms = polynomial(square, {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                                            1.33314422036e-1, -3.33332819422e-1});
    const Value near = p.fma(p.mul(terms, square), magnitude, magnitude);
    const Value e =
        exp_in_range(p.push(VectorOp::Minimum, p.add(magnitude, magnitude), p.number(44)));
    const Value far = p.sub(one, p.div(p.number(2), p.add(e, one)));
    const Value z = p.select(p.compare(kLess, magnitude, p.number(0.625)), near, far);
    return unless_nan(x, p.copy_sign(z, x));
  }

  Value sigmoid(Value x) {
    const Value one = p.number(1), e = exp(p.negative(p.absolute(x)));
    const Value r = p.div(one, p.add(one, e));
    return p.select(p.compare(kLessEqual, p.bits(0), x), r, p.mul(e, r));
  }

  Value erf(Value x) {
    const Value t = p.push(VectorOp::Minimum, p.absolute(x), p.number(3.95)), one = p.number(1);
    const Value terms = polynomial(
        t, {-0x1.3692p-17, 0x1.ed66dap-14, -0x1.4bc75ap-11, 0x1.b4fdd4p-10, -0x1.504a94p-13,
            -0x1.39cdep-6, 0x1.a4fa6p-4, 0x1.45f2fap-1, 0x1.06eba8p-3});
    const auto [r, shifted] = rest_of_exponent(p.negative(p.fma(terms, t, t)));
    const Value power = times_power_of_two(one, shifted);
    const Value y = p.fma(power, exp_minus_one_of_rest(r), p.sub(power, one));
    return unless_nan(x, p.copy_sign(y, x));
  }

 private:
  Value greater(Value x, double limit) { return p.compare(kLess, p.number(limit), x); }
  Value unless_nan(Value x, Value y) { return p.select(p.compare(kEqual, x, x), y, x); }

  Value polynomial(Value x, std::initializer_list<double> coefficients) {
    const std::vector<double> c(coefficients);
    const Value square = p.mul(x, x);
    Value y = p.number(c[0]), other = p.number(c[1]);
    for (size_t k = 2; k < c.size(); k += 2) y = p.fma(y, square, p.number(c[k]));
    for (size_t k = 3; k < c.size(); k += 2) other = p.fma(other, square, p.number(c[k]));
    return c.size() % 2 == 1 ? p.fma(other, x, y) : p.fma(y, x, other);
  }

  // The rest, and the whole number in the low bits of another.
  std::pair<Value, Value> rest_of_exponent(Value x) {
    const Value ones = p.number(0x1.8p23);
    const Value shifted = p.fma(x, p.number(1.442695040888963407359924681), ones);
    const Value n = p.sub(shifted, ones);
    const Value r = p.fma(n, p.number(-0.693145751953125), x);
    return {p.fma(n, p.number(-1.428606765330187045e-6), r), shifted};
  }

  Value exp_minus_one_of_rest(Value r) {
    const Value y = polynomial(r, {+0.000198527617612853646278381, +0.00139304355252534151077271,
                                   +0.00833336077630519866943359, +0.0416664853692054748535156,
                                   +0.166666671633720397949219, +0.5});
    return p.fma(p.mul(r, r), y, r);
  }

  Value times_power_of_two(Value y, Value shifted) {
    return p.push(VectorOp::AddInteger, y, p.push(VectorOp::ShiftLeft, shifted, 0, 0, 23));
  }

  Value exp_in_range(Value x) {
    const auto [r, shifted] = rest_of_exponent(x);
    return times_power_of_two(p.add(exp_minus_one_of_rest(r), p.number(1)), shifted);
  }

  // Highway's ExpPoly: e^x - 1 for small x, by Estrin's scheme.
  Value exp_minus_one_reduced(Value x) {
    const Value square = p.mul(x, x), fourth = p.mul(square, square);
    const Value high =
        p.fma(p.number(+0.000198527617612853646278381), x, p.number(+0.00139304355252534151077271));
    const Value middle =
        p.fma(p.number(+0.00833336077630519866943359), x, p.number(+0.0416664853692054748535156));
    const Value low = p.fma(p.number(+0.166666671633720397949219), x, p.number(+0.5));
    const Value y = p.fma(fourth, high, p.fma(square, middle, low));
    return p.fma(y, square, x);
  }

  Value log_edges(Value x, Value pole, Value y) {
    const Value infinity = p.number(kInfinity);
    y = p.select(p.compare(kLess, x, infinity), y, x);
    y = p.select(p.compare(kEqual, x, pole), p.number(-kInfinity), y);
    return p.select(p.compare(kLess, x, pole), p.bits(0x7fc00000u), y);
  }

  std::pair<Value, Value> split_exponent(Value x) {
    const Value tiny = p.compare(kLess, x, p.number(0x1p-126));
    const Value scaled = p.select(tiny, p.mul(x, p.number(0x1p23)), x);
    const Value above = p.push(VectorOp::SubtractInteger, scaled, p.bits(0x3f3504f3u));
    const Value exponent = p.push(VectorOp::ShiftRight, above, 0, 0, 23);
    const Value m = p.push(VectorOp::SubtractInteger, scaled,
                           p.push(VectorOp::ShiftLeft, exponent, 0, 0, 23));
    const Value e = p.sub(p.push(VectorOp::ToFloat, exponent), p.keep(tiny, p.number(23)));
    return {e, m};
  }

  Value log_rest(Value f) {
    const Value s = p.mul(f, f);
    const Value terms = polynomial(
        f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
            -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
    return p.fma(p.mul(terms, f), s, p.mul(s, p.number(-0.5)));
  }

  Value log_of_positive(Value x) {
    const auto [e, m] = split_exponent(x);
    const Value f = p.sub(m, p.number(1));
    const Value rest = p.fma(e, p.number(-2.12194440e-4), log_rest(f));
    return p.fma(e, p.number(0.693359375), p.add(f, rest));
  }

  VectorProgram& p;
};

}  // namespace

bool has_function(ScalarOp op) {
  switch (op) {
    case ScalarOp::Exp:
    case ScalarOp::Expm1:
    case ScalarOp::Log:
    case ScalarOp::Log1p:
    case ScalarOp::Log2:
    case ScalarOp::Tanh:
    case ScalarOp::Sigmoid:
    case ScalarOp::Erf:
      return true;
    default:
      return false;
  }
}

VectorProgram::Value function(VectorProgram& program, ScalarOp op, VectorProgram::Value x) {
  Functions functions(program);
  switch (op) {
    case ScalarOp::Exp:
      return functions.exp(x);
    case ScalarOp::Expm1:
      return functions.expm1(x);
    case ScalarOp::Log:
      return functions.log(x);
    case ScalarOp::Log1p:
      return functions.log1p(x);
    case ScalarOp::Log2:
      return functions.log2(x);
    case ScalarOp::Tanh:
      return functions.tanh(x);
    case ScalarOp::Sigmoid:
      return functions.sigmoid(x);
    default:
      return functions.erf(x);
  }
}

}  // namespace lamina::cpu::jit
