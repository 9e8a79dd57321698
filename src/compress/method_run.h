// A method with the models that a request needs: what is loaded for it, and nothing else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compress/loaded_models.h"
#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Ready to compress requests that differ from the one it was made for in their contexts only.
class MethodRun {
 public:
  MethodRun() = default;
  MethodRun(const MethodRun&) = delete;
  MethodRun& operator=(const MethodRun&) = delete;
  virtual ~MethodRun() = default;

  [[nodiscard]] virtual Result<CompressResult> compress(const CompressRequest& request,
                                                        const ProgressCallback& progress) const = 0;
  /// What to tell about the models, once a request.
  [[nodiscard]] virtual const std::vector<std::string>& warnings() const = 0;
  /// What beside request and named model results depend on: models that may or may not be there.
  [[nodiscard]] virtual const std::string& what_else_decides() const = 0;
};

/// `models` and `counter` must outlive the run. REQUIRES: a validated request. Errors: those of loading its models.
[[nodiscard]] Result<std::unique_ptr<MethodRun>> make_method_run(const CompressRequest& request, LoadedModels& models,
                                                                 const TokenCounter& counter);

}  // namespace pith
