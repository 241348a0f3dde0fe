#include "lamina/ops/compose/einsum_parse.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "lamina/base/error.h"

namespace lamina::einsum_detail {

namespace {

// "a...b" in pieces; how many axes "..." stands for is decided by the operand.
struct Term {
  Labels before, after;
  bool ellipsis = false;
};

Term parse_term(const std::string& text_of_term, const std::string& equation) {
  Term term;
  for (size_t i = 0; i < text_of_term.size(); ++i) {
    const char c = text_of_term[i];
    if (c == '.') {
      if (term.ellipsis || text_of_term.compare(i, 3, "...") != 0) {
        throw ValueError(text("einsum: \"", equation, "\": dots stand as one \"...\" per term"));
      }
      term.ellipsis = true;
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(c))) {
      (term.ellipsis ? term.after : term.before).push_back(c);
    } else {
      throw ValueError(text("einsum: \"", equation,
                            "\": expected letters, \"...\", \",\" and "
                            "\"->\", got '",
                            c, "'"));
    }
  }
  return term;
}

Labels expand(const Term& term, int ellipsis_axes) {
  Labels labels = term.before;
  if (term.ellipsis) {
    for (int k = ellipsis_axes; k-- > 0;) labels.push_back(kEllipsis + k);
  }
  labels.insert(labels.end(), term.after.begin(), term.after.end());
  return labels;
}

}  // namespace

std::string label_text(int label) {
  return label >= kEllipsis ? "..." : std::string(1, static_cast<char>(label));
}

Equation parse(const std::string& given, const std::vector<Array>& operands) {
  std::string equation;
  std::copy_if(given.begin(), given.end(), std::back_inserter(equation),
               [](char c) { return c != ' '; });
  std::optional<std::string> result;
  std::string inputs = equation;
  if (const size_t arrow = equation.find("->"); arrow != std::string::npos) {
    inputs = equation.substr(0, arrow);
    result = equation.substr(arrow + 2);
  }
  std::vector<Term> terms;
  for (size_t start = 0; start <= inputs.size();) {
    const size_t comma = std::min(inputs.find(',', start), inputs.size());
    terms.push_back(parse_term(inputs.substr(start, comma - start), given));
    start = comma + 1;
  }
  if (terms.size() != operands.size()) {
    throw ValueError(
        text("einsum: \"", given, "\" names ", terms.size(), " operands, got ", operands.size()));
  }
  Equation parsed;
  int most = 0;
  std::map<int, int> count;
  for (size_t i = 0; i < terms.size(); ++i) {
    const int named = static_cast<int>(terms[i].before.size() + terms[i].after.size());
    const int rank = operands[i].ndim();
    if (terms[i].ellipsis ? named > rank : named != rank) {
      throw ShapeError(text("einsum: \"", given, "\" expects ", named,
                            terms[i].ellipsis ? " or more" : "", " axes in operand ", i, ", got ",
                            describe(operands[i])));
    }
    if (terms[i].ellipsis) most = std::max(most, rank - named);
    parsed.operands.push_back(expand(terms[i], rank - named));
    for (int label : parsed.operands.back()) ++count[label];
  }
  if (result) {
    parsed.result = expand(parse_term(*result, given), most);
    for (size_t i = 0; i < parsed.result.size(); ++i) {
      const int label = parsed.result[i];
      if (std::count(parsed.result.begin(), parsed.result.end(), label) > 1) {
        throw ValueError(
            text("einsum: \"", given, "\": ", label_text(label), " stands twice in the result"));
      }
      if (count.find(label) == count.end()) {
        throw ValueError(
            text("einsum: \"", given, "\": ", label_text(label), " stands in no operand"));
      }
    }
  } else {
    for (int k = most; k-- > 0;) parsed.result.push_back(kEllipsis + k);
    for (const auto& [label, times] : count) {
      if (label < kEllipsis && times == 1) parsed.result.push_back(label);
    }
  }
  return parsed;
}

}  // namespace lamina::einsum_detail
