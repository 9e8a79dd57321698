// What stands in for the llama.cpp engine in a build without it (-DPITH_LLAMA=OFF).
#include "model/llama/convert_gguf.h"
#include "model/llama/describe_gguf.h"
#include "model/llama/llama_causal_lm.h"
#include "model/llama/llama_classifier.h"
#include "model/openvino/checked_decoder.h"

namespace pith {
namespace {

tl::unexpected<Error> not_built() {
  return fail(ErrorCode::kUnsupported,
              "this build of Pith has no llama.cpp engine (it was configured with PITH_LLAMA=OFF)");
}

}  // namespace

Result<ModelInfo> describe_gguf_model(const std::string& /*path*/) { return not_built(); }

Result<ConvertReport> convert_to_gguf(const std::string& /*model_dir*/, const std::string& /*out_path*/,
                                      GgufStorage /*storage*/) {
  return not_built();
}

Result<std::shared_ptr<const TokenClassifier>> load_llama_classifier(const std::string& /*path*/,
                                                                     const LlamaOptions& /*options*/) {
  return not_built();
}

Result<CausalMemory> estimate_llama_memory(const std::string& /*path*/, std::size_t /*max_context_tokens*/) {
  return not_built();
}

Result<std::shared_ptr<const CausalLm>> load_llama_causal_lm(const std::string& /*path*/,
                                                             const LlamaCausalOptions& /*options*/) {
  return not_built();
}

<<<<<<< HEAD
bool computes_on_gpu(const CausalOptions& /*options*/) { return false; }

Result<std::shared_ptr<const CausalLm>> load_decoder(const CausalOptions& /*options*/,
                                                     std::uint64_t /*available_bytes*/) {
  return not_built();
}

Result<void> check_decoder(const CausalLm& /*decoder*/, const CausalOptions& /*options*/) { return not_built(); }
=======
Result<std::unique_ptr<Tokenizer>> open_gguf_tokenizer(const std::string& /*path*/) { return not_built(); }
>>>>>>> d7d608f (model: tokens counted with a GGUF file's vocabulary; seeds for its fuzzer)

bool is_causal_gguf(const std::string& /*path*/) { return false; }

}  // namespace pith
