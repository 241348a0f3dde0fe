// Where the time goes that making programs takes: one stage is a pass over the graph, the choice of
// places, or the making of one kind of kernel. Counted always; a stage costs two looks at the clock.
#pragma once

#include <map>
#include <string>

namespace lamina {

// Seconds by stage, since the start of the process, on all threads: passes by their names, kernels
// as "kernel onednn.matmul".
std::map<std::string, double> compile_times();
double compile_seconds();  // their sum

// Counts its scope as a stage, less what the stages inside of it take.
class CompileStage {
 public:
  explicit CompileStage(std::string name);
  ~CompileStage();
  CompileStage(const CompileStage&) = delete;
  void rename(std::string name) { name_ = std::move(name); }

 private:
  std::string name_;
  double started_, inside_ = 0;
  CompileStage* around_;
};

}  // namespace lamina
