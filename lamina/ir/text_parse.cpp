#include <algorithm>

#include "lamina/base/intern.h"
#include "lamina/ir/text.h"
#include "lamina/ir/text_line.h"

namespace lamina {
namespace {

class Parser {
 public:
  Parser(std::string_view source, const OpDirectory& ops, GraphTextLimits limits, int depth = 0)
      : source_(source), ops_(ops), limits_(limits), depth_(depth) {}

  Graph parse(std::string_view all) {
    if (all.size() > limits_.bytes) {
      TextLine("", source_, 1).fail(text("at most ", limits_.bytes, " bytes"), text(all.size()));
    }
    size_t number = 0;
    while (!all.empty()) {
      const size_t end = all.find('\n');
      TextLine line(all.substr(0, end), source_, ++number);
      if (end == std::string_view::npos) line.fail("a line feed at the end", "the end of the text");
      if (number == 1) {
        header(line);
      } else {
        statement(line);
      }
      all.remove_prefix(end + 1);
    }
    TextLine last("", source_, number + 1);
    if (number == 0) last.fail("'lamina-ir 1'", "an empty text");
    if (graph_.outputs.empty()) last.fail("a line 'output %..'", "the end of the text");
    graph_.leaf_count = static_cast<int>(graph_.leaf_names.size());
    return std::move(graph_);
  }

 private:
  void header(TextLine& line) {
    line.expect("lamina-ir");
    const int64_t version = line.integer();
    if (version != 1 || !line.at_end()) line.fail("'lamina-ir 1'", text("version ", version));
  }

  void statement(TextLine& line) {
    if (line.take("output")) {
      graph_.outputs.push_back(earlier_value(line));
      if (!line.at_end()) line.fail("the end of the line");
      return;
    }
    if (!graph_.outputs.empty()) line.fail("'output'");
    line.expect("%");
    const int64_t value_number = line.integer();
    if (value_number != static_cast<int64_t>(graph_.values.size())) {
      line.fail(text("%", graph_.values.size()), text("%", value_number));
    }
    if (graph_.values.size() >= limits_.values) {
      line.fail(text("at most ", limits_.values, " values"), "more");
    }
    line.expect("=");
    value(line);
    if (!line.at_end()) line.fail("the end of the line");
    outputs_.resize(graph_.values.size());
  }

  void value(TextLine& line) {
    if (line.take("%")) return output_of_several(line);
    const std::string_view word = line.word();
    if (word == "input") return input(line);
    if (word == "number") return number(line);
    const Op* op = ops_.find(word);
    if (!op) line.fail("the name of an op", io::quoted(word));
    call(line, *op);
  }

  void input(TextLine& line) {
    GraphValue v;
    v.leaf = LeafKind::Data;
    v.spec = spec(line);
    add_leaf(std::move(v), line.quoted());
  }

  void number(TextLine& line) {
    GraphValue v;
    v.leaf = LeafKind::Number;
    v.spec.dtype = dtype(line);
    if (is_floating(v.spec.dtype)) {
      v.number.real = line.real();
    } else {
      v.number.integer = line.integer();
    }
    add_leaf(std::move(v), "");
  }

  void add_leaf(GraphValue v, std::string name) {
    v.leaf_index = static_cast<int>(graph_.leaf_names.size());
    graph_.leaf_names.push_back(std::move(name));
    graph_.values.push_back(std::move(v));
  }

  void call(TextLine& line, const Op& op) {
    GraphValue v;
    v.op = &op;
    v.attributes = ops_.attributes(op);
    line.expect("(");
    for (bool first = true; !line.take(")"); first = false) {
      if (!first) line.expect(",");
      if (line.take("%")) {
        v.inputs.push_back(value_number(line));
      } else {
        attribute(line, v);
      }
    }
    std::vector<Spec> specs = infer(line, v);
    const bool several = ops_.has_several_outputs(op);
    if (!several) check_spec(line, specs.at(0));
    origin(line, v);
    graph_.values.push_back(std::move(v));
    if (!several) {
      graph_.values.back().spec = std::move(specs[0]);
    } else {
      outputs_.resize(graph_.values.size());
      outputs_.back() = std::move(specs);
    }
  }

  void output_of_several(TextLine& line) {
    GraphValue v;
    v.op = &ops_.output_op();
    const int32_t whole = value_number(line);
    line.expect("[");
    const int64_t k = line.integer();
    line.expect("]");
    const std::vector<Spec>& specs = outputs_[static_cast<size_t>(whole)];
    if (k < 0 || k >= static_cast<int64_t>(specs.size())) {
      line.fail(text("one of ", specs.size(), " outputs of %", whole), text(k));
    }
    v.inputs.push_back(whole);
    v.output = static_cast<uint16_t>(k);
    v.spec = specs[static_cast<size_t>(k)];
    check_spec(line, v.spec);
    origin(line, v);
    graph_.values.push_back(std::move(v));
  }

