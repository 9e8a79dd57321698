// OpenVINO comes as a binary that no sanitizer has instrumented.
#pragma once

namespace pith {

/// In a sanitizer build, tells TBB (which OpenVINO brings) and the sanitizer about each other; otherwise does nothing.
/// To be called before OpenVINO is used.
void prepare_for_sanitizers();

}  // namespace pith
