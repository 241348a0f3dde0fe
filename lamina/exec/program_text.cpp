// A program for people. Nothing in it depends on addresses, on time, or on where the plan put a
// value: t0, t1, .. are the values between instructions, in the order in which they are made.
#include <algorithm>
#include <cstdio>
#include <map>

#include "lamina/base/text.h"
#include "lamina/exec/program.h"

namespace lamina {
namespace {

// Three digits and a unit: "12.8 k".
std::string scaled(double value, double step, std::initializer_list<const char*> units) {
  auto unit = units.begin();
  while (value >= step && unit + 1 != units.end()) value /= step, ++unit;
  char digits[32];
  const bool whole = unit == units.begin() || value >= 99.95;
  std::snprintf(digits, sizeof digits, whole ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f", value);
  return **unit ? text(digits, " ", *unit) : digits;
}
std::string flops_text(double flops) { return scaled(flops, 1000, {"", "k", "M", "G", "T"}); }
std::string bytes_text(double bytes) {
  return scaled(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB"});
}
std::string bytes_text(int64_t bytes) { return bytes_text(static_cast<double>(bytes)); }

std::string padded(const std::string& s, size_t width) {
  return s + std::string(width > s.size() ? width - s.size() : 0, ' ');
}
std::string counted(size_t n, const char* what) { return text(n, " ", what, n == 1 ? "" : "s"); }

// Instructions of a program, or of all that is derived for one, in columns.
class InstructionTable {
 public:
  explicit InstructionTable(const Program& program) { add(program); }
  explicit InstructionTable(const std::vector<Derivation>& derivations) {
    for (const Derivation& d : derivations) add(*d.program, &d);
  }

  size_t size() const { return rows_.size(); }

  std::string write() const {
    size_t kernel_width = 6, what_width = 0;
    for (const Row& row : rows_) {
      kernel_width = std::max(kernel_width, row.instruction->kernel->name.size());
      const size_t width = row.instruction->what.size();
      if (width <= kWidest) what_width = std::max(what_width, width);
    }
    std::string out = line("flops", "bytes", padded("kernel", kernel_width), "what");
    for (const Row& row : rows_) {
      const Instruction& i = *row.instruction;
      std::string what = padded(i.what, what_width) + "  " + row.operands;
      if (i.origin) what += text("  in ", i.origin);
      if (i.again) what += "  again";
      out += line(flops_text(i.flops), bytes_text(i.bytes), padded(i.kernel->name, kernel_width),
                  what);
    }
    return out;
  }

 private:
  static constexpr size_t kWidest = 48;  // longer descriptions stand out of line

  struct Row {
    const Instruction* instruction;
    std::string operands;
  };

  static std::string line(const std::string& flops, const std::string& bytes,
                          const std::string& kernel, const std::string& what) {
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "%8s  %8s  ", flops.c_str(), bytes.c_str());
    return text(numbers, kernel, "  ", what, "\n");
  }

  void add(const Program& program, const Derivation* derivation = nullptr) {
    std::map<int32_t, size_t> temporaries;  // numbers of values, in the order they are met
    const auto name = [&](uint32_t operand) {
      const int32_t buffer = program.operands[operand].buffer;
      if (buffer < program.arena())
        return text("leaf", derivation ? derivation->leaves[buffer] : buffer);
      if (buffer >= program.derived_buffer(0))
        return text("once", buffer - program.derived_buffer(0));
      const int32_t output = buffer - program.output_buffer(0);
      if (output >= 0)
        return derivation ? text("once", derivation->keeps[output]) : text("out", output);
      const size_t next = temporaries_ + temporaries.size();
      return text("t", temporaries.emplace(program.values[operand], next).first->second);
    };
    for (const Instruction& i : program.instructions) {
      std::string operands;
      for (uint32_t k = 0; k < i.operand_count; ++k) {
        if (k == i.input_count) operands += k == 0 ? "-> " : " -> ";
        operands += text(k == 0 || k == i.input_count ? "" : ", ", name(i.first_operand + k));
      }
      rows_.push_back({&i, std::move(operands)});
    }
    temporaries_ += temporaries.size();
  }

  std::vector<Row> rows_;
  size_t temporaries_ = 0;
};

// Each reason once: "matmul: onednn.matmul: why".
std::string refusals_text(const Program& program) {
  std::map<std::string, size_t> counts;
  for (const std::string& refusal : program.refusals) ++counts[refusal];
  if (counts.empty()) return "";
  size_t width = 0;
  auto kernel_end = [](const std::string& r) {
    const size_t op = r.find(": ");
    return op == std::string::npos ? r.size() : std::min(r.find(": ", op + 2), r.size());
  };
  for (const auto& [refusal, count] : counts) width = std::max(width, kernel_end(refusal));
  std::string out = "kernels not taken\n";
  for (const auto& [refusal, count] : counts) {
    const size_t end = kernel_end(refusal);
    out += text("  ", padded(refusal.substr(0, end), width), "  ",
                end < refusal.size() ? refusal.substr(end + 2) : "");
    out += count > 1 ? text(" (", count, " times)\n") : "\n";
  }
  return out;
}

// What fitting into a memory budget costs.
std::string budget_text(const Program& program) {
  if (program.budget == 0) return "";
  size_t count = 0;
  double flops = 0, bytes = 0;
  for (const Instruction& i : program.instructions) {
    if (i.again) ++count, flops += i.flops, bytes += i.bytes;
  }
  return text("memory budget ", bytes_text(program.budget), ": ",
              count == 0 ? "nothing" : counted(count, "instruction"), " again",
              count == 0 ? "" : text(", ", flops_text(flops), " flop and ", bytes_text(bytes)),
              "\n");
}

}  // namespace

std::string Program::to_text() const {
  int64_t held = 0;
  for (int64_t b : output_bytes) held += b;
  std::string out = text("program, tier ", tier, ": ", counted(instructions.size(), "instruction"),
                         ", ", leaf_count, leaf_count == 1 ? " leaf, " : " leaves, ",
                         counted(outputs.size(), "output"), "\n", InstructionTable(*this).write());
  if (sizes && !sizes->symbols.empty()) {
    std::string here;
    for (const auto& [name, value] : sizes->symbols)
      here += text(here.empty() ? "" : ", ", name, " = ", value);
    out += text("for all sizes; here ", here, "\n");
  }
  if (!derivations.empty()) {
    const InstructionTable once(derivations);
    out +=
        text("once for the parameters: ", counted(once.size(), "instruction"), "\n", once.write());
  }
  out += text("computes ", flops_text(flops()), " flop, moves ", bytes_text(bytes()), "\n");
  out += text("planned peak ", bytes_text(planned_peak()), ": ", bytes_text(held - donated_bytes()),
              " of outputs, ", bytes_text(arena_bytes), " between instructions");
  if (!derivations.empty()) out += text(", ", bytes_text(kept_bytes()), " kept for the parameters");
  if (donated_bytes() > 0)
    out += text("; ", bytes_text(donated_bytes()), " of outputs in place of old values");
  return out + "\n" + budget_text(*this) + refusals_text(*this);
}

}  // namespace lamina