  void attribute(TextLine& line, GraphValue& v) {
    const std::string name(line.word());
    line.expect("=");
    if (line.at_braces()) return graph_attribute(line, v, name);
    const std::string_view value = line.attribute();
    if (!v.attributes) line.fail("no attributes", io::quoted(name));
    checked(line, [&] { set_field(*v.attributes, name, value); });
  }

  // A graph on one line: each of its lines ends at a semicolon.
  void graph_attribute(TextLine& line, GraphValue& v, const std::string& name) {
    if (!v.attributes) line.fail("no attributes", io::quoted(name));
    if (depth_ >= kMostDepth) line.fail(text("graphs at most ", kMostDepth, " deep"), "more");
    const std::string_view inner = line.braces();
    std::string lines = "lamina-ir 1\n";
    int depth = 0;
    bool quoted = false;
    for (size_t n = 0; n < inner.size(); ++n) {
      const char c = inner[n];
      if (quoted && c == '\\' && n + 1 < inner.size()) {
        lines += c, lines += inner[++n];
        continue;
      }
      if (c == '"') quoted = !quoted;
      if (!quoted && (c == '{' || c == '}')) depth += c == '{' ? 1 : -1;
      const bool ends = c == ';' && !quoted && depth == 0;
      if (!(c == ' ' && lines.back() == '\n')) lines += ends ? '\n' : c;
    }
    lines += '\n';
    Graph graph = Parser(source_, ops_, limits_, depth_ + 1).parse(lines);
    checked(line, [&] { ops_.set_graph(*v.attributes, name, std::move(graph)); });
  }

  std::vector<Spec> infer(TextLine& line, const GraphValue& v) {
    std::vector<const Spec*> specs;
    for (int32_t input : v.inputs) {
      if (!outputs_[static_cast<size_t>(input)].empty()) {
        line.fail(text("one output of %", input, ", as in %", input, "[0]"), text("%", input));
      }
      specs.push_back(&graph_.values[static_cast<size_t>(input)].spec);
    }
    std::vector<Spec> result;
    checked(line, [&] { result = ops_.infer(*v.op, specs, v.attributes.get()); });
    return result;
  }

  void check_spec(TextLine& line, const Spec& inferred) {
    line.expect(":");
    const Spec stated = spec(line);
    if (stated.dtype != inferred.dtype || !(stated.shape == inferred.shape)) {
      line.fail(text(inferred, ", which is what the call gives"), text(stated));
    }
  }

  void origin(TextLine& line, GraphValue& v) {
    if (line.take("in ")) v.origin = intern(line.quoted());
  }

  int32_t earlier_value(TextLine& line) {
    line.expect("%");
    const int32_t number = value_number(line);
    if (!outputs_[static_cast<size_t>(number)].empty()) {
      line.fail("one output", text("all outputs of %", number));
    }
    return number;
  }
  int32_t value_number(TextLine& line) {
    const int64_t number = line.integer();
    if (number < 0 || number >= static_cast<int64_t>(graph_.values.size())) {
      line.fail("an earlier value", text("%", number));
    }
    return static_cast<int32_t>(number);
  }

  DType dtype(TextLine& line) {
    DType result{};
    const std::string_view word = line.word();
    checked(line, [&] { result = dtype_from_name(word); });
    return result;
  }
  Spec spec(TextLine& line) {
    Spec result;
    result.dtype = dtype(line);
    line.expect("[");
    for (bool first = true; !line.take("]"); first = false) {
      if (!first) line.expect(",");
      if (result.shape.rank() == kMaxRank) line.fail(text("at most ", kMaxRank, " axes"));
      result.shape.push_back(line.integer());
    }
    checked(line, [&] { check_shape(result.shape, size_of(result.dtype), "shape"); });
    return result;
  }

  // What a library call refuses is a fault of the file here.
  template <class F>
  void checked(const TextLine& line, F&& call) {
    try {
      call();
    } catch (const FileError&) {
      throw;
    } catch (const Error& error) {
      line.fail("a valid call", text("\"", error.message(), "\""));
    }
  }

  std::string_view source_;
  const OpDirectory& ops_;
  GraphTextLimits limits_;
  int depth_;
  static constexpr int kMostDepth = 16;
  Graph graph_;
  std::vector<std::vector<Spec>> outputs_;  // by value; empty but for ops with several outputs
};

}  // namespace

Graph parse_graph(std::string_view text, std::string_view source, const OpDirectory& ops,
                  GraphTextLimits limits) {
  return Parser(source, ops, limits).parse(text);
}

}  // namespace lamina
