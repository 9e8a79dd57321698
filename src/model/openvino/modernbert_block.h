// The layers of ModernBERT: norm before each part, rotary positions, a gated network, and in most layers attention to
// near neighbours only.
#pragma once

#include <cstdint>
#include <vector>

#include "model/openvino/graph_parts.h"
#include "pith/result.h"

namespace pith {

/// What all layers of one graph share.
struct ModernBertSurroundings {
  /// cos and sin of position x frequency: [T, head_size], the first half of a row equal to the second.
  struct Rotation {
    GraphNode cos;
    GraphNode sin;
  };
  Rotation global_rotation;
  Rotation local_rotation;
  GraphNode global_mask;  ///< [1, 1, 1, T]
  GraphNode local_mask;   ///< [1, 1, T, T]: the global one, and far tokens masked
};

/// Computes them for a state `embedded` [1, T, hidden_size]; `mask` is [1, 1, 1, T], see encoder_graph.h.
[[nodiscard]] ModernBertSurroundings modernbert_surroundings(const EncoderConfig& config, const GraphNode& embedded,
                                                             const GraphNode& mask);

/// x' = x + Attention(norm(x)); x' + W2 (act(a) * b) with [a, b] = W1 norm(x'). The first layer does not norm for its
/// attention: its input is normed. Errors: as GraphParts.
[[nodiscard]] Result<GraphNode> modernbert_block(const GraphParts& parts, const GraphNode& in,
                                                 const ModernBertSurroundings& around, std::int64_t layer);

/// 1 / theta^(2 i / head_size) for i < head_size / 2, in float32 as transformers has it: at position 8,000 another
/// rounding of it is an angle 5e-4 away.
[[nodiscard]] std::vector<float> rotary_frequencies(double theta, std::int64_t head_size);

}  // namespace pith
