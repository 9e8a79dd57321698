// One layer of BERT, RoBERTa, XLM-RoBERTa or DistilBERT.
#pragma once

#include <cstdint>

#include "model/openvino/graph_parts.h"
#include "pith/result.h"

namespace pith {

/// m = LayerNorm(x + Attention(x)); LayerNorm(m + W2 act(W1 m)). `mask`: [1, 1, 1, T], see encoder_graph.h.
/// Errors: as GraphParts.
[[nodiscard]] Result<GraphNode> post_norm_block(const GraphParts& parts, const GraphNode& in, const GraphNode& mask,
                                                std::int64_t layer);

}  // namespace pith
